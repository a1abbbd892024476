"""Subscriptions: who waits on the loop, without a thread, for something to hold in a sandbox whose clock runs.

Those of one sandbox are looked at together once it has changed, and then not before a rest that grows with their
number: however often it changes, looking takes a small part of the loop's time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Final

from mock_daraja.alarm import Alarm
from mock_daraja.loop import Loop
from mock_daraja.pool import Pool
from mock_daraja.sandbox import Sandbox

_log: Final = logging.getLogger("mock_daraja")

LONGEST_REAL_S: Final = 600
"""That one waits, whatever the clock does."""
_TOGETHER: Final = 500  # looked at before the loop sees to its sockets
_REST_S: Final = 0.00004  # for each, before the next look: one takes 1 or 2 µs
_LEAST_REST_S: Final = 0.001
_SOON_S: Final = 0.001  # a sandbox that was just changed in a thread is nobody's by then
_AGAIN_S: Final = 1.0  # after a look that failed


class Subscription:
    """`ready` is called once: when it holds, its time is up by the sandbox's clock, also where that was made to stand
    meanwhile, LONGEST_REAL_S have passed, or the sandbox is closed. Never after `cancel`, unless it was on its way
    then."""

    __slots__ = ("_end", "_last", "_of", "_ready", "holds")

    def __init__(
        self, of: Subscriptions, holds: Callable[[], bool], until_ms: int, ready: Callable[[], object]
    ) -> None:
        self.holds = holds
        self._of = of
        self._ready: Callable[[], object] | None = ready
        self._end = Alarm(of.loop, of.sandbox.clock, until_ms, self.wake)
        self._last = of.loop.later(LONGEST_REAL_S, self.wake)

    def cancel(self) -> None:
        if self._ready is not None:
            self._ready = None
            self._end.cancel()
            self._last.cancel()
            self._of.leave(self)

    def wake(self) -> None:
        ready = self._ready
        if ready is not None:
            self.cancel()
            self._of.loop.call(ready)


class Subscriptions:
    """Those of one sandbox. In the loop's thread; `empty` is called when the last has left."""

    def __init__(self, sandbox: Sandbox, loop: Loop, pool: Pool, empty: Callable[[], object]) -> None:
        self.sandbox = sandbox
        self.loop = loop
        self._store = sandbox.store
        self._pool = pool
        self._empty = empty
        self._waiting: dict[Subscription, None] = {}
        self._seen = self._store.change
        self._noted = False  # a look is to come, or is under way
        loop.after_lack(self._look)
        self._store.listen(self._changed, loop.rest)

    def add(self, holds: Callable[[], bool], until_ms: int, seen: int, ready: Callable[[], object]) -> Subscription:
        """`seen` is the store's change number before it was found not to hold."""
        made = Subscription(self, holds, until_ms, ready)
        self._waiting[made] = None
        if self._store.change != seen:
            self._seen = seen
            self._changed()
        return made

    def leave(self, subscription: Subscription) -> None:
        del self._waiting[subscription]
        if not self._waiting:
            self._store.unlisten(self._changed)
            self._empty()

    def _changed(self) -> None:
        """From any thread, in a unit."""
        if not self._noted:
            self._noted = True
            try:
                self.loop.call(self._look)
            except BaseException:
                self._noted = False
                raise

    def _look(self) -> None:
        self._seen = self._store.change
        self._go_on(iter([*self._waiting]))

    def _go_on(self, left: Iterator[Subscription]) -> None:
        some = [*islice(left, _TOGETHER)]
        if some:
            self._look_at(some, left)
        else:
            self.loop.later(max(_LEAST_REST_S, _REST_S * len(self._waiting)), self._rested)

    def _look_at(self, some: list[Subscription], left: Iterator[Subscription], *, again: bool = True) -> None:
        try:
            if self._store.lock_now():
                try:
                    over = self._over(some)
                finally:
                    self._store.unlock()
                self._wake(over, left)
            elif again:
                self.loop.later(_SOON_S, partial(self._look_at, some, left, again=False))
            else:
                self._pool.submit(self._in_thread, some, left)
        except BaseException:  # no memory, say
            self._seen = -1
            self.loop.later(_AGAIN_S, self._rested)
            raise

    def _rested(self) -> None:
        self._noted = False
        if self._waiting and self._store.change != self._seen:
            self._changed()

    def _in_thread(self, some: list[Subscription], left: Iterator[Subscription]) -> None:
        """Waits for the sandbox as long as it takes: the loop might never find it free."""
        over = some
        try:
            with self._store.view():
                over = self._over(some)
        finally:
            self.loop.call(self._wake, over, left)

    def _over(self, some: list[Subscription]) -> list[Subscription]:
        """Those that have nothing more to wait for."""
        return [each for each in some if self.sandbox.is_closed or _holds(each)]

    def _wake(self, over: list[Subscription], left: Iterator[Subscription]) -> None:
        for each in over:
            each.wake()
        self.loop.call(self._go_on, left)


def _holds(subscription: Subscription) -> bool:
    """Where that can't be told, whoever waits is woken, and meets the same mistake where it can be answered."""
    try:
        return subscription.holds()
    except Exception:
        _log.exception("what is waited for could not be seen")
        return True
