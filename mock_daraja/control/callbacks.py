"""Callbacks: listed, waited for, sent again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, get_args

from mock_daraja.control import transactions
from mock_daraja.control.call import Awaited, Call, Shape, row_id
from mock_daraja.engine.subscriptions import LONGEST_REAL_S
from mock_daraja.errors import Problem
from mock_daraja.fields import number, one_of, text, whole
from mock_daraja.journal.shapes import callback_json
from mock_daraja.model import CALLBACKS, TRANSACTIONS, Callback
from mock_daraja.model.callback import PENDING, CallbackState
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.later import resend as send_again

LONGEST_S: Final = 3600
MOST_RESENDS: Final = 100
_LATEST: Final = 1000  # transactions that are looked through to say why it took too long
_STATES: Final = get_args(CallbackState)
FILTER: Final = {"state": one_of(*_STATES), "kind": text}


def reference(value: Any) -> str:
    """A transaction's, or its id as a number."""
    return text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value)


@dataclass(frozen=True, slots=True)
class _CallbackFilter:
    """Callbacks of a sandbox in one of these states; None: of any transaction, of any kind."""

    sandbox: Sandbox
    transaction: int | None
    kind: str | None
    states: tuple[str, ...]

    @property
    def rows(self) -> list[Callback]:
        of_one = () if self.transaction is None else ("transaction", self.transaction)
        return [*filter(self.takes, self.sandbox.store.scan(CALLBACKS, *of_one))]

    def takes(self, row: Callback) -> bool:
        return (
            row.state in self.states and self.kind in (None, row.kind) and self.transaction in (None, row.transaction)
        )

    def has(self, least: int) -> bool:
        """Whether there are so many, without reading them all: whoever waits asks for it with every change."""
        store = self.sandbox.store
        if self.transaction is not None:
            return store.count(CALLBACKS, "transaction", self.transaction) >= least and len(self.rows) >= least
        counts = store.counts(CALLBACKS, "state").items()
        there = sum([n for (kind, state), n in counts if state in self.states and self.kind in (None, kind)])
        return there >= least


def _wanted(call: Call, given: Mapping[str, Any], *, pending: bool) -> _CallbackFilter:
    """`pending` says whether callbacks that are still to be delivered count where no state is asked for."""
    transaction = transactions.find(call.sandbox, given["transaction"]).id if "transaction" in given else None
    state = given.get("state")
    states = (state,) if state is not None else tuple(each for each in _STATES if pending or each not in PENDING)
    return _CallbackFilter(call.sandbox, transaction, given.get("kind"), states)


def _shown(call: Call, rows: Iterable[Callback]) -> Shape:
    return {"callbacks": call.shapes(rows, partial(shape, call))}


def shape(call: Call, row: Callback) -> Shape:
    return callback_json(row, call.sandbox.deliveries_of(row.id), bodies=call.bodies)


def listed(call: Call) -> Shape:
    """The latest, oldest first."""
    return _shown(call, call.latest(CALLBACKS, _wanted(call, call.query, pending=True).takes))


def one(call: Call, name: str) -> Shape:
    return shape(call, call.kept(CALLBACKS, row_id(name), name))


def wait(call: Call) -> Awaited:
    """Until so many callbacks are as asked for. A standing clock is moved as far as it takes."""
    keys = {**FILTER, "timeout": number(0, LONGEST_S), "count": whole(1, 1000), "transaction": reference}
    given = call.body(keys)
    timeout_s, count = given.get("timeout", 30.0), given.get("count", 1)
    sandbox, wanted = call.sandbox, _wanted(call, given, pending=False)
    timeout_ms = round(timeout_s * 1000)
    if not sandbox.clock.stands_still:
        timeout_ms = min(timeout_ms, int(LONGEST_REAL_S * 1000 * sandbox.clock.setting.factor))

    def answer() -> Shape:
        rows = wanted.rows
        if len(rows) < count:
            raise _too_late(call, given, len(rows), count)
        return _shown(call, rows[:1000])

    return Awaited(sandbox, lambda: wanted.has(count), sandbox.now_ms + timeout_ms, answer)


def _too_late(call: Call, given: Mapping[str, Any], came: int, count: int) -> Problem:
    conditions = " ".join(f"{name}={given[name]}" for name in ("kind", "state", "transaction") if name in given)
    store = call.sandbox.store
    seen = store.counts(CALLBACKS, "state").items()
    there = ", ".join(f"{number} {kind} {state}" for (kind, state), number in seen) or "no callbacks"
    pending = str(sum(not row.is_final for row in store.scan(TRANSACTIONS, reverse=True, limit=_LATEST)))
    if store.count(TRANSACTIONS) > _LATEST:  # thousands may be too late at once
        pending += f" of the latest {_LATEST}"
    what = f"{came} of {count} callbacks {conditions or 'no longer pending'} within {given.get('timeout', 30.0):g} s"
    return Problem(
        f"{what}; seen: {there}; {pending} transactions pending",
        where="wait",
        remedy=f"give a longer timeout, or see GET {call.base}/callbacks and GET {call.base}/clock for what is due",
        status=408,
    )


def resend(call: Call, name: str) -> Shape:
    """Byte for byte. On a standing clock it has been sent when this answers."""
    times = call.body({"times": whole(1, MOST_RESENDS)}).get("times", 1)
    sandbox, row = call.sandbox, call.kept(CALLBACKS, row_id(name), name)
    send_again(sandbox, row.id, times)

    def now() -> Callback:
        return sandbox.store.get(CALLBACKS, row.id) or row

    while sandbox.clock.stands_still and now().state == "scheduled" and call.engine.run_next(sandbox, sandbox.now_ms):
        pass
    return shape(call, now())
