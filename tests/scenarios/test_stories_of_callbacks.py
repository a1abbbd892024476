"""The shipped stories about what becomes of a callback, played from the push to the webhook."""

from __future__ import annotations

import json

import pytest

from mock_daraja import resources
from mock_daraja.defaults import CUSTOMER, CUSTOMER_OPENING
from mock_daraja.ledger import customer
from mock_daraja.model import CALLBACKS
from mock_daraja.scenarios import Library
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
    play(mock, story, CallBackURL=webhook.url)

    mock.advance(60)

    told = webhook.bodies[0]["Body"]["stkCallback"]
    assert told["ResultCode"] == 0
    assert next(each["Value"] for each in told["CallbackMetadata"]["Item"] if each["Name"] == name) == value


def forging_stories() -> list[str]:
    library = Library([resources.scenarios()])
    rules = {name: library.find(name).rules for name in library.names()}
    return [name for name, of in rules.items() if any(each.callback.forge for rule in of for each in rule.outcomes)]


@pytest.mark.parametrize("name", forging_stories())
def test_a_story_that_forges_moves_no_money(mock: Mock, webhook: Webhook, name: str) -> None:
    scenario = mock.sandbox.library.find(name)
    mock.sandbox.engine.activate(scenario)
    checkout = mock.pushed(CallBackURL=webhook.url)  # the only payment that a story forges so far
    mock.advance(60)
    row = mock.transaction(checkout)

    assert len(webhook.bodies) == 1
    assert webhook.bodies[0]["Body"]["stkCallback"]["ResultCode"] == 0
    assert mock.query(checkout).json["ResultCode"] == row.result == "1032"
    assert mock.world().balance(customer(CUSTOMER)) == CUSTOMER_OPENING
    assert row.receipt is None


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
