"""The connections to one receiver of callbacks: kept ones first, and new ones no faster than it takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mock_daraja.loop import Loop, Timer
from mock_daraja.stream import Stream

_AT_ONCE: Final = 4
"""Connections that may be young at one time. A development server queues as few as five."""
_YOUNG_S: Final = 0.03  # for which a connection is young, unless something comes back earlier: who takes his time has
# taken the connection from the queue
IDLE_S: Final = 0.2  # then a kept one is closed: an idle one can block a receiver's shutdown, or its only thread
BUSY_IDLE_S: Final = 0.005  # the same while others wait for an answer, maybe for that thread


class Connections:
    """Counts what the courier opens. Used in the loop's thread alone. `changed` is called when one may be opened that
    might not before, or a kept one has ended by itself."""

    def __init__(self, loop: Loop, changed: Callable[[], object]) -> None:
        self.busy = 0  # attempts under way
        self._loop = loop
        self._changed = changed
        self._kept: list[_Kept] = []
        self._young: dict[object, Timer] = {}

    def __len__(self) -> int:
        """How many connections are kept."""
        return len(self._kept)

    @property
    def is_unused(self) -> bool:
        return not (self.busy or self._kept or self._young)

    @property
    def may_open(self) -> bool:
        return len(self._young) < _AT_ONCE

    def opened(self, owner: object) -> None:
        self._young[owner] = self._loop.later(_YOUNG_S, self._grown, owner)

    def ended(self, owner: object) -> None:
        timer = self._young.pop(owner, None)
        if timer is not None:
            timer.cancel()

    def _grown(self, owner: object) -> None:
        self._young.pop(owner, None)
        self._changed()

    def forget_grown(self) -> None:
        """Those of which nothing was said when they had grown, since memory lacked."""
        self._young = {owner: timer for owner, timer in self._young.items() if not timer.is_off}

    def take(self) -> Stream | None:
        """The one that was used last: the others come to be closed."""
        return self._kept[-1].take() if self._kept else None

    def keep(self, stream: Stream) -> None:
        idle_s = BUSY_IDLE_S if self.busy else IDLE_S
        try:
            self._kept.append(_Kept(self._loop, stream, self._kept, self._changed, idle_s))
        except BaseException:
            stream.close()
            raise

    def close_kept(self, most: int | None = None) -> None:
        """So many of them, those unused for longest first."""
        for each in self._kept[:most]:
            each.take().close()


class _Kept:
    """One connection that nobody uses: until it is taken, ends, or has been idle for long."""

    def __init__(
        self, loop: Loop, stream: Stream, among: list[_Kept], closed: Callable[[], object], idle_s: float
    ) -> None:
        self._stream = stream
        self._among = among
        self._closed = closed
        stream.user = self
        self._timer: Timer = loop.later(idle_s, self._close)

    def take(self) -> Stream:
        self._timer.cancel()
        self._among.remove(self)
        return self._stream

    def _close(self) -> None:
        self.take().close()
        self._closed()

    def opened(self) -> None: ...
    def drained(self) -> None: ...
    def received(self, data: bytes) -> None:  # noqa: ARG002 - nobody asked for anything
        self._close()

    def ended(self, error: Exception | None) -> None:  # noqa: ARG002 - whatever ended it
        self._close()
