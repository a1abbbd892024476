"""`daraja.pay`: a customer who was not asked to."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja
from tests.conftest import register_urls


@pytest.fixture
def registered(daraja: Daraja) -> Any:
    """The sinks of a shop that has registered its URLs, for a shortcode."""

    def register(shortcode: str) -> tuple[Any, Any]:
        may_i, paid = daraja.sink("may-i"), daraja.sink("paid")
        daraja.organisation(shortcode)
        register_urls(
            daraja._link.sandbox,
            shortcode,
            {"ResponseType": "Completed", "ValidationURL": may_i.url, "ConfirmationURL": paid.url},
        )
        return may_i, paid

    return register


def test_a_payment_is_pending_until_the_clock_is_moved(daraja: Daraja) -> None:
    row = daraja.pay(100, account_reference="INV-7")

    daraja.advance(10)

    assert (row.state, row.operation, row.shortcode, row.msisdn) == (
        "pending",
        "c2b.pay",
        daraja.shortcode,
        daraja.msisdn,
    )
    assert daraja.transactions[0].state == "completed"
    assert daraja.organisation(daraja.shortcode).balances["Utility Account"] == 1_000_100


def test_the_shop_is_asked_and_told(daraja: Daraja, registered: Any) -> None:
    may_i, paid = registered(daraja.shortcode)
    may_i.answer_with(json={"ResultCode": "0", "ThirdPartyTransID": "42"})

    daraja.pay(100, account_reference="INV-7")
    daraja.advance(10)

    (asked,), (told,) = may_i.received, paid.received
    assert (asked["BillRefNumber"], asked["OrgAccountBalance"]) == ("INV-7", "")
    assert (told["TransID"], told["ThirdPartyTransID"]) == (asked["TransID"], "42")


def test_a_shop_that_refuses_gets_nothing(daraja: Daraja, registered: Any) -> None:
    may_i, paid = registered("600992")
    may_i.answer_with(json={"ResultCode": "C2B00012"})

    daraja.pay(100, paybill=600992, account_reference="INV-7", msisdn="0711222333")
    daraja.settle()

    row = daraja.transactions[0]
    assert (row.state, row.result, row.msisdn) == ("failed", "C2B00012", "254711222333")
    assert paid.received == []


def test_a_till_is_paid_without_an_account(daraja: Daraja, registered: Any) -> None:
    _, paid = registered("3000001")

    daraja.pay(7.5, till="3000001")
    daraja.advance(10)

    assert [(each["TransAmount"], each["BillRefNumber"]) for each in paid.received] == [("7.50", "")]


def test_the_next_payment_can_be_decided(daraja: Daraja) -> None:
    daraja.next("c2b.pay", "C2B00014")

    daraja.pay(1)
    daraja.advance(10)

    assert daraja.transactions[0].result == "C2B00014"


@pytest.mark.parametrize(
    ("whom", "words"),
    [
        ({"amount": 0}, "amount is 0"),
        ({"amount": 1, "paybill": 600992, "till": 3000001}, "both a paybill and a till"),
        ({"amount": 1, "account_reference": ""}, "a paybill needs an account_reference"),
        ({"amount": 1, "msisdn": "12"}, "not a Kenyan mobile number"),
    ],
)
def test_what_cannot_be_is_named(daraja: Daraja, whom: dict[str, Any], words: str) -> None:
    with pytest.raises(Problem, match=words):
        daraja.pay(**whom)
