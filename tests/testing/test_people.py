"""Who takes part, as a test arranges it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

NOWHERE = "http://127.0.0.1:9/nobody"
OTHER = "254711222333"
Push = Callable[..., tuple[int, Any]]


def result(received: Any) -> int:
    return int(received["Body"]["stkCallback"]["ResultCode"])


@pytest.mark.parametrize(
    ("customer", "code"),
    [
        ({"balance": 5}, 1),
        ({"balance": "10.00"}, 0),
        ({"prompt": "cancel"}, 1032),
        ({"prompt": "wrong-pin"}, 2001),
        ({"handset": "offline"}, 1037),
        ({"pin_locked": True}, 8006),
    ],
)
def test_the_customer_decides_how_a_payment_ends(
    daraja: Daraja, webhook: Any, push: Push, customer: dict[str, Any], code: int
) -> None:
    daraja.customer(**customer)
    push(daraja, webhook.url)

    daraja.settle()

    assert [result(each) for each in webhook.bodies] == [code]


def test_a_customer_shows_what_the_payment_left(daraja: Daraja, push: Push) -> None:
    before = daraja.customer("0711222333", balance=100, pin="4321")
    push(daraja, NOWHERE, PhoneNumber=OTHER, PartyA=OTHER)
    daraja.settle()

    after = daraja.customer(OTHER)

    assert (before.msisdn, before.balance, before.pin) == (OTHER, 100, "4321")
    assert (after.balance, after.pin) == (90, "4321")


def test_an_organisation_is_paid(daraja: Daraja, push: Push) -> None:
    daraja.organisation(daraja.shortcode, balances={"Utility Account": "0.50"})
    push(daraja, NOWHERE)

    daraja.settle()

    assert daraja.organisation(daraja.shortcode).balances["Utility Account"] == 10.5


def test_an_organisation_can_be_added(daraja: Daraja) -> None:
    row = daraja.organisation(888999, name="Duka", kinds=["paybill"], passkey="secret")

    assert (row.shortcode, row.name, row.passkey, row.active) == ("888999", "Duka", "secret", True)


def test_an_app_is_made_up_where_nothing_is_said(daraja: Daraja) -> None:
    app = daraja.app(products=["stk-push"])

    assert app.key != daraja.consumer_key
    assert (bool(app.secret), app.products) == (True, ("stk-push",))


Pay = Callable[..., Any]


@pytest.fixture
def pay(call: Any) -> Pay:
    """A B2C payment, settled; gives the Result code."""

    def ask(daraja: Daraja, **changes: object) -> str | None:
        basic = base64.b64encode(f"{daraja.consumer_key}:{daraja.consumer_secret}".encode()).decode()
        _, token = call(
            f"{daraja.url}/oauth/v1/generate?grant_type=client_credentials", headers={"Authorization": f"Basic {basic}"}
        )
        body = {
            "InitiatorName": daraja.initiator,
            "SecurityCredential": daraja.security_credential(),
            "CommandID": "BusinessPayment",
            "Amount": 10,
            "PartyA": "600000",
            "PartyB": daraja.msisdn,
            "Remarks": "Refund",
            "QueueTimeOutURL": NOWHERE,
            "ResultURL": NOWHERE,
        }
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        status, answer = call(f"{daraja.url}/mpesa/b2c/v1/paymentrequest", body | changes, headers)
        assert status == 200, answer
        daraja.settle()
        return daraja.transactions[-1].result

    return ask


def test_next_of_b2c_decides_whichever_version_is_asked(daraja: Daraja, pay: Pay) -> None:
    daraja.next("b2c", 2001)

    assert [pay(daraja), pay(daraja)] == ["2001", "0"]
    daraja.assert_requested("b2c", times=2)


def test_a_credential_of_the_initiators_password_pays(daraja: Daraja, pay: Pay) -> None:
    assert (daraja.initiator, daraja.initiator_password) == ("testapi", "Safaricom999!*!")
    assert pay(daraja) == "0"


def test_a_credential_of_another_password_fails_until_it_locks(daraja: Daraja, pay: Pay) -> None:
    wrong = daraja.security_credential("Safaricom123!!")

    assert [pay(daraja, SecurityCredential=wrong) for _ in range(4)] == ["2001", "2001", "8006", "8006"]
    assert "locked" in daraja.transactions[-1].why


def test_a_locked_initiator_is_unlocked_by_its_name(daraja: Daraja, pay: Pay) -> None:
    daraja.organisation(600000, initiators=[{"name": daraja.initiator, "locked": True}])
    locked = pay(daraja)

    daraja.organisation(600000, initiators=[{"name": daraja.initiator, "locked": False}])

    assert (locked, pay(daraja)) == ("8006", "0")


def test_an_initiator_of_ones_own_has_the_roles_it_is_given(daraja: Daraja, pay: Pay) -> None:
    daraja.organisation(600000, initiators=[{"name": "boss", "password": "pw", "roles": ["Balance Query ORG API"]}])
    credential = daraja.security_credential("pw")

    assert pay(daraja, InitiatorName="boss", SecurityCredential=credential) == "21"


def test_what_is_wrong_with_an_initiator_is_said(daraja: Daraja) -> None:
    with pytest.raises(Problem, match="no password"):
        daraja.organisation(600000, initiators=[{"name": "boss"}])
    with pytest.raises(Problem, match="the password has 246 bytes"):
        daraja.security_credential("x" * 246)
