"""A SecurityCredential is opened once and judged each time, by what the initiators' passwords are then."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mock_daraja.access import security_credential
from mock_daraja.defaults import INITIATOR_PASSWORD
from tests.conftest import Mock

PAY = "b2c.payment"
WRONG, RIGHT = "2001", "0"


def set_password(mock: Mock, password: str) -> None:
    mock.sandbox.put_organisation({"shortcode": "600996", "initiators": [{"name": "testapi", "password": password}]})


def result(mock: Mock, credential: str) -> str | None:
    return mock.settled(PAY, SecurityCredential=credential).result


def test_a_credential_that_was_right_is_wrong_once_the_password_is_another(mock: Mock) -> None:
    old, new = (mock.sandbox.certificate.encrypt(each) for each in (INITIATOR_PASSWORD, "Another1"))
    before = [result(mock, each) for each in (old, new)]

    set_password(mock, "Another1")

    assert before == [RIGHT, WRONG]
    assert [result(mock, each) for each in (old, new)] == [WRONG, RIGHT]


def test_a_password_may_come_back(mock: Mock) -> None:
    credential = mock.sandbox.certificate.encrypt(INITIATOR_PASSWORD)
    results = []

    for password in (INITIATOR_PASSWORD, "Another1", INITIATOR_PASSWORD):
        set_password(mock, password)
        results.append(result(mock, credential))

    assert results == [RIGHT, WRONG, RIGHT]


def test_the_password_of_an_initiator_elsewhere_is_the_wrong_one_here(mock: Mock) -> None:
    initiators = [{"name": "testapi", "password": "Elsewhere1"}]
    mock.sandbox.put_organisation({"shortcode": "600997", "initiators": initiators})

    row = mock.settled(PAY, SecurityCredential=mock.sandbox.certificate.encrypt("Elsewhere1"))

    assert row.result == WRONG
    assert row.why is not None and "made with our certificate, and holds another password" in row.why


def test_a_credential_that_was_sent_before_there_was_a_certificate_is_judged_after(mock: Mock) -> None:
    """Nobody can have made it with ours then; the same block is one without padding once there is a key."""
    zeros = b64encode(bytes(256)).decode()
    before = result(mock, zeros)

    mock.sandbox.certificate.pem()

    assert (before, result(mock, zeros)) == (RIGHT, WRONG)


@pytest.mark.parametrize("password", [INITIATOR_PASSWORD, "Another1"])
def test_a_password_that_an_initiator_has_takes_no_rsa_in_python(
    mock: Mock, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    """Whether or not the initiator has come into being."""
    if password != INITIATOR_PASSWORD:
        set_password(mock, password)
    monkeypatch.delattr(security_credential, "_raw")

    assert result(mock, mock.sandbox.certificate.encrypt(password)) == RIGHT


def test_nobody_is_brought_in_by_a_look_at_the_passwords(mock: Mock) -> None:
    mock.token()
    before = mock.sandbox.store.change

    mock.sandbox.certificate.open(mock.sandbox.certificate.encrypt("guess-1"), mock.sandbox.is_initiator_password)

    assert mock.sandbox.store.change == before
