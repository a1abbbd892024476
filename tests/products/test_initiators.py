"""Who initiates: name, password, lock and role, and which password counts as right."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.defaults import INITIATOR_PASSWORD
from mock_daraja.products import initiators
from mock_daraja.products.values import Settlement
from tests.conftest import Mock
from tests.products.of_core import (
    MOVED,
    OPAQUE,
    PADDED,
    PAYER,
    RIGHT,
    ROLE,
    WRONG,
    decided,
    told,
    transaction,
)


def fault_of(mock: Mock, **fields: Any) -> Settlement | None:
    return initiators.fault(transaction(**fields), mock.world(), ROLE)


def set_initiator(mock: Mock, **changes: Any) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYER, "initiators": [{"name": "testapi", **changes}]})


@pytest.mark.parametrize("credential", [RIGHT, OPAQUE])
def test_a_good_initiator_has_no_fault(mock: Mock, credential: str) -> None:
    assert fault_of(mock, credential=credential) is None


FAULTS = [
    ({"shortcode": "123456"}, "2001", "there is no organisation 123456, so it has no initiator"),
    ({"initiator": "Testapi"}, "2001", "name: 600996 has no initiator 'Testapi'; it has testapi"),
    ({"credential": WRONG}, "2001", "password: the SecurityCredential was made with our certificate, and holds "),
    ({"credential": PADDED}, "2001", "padding: it is OAEP (failure 1 of 3)"),
]


@pytest.mark.parametrize(("fields", "code", "why"), FAULTS)
def test_a_fault_is_2001_and_says_what_is_wrong(mock: Mock, fields: dict[str, Any], code: str, why: str) -> None:
    fault = fault_of(mock, **fields)

    assert fault is not None
    assert (fault.result, fault.desc) == (code, "The initiator information is invalid.")
    assert fault.why.startswith(why)
    assert INITIATOR_PASSWORD not in fault.why


@pytest.mark.parametrize("credential", [WRONG, PADDED])
def test_only_what_is_wrong_with_the_credential_counts(mock: Mock, credential: str) -> None:
    counted, uncounted = fault_of(mock, credential=credential), fault_of(mock, initiator="nobody")

    assert counted is not None and counted.password == ("testapi", "wrong")
    assert uncounted is not None and uncounted.password is None


def test_the_third_failure_is_8006(mock: Mock) -> None:
    for _ in range(2):
        with mock.sandbox.store.unit():
            mock.sandbox.count_password(PAYER, "testapi", right=False, lock=False)

    fault = fault_of(mock, credential=WRONG)

    assert fault is not None
    assert (fault.result, fault.password) == ("8006", ("testapi", "locked"))
    assert "(failure 3 of 3), which locks the password of testapi; unlock it: PATCH /_mock/" in fault.why


@pytest.mark.parametrize("credential", [RIGHT, OPAQUE, WRONG, PADDED])
def test_a_locked_initiator_is_8006_whatever_the_password(mock: Mock, credential: str) -> None:
    set_initiator(mock, locked=True)

    fault = fault_of(mock, credential=credential)

    assert fault is not None
    assert (fault.result, fault.desc) == ("8006", "The security credential is locked.")
    assert fault.password is None
    assert "unlock it: PATCH /_mock/organisations/600996" in fault.why


@pytest.mark.parametrize(
    ("credential", "besides"), [(PADDED, "padding: it is OAEP"), (WRONG, "password: "), (RIGHT, "")]
)
def test_a_locked_initiator_hears_what_else_is_wrong(mock: Mock, credential: str, besides: str) -> None:
    set_initiator(mock, locked=True)

    fault = fault_of(mock, credential=credential)

    assert fault is not None
    _, told, wrong = fault.why.partition("; and what was sent is wrong besides: ")
    assert bool(told) == bool(besides)
    assert wrong.startswith(besides)


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        (None, None),
        ([ROLE], None),
        ([ROLE, "Org Reversals Initiator"], None),
        (["Org Reversals Initiator"], "21"),
        ([], "21"),
    ],
)
def test_a_role_is_needed_where_roles_are_given(mock: Mock, roles: list[str] | None, code: str | None) -> None:
    set_initiator(mock, roles=roles)

    fault = fault_of(mock)

    assert (fault and fault.result) == code


def test_the_name_is_looked_at_before_the_lock_and_the_lock_before_the_role(mock: Mock) -> None:
    set_initiator(mock, locked=True, roles=[])

    results = [fault and fault.result for fault in (fault_of(mock, initiator="nobody"), fault_of(mock))]

    assert results == ["2001", "8006"]


RIGHT_ONE = ("testapi", "right")
CHECKED = {"credential": RIGHT}


@pytest.mark.parametrize(
    ("result", "password"),
    [(None, RIGHT_ONE), ("1", RIGHT_ONE), ("21", RIGHT_ONE), ("2001", None), ("8006", None)],
)
def test_whatever_fails_behind_the_password_was_asked_with_the_right_one(
    result: str | None, password: tuple[str, str] | None
) -> None:
    fault = None if result is None else told(result)

    assert initiators.settle(transaction(**CHECKED), fault, MOVED).password == password
    assert initiators.settle(transaction(), fault, MOVED).password is None  # nobody could check it


def test_a_wrong_password_stays_wrong_whatever_the_result() -> None:
    wrong = Settlement("1", "", "the truth", password=("testapi", "wrong"))

    assert initiators.settle(transaction(), wrong, MOVED).password == ("testapi", "wrong")


@pytest.mark.parametrize(("forced", "password"), [("0", RIGHT_ONE), ("1", None), ("2001", None)])
def test_a_forced_result_counts_a_right_password_where_money_moves_and_else_none(
    forced: str, password: tuple[str, str] | None
) -> None:
    settlement = initiators.settle(decided(RIGHT, result=forced), told("17"), MOVED)

    assert settlement.password == password
