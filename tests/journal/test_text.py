"""What `why` says of an exchange. The whole texts stand in golden/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.ends import transaction_shape
from mock_daraja.journal.shapes import callback_json, exchange_json, instant
from mock_daraja.journal.text import explanation
from mock_daraja.model import DELIVERIES, Failure, changed

GOLDEN = Path(__file__).parent / "golden"
PUBLIC = "https://shop.example.com/callback"


def document(mock: Any) -> dict[str, Any]:
    """The last exchange, whole, with what it opened: as the control API gives it."""
    exchange = mock.exchange()
    row = None if exchange.transaction is None else mock.sandbox.transaction(exchange.transaction)
    callbacks = [] if row is None else mock.sandbox.callbacks_of(row.id)
    return exchange_json(exchange) | {
        "transaction": None if row is None else transaction_shape(row),
        "callbacks": [callback_json(each, mock.sandbox.deliveries_of(each.id)) for each in callbacks],
    }


def clock_of(mock: Any) -> dict[str, Any]:
    due = [
        {"at": instant(each.due_ms), "kind": each.kind, "subject": each.subject} for each in mock.sandbox.store.events()
    ]
    return {"clock": str(mock.sandbox.clock.setting), "now": instant(mock.sandbox.now_ms), "due": due}


def refused(mock: Any) -> None:
    mock.push(Amount="ten")


def pending(mock: Any) -> None:
    mock.push()


def paid_but_not_told(mock: Any) -> None:
    mock.push(CallBackURL=PUBLIC)
    mock.advance(60)


def paid_and_lost(mock: Any) -> None:
    mock.push(headers={"X-Mock-Scenario": "stk_push/callback-lost"})
    mock.advance(60)


def nobody_listens(mock: Any) -> None:
    mock.push(AccountReference="mock:1032")
    mock.advance(60)


def unknown_path(mock: Any) -> None:
    mock.request("GET", "/mpesa/stkpush/v1/procesrequest")


@pytest.mark.parametrize("story", [refused, pending, paid_but_not_told, paid_and_lost, nobody_listens, unknown_path])
def test_an_exchange_is_explained(mock: Any, story: Callable[[Any], None]) -> None:
    story(mock)

    text = explanation(document(mock), clock_of(mock))

    assert text == (GOLDEN / f"{story.__name__}.txt").read_text(encoding="utf-8")


def test_that_a_callback_may_have_come_twice_is_told(mock: Any, webhook: Any) -> None:
    mock.push(CallBackURL=webhook.url)
    mock.advance(60)
    with mock.sandbox.store.unit():
        (delivery,) = mock.sandbox.store.scan(DELIVERIES)
        mock.sandbox.store.put(DELIVERIES, changed(delivery, before=Failure("closed")))

    text = explanation(document(mock))

    assert ", answered 200; sent twice, and may have come twice: the first time, over a kept connection, the " in text


def test_a_sandbox_with_a_name_is_addressed_by_it(mock: Any) -> None:
    pending(mock)

    text = explanation(document(mock) | {"sandbox": "mine"}, clock_of(mock))

    assert "POST /_mock/sandboxes/mine/clock/advance" in text


def test_an_exchange_of_the_journal_alone_is_explained_without_its_transaction(mock: Any) -> None:
    pending(mock)

    text = explanation(exchange_json(mock.exchange()))

    assert "Trace" in text
    assert "Callbacks" not in text


def test_each_verdict_is_painted_in_its_role(mock: Any) -> None:
    refused(mock)

    text = explanation(document(mock), paint=lambda words, role: f"<{role}>{words}</{role}>")

    assert "<bad>refused</bad>  validation" in text
    assert "<bad>400 Bad Request</bad>" in text


def test_what_a_client_sent_never_reaches_a_terminal_raw(mock: Any) -> None:
    mock.request("GET", "/mpesa/%1b[2J", headers={"Authorization": "Bearer x"})

    text = explanation(document(mock))

    assert "\x1b" not in text
    assert "\\x1b[2J" in text
