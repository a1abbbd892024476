"""Memory: how many bytes a server keeps, in all sandboxes together and on their way in, and what goes for others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from operator import attrgetter
from threading import Lock
from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.store import Store

_log: Final = logging.getLogger("mock_daraja")

_MIB: Final = 1 << 20
_BESIDES: Final = 8192  # bytes that whatever came leaves behind, besides its own
_PARTS: Final = 64  # after one of so many parts of the memory has come, it is looked at how much there is
_ROUNDS: Final = 16  # of removing, before whoever came goes on

_GOES: Final = "the oldest exchanges, callbacks, transactions and arrivals at sinks go from now on"
_BUSY: Final = "what is left is owed, or people and apps, so new requests are answered that the system is busy"
REMEDY: Final = "start with a larger --max-memory, let callbacks be delivered, or reset a sandbox or delete one"


class Bodies:
    """Those of requests that are under way: at most so many bytes. For one thread."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0

    def take(self, size: int) -> bool:
        """False where there is no room for so much."""
        if self.taken + size > self.most:
            return False
        self.taken += size
        return True

    def give_back(self, size: int) -> None:
        self.taken -= size


class Memory:
    """One per server. `most` is in MiB; `stores` gives those of all sandboxes, and `callers` has their tokens, which go
    only where they are the larger part: without its token a client can do nothing.

    Of rows that may go the oldest do, from the store that weighs most, once all of them weigh too much. Where none may,
    it is full: nothing more is to be taken in until there is room.
    """

    def __init__(self, most: int, max_body: int, stores: Callable[[], Iterable[Store]], callers: Store) -> None:
        self.most = most * _MIB
        self.bodies = Bodies(max(max_body, self.most // 4))
        self.is_full = False
        self._stores = stores
        self._callers = callers
        self._part = self.most // _PARTS
        self._came = 0  # bytes, since the last look
        self._looking = Lock()
        self._told: set[str] = set()

    def come(self, size: int) -> None:
        """Something of so many bytes has come, or is coming, and may be kept. From any thread that is in no unit; waits
        for nobody."""
        self._came += size + _BESIDES
        if self._came >= self._part and self._looking.acquire(blocking=False):
            try:
                with suppress(MemoryError):  # then whatever comes next looks again
                    self._look()
            finally:
                self._looking.release()

    @property
    def why_full(self) -> str:
        return f"the memory of {self.most // _MIB} MiB is full of what never goes: what is owed, customers, apps"

    def check_room(self) -> None:
        """Raises Problem where it is full."""
        if self.is_full:
            raise Problem(self.why_full, remedy=REMEDY, status=503)

    @property
    def weight(self) -> int:
        return self.bodies.taken + self._callers.weight + sum(store.weight for store in self._stores())

    def _look(self) -> None:
        excess = self.weight - self.most
        if excess > 0:
            self._tell(_GOES, "keep more")
            is_done = self._shed(excess + self._part)
            excess = self.weight - self.most
            self.is_full = is_done and excess > 0
        else:
            self.is_full = False
        if self.is_full:
            self._tell(_BUSY, "take more")
        self._came = self._part if excess > 0 else 0

    def _shed(self, weight: int) -> bool:
        """Whether it has done what can be done: so much has gone, or nothing more may."""
        left, all_seen = _ROUNDS, True
        stores = sorted(self._stores(), key=attrgetter("weight"), reverse=True)
        if self._callers.weight > self.most // 2:
            stores.append(self._callers)
        for store in stores:
            if not store.lock_now():
                all_seen = False
                continue
            try:
                while weight > 0 and left > 0:
                    before = store.weight
                    if not store.shed(weight):
                        break
                    weight -= before - store.weight
                    left -= 1
            finally:
                store.unlock()
        return weight <= 0 or (left > 0 and all_seen)

    def _tell(self, what: str, more: str) -> None:
        """Once."""
        if what not in self._told:
            self._told.add(what)
            mib = self.most // _MIB
            _log.warning("the memory of %d MiB is full: %s; to %s, start with a larger --max-memory", mib, what, more)
