"""What is due in one sandbox, in order, and the thread that runs it as the clock gets there.

Events are data in the store; what they mean is the runner's business. On a manual clock nothing runs but by
`advance`. On an auto clock the thread moves the clock to the next due event a few milliseconds after the last.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, RLock, Thread
from typing import Final

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.model import Event, Row
from mock_daraja.model.noun import Noun
from mock_daraja.store import Store

_LOG: Final = logging.getLogger("mock_daraja")
_PAUSE: Final = 0.005  # seconds that an auto clock stands still before it is moved on
_ADVANCE_WAIT: Final = 30.0
_REPLY_WAIT: Final = 0.1


class ClockState(Row, frozen=True):
    """How the clock runs. `at_ms` is where a standing one stands, and from where a running one was started."""

    setting: str  # as people write it: real, scaled:60, manual, auto
    at_ms: int


CLOCK: Final[Noun[ClockState, str]] = Noun("clock", ClockState, lambda row: "")
"""One row a sandbox."""


class Agenda:
    """`run` carries out one event and says whether it had any effect. It is given each event once."""

    def __init__(self, name: str, clock: Clock, store: Store, run: Callable[[Event], bool]) -> None:
        self._name = name
        self._clock = clock
        self._store = store
        self._run = run
        self._changed = Condition()
        self._moving = RLock()  # one at a time moves a standing clock
        clock.on_wait = self.wake
        with store.unit():
            self._keep_clock()
        self._unanswered: set[int] = set()  # exchanges whose reply is not out
        self._thread: Thread | None = None
        self._changes = 0  # counts what the thread has to look at again
        self._stopping = False

    def schedule(self, due_ms: int, kind: str, subject: int | str, exchange: int | None = None) -> None:
        """Put an event on the agenda. One that an unanswered `exchange` caused is held back until `release`,
        so that no callback overtakes the acknowledgement; a manual clock needs no such care."""
        held = exchange if exchange in self._unanswered else None
        with self._store.unit():
            event = self._store.add_event(due_ms, kind, subject, held=held)
        if held is None:
            self._see_to(event)

    def hold(self, exchange: int) -> None:
        if self._clock.setting.mode != "manual":
            self._unanswered.add(exchange)

    def release(self, exchange: int) -> None:
        """The exchange's reply is on the wire."""
        if exchange not in self._unanswered:
            return
        self._unanswered.discard(exchange)
        for event in self._store.release(exchange):
            self._see_to(event)
        if self._clock.stands_still:
            self._notify()  # whoever awaits the reply

    def awaits_reply(self) -> bool:
        """Wait for a reply that is on its way to be out, if one is: a client may ask about what it has already read.
        False when there is none, or one that takes its time on purpose."""
        if not self._unanswered:
            return False
        with self._changed:
            return self._changed.wait_for(lambda: not self._unanswered, _REPLY_WAIT)

    def _see_to(self, event: Event) -> None:
        """Have the thread look, if this is what is due next."""
        if self._clock.setting.mode == "manual" or self._stopping:
            return
        if self._thread is None:
            self._start()
        if self._store.peek() == event:
            self._notify()

    def _start(self) -> None:
        with self._changed:
            if self._thread is None and not self._stopping:
                self._thread = Thread(target=self._loop, name=f"agenda-{self._name}", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """The clock was switched, or somebody began to wait on it."""
        if self._clock.setting.mode != "manual":
            self._start()
        self._notify()

    def stop(self) -> None:
        self._stopping = True
        self._notify()
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    # standing clocks

    def advance(self, ms: int) -> list[Event]:
        """Move a standing clock by `ms`, running what falls due at its own due time, with all that this schedules.

        Returns what had an effect, in order. Raises Problem on a running clock and while another advance runs.
        """
        self.check_standing()
        with self.turn():
            until_ms = self._clock.now() + ms
            fired = []
            while (event := self._next(until_ms)) is not None:
                if self._carry_out(event):
                    fired.append(event)
            self.move_to(until_ms)
            return fired

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
        self.wake()

    def _keep_clock(self) -> None:
        self._store.put(CLOCK, ClockState(str(self._clock.setting), self._clock.now()))

    def run_next(self, until_ms: int) -> bool:
        """Run the next event due by `until_ms` on a standing clock. False when there is none."""
        with self.turn():
            event = self._next(until_ms)
            if event is not None:
                self._carry_out(event)
            return event is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The right to move a standing clock, or a Problem instead of a deadlock."""
        if not self._moving.acquire(timeout=_ADVANCE_WAIT):
            raise Problem(
                f"another advance of this clock has been running for {_ADVANCE_WAIT:g} s",
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

    def _next(self, until_ms: int) -> Event | None:
        event = self._store.claim(until_ms)
        if event is not None:
            self.move_to(event.due_ms)
        return event

    def _carry_out(self, event: Event) -> bool:
        try:
            return self._run(event)
        except Exception:
            _LOG.exception("event %s of %s failed", event, self._name)
            return False

    # running clocks

    def _loop(self) -> None:
        while not self._stopping:
            seen = self._changes
            pause = self._run_due()
            if pause is None or pause > 0:
                self._sleep(pause, seen)

    def _run_due(self) -> float | None:
        """Run what is due. Returns for how many seconds there is nothing more to do; None: until something changes."""
        if self._clock.setting.mode == "manual":
            return None
        if self._clock.setting.mode == "auto":
            return self._jump()
        event = self._store.claim(self._clock.now())
        if event is not None:
            self._carry_out(event)
            return 0
        event = self._store.peek()
        return None if event is None else self._clock.seconds_until(event.due_ms)

    def _jump(self) -> float | None:
        """Wait a moment, so that whoever was answered can act, then move the clock to whatever comes next."""
        if self._upcoming() is None:
            return None
        self._sleep(_PAUSE, self._changes)
        with self.turn():
            due_ms = self._upcoming()
            if due_ms is not None and not self._stopping and self._clock.setting.mode == "auto":
                event = self._next(due_ms)
                self.move_to(due_ms)
                if event is not None:
                    self._carry_out(event)
        return 0

    def _upcoming(self) -> int | None:
        """When the next event is due or the next waiter on the clock wants to wake up."""
        event = self._store.peek()
        times = (None if event is None else event.due_ms, self._clock.next_sleeper())
        return min((time for time in times if time is not None), default=None)

    def _sleep(self, seconds: float | None, seen: int) -> None:
        """Unless something has changed since `seen`. Asks no store: its lock may be held by whoever waits for ours."""
        with self._changed:
            if self._changes == seen and not self._stopping:
                self._changed.wait(seconds)

    def _notify(self) -> None:
        with self._changed:
            self._changes += 1
            self._changed.notify_all()
