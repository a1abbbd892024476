"""POST pay: a customer pays from the outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PAYBILL = {"paybill": "600992", "account_reference": "INV-1"}


def test_a_payment_is_pending_until_the_clock_is_moved(control: Any) -> None:
    answer = control.call("POST", "pay", {**PAYBILL, "amount": 100})

    row = answer.json
    control.ok("POST", "clock/advance", {"seconds": 2})
    final = control.ok("GET", f"transactions/{row['id']}")
    assert answer.status == 201
    assert (row["state"], row["operation"], row["exchange"]) == ("pending", "c2b.pay", None)
    assert (row["msisdn"], row["amount"], row["account_reference"]) == ("254708374149", "100.00", "INV-1")
    assert final["state"] == "completed"
    assert control.ok("GET", f"transactions/{final['receipt']}") == final


@pytest.mark.parametrize("clock", ["manual", "auto", "scaled:100"])
def test_wait_answers_with_the_end(control_with: Callable[..., Any], clock: str) -> None:
    row = control_with(clock=clock).ok("POST", "pay", {"till": 3000001, "amount": "7.50", "wait": True})

    assert (row["state"], row["result"], row["command"]) == ("completed", "0", "CustomerBuyGoodsOnline")
    assert row["account_reference"] == ""


def test_waiting_moves_a_manual_clock_no_further_than_it_takes(control: Any) -> None:
    before = control.mock.sandbox.now_ms

    control.ok("POST", "pay", {**PAYBILL, "amount": 1, "wait": True})

    assert control.mock.sandbox.now_ms == before + 2_000


def test_waiting_ends_after_a_minute(control: Any) -> None:
    control.ok("POST", "one-shots", {"when": {"operation": "c2b.pay"}, "then": {"result": 0, "after": 90}})

    assert control.ok("POST", "pay", {**PAYBILL, "amount": 1, "wait": True})["state"] == "pending"


@pytest.mark.parametrize("written", ["0711222333", "+254 711 222 333", "254711222333", 254711222333])
def test_the_payer_is_written_as_people_write(control: Any, written: object) -> None:
    row = control.ok("POST", "pay", {**PAYBILL, "amount": 1, "msisdn": written})

    assert row["msisdn"] == "254711222333"


def test_each_sandbox_has_its_own_payments(control: Any) -> None:
    control.ok("POST", "sandboxes", {"name": "mine", "clock": "manual"})

    control.at("mine").ok("POST", "pay", {**PAYBILL, "amount": 1, "wait": True})

    assert control.ok("GET", "transactions") == {"transactions": []}
    assert len(control.at("mine").ok("GET", "transactions")["transactions"]) == 1


@pytest.mark.parametrize(
    ("when", "then", "changes", "result"),
    [
        ({"operation": "c2b.pay"}, {"result": 1}, {}, "1"),
        ({"product": "c2b", "amount": 5}, {"result": "C2B00013"}, {"amount": 5}, "C2B00013"),
        ({"body": {"BillRefNumber": "INV-1"}}, {"result": "C2B00012"}, {}, "C2B00012"),
        ({"operation": "c2b.simulate"}, {"result": 1}, {}, "0"),
        ({"operation": "c2b.pay"}, {"error": "500.003.02"}, {}, "0"),
        ({"shortcode": "600992"}, {"page": "waf"}, {}, "0"),
        ({"operation": "oauth.generate"}, {"error": "500.003.02"}, {"account_reference": "mock:2007"}, "2007"),
        ({"operation": "oauth.generate"}, {"error": "500.003.02"}, {"account_reference": "mock:500.003.02"}, "0"),
        ({"operation": "oauth.generate"}, {"error": "500.003.02"}, {"msisdn": "254700000001"}, "1"),
    ],
)
def test_rules_and_marks_decide_it_but_errors_of_the_gateway_do_not(
    control: Any, when: dict[str, Any], then: dict[str, Any], changes: dict[str, Any], result: str
) -> None:
    control.ok("POST", "one-shots", {"when": when, "then": then})

    row = control.ok("POST", "pay", {**PAYBILL, "amount": 1, **changes, "wait": True})

    assert row["result"] == result


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        ({}, "amount", "amount is missing"),
        ({"amount": 1}, "paybill", "neither a paybill nor a till is named"),
        ({**PAYBILL, "amount": 1, "till": "3000001"}, "paybill", "both a paybill and a till are named"),
        ({"amount": 1, "paybill": "12", "account_reference": "A"}, "paybill", "paybill is '12'"),
        ({"amount": 1, "till": "30000011"}, "till", "till is '30000011'"),
        ({"amount": 1, "paybill": "600992"}, "account_reference", "a paybill needs an account_reference"),
        (
            {"amount": 1, "paybill": "600992", "account_reference": " "},
            "account_reference",
            "a paybill needs an account_reference",
        ),
        (
            {"amount": 1, "paybill": "600992", "account_reference": "x" * 21},
            "account_reference",
            f"account_reference is '{'x' * 21}'",
        ),
        (
            {"amount": 1, "paybill": "600992", "account_reference": "a\nb"},
            "account_reference",
            "account_reference is 'a\\nb'",
        ),
        (
            {"amount": 1, "till": "3000001", "account_reference": "A"},
            "account_reference",
            "account_reference is 'A', and a till has no accounts",
        ),
        ({**PAYBILL, "amount": 0}, "amount", "amount is 0"),
        ({**PAYBILL, "amount": -1}, "amount", "amount is -1"),
        ({**PAYBILL, "amount": "ten"}, "amount", "amount is 'ten'"),
        ({**PAYBILL, "amount": 0.005}, "amount", "amount is 0.005"),
        ({**PAYBILL, "amount": None}, "amount", "amount is null"),
        ({**PAYBILL, "amount": True}, "amount", "amount is true"),
        ({**PAYBILL, "amount": [1]}, "amount", "amount is [1]"),
        ({**PAYBILL, "amount": 1, "msisdn": "12345"}, "msisdn", "'12345' is not a Kenyan mobile number"),
        ({**PAYBILL, "amount": 1, "msisdn": None}, "msisdn", "'None' is not a Kenyan mobile number"),
        ({**PAYBILL, "amount": 1, "wait": "yes"}, "wait", "wait is 'yes'"),
        ({**PAYBILL, "amount": 1, "phone": "0711222333"}, "phone", "there is no key 'phone'"),
    ],
)
def test_what_no_telephone_would_send_is_refused_with_a_remedy(
    control: Any, body: dict[str, Any], where: str, what: str
) -> None:
    status, problem, place, remedy = control.problem("POST", "pay", body)

    assert (status, place) == (400, where)
    assert problem.startswith(what)
    assert remedy
    assert control.ok("GET", "transactions") == {"transactions": []}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"account_reference": "mock:abc"}, "a reference says mock:abc, but M-Pesa has no result abc"),
        ({"msisdn": "254700004242"}, "254700004242 is reserved for result 4242, but M-Pesa has no result 4242"),
    ],
)
def test_a_mark_that_is_no_code_is_refused_where_it_is_meant_for_us(
    control: Any, changes: dict[str, Any], what: str
) -> None:
    answer = control.problem("POST", "pay", {**PAYBILL, "amount": 1, **changes})

    assert (answer[0], answer[1]) == (400, what)
    assert control.ok("GET", "transactions") == {"transactions": []}
