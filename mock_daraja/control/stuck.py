"""Stuck: events that failed at every try, listed, looked at and resumed."""

from __future__ import annotations

from typing import Final

from mock_daraja.control.call import LIMIT, Call, Shape, flag, row_id
from mock_daraja.engine.work import resume as have_carried_out
from mock_daraja.errors import Problem
from mock_daraja.fields import whole
from mock_daraja.journal.shapes import stuck_json
from mock_daraja.model import STUCK, Stuck
from mock_daraja.quoting import shown

FILTER: Final = {"after": whole(0, 10**15), "resumed": flag, "whole": flag, "limit": LIMIT}


def listed(call: Call) -> Shape:
    """The latest, oldest first; with `after` the first of those with higher numbers. With `whole` they have their
    tracebacks, with `resumed` those are there that were resumed, of which --keep-bodies says how many are kept.

    `count` is how many wait to be resumed.
    """
    index, whole = None if call.query.get("resumed") else "waiting", call.query.get("whole", False)
    rows = call.latest(STUCK, index=index)
    shapes = call.shapes(rows, lambda row: stuck_json(row, call.sandbox.stuck_state(row), whole=whole))
    return {"count": call.sandbox.store.count(STUCK, "waiting"), "stuck": shapes}


def one(call: Call, number: str) -> Shape:
    """With its traceback. `state` is `stuck` until it is resumed, then `trying`, in the end `done` or `stuck-again`;
    then `stuck_again` is its new number.
    """
    row = _found(call, number)
    return stuck_json(row, call.sandbox.stuck_state(row))


def resume(call: Call, number: str) -> Shape:
    """It is due from now on. `state` is what has come of it: on a standing clock `done` or `stuck-again`, on a running
    one most often `trying` yet: then GET it again.
    """
    sandbox, waiting = call.sandbox, _found(call, number)
    row = have_carried_out(sandbox, waiting.id)
    if row is None:
        what = f"event {waiting.id} was resumed already"
        raise Problem(what, remedy=f"GET {call.base}/stuck/{waiting.id} says what came of it", status=409)
    if sandbox.clock.stands_still:
        call.engine.run_next(sandbox, sandbox.now_ms)
    return stuck_json(row, sandbox.stuck_state(row), whole=False)


def _found(call: Call, number: str) -> Stuck:
    found = row_id(number)
    row = None if found is None else call.sandbox.store.get(STUCK, found)
    if row is None:
        what = f"no event {shown(number)} is stuck in sandbox {call.sandbox.name}"
        raise Problem(what, remedy=f"GET {call.base}/stuck lists those that are", status=404)
    return row
