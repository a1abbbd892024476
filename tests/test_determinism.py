"""Same seed, same start, same calls: byte-identical journal."""

from __future__ import annotations

import json

import pytest

from mock_daraja.defaults import CUSTOMER
from mock_daraja.exchange import EXCHANGES
from mock_daraja.journal.shapes import callback_json, exchange_json, transaction_json
from mock_daraja.model import CALLBACKS, TRANSACTIONS
from tests.conftest import MakeMock, Mock


def play(mock: Mock) -> None:
    """A bit of everything: success, failures, refusals, queries, a retry, a mixed in-flight answer."""
    checkout = mock.pushed(Amount=5)
    for _ in range(6):
        mock.query(checkout)
    mock.advance(3)
    mock.sandbox.answer_prompt(CUSTOMER, "pin:1234")
    mock.advance(60)
    mock.query(checkout)
    mock.push(Amount="ten")
    mock.request("POST", "/nothing", {"a": 1})
    for number in range(20):
        mock.push(PhoneNumber=f"2547111111{number:02}", Amount=number + 1)
    mock.push(PhoneNumber="254700001037")
    mock.push(AccountReference="mock:1032")
    mock.push(headers={"X-Mock-Scenario": "stk_push/callback-twice"}, PhoneNumber="254722222222")
    mock.advance(600)


def journal(mock: Mock) -> bytes:
    sandbox, store = mock.sandbox, mock.sandbox.store
    return json.dumps(
        {
            "exchanges": [exchange_json(row) for row in store.scan(EXCHANGES)],
            "transactions": [transaction_json(row) for row in store.scan(TRANSACTIONS)],
            "callbacks": [callback_json(row, sandbox.deliveries_of(row.id)) for row in store.scan(CALLBACKS)],
            "balances": sandbox.balances(),
            "now": sandbox.now_ms,
        }
    ).encode()


QUIRKS = {"in_flight": "mixed"}


def test_the_same_seed_start_and_calls_give_the_same_bytes(mock_with: MakeMock) -> None:
    first, second = (mock_with(seed=42, quirks=QUIRKS, callback_retries=2) for _ in range(2))

    play(first)
    play(second)

    assert journal(first) == journal(second)
    assert len(first.callbacks()) > 20


@pytest.mark.parametrize("changes", [{"seed": 43}, {"start": "2026-11-24T10:00:01+03:00"}])
def test_another_seed_or_start_gives_others(mock_with: MakeMock, changes: dict[str, object]) -> None:
    first, second = mock_with(seed=42, quirks=QUIRKS), mock_with(**{"seed": 42, "quirks": QUIRKS} | changes)

    play(first)
    play(second)

    assert journal(first) != journal(second)


def test_a_seed_that_nobody_chose_is_told_and_can_be_used_again(mock_with: MakeMock) -> None:
    first = mock_with(seed=None)
    second = mock_with(seed=first.sandbox.seed)

    assert first.ask_token().body == second.ask_token().body
    assert first.push().body == second.push().body


def test_other_sandboxes_do_not_disturb_the_ids(mock_with: MakeMock) -> None:
    alone, crowded = mock_with(seed=42), mock_with(seed=42)
    crowded.gateway.shared.sandboxes.create("shop")

    for _ in range(3):
        crowded.token("shop-key", "shop-secret")

    assert alone.push().body == crowded.push().body


def test_a_reset_begins_the_same_story_again(mock: Mock) -> None:
    before = mock.push().body

    mock.gateway.shared.sandboxes.reset("default")
    mock._token = ""

    assert mock.push().body == before
