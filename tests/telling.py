"""What the log tells of an exchange, a transaction, a callback."""

from __future__ import annotations

from mock_daraja.exchange import Exchange
from mock_daraja.gateway import Gateway
from mock_daraja.journal.paint import plain
from mock_daraja.journal.story import lines
from mock_daraja.model import Callback, Transaction
from mock_daraja.steps import events


def of_exchange(gateway: Gateway, exchange: Exchange) -> str:
    """Without the time."""
    shared = gateway.shared
    return _text(events.request(shared, shared.sandboxes.get(exchange.sandbox), exchange, None))


def of_end(gateway: Gateway, final: Transaction) -> str:
    return _text(events.final(gateway.shared, gateway.shared.sandboxes.default, final))


def of_callback(gateway: Gateway, row: Callback) -> str:
    sandbox = gateway.shared.sandboxes.default
    last = next(reversed(sandbox.deliveries_of(row.id)), None)
    return _text(events.callback(gateway.shared, sandbox, row, last))


def _text(event: events.Event) -> str:
    return "\n".join(lines(event, plain))[14:]
