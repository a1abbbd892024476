"""Engine: one per server, over all its sandboxes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from threading import TIMEOUT_MAX
from threading import Event as Signal
from typing import Final

from mock_daraja.callbacks.delivery import system_trust
from mock_daraja.engine.courier import MOST, MOST_PER_RECEIVER, Courier
from mock_daraja.engine.runner import Runner
from mock_daraja.engine.standing import Standing
from mock_daraja.engine.subscriptions import Subscription, Subscriptions
from mock_daraja.engine.work import Steps, Work, insist
from mock_daraja.loop import Loop
from mock_daraja.model import Event
from mock_daraja.pool import Pool
from mock_daraja.sandbox import Sandbox

_GRACE_S: Final = 0.5  # that stop waits for the attempts to be ended


class EventEngine:
    """`loop` may run already, or is started once something has to happen by itself. All but `adopt` and `subscribe` is
    for threads that may wait, and for none that has a unit open."""

    def __init__(
        self, loop: Loop, pool: Pool, steps: Steps, most: int = MOST, per_receiver: int = MOST_PER_RECEIVER
    ) -> None:
        self.loop = loop
        self.pool = pool
        self._courier = Courier(loop, pool, system_trust, most, per_receiver)
        self._work = Work(steps)
        self._standing = Standing(self._courier, self._work)
        self._subscriptions: dict[Sandbox, Subscriptions] = {}  # of those that anybody waits for

    def adopt(self, sandbox: Sandbox) -> None:
        """Carry out what falls due in it, from now on until it is closed."""
        Runner(sandbox, self.pool, self._courier, self._work, self._standing)

    def advance(self, sandbox: Sandbox, ms: int) -> list[Event]:
        """See Standing.advance."""
        return self._standing.advance(sandbox, ms)

    def run_next(self, sandbox: Sandbox, until_ms: int) -> bool:
        """See Standing.run_next."""
        return self._standing.run_next(sandbox, until_ms)

    def wait_for(self, sandbox: Sandbox, predicate: Callable[[], bool], timeout_ms: int) -> bool:
        """Wait, at most so long on the sandbox clock, until the predicate holds. A standing clock is moved to do so."""
        return self.wait_until(sandbox, predicate, sandbox.now_ms + timeout_ms)

    def wait_until(self, sandbox: Sandbox, predicate: Callable[[], bool], until_ms: int) -> bool:
        """The same, until the sandbox clock is there."""
        if sandbox.clock.stands_still:
            while not predicate():
                if self.run_next(sandbox, until_ms) or sandbox.agenda.awaits_reply() or predicate():
                    continue
                sandbox.agenda.move_to(until_ms)
                return False
            return True
        seen = sandbox.store.change
        while not (sandbox.is_closed or predicate()):
            left_s = min(TIMEOUT_MAX, sandbox.clock.seconds_until(until_ms))
            if not sandbox.store.wait(seen, left_s):
                break
            seen = sandbox.store.change
        return predicate()

    def subscribe(
        self,
        sandbox: Sandbox,
        holds: Callable[[], bool],
        until_ms: int,
        seen: int,
        ready: Callable[[], object],
    ) -> Subscription:
        """Wait for the same on the loop, and in its thread: `ready` is called there once there is nothing more to wait
        for. `holds` is called often, on the loop or in a thread, while nobody changes the sandbox: it takes no time,
        and waits for nothing. It did not hold after the change number was `seen`. A manual clock is not moved."""
        of_it = self._subscriptions.get(sandbox)
        if of_it is None:
            empty = partial(self._subscriptions.pop, sandbox)
            of_it = self._subscriptions[sandbox] = Subscriptions(sandbox, self.loop, self.pool, empty)
        return of_it.add(holds, until_ms, seen, ready)

    def deliver_now(self, sandbox: Sandbox, callbacks: Iterable[int]) -> None:
        """Deliver these before anything else: they are to overtake the reply that they are held back for."""
        self._standing.deliver_now(sandbox, callbacks)

    def record_what_came(self) -> None:
        """See Standing.record_what_came."""
        self._standing.record_what_came()

    def release(self, sandbox: Sandbox, exchange: int) -> None:
        """The exchange's reply is out, or will never be."""
        try:
            if not self.loop.is_here:
                insist(sandbox.agenda.release, exchange)
            elif sandbox.store.lock_now():
                try:
                    insist(sandbox.agenda.release, exchange)
                finally:
                    sandbox.store.unlock()
            else:
                self.pool.submit(insist, sandbox.agenda.release, exchange)
        except MemoryError:
            self.loop.rest()  # the sandbox's runner releases it once there is some
            raise

    def stop(self) -> None:
        """End what is under way, and the loop. What waits for an attempt is told that it was ended."""
        self._courier.close()
        if self.loop.is_running:
            told = Signal()
            self.loop.call(self._courier.stop)
            self.loop.call(self.loop.call, told.set)  # behind all that this has the loop do
            if not self.loop.is_here:
                told.wait(_GRACE_S)
        self.pool.stop()
        self.loop.stop()
