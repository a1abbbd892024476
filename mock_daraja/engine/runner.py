"""Runner: what is due in one sandbox, carried out on the loop as its clock gets there.

On a real or scaled clock an event is carried out on the loop itself, unless something slow comes first or somebody else
has the sandbox: then in a thread of the pool. On an auto clock a thread moves the clock to whatever comes next, a few
milliseconds after the last, so that whoever was answered can act. On a manual one nothing happens.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final
from weakref import ref

from mock_daraja.engine.courier import Courier
from mock_daraja.engine.deliveries import Deliveries
from mock_daraja.engine.hold import Hold
from mock_daraja.engine.standing import Standing
from mock_daraja.engine.work import Work
from mock_daraja.errors import Problem, SlowError
from mock_daraja.loop import Timer
from mock_daraja.model import Event
from mock_daraja.pool import Pool
from mock_daraja.sandbox import Sandbox

_log: Final = logging.getLogger("mock_daraja")

_PAUSE_S: Final = 0.005  # for which an auto clock stands still before it is moved on
_AGAIN_S: Final = 1.0  # after a look that failed
_LONGEST_S: Final = 86_400.0
_AT_A_TIME: Final = 5  # events, before the loop looks at its sockets


class Runner:
    def __init__(self, sandbox: Sandbox, pool: Pool, courier: Courier, work: Work, standing: Standing) -> None:
        self._sandbox = sandbox
        self._clock = sandbox.clock
        self._store = sandbox.store
        self._loop = courier.loop
        self._pool = pool
        self._courier = courier
        self._work = work
        self._standing = standing
        self._deliveries = Deliveries(sandbox, pool, courier, work)
        self._timer: Timer | None = None
        self._next_ms: int | None = None  # what the timer is for
        self._will_look = False  # soon, whatever changes until then
        self._away: ref[Hold] | None = None  # had by a thread, or a pause, that is to end before the next look
        self._has_missed = False  # a look, meanwhile
        self._loop.after_lack(self._look_after_all)
        self._store.listen(self._changed, self._loop.rest)
        self._clock.on_change = self._switched
        self._changed()

    # from any thread

    def _changed(self) -> None:
        """A unit has ended: have the loop look, if something is due earlier than what it waits for."""
        if self._will_look or self._clock.setting.mode == "manual" or self._sandbox.is_closed:
            return
        try:
            event, next_ms = self._store.peek(), self._next_ms
            if event is not None and (next_ms is None or next_ms > event.due_ms):
                self._next_ms = event.due_ms
                self._have_looked()
        except Exception as error:
            self._will_look, self._next_ms = False, None
            self._loop.rest()
            if not isinstance(error, MemoryError):
                _log.exception("what is due in %s could not be seen", self._sandbox.name)

    def _switched(self) -> None:
        """The clock runs differently, or somebody began to wait on it."""
        if self._clock.setting.mode != "manual" and not self._sandbox.is_closed:
            self._next_ms = None
            self._have_looked()

    def _have_looked(self) -> None:
        self._will_look = True
        try:
            self._loop.call(self._look)  # whoever starts the loop
            self._courier.start()
        except Exception:
            self._will_look, self._next_ms = False, None  # the next change tries again
            self._loop.rest()  # and the loop, if it runs, once there is memory
            with suppress(Exception):
                _log.exception("no thread for what is due in %s", self._sandbox.name)

    # in the loop's thread

    def _look(self) -> None:
        self._guarded(self._look_now)

    def _guarded(self, step: Callable[..., object], *arguments: object) -> None:
        """Have it look again where this fails: for lack of memory, say."""
        try:
            step(*arguments)
        except BaseException:
            self._will_look, self._next_ms = False, None
            self._timer = self._loop.later(_AGAIN_S, self._look)
            raise

    def _look_after_all(self) -> None:
        """After a lack of memory. Where a thread is at it, it looks once more: it may have seen what is next before."""
        self._look()
        if not self._store.lock_now():
            self._loop.rest()  # and then again
            return
        try:
            self._sandbox.agenda.release_rest()
        finally:
            self._store.unlock()

    @property
    def _is_away(self) -> bool:
        return self._away is not None and self._away() is not None

    def _go_away(self) -> Hold:
        """Whoever is given it gives it to `_back` or `_done`. Where they lose it nobody is away any more."""
        hold = Hold(self._loop)
        self._away = ref(hold)
        return hold

    def _look_now(self) -> None:
        """Carry out what is due, or wait for what comes next."""
        if self._is_away or self._sandbox.is_closed:
            self._has_missed = True
            return
        self._next_ms = None
        self._wait_until(None)
        if self._clock.setting.mode == "manual":
            return
        if not self._store.lock_now():
            self._in_thread(self._in_turn, self._go_away())
            return
        try:
            due_ms = self._due_ms()
        finally:
            self._store.unlock()
        self._go_on(due_ms)

    def _due_ms(self) -> int | None:
        """When there is something to do. None: not before something changes."""
        self._will_look = False  # first: whatever is added from now on has the loop look again
        event = self._store.peek()
        times = [] if event is None else [event.due_ms]
        if self._clock.setting.mode == "auto" and (sleeper := self._clock.next_sleeper()) is not None:
            times.append(sleeper)
        self._next_ms = min(times, default=None)
        return self._next_ms

    def _go_on(self, due_ms: int | None) -> None:
        if due_ms is None:
            return
        if self._clock.setting.mode == "auto":
            self._loop.later(_PAUSE_S, self._in_thread, self._jump, self._go_away())
        elif due_ms > self._clock.now():
            self._wait_until(due_ms)
        else:
            self._run()

    def _wait_until(self, due_ms: int | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_ms is not None and not self._clock.stands_still:
            self._timer = self._loop.later(min(self._clock.seconds_until(due_ms), _LONGEST_S), self._look)

    def _run(self) -> None:
        """On the loop: some of what is due, unless somebody else has the sandbox. Then it looks again."""
        self._will_look = True
        if not self._store.lock_now():
            self._in_thread(self._in_turn, self._go_away())
            return
        try:
            rest = self._some()
        finally:
            self._store.unlock()
        if rest is None:
            self._loop.call(self._look)
        elif isinstance(rest, float):
            self._later(rest, self._go_away())
        else:
            self._in_thread(rest, self._go_away())

    def _in_turn(self) -> float | None:
        """In a thread, which waits for the sandbox as long as it takes: the loop might never find it free."""
        with self._store.view():
            rest = self._some()
            if rest is None:
                self._due_ms()
        if rest is None or isinstance(rest, float):
            return rest
        return rest()

    def _some(self) -> float | Callable[[], float | None] | None:
        """Carry out some of what is due on a running clock; the sandbox is locked. What comes before the next look, if
        anything: so many seconds of rest, or something slow."""
        for _ in range(_AT_A_TIME):
            event = None
            try:
                event = self._store.peek()
                if event is None or self._clock.stands_still or event.due_ms > self._clock.now():
                    break
                if event.kind == "deliver":
                    self._deliveries.begin(event)
                else:
                    self._work.carry_out(self._sandbox, event)
            except SlowError as slow:
                assert event is not None
                return partial(self._prepare, event, slow)
            except BaseException as error:  # SystemExit too: it is about that event alone
                return _AGAIN_S if event is None else self._work.failed(self._sandbox, event, error) or 0.0
        return None

    def _later(self, seconds: float, hold: Hold) -> None:
        """Leave the sandbox's events alone for so long."""
        self._loop.later(seconds, self._back, hold)

    def _back(self, hold: Hold) -> None:
        hold.over()
        self._away, self._has_missed = None, False
        self._look()

    def _done(self, hold: Hold) -> None:
        """A thread has done what was due, and has seen what is next."""
        if self._has_missed:
            self._back(hold)
        else:
            hold.over()
            self._away = None
            self._guarded(self._go_on, self._next_ms)

    def _in_thread(self, job: Callable[[], float | None], hold: Hold) -> None:
        """Look again so many seconds after it as it says; None: it has seen what is next."""
        try:
            self._pool.submit(self._do, job, hold)
        except Exception:
            self._loop.later(_AGAIN_S, self._back, hold)
            _log.exception("no thread for what is due in %s", self._sandbox.name)

    def _do(self, job: Callable[[], float | None], hold: Hold) -> None:
        """In a thread."""
        pause_s: float | None = _AGAIN_S
        try:
            pause_s = job()
        finally:
            if pause_s is None:
                self._loop.call(self._done, hold)
            else:
                self._loop.call(self._later, pause_s, hold)

    def _prepare(self, event: Event, slow: SlowError) -> float:
        """In a thread: what the event needs and takes long."""
        try:
            slow.prepare()
        except BaseException as error:
            return self._work.failed(self._sandbox, event, error) or 0.0
        return 0.0

    def _jump(self) -> float:
        """In a thread: move an auto clock to whatever comes next."""
        with suppress(Problem), self._sandbox.agenda.turn():
            if self._clock.setting.mode == "auto" and not self._sandbox.is_closed:
                due_ms = self._due_ms()
                if due_ms is not None:
                    self._standing.run_next(self._sandbox, due_ms)
                    self._sandbox.agenda.move_to(due_ms)
        return 0.0
