"""Stuck: events that failed at every try, listed, looked at and resumed."""

from __future__ import annotations

from mock_daraja.control.call import Call, Shape, row_id
from mock_daraja.engine.work import resume as have_carried_out
from mock_daraja.errors import Problem
from mock_daraja.journal.shapes import stuck_json
from mock_daraja.model import STUCK, Stuck


def listed(call: Call) -> Shape:
    """The latest, oldest first, without their tracebacks; with `after` the first of those with higher numbers.

    `count` is how many there are in all.
    """
    store = call.sandbox.store
    with store.view():
        rows = [*store.scan(STUCK, after=call.query.get("after"))]
        count = store.count(STUCK)
    return {"count": count, "stuck": [stuck_json(row, whole=False) for row in call.page(rows, after="after")]}


def one(call: Call, number: str) -> Shape:
    """With its traceback."""
    found = row_id(number)
    row = None if found is None else call.sandbox.store.get(STUCK, found)
    if row is None:
        raise _unknown(call, number)
    return stuck_json(row)


def resume(call: Call, number: str) -> Shape:
    """It is due from now on; on a standing clock it has been carried out when this answers.

    `stuck_again` is its new number where it failed at every try again by then, else null.
    """
    sandbox, found = call.sandbox, row_id(number)
    row = None if found is None else have_carried_out(sandbox, found)
    if row is None:
        raise _unknown(call, number)
    if sandbox.clock.stands_still:
        call.engine.run_next(sandbox, sandbox.now_ms)
    again = next((each.id for each in sandbox.store.scan(STUCK, after=row.id) if _is_same(each, row)), None)
    return stuck_json(row, whole=False) | {"stuck_again": again}


def _is_same(one: Stuck, other: Stuck) -> bool:
    return (one.kind, one.subject) == (other.kind, other.subject)


def _unknown(call: Call, number: str) -> Problem:
    what = f"no event {number!r:.80} is stuck in sandbox {call.sandbox.name}"
    return Problem(what, remedy=f"GET {call.base}/stuck lists those that are", status=404)
