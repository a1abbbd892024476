"""Exchanges: every request to Daraja's paths with its answer, and the trace that explains it."""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial
from typing import Any, Final

from mock_daraja import __version__
from mock_daraja.control.call import LIMIT, Call, Response, Shape, flag, row_id, written
from mock_daraja.ends import transaction_shape
from mock_daraja.errors import Problem
from mock_daraja.exchange import EXCHANGES, UNREAD, Exchange
from mock_daraja.fields import text, whole
from mock_daraja.journal.shapes import callback_json, exchange_json, is_about, stuck_json
from mock_daraja.model import CALLBACKS, DELIVERIES, STUCK


def _number(value: Any) -> int:
    """x12 or 12."""
    number = row_id(str(value).removeprefix("x"))
    if number is None:
        raise ValueError("the id of an exchange, e.g. x12")
    return number


FILTER: Final = {"operation": text, "status": whole(100, 599), "after": _number, "limit": LIMIT, "whole": flag}


def listed(call: Call) -> Shape:
    """The latest, oldest first; with `after` the first of those that came after it, so that none is missed.

    A line each, or with `whole` headers, bodies and trace as well.
    """
    shape = partial(exchange_json, whole=call.query.get("whole", False), bodies=call.bodies)
    return {"exchanges": call.shapes(call.latest(EXCHANGES, _wanted(call)), shape)}


def _wanted(call: Call) -> Callable[[Exchange], bool] | None:
    operation, status = call.query.get("operation"), call.query.get("status")
    if operation is None and status is None:
        return None
    return lambda row: operation in (None, row.operation) and status in (None, row.reply.status if row.reply else None)


def one(call: Call, name: str) -> Shape | Response:
    """Whole. `transaction` is the whole row of the one it opened, or null, and `callbacks` are that one's.
    `stuck` are the events about these that are stuck or were, with their tracebacks, where there are any.

    With `as` it is the curl command that asks the same again.
    """
    if name == "last":
        last = next(call.sandbox.store.scan(EXCHANGES, reverse=True, limit=1), None)
        number = None if last is None else last.number
    else:
        number = row_id(name.removeprefix("x"))
    row = call.kept(EXCHANGES, number, name)
    if call.query.get("as") == "curl":
        from mock_daraja.journal.curl import curl

        if row.refusal is not None and row.refusal.room == UNREAD:
            what = f"{row.id} did not come whole: {row.refusal.text}"
            raise Problem(what, remedy="no command asks the same again; see what came without --curl", status=409)
        return written(curl(row, call.request.host_url, call.shared.sandboxes.secrets.hide))
    transaction = None if row.transaction is None else call.sandbox.transaction(row.transaction)
    callbacks = [] if transaction is None else call.sandbox.callbacks_of(transaction.id)
    stuck = [] if transaction is None else _stuck(call, transaction.id, {each.id for each in callbacks})
    opened: Shape = {
        "transaction": None if transaction is None else transaction_shape(transaction),
        "callbacks": [callback_json(each, call.sandbox.deliveries_of(each.id)) for each in callbacks],
    }
    return exchange_json(row) | opened | ({"stuck": stuck} if stuck else {})


def _stuck(call: Call, transaction: int, callbacks: Container[int]) -> list[Shape]:
    rows = call.sandbox.store.scan(STUCK) if call.sandbox.store.count(STUCK) else ()
    about = [row for row in rows if is_about(row.kind, row.subject, transaction, callbacks)]
    return [stuck_json(row, call.sandbox.stuck_state(row)) for row in about]


def archive(call: Call) -> Shape:
    """All that are kept, and every delivery of a callback, as HAR 1.2."""
    from mock_daraja.journal.har import har

    store = call.sandbox.store
    with store.view():
        rows = (store.scan(EXCHANGES), store.scan(CALLBACKS), store.scan(DELIVERIES))
    return har(*rows, call.request.host_url, __version__)
