"""Every code that the catalogue gives a money product can be had from it, by whichever selector, in its own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.model import TRANSACTIONS, Callback
from mock_daraja.scenarios import codes, one_shot
from tests.conftest import Answer, Mock

OPERATIONS = {
    "stk-push": "stk-push.process",
    "c2b": "c2b.simulate",
    "b2c": "b2c.payment",
    "b2c-validated": "b2c-validated.payment",
    "pochi": "pochi.payment",
    "b2b": "b2b.payment",
    "tax": "tax.remit",
    "b2b-express": "b2b-express.push",
    "balance": "balance.query",
    "status": "status.query",
    "reversal": "reversal.request",
}
REFERENCES = {"stk-push": "AccountReference", "c2b": "BillRefNumber", "b2b-express": "paymentRef"}
"""Where the `mock:` code goes; in Remarks for the rest."""


def cases(*kinds: str) -> list[tuple[str, str]]:
    """Product and code, each pair once."""
    found = {
        (product, each.code): None
        for product in OPERATIONS
        for each in codes.for_product(product)
        if each.kind in kinds and not each.page and not each.borrowed
    }
    return list(found)


RESULTS = cases("result")
TOLD = [each for each in RESULTS if each[0] != "c2b"]
UNTOLD = [each for each in RESULTS if each[0] == "c2b"] + cases("validation-reply")
"""C2B confirms what was paid, and sends no word of what was not."""
ERRORS = cases("error")

Send = Callable[[Mock, str, str, str], Answer]


def by_reference(mock: Mock, product: str, code: str, word: str) -> Answer:
    del word
    field = REFERENCES.get(product, "Remarks")
    return mock.send(OPERATIONS[product], **{field: f"mock:{code}"})


def by_header(mock: Mock, product: str, code: str, word: str) -> Answer:
    del word
    return mock.send(OPERATIONS[product], headers={"X-Mock-Scenario": code})


def by_one_shot(mock: Mock, product: str, code: str, word: str) -> Answer:
    mock.sandbox.engine.arm(one_shot({"when": {"operation": OPERATIONS[product]}, "then": {word: code}}))
    return mock.send(OPERATIONS[product])


SELECTORS: dict[str, Send] = {"reference": by_reference, "header": by_header, "one-shot": by_one_shot}


def by_each(pairs: list[tuple[str, str]], *, are_errors: bool = False) -> list[tuple[str, str, str]]:
    """Product, code and selector. A selector that holds a code alone means the result of a product that has both."""
    return [
        (product, code, selector)
        for product, code in pairs
        for selector in SELECTORS
        if not (selector != "one-shot" and are_errors and (product, code) in RESULTS)
    ]


def said(callback: Callback) -> tuple[str, Any]:
    """Code and text as the callback carries them, in each product's own envelope."""
    body = json.loads(callback.body)
    envelope = body.get("Result") or body.get("Body", {}).get("stkCallback") or body
    if "resultCode" in envelope:
        return envelope["resultCode"], envelope["resultDesc"]
    return str(envelope["ResultCode"]), envelope["ResultDesc"]


def refused(answer: Answer) -> tuple[int, str, str]:
    """Status, code and message; B2B Express has envelopes of its own for its own codes."""
    if list(answer.json) == ["code", "status"]:
        return answer.status, answer.json["code"], answer.json["status"]
    if list(answer.json) == ["Status_Message", "resmsg", "rescode"]:
        return answer.status, answer.json["rescode"], answer.json["Status_Message"]
    return answer.error


@pytest.mark.parametrize(("product", "code", "selector"), by_each(TOLD))
def test_a_result_can_be_forced(mock: Mock, product: str, code: str, selector: str) -> None:
    answer = SELECTORS[selector](mock, product, code, "result")
    mock.advance(300)

    assert answer.status == 200, answer.why
    (callback,) = mock.callbacks()
    row = mock.sandbox.transaction(callback.transaction)
    assert row is not None
    assert (row.result, row.result_desc) == (code, codes.text(code, product))
    assert said(callback) == (code, codes.text(code, product))
    assert (row.state == "completed") == (code == "0")
    assert row.why
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.parametrize(("product", "code", "selector"), by_each(ERRORS, are_errors=True))
def test_an_error_can_be_forced(mock: Mock, product: str, code: str, selector: str) -> None:
    answer = SELECTORS[selector](mock, product, code, "error")
    mock.advance(300)

    expected = codes.error(code, product)
    assert expected is not None
    assert refused(answer) == (expected.status, code, expected.message)
    assert answer.why
    assert mock.callbacks() == []


@pytest.mark.parametrize(("product", "code", "selector"), by_each(UNTOLD))
def test_a_result_of_c2b_can_be_forced_without_a_validation_url(
    mock: Mock, product: str, code: str, selector: str
) -> None:
    answer = SELECTORS[selector](mock, product, code, "result")
    mock.advance(300)

    assert answer.status == 200
    (row,) = [*mock.sandbox.store.scan(TRANSACTIONS)]
    state = "completed" if code == "0" else "failed"
    assert (row.state, row.result, row.result_desc) == (state, code, codes.text(code, product))
    assert mock.callbacks() == []  # nothing is confirmed


RESERVED = [
    (product, code)
    for product, code in RESULTS
    if product in ("stk-push", "b2c", "b2c-validated", "pochi") and code.isdigit() and len(code) <= 4
]


@pytest.mark.parametrize(("product", "code"), RESERVED)
def test_a_reserved_number_forces_a_result_of_four_digits(mock: Mock, product: str, code: str) -> None:
    msisdn = f"25470000{int(code):04}"
    names = ("PartyA", "PhoneNumber") if product == "stk-push" else ("PartyB",)

    mock.send(OPERATIONS[product], **dict.fromkeys(names, msisdn))
    mock.advance(300)

    (callback,) = mock.callbacks()
    assert said(callback) == (code, codes.text(code, product))


def test_every_money_product_has_its_codes() -> None:
    """So that none of the tests above is empty."""
    assert {product for product, _ in RESULTS} == set(OPERATIONS)
    assert {product for product, _ in ERRORS} == set(OPERATIONS)
    assert len(UNTOLD) == 16
