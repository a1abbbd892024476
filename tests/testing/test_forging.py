"""Callbacks that M-Pesa would not send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.products import CATALOGUE
from mock_daraja.testing import Daraja
from tests.conftest import register_urls

NOWHERE = "http://127.0.0.1:9/nobody"
Push = Callable[..., tuple[int, Any]]


def items(body: Any) -> dict[str, Any]:
    metadata = body["Body"]["stkCallback"]["CallbackMetadata"]["Item"]
    return {each["Name"]: each.get("Value") for each in metadata}


def test_a_pending_payment_is_said_to_be_paid(daraja: Daraja, webhook: Any, push: Push) -> None:
    _, answer = push(daraja, webhook.url)

    row = daraja.forge(answer["CheckoutRequestID"])

    (body,) = webhook.bodies
    said = body["Body"]["stkCallback"]
    assert (said["CheckoutRequestID"], said["ResultCode"]) == (answer["CheckoutRequestID"], 0)
    assert (items(body)["Amount"], bool(items(body)["MpesaReceiptNumber"])) == (10, True)
    assert (row.status, row.state, row.forged, row.transaction) == (200, "delivered", True, 1)
    assert (daraja.transactions[0].state, daraja.transactions[0].receipt) == ("pending", None)


def test_a_forged_callback_is_its_senders_to_deliver(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)
    link = daraja._link
    due: list[Any] = []

    def also_deliver() -> None:
        link.gateway.engine.deliver_now(link.sandbox, [1])  # type: ignore[attr-defined]  # a link here has them
        due.append(link.sandbox.store.peek())  # type: ignore[attr-defined]  # a link here has one

    webhook.on_request = also_deliver

    daraja.forge(1)

    assert len(webhook.bodies) == 1
    assert [each.kind for each in due] == ["settle"]


def test_a_paid_one_is_sent_again_with_other_values(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)
    daraja.settle()
    (paid,) = daraja.transactions

    daraja.forge(paid, amount=1)
    daraja.forge(paid, receipt="SAB1234567")
    daraja.forge(paid.id, reference="ws_CO_nobody")

    said = webhook.bodies[1:]
    assert [(items(each)["Amount"], items(each)["MpesaReceiptNumber"]) for each in said] == [
        (1, paid.receipt),
        (10, "SAB1234567"),
        (10, paid.receipt),
    ]
    assert said[2]["Body"]["stkCallback"]["CheckoutRequestID"] == "ws_CO_nobody"


def test_a_paid_one_is_said_to_have_failed_with_all_that_a_failure_has(
    daraja: Daraja, webhook: Any, push: Push
) -> None:
    push(daraja, webhook.url)
    daraja.settle()

    daraja.forge(daraja.transactions[0], result=1)

    said = webhook.bodies[1]["Body"]["stkCallback"]
    assert (said["ResultCode"], said["ResultDesc"]) == (1, "The balance is insufficient for the transaction.")
    assert "CallbackMetadata" not in said
    assert daraja.transactions[0].result == "0"


def test_a_failed_one_is_said_to_be_paid(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", 1032)
    push(daraja, webhook.url)
    daraja.settle()

    daraja.forge(daraja.transactions[0])

    assert [each["Body"]["stkCallback"]["ResultCode"] for each in webhook.bodies] == [1032, 0]
    assert daraja.transactions[0].result == "1032"


def test_it_goes_where_it_is_sent(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, NOWHERE)

    daraja.forge(1, url=webhook.url)

    assert len(webhook.bodies) == 1


PAYMENTS = [each.full_name for each in CATALOGUE.opens() if each.example is not None]


def test_only_queries_and_reversals_have_to_be_there_to_be_forged() -> None:
    others = {each.full_name for each in CATALOGUE.opens()} - set(PAYMENTS)

    assert others == {"balance.query", "status.query", "reversal.request"}


@pytest.mark.parametrize("operation", [name for name in PAYMENTS if not name.startswith("c2b")])
def test_one_that_never_was_is_forged_for_every_payment(daraja: Daraja, webhook: Any, operation: str) -> None:
    row = daraja.forge(url=webhook.url, operation=operation)

    assert (row.status, row.transaction, row.json) == (200, 0, webhook.bodies[0])
    assert daraja.transactions == []


def test_a_confirmation_goes_to_the_url_that_is_registered(daraja: Daraja, webhook: Any) -> None:
    register_urls(
        daraja._link.sandbox,  # type: ignore[attr-defined]  # a link here has one
        daraja.shortcode,
        {"ResponseType": "Completed", "ConfirmationURL": webhook.url},
    )

    row = daraja.forge(operation="c2b", amount="500.00")

    assert (row.kind, webhook.bodies[0]["TransAmount"]) == ("confirmation", "500.00")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ({}, "has no URL"),
        ({"url": NOWHERE, "price": 5}, "there is no key 'price'"),
        ({"url": NOWHERE, "operation": "oauth"}, "has no callback to forge"),
        ({"url": NOWHERE, "operation": "balance"}, "balance.query has no callback to forge"),
        ({"operation": "c2b"}, "nobody has registered a ConfirmationURL"),
        ({"url": NOWHERE, "kind": "timeout"}, "sends no timeout"),
        ({"url": NOWHERE, "operation": "stkpsh"}, "no product or operation 'stkpsh'"),
        ({"transaction": "ws_CO_nobody"}, "no transaction 'ws_CO_nobody'"),
    ],
)
def test_what_cannot_be_forged_is_named(daraja: Daraja, what: dict[str, Any], words: str) -> None:
    with pytest.raises(Problem) as caught:
        daraja.forge(**what)

    assert words in str(caught.value)


@pytest.mark.parametrize("status", [200, 403, 500])
def test_any_answer_to_a_forgery_is_a_good_one(webhook: Any, push: Push, status: int) -> None:
    webhook.statuses = [status]

    with MockDaraja() as daraja:
        row = daraja.forge(url=webhook.url)

    assert row.status == status


def test_no_answer_fails_a_strict_test() -> None:
    with pytest.raises(AssertionError, match="connection refused"), MockDaraja() as daraja:
        daraja.forge(url=NOWHERE)


def test_the_timeline_and_the_report_card_tell_it_apart(daraja: Daraja, webhook: Any, push: Push) -> None:
    webhook.statuses = [403]
    push(daraja, webhook.url)
    daraja.forge(1)
    daraja.settle()

    assert f"c1  stk to {webhook.url}  the receiver answered 403; forged: M-Pesa did not send it" in daraja.timeline()
    assert daraja.report()["callbacks-answered"].verdict == "pass"
