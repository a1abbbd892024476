"""The journal as one list: what happened, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from mock_daraja.control.call import LIMIT, Call, Shape
from mock_daraja.exchange import EXCHANGES, Exchange
from mock_daraja.model import CALLBACKS, STUCK, TRANSACTIONS, Callback
from mock_daraja.model.noun import Noun
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps import events
from mock_daraja.steps.events import Event


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rows that tell what happened: their number among each other, and when it was."""

    noun: Noun[Any, int]
    index: str | None  # that has them by this number; None: it is their key
    number: Callable[[Any], int]
    at_ms: Callable[[Sandbox, Any], int]
    event: Callable[[Call, Any], Event]

    def rows(self, sandbox: Sandbox, after: int | None, limit: int) -> list[Any]:
        """The first so many above the number, or else the latest. Of a sandbox that was reset since, all are new."""
        scan = sandbox.store.scan
        latest = [*scan(self.noun, self.index, reverse=True, limit=limit if after is None else 1)][::-1]
        if after is None or not latest:
            return latest
        after = 0 if self.number(latest[-1]) < after else after
        if self.index is None:
            return [*scan(self.noun, after=after, limit=limit)]
        return [*scan(self.noun, self.index, least=after + 1, limit=limit)]


def _request(call: Call, row: Exchange) -> Event:
    opened = None if row.transaction is None else call.sandbox.transaction(row.transaction)
    return events.request(call.shared, call.sandbox, row, opened)


def _attempted_ms(sandbox: Sandbox, row: Callback) -> int:
    deliveries = sandbox.deliveries_of(row.id)
    return deliveries[-1].sent_ms if deliveries else row.due_ms


def _callback(call: Call, row: Callback) -> Event:
    deliveries = call.sandbox.deliveries_of(row.id)
    return events.callback(call.shared, call.sandbox, row, deliveries[-1] if deliveries else None)


_KINDS: Final = (
    _Kind(EXCHANGES, None, lambda row: row.number, lambda _, row: row.received_ms, _request),
    _Kind(
        TRANSACTIONS,
        "ended",
        lambda row: row.ended,
        lambda _, row: row.final_ms,
        lambda call, row: events.final(call.shared, call.sandbox, row),
    ),
    _Kind(CALLBACKS, "attempted", lambda row: row.attempted, _attempted_ms, _callback),
    _Kind(
        STUCK,
        None,
        lambda row: row.id,
        lambda _, row: row.stuck_ms,
        lambda call, row: events.stuck(call.shared, call.sandbox, row),
    ),
)


def _place(value: Any) -> tuple[int, ...]:
    numbers = str(value).split(".")
    if len(numbers) != len(_KINDS) or not all(each.isascii() and each.isdigit() and len(each) < 19 for each in numbers):
        raise ValueError("the `after` of an earlier answer, e.g. 12.4.7.0")
    return tuple(map(int, numbers))


FILTER: Final = {"after": _place, "limit": LIMIT}


def listed(call: Call) -> Shape:
    """The latest, oldest first; with `after` what has happened since then, at most `limit` of each kind, so that none
    is missed. `after` is what to ask with next time."""
    sandbox, limit = call.sandbox, call.limit
    given: tuple[int, ...] | None = call.query.get("after")
    found: list[tuple[int, int, Callable[[], Event]]] = []
    places = []
    with sandbox.store.view():
        for turn, kind in enumerate(_KINDS):
            after = None if given is None else given[turn]
            rows = kind.rows(sandbox, after, limit)
            found += [(kind.at_ms(sandbox, row), turn, partial(kind.event, call, row)) for row in rows]
            places.append(kind.number(rows[-1]) if rows else after or 0)
    found.sort(key=lambda each: each[:2])
    told = found if given is not None else found[-limit:]
    return {"after": ".".join(map(str, places)), "events": call.shapes(told, lambda each: each[2]())}
