"""What is due in one sandbox, what waits for a reply to be out, and where its clock stands.

Events are data in the store; the engine carries them out, and moves the clock meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, RLock
from typing import Final

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.model import Event, Row
from mock_daraja.model.noun import Noun
from mock_daraja.store import Store

_TURN_WAIT: Final = 30.0
_REPLY_WAIT: Final = 0.1


class ClockState(Row, frozen=True):
    """How the clock runs. `at_ms` is where a standing one stands, and from where a running one was started."""

    setting: str  # as people write it: real, scaled:60, manual, auto
    at_ms: int


CLOCK: Final[Noun[ClockState, str]] = Noun("clock", ClockState, lambda row: "")
"""One row a sandbox."""


class Agenda:
    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._moving = RLock()  # one at a time moves a standing clock
        self._answered = Condition()
        self._waiting = 0  # for a reply to be out
        self._unanswered: dict[int, bool] = {}  # exchanges that hold events; whether their reply is out all the same
        with store.unit():
            self._keep_clock()

    def schedule(self, due_ms: int, kind: str, subject: int | str, exchange: int | None = None) -> Event:
        """Put an event on the agenda, in a unit. One that an unanswered `exchange` caused is held back until `release`,
        so that no callback overtakes the acknowledgement; a manual clock needs no such care."""
        held = exchange if exchange in self._unanswered else None
        return self._store.add_event(due_ms, kind, subject, held=held)

    def hold(self, exchange: int) -> None:
        if self._clock.setting.mode != "manual":
            self._unanswered[exchange] = False

    def release(self, exchange: int) -> None:
        """The exchange's reply is on the wire. Where the store fails, it can be called again, or `release_rest` is."""
        if exchange in self._unanswered:
            self._unanswered[exchange] = True  # which takes no memory
            with self._store.view():  # nobody schedules in between: what is held from then on would be for ever
                self._store.release(exchange)
                self._unanswered.pop(exchange, None)
            if self._waiting:
                with self._answered:
                    self._answered.notify_all()

    def release_rest(self) -> None:
        """Those for which that failed."""
        for exchange, is_out in self._unanswered.copy().items():
            if is_out:
                self.release(exchange)

    def awaits_reply(self) -> bool:
        """Wait for a reply that is on its way to be out, if one is: a client may ask about what it has already read.
        False when there is none, or one that takes its time on purpose."""
        if not self._unanswered:
            return False
        with self._answered:
            self._waiting += 1
            try:
                return self._answered.wait_for(lambda: not self._unanswered, _REPLY_WAIT)
            finally:
                self._waiting -= 1

    # the clock

    def move_to(self, ms: int) -> None:
        """Move a standing clock forward, and keep where it stands."""
        if ms > self._clock.now():
            with self._store.unit():
                self._clock.move_to(ms)
                self._keep_clock()

    def switch(self, setting: ClockSetting) -> None:
        """Let the clock run differently from now on."""
        with self._store.unit():
            self._clock.switch(setting)
            self._keep_clock()

    def _keep_clock(self) -> None:
        self._store.put(CLOCK, ClockState(str(self._clock.setting), self._clock.now()))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The right to move a standing clock, or a Problem instead of a deadlock."""
        if not self._moving.acquire(timeout=_TURN_WAIT):
            raise Problem(
                f"another advance of this clock has been running for {_TURN_WAIT:g} s",
                remedy="don't advance the clock from inside a webhook; let the test do it",
                status=409,
            )
        try:
            yield
        finally:
            self._moving.release()

    def check_standing(self) -> None:
        if not self._clock.stands_still:
            raise Problem(
                f"the clock is {self._clock.setting}, it can't be moved",
                remedy="switch it to manual: PUT /_mock/clock, or serve --clock manual",
                status=409,
            )
