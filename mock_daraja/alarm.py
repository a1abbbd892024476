"""Alarm: a call in the loop's thread when a sandbox's clock gets to a time, however it gets there."""

from __future__ import annotations

from collections.abc import Callable

from mock_daraja.clock import Clock
from mock_daraja.loop import Loop, Timer


class Alarm:
    """Made, rung and called off in the loop's thread; the clock may be moved and switched in any."""

    def __init__(self, loop: Loop, clock: Clock, due_ms: int, ring: Callable[[], object]) -> None:
        self._loop = loop
        self._clock = clock
        self._due_ms = due_ms
        self._ring: Callable[[], object] | None = ring
        self._timer: Timer | None = None
        clock.add_sleeper(self, due_ms, self._moved)
        self._look()

    def cancel(self) -> None:
        if self._ring is not None:
            self._ring = None
            self._clock.remove_sleeper(self)
            if self._timer is not None:
                self._timer.cancel()

    def _moved(self) -> None:
        """From any thread."""
        self._loop.call(self._look)

    def _look(self) -> None:
        ring, clock = self._ring, self._clock
        if ring is None:
            return
        if clock.now() >= self._due_ms:
            self.cancel()
            self._loop.call(ring)
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not clock.stands_still:
            self._timer = self._loop.later(min(_LONGEST_S, clock.seconds_until(self._due_ms)), self._look)


_LONGEST_S = 86_400.0  # then it looks again: no selector waits for years
