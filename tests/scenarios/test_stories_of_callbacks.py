"""The shipped stories about what becomes of a callback, played from the push to the webhook."""

from __future__ import annotations

import json

import pytest

from mock_daraja.model import CALLBACKS
from tests.conftest import MakeMock, Mock, Webhook, register_urls


def play(mock: Mock, story: str, **changes: object) -> str:
    mock.sandbox.engine.activate(mock.sandbox.library.find(f"stk_push/{story}"))
    return mock.pushed(**changes)


@pytest.mark.parametrize(
    ("story", "name", "value"),
    [("forged-amount", "Amount", 250000), ("forged-receipt", "MpesaReceiptNumber", "UKO0000000")],
)
def test_a_forged_callback_says_what_did_not_happen(
    mock: Mock, webhook: Webhook, story: str, name: str, value: object
) -> None:
    checkout = play(mock, story, CallBackURL=webhook.url)

    mock.advance(60)

    items = webhook.bodies[0]["Body"]["stkCallback"]["CallbackMetadata"]["Item"]
    row = mock.transaction(checkout)
    assert next(each["Value"] for each in items if each["Name"] == name) == value
    assert (row.amount_cents, row.state) == (100, "completed")
    assert row.receipt != "UKO0000000"


def test_a_callback_for_an_unknown_push_names_no_push_of_ours(mock: Mock, webhook: Webhook) -> None:
    checkout = play(mock, "forged-checkout", CallBackURL=webhook.url)

    mock.advance(60)

    told = webhook.bodies[0]["Body"]["stkCallback"]
    assert told["CheckoutRequestID"] != checkout
    assert mock.sandbox.find_transaction(told["CheckoutRequestID"]) is None


@pytest.mark.parametrize("story", ["callback-truncated", "callback-malformed"])
def test_a_damaged_callback_is_no_json_and_the_query_knows_the_truth(mock: Mock, story: str) -> None:
    checkout = play(mock, story)

    mock.advance(60)

    (row,) = [*mock.sandbox.store.scan(CALLBACKS)]
    with pytest.raises(json.JSONDecodeError):
        json.loads(row.body)
    assert mock.query(checkout).json["ResultCode"] == "0"


@pytest.mark.parametrize("clock", ["manual", "scaled:100"])
def test_a_slow_callback_arrives_whole(mock_with: MakeMock, webhook: Webhook, clock: str) -> None:
    mock = mock_with(clock=clock)

    play(mock, "callback-slow", CallBackURL=webhook.url)
    arrived = mock.wait_for(
        lambda: [row.state for row in [*mock.sandbox.store.scan(CALLBACKS)]] == ["delivered"], 120_000
    )

    assert arrived
    assert webhook.bodies[0]["Body"]["stkCallback"]["ResultCode"] == 0


def test_the_confirmation_may_come_before_the_stk_callback(mock: Mock, webhook: Webhook) -> None:
    register_urls(
        mock.sandbox, "174379", {"ResponseType": "Completed", "ConfirmationURL": webhook.url, "version": "v2"}
    )

    play(mock, "confirmation-first", CallBackURL=webhook.url)
    mock.advance(60)

    assert ["TransID" in each for each in webhook.bodies] == [True, False]
