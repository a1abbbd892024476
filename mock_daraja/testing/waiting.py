"""The handle's verbs about time: it is moved, or somebody waits; with or without blocking an event loop meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from mock_daraja import durations
from mock_daraja.client.api import Row, only_given
from mock_daraja.clock import eat, parse_instant
from mock_daraja.errors import Problem
from mock_daraja.model import Event
from mock_daraja.model.callback import PENDING
from mock_daraja.quoting import shown
from mock_daraja.testing.failing import failure, nearest
from mock_daraja.testing.link import Part, transaction_id
from mock_daraja.testing.rows import CallbackRow, TransactionRow

_FIRST_TIME_MACHINE: Final = 3  # that leaves time.monotonic alone, on which sockets, locks and event loops wait
_INSTALL: Final = 'pip install "time-machine>=3"'
_LONGEST_WAIT_S: Final = 3600  # in one call
_MOST_TURNS: Final = 10_000
_TIMED_OUT: Final = 408
_Result = TypeVar("_Result")


class Waiting(Part):
    @property
    def clock(self) -> DarajaClock:
        """The sandbox's clock: `now`, `due`, `move_to(instant)`, `switch("auto")`."""
        return DarajaClock(self._link)

    def advance(self, seconds: float | str = 60) -> list[Event]:
        """Move the clock, and do all that falls due, in order and at its own time: prompts are answered, callbacks
        delivered. A span may be text: "36h", "90 days". Returns what was done."""
        return self.clock.advance(seconds)

    def settle(self) -> list[Event]:
        """Move the clock until nothing is due: everything is final and delivered. Returns what was done."""
        done: list[Event] = []
        for _ in range(_MOST_TURNS):
            clock = self._link.api.clock(limit=1)
            if not clock["due"]:
                return done
            ms = parse_instant(clock["due"][0]["at"]) - parse_instant(clock["now"])
            done += self.clock.advance(max(0, ms) / 1000)
        what = f"something was still due after {_MOST_TURNS} moves of the clock"
        raise Problem(what, where="settle", remedy="use advance(seconds) where things go on for ever")

    def wait_for_callback(
        self,
        *,
        kind: str | None = None,
        state: str | None = None,
        transaction: TransactionRow | int | str | None = None,
        count: int = 1,
        timeout: float = 120,
    ) -> CallbackRow:
        """The callback, or the `count`th, that matches: in this state, or by default in any but a pending one.

        Waits `timeout` seconds on the sandbox clock, which takes no time on a manual one. `transaction` is a row, an
        id or any reference. Raises AssertionError that shows what happened instead.
        """
        wanted = only_given(kind=kind, state=state, transaction=transaction_id(self._link, transaction))
        left_s = timeout
        while True:
            try:
                rows = self._link.api.wait_for_callbacks(min(left_s, _LONGEST_WAIT_S), count, **wanted)
            except Problem as problem:
                if problem.status != _TIMED_OUT:
                    raise
            else:
                return self._link.guarded(CallbackRow.from_json(rows[count - 1]))
            left_s -= _LONGEST_WAIT_S
            if left_s <= 0:
                break
        there = self._link.callbacks().where(**wanted)
        came = sum(state is not None or row.state not in PENDING for row in there)
        asked = ", ".join(f"{name} {each}" for name, each in wanted.items())
        heading = f"expected {count} callback{'' if count == 1 else 's'}{f': {asked}' if asked else ''}\nfound {came}"
        events = nearest(self._link.record(), wanted.get("transaction"))
        ending = f"{came} of {count} callbacks came within {timeout:g} s of the sandbox clock"
        raise failure(self._link, heading, events, ending)

    async def await_callback(
        self,
        *,
        kind: str | None = None,
        state: str | None = None,
        transaction: TransactionRow | int | str | None = None,
        count: int = 1,
        timeout: float = 120,
    ) -> CallbackRow:
        """`wait_for_callback` for a test that is a coroutine: the event loop, and an app on it, go on meanwhile."""
        verb = partial(
            self.wait_for_callback, kind=kind, state=state, transaction=transaction, count=count, timeout=timeout
        )
        return await self._in_thread(verb)

    async def await_advance(self, seconds: float = 60) -> list[Event]:
        """`advance` for a test that is a coroutine."""
        return await self._in_thread(partial(self.advance, seconds))

    async def await_settle(self) -> list[Event]:
        """`settle` for a test that is a coroutine."""
        return await self._in_thread(self.settle)

    async def _in_thread(self, verb: Callable[[], _Result]) -> _Result:
        from asyncio import get_running_loop, to_thread

        before: Any = self._link.loop
        self._link.loop = get_running_loop()
        try:
            return await to_thread(verb)
        finally:
            self._link.loop = before


class DarajaClock(Part):
    """By default manual: it stands still until it is moved."""

    def __repr__(self) -> str:
        return f"<DarajaClock {self.setting}, {self.now.isoformat()}>"

    @property
    def now(self) -> datetime:
        """In East Africa Time, which Daraja prints."""
        return eat(parse_instant(self._link.api.clock(limit=1)["now"]))

    @property
    def setting(self) -> str:
        """real, scaled:60, manual or auto."""
        return str(self._link.api.clock(limit=1)["clock"])

    @property
    def due(self) -> list[Event]:
        """What is on the agenda, the next first: `due_ms`, `kind` and the id of the transaction or callback."""
        return _events(self._link.api.clock(limit=self._link.most)["due"])

    def advance(self, seconds: float | str = 60) -> list[Event]:
        """As `daraja.advance`."""
        return _events(self._link.api.advance(_milliseconds(seconds) / 1000)["fired"])

    def move_to(self, instant: datetime | str) -> list[Event]:
        """Move on to a time: a datetime, or text such as "2026-11-24T18:00"; without an offset it is EAT.

        Does all that falls due on the way. Raises Problem on a time that is over.
        """
        text = instant.isoformat() if isinstance(instant, datetime) else instant
        now = self.now
        ahead = eat(parse_instant(text)) - now
        if ahead < timedelta():
            what = f"{text} is over: the clock shows {now.isoformat()}"
            raise Problem(what, where="move_to", remedy="a clock goes on only; set `start`, or restore a snapshot")
        return self.advance(ahead.total_seconds())

    def switch(self, setting: str) -> None:
        """Run differently from now on: real, scaled:60, manual or auto. The time itself does not jump."""
        self._link.api.switch_clock(setting)


def _events(shapes: Iterable[Row]) -> list[Event]:
    return [Event(parse_instant(each["at"]), 0, each["kind"], each["subject"]) for each in shapes]


@contextmanager
def travelling(daraja: Waiting) -> Iterator[None]:
    """Moves time-machine in step with the sandbox's clock. Raises Problem where the former is missing or too old, and
    where the latter runs."""
    try:
        import time_machine
    except ImportError:
        raise Problem("time-machine is not installed", where="daraja_time", remedy=_INSTALL) from None
    from importlib.metadata import version

    found = version("time-machine")
    if int(found.partition(".")[0]) < _FIRST_TIME_MACHINE:
        what = f"time-machine {found} stops time.monotonic too, on which sockets wait"
        raise Problem(what, where="daraja_time", remedy=_INSTALL)
    if daraja.clock.setting not in ("manual", "auto"):
        what = f"the sandbox clock is {daraja.clock.setting}: it can't be followed step by step"
        raise Problem(what, where="daraja_time", remedy='@pytest.mark.daraja(clock="manual"), or "auto"')
    clock = daraja._link.here("daraja_time", "leave it out, or").sandbox.clock
    with time_machine.travel(daraja.clock.now.timestamp(), tick=False) as traveller:
        clock.on_move = lambda ms: traveller.move_to(ms / 1000)
        try:
            yield
        finally:
            clock.on_move = lambda ms: None


def _milliseconds(span: float | str) -> int:
    try:
        return round(durations.seconds(span) * 1000)
    except (ValueError, OverflowError):  # round refuses nan and inf
        raise Problem(f"seconds is {shown(span)}", where="advance", remedy=f"use {durations.WANTED}") from None
