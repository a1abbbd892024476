"""An STK push to a shortcode whose merchant validates payments: 2007 (callbacks.md §2, community)."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.defaults import CUSTOMER, HEAD_OFFICE, PAYBILL, TILL
from mock_daraja.model import Transaction
from tests.conftest import MakeMock, Mock
from tests.products.merchants import Merchant, MerchantOf


def validating(merchant: Merchant, shortcode: str = PAYBILL, response_type: str = "Completed") -> Mock:
    """The merchant has registered URLs, and Safaricom has turned external validation on."""
    merchant.registers(shortcode, response_type)
    merchant.mock.sandbox.put_organisation({"shortcode": shortcode, "external_validation": True})
    return merchant.mock


def pushed(mock: Mock, **changes: Any) -> Transaction:
    row = mock.transaction(mock.pushed(**changes))
    mock.advance(60)
    return mock.again(row)


def stk(mock: Mock, row: Transaction) -> Any:
    (found,) = (each for each in mock.callbacks() if each.kind == "stk")
    return found, mock.query(row.reference).json


def test_a_rejection_ends_the_push_in_2007(merchant: Merchant) -> None:
    mock = validating(merchant)
    merchant.answers_with(ResultCode="C2B00012", ResultDesc="Rejected")
    before = mock.sandbox.balance(CUSTOMER)

    row = pushed(mock, AccountReference="ORDER-9")

    callback, queried = stk(mock, row)
    assert (row.state, row.result) == ("failed", "2007")
    assert "answered C2B00012" in row.why
    assert b'"ResultCode":2007,"ResultDesc":"External validation failed for the C2B transaction."' in callback.body
    assert queried["ResultCode"] == "2007"
    assert (mock.sandbox.balance(CUSTOMER), merchant.confirmations) == (before, [])


@pytest.mark.parametrize("till", [False, True], ids=["paybill", "till"])
def test_an_accepted_push_is_paid_and_confirmed_under_one_receipt(merchant: Merchant, till: bool) -> None:
    mock = validating(merchant, TILL if till else PAYBILL)
    merchant.answers_with(ResultCode=0, ThirdPartyTransID="mine")
    buy = {"BusinessShortCode": HEAD_OFFICE, "PartyB": TILL, "TransactionType": "CustomerBuyGoodsOnline"}

    row = pushed(mock, **buy if till else {})

    asked, confirmed = *merchant.validations, *merchant.confirmations
    assert (row.result, row.why) == ("0", "paid; the merchant's validation accepted")
    assert asked["TransID"] == confirmed["TransID"] == row.receipt
    assert (asked["OrgAccountBalance"], confirmed["ThirdPartyTransID"]) == ("", "mine")


@pytest.mark.parametrize(("response_type", "result"), [("Completed", "0"), ("Cancelled", "2007")])
def test_without_an_answer_the_response_type_decides(merchant: Merchant, response_type: str, result: str) -> None:
    mock = validating(merchant, response_type=response_type)
    merchant.answers({"status": 500})

    assert pushed(mock).result == result


@pytest.mark.parametrize(
    ("customer", "changes", "result"),
    [
        ({"prompt": "cancel"}, {}, "1032"),
        ({"prompt": "wrong-pin"}, {}, "2001"),
        ({}, {"PartyB": "600000"}, "2028"),
        ({}, {"AccountReference": "mock:1"}, "1"),
    ],
)
def test_no_merchant_is_asked_about_what_nobody_pays(
    merchant: Merchant, customer: dict[str, Any], changes: dict[str, Any], result: str
) -> None:
    mock = validating(merchant)
    mock.sandbox.put_customer({"msisdn": CUSTOMER, **customer})

    row = pushed(mock, **changes)

    assert (row.result, merchant.validations) == (result, [])


def test_a_push_waits_for_the_merchant_whatever_else_falls_due(mock_with: MakeMock, merchant_of: MerchantOf) -> None:
    merchant = merchant_of(mock_with(callback_grace=0.05))
    mock = validating(merchant, response_type="Cancelled")
    merchant.answers({"fault": "hang"})
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "prompt": "ask"})
    row = mock.transaction(mock.pushed())

    mock.advance(58)
    mock.sandbox.answer_prompt(CUSTOMER, "pin:1234")  # two seconds before the prompt would have expired
    mock.advance(60)

    row = mock.again(row)
    assert (row.result, row.final_ms) == ("2007", row.accepted_ms + 66_000)
    assert "no answer within 8 s" in row.why
