from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("written", ["0712345678", "712345678", "+254712345678", "254712345678", "0712-345 678"])
def test_a_customer_is_shown_without_coming_into_being(control: Any, written: str) -> None:
    row = control.ok("GET", f"customers/{written}")

    assert (row["msisdn"], row["pin"], row["balance"]) == ("254712345678", "1234", "250000.00")
    assert row["name"].isupper()
    assert control.ok("GET", "customers")["customers"] == []
    assert control.ok("GET", "ledger")["accounts"] == {}


def test_a_customer_who_is_changed_or_who_pays_comes_into_being(control: Any) -> None:
    seen = control.ok("GET", "customers/254708374149")

    control.ok("PATCH", "customers/0712345678", {})
    control.mock.pushed()

    changed, paying = control.ok("GET", "customers")["customers"]
    assert (changed["msisdn"], changed["balance"]) == ("254712345678", "250000.00")
    assert paying == seen | {"open_prompt": control.mock.sandbox.transaction(1).reference}


@pytest.mark.parametrize("name", ["phone", "phone_number", "PhoneNumber", "MSISDN"])
def test_a_telephone_number_under_another_name_is_told_msisdn(control: Any, name: str) -> None:
    answer = control.call("POST", "customers", {name: "0712345678"})

    assert answer.status == 400
    assert answer.json["remedy"].startswith("did you mean msisdn?")


def test_posting_creates_and_then_changes(control: Any) -> None:
    first = control.call("POST", "customers", {"msisdn": "0712345678", "name": "Amina Otieno", "balance": "12.50"})
    second = control.call("POST", "customers", {"msisdn": 254712345678, "pin": "9876", "handset": "offline"})

    assert (first.status, second.status) == (201, 200)
    assert second.json | {"wrong_pins": 0} == {
        "msisdn": "254712345678", "name": "AMINA OTIENO", "pin": "9876", "handset": "offline", "prompt": "pay",
        "wrong_pins": 0, "pin_locked": False, "registered": True,
        "id_number": None, "id_types": ["01"], "balance": "12.50", "open_prompt": None,
    }  # fmt: skip


def test_a_balance_is_set_against_the_opening_account(control: Any) -> None:
    control.ok("PATCH", "customers/0712345678", {"balance": 7})

    assert control.ok("GET", "customers/0712345678")["balance"] == "7.00"
    assert control.ok("GET", "ledger")["sum"] == "0.00"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"pin": 1234}, "pin is '***'"),
        ({"handset": "off"}, "handset is 'off'"),
        ({"prompt": "no"}, "prompt is 'no'"),
        ({"pin_locked": "yes"}, "pin_locked of a customer is 'yes'"),
        ({"balance": "ten"}, "balance is 'ten'"),
        ({"balance": -1}, "balance is -1"),
        ({"balance": 0.001}, "balance is 0.001"),
        ({"balance": True}, "balance is true"),
        ({"msisdn": "0712345678"}, "no key 'msisdn'"),
        ({"handsett": "offline"}, "no key 'handsett'"),
    ],
)
def test_a_bad_change_is_named_and_changes_nothing(control: Any, body: dict[str, Any], said: str) -> None:
    before = control.ok("GET", "customers/0712345678")

    status, problem, where, remedy = control.problem("PATCH", "customers/0712345678", {"name": "X"} | body)

    assert status == 400
    assert said in problem
    assert where and remedy
    assert control.ok("GET", "customers/0712345678") == before


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "customers/12"), ("PATCH", "customers/+1555"), ("POST", "customers/x/prompt")]
)
def test_what_is_no_kenyan_number_is_refused(control: Any, method: str, path: str) -> None:
    assert control.problem(method, path)[::2] == (400, "msisdn")


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"pin": "1234"}, 0),
        ({"pin": "0000"}, 2001),
        ({"action": "cancel"}, 1032),
        ({"action": "ignore"}, 1037),
        ({"action": "pay"}, 0),
        ({"action": "wrong-pin"}, 2001),
    ],
)
def test_a_prompt_is_answered_for_the_customer(control: Any, answer: dict[str, str], result: int) -> None:
    control.ok("PATCH", "customers/254708374149", {"prompt": "ask"})
    reference = control.mock.pushed()

    row = control.ok("POST", "customers/0708374149/prompt", answer)
    control.ok("POST", "clock/advance", {"seconds": 120})

    assert row["reference"] == reference
    assert control.mock.result() == result


def test_the_open_prompt_is_shown(control: Any) -> None:
    control.ok("PATCH", "customers/254708374149", {"prompt": "ask"})

    reference = control.mock.pushed()

    assert control.ok("GET", "customers/254708374149")["open_prompt"] == reference


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"pin": "1", "action": "cancel"}, 400),
        ({"action": "ask"}, 400),
        ({"pin": 1234}, 400),
        ({"pin": "1234"}, 409),
    ],
)
def test_an_answer_to_no_prompt_or_no_answer_is_refused(control: Any, body: dict[str, Any], status: int) -> None:
    answer = control.problem("POST", "customers/254708374149/prompt", body)

    assert answer[0] == status
    assert answer[3]
