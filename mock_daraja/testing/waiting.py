"""The handle's verbs about time: it is moved, or somebody waits; with or without blocking an event loop meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

from mock_daraja.clock import parse_instant
from mock_daraja.errors import Problem
from mock_daraja.model import Event
from mock_daraja.testing.clocks import DarajaClock
from mock_daraja.testing.link import Link, transaction_id
from mock_daraja.testing.rows import CallbackRow, Rows, TransactionRow
from mock_daraja.testing.timeline import timeline

_MOST_TURNS: Final = 10_000
_PENDING: Final = ("scheduled", "delivering")
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Waiting:
    _link: Link

    @property
    def clock(self) -> DarajaClock:
        """The sandbox's clock: `now`, `due`, `move_to(instant)`, `switch("auto")`."""
        return DarajaClock(self._link)

    def advance(self, seconds: float = 60) -> list[Event]:
        """Move the clock, and do all that falls due, in order and at its own time: prompts are answered, callbacks
        delivered. Returns what was done."""
        return self._link.advance(round(seconds * 1000))

    def settle(self) -> list[Event]:
        """Move the clock until nothing is due: everything is final and delivered. Returns what was done."""
        done: list[Event] = []
        for _ in range(_MOST_TURNS):
            clock = self._link.api.clock(limit=1)
            if not clock["due"]:
                return done
            ms = parse_instant(clock["due"][0]["at"]) - parse_instant(clock["now"])
            done += self._link.advance(max(0, ms))
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
        number = transaction_id(self._link, transaction)
        given = {"kind": kind, "state": state, "transaction": number}
        wanted = {name: value for name, value in given.items() if value is not None}
        found = self._link.wait(timeout, count, wanted)
        if found is None:
            rows = Rows(self._link.callbacks()).where(**wanted)
            came = sum(state is not None or row.state not in _PENDING for row in rows)
            what = f"{came} of {count} callbacks came within {timeout:g} s of the sandbox clock"
            raise AssertionError(f"{what}\n{timeline(self._link.record())}")
        return found

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
        return await self._in_thread(
            self.wait_for_callback, kind=kind, state=state, transaction=transaction, count=count, timeout=timeout
        )

    async def await_advance(self, seconds: float = 60) -> list[Event]:
        """`advance` for a test that is a coroutine."""
        return await self._in_thread(self.advance, seconds)

    async def await_settle(self) -> list[Event]:
        """`settle` for a test that is a coroutine."""
        return await self._in_thread(self.settle)

    async def _in_thread(
        self, verb: Callable[_Arguments, _Result], *arguments: _Arguments.args, **named: _Arguments.kwargs
    ) -> _Result:
        from asyncio import get_running_loop, to_thread

        before: Any = self._link.loop
        self._link.loop = get_running_loop()
        try:
            return await to_thread(verb, *arguments, **named)
        finally:
            self._link.loop = before
