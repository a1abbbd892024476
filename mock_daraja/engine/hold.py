"""Hold: what somebody has in hand, from one step to the next, and may lose for lack of memory."""

from __future__ import annotations

from mock_daraja.loop import Loop


class LostError(Exception):
    """What came of an attempt at a callback was lost, for a reason of ours: the receiver may have got it."""


class Hold:
    """Whoever has it has a reference to it, and calls `over` at the end; whoever gave it away has a weak one. Where it
    is dead before its end, the loop looks, as it does after any lack of memory. None of this takes any."""

    __slots__ = ("__weakref__", "_loop")

    def __init__(self, loop: Loop) -> None:
        self._loop: Loop | None = loop

    def over(self) -> None:
        self._loop = None

    def __del__(self) -> None:
        if self._loop is not None:
            self._loop.rest()
