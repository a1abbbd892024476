"""Unit: one atomic change of a store in memory, and what it takes to undo it."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from threading import Lock, RLock, get_ident
from types import TracebackType
from typing import Any, Final

Back = tuple[Any, ...]
"""A function with its arguments, which undoes a change. It is noted before the change is made, and does nothing where
that failed, or where it was called before: for lack of memory any change may fail, and any step back."""
Undo = list[Back]
"""To be called from the last to the first."""

_log: Final = logging.getLogger("mock_daraja")
_MISSING: Final = object()


def put_in(values: dict[Any, Any], key: Any, new: Any, undo: Undo) -> None:
    undo.append((_put_back, values, key, values.get(key, _MISSING)))
    values[key] = new


def take_out(values: dict[Any, Any], key: Any, undo: Undo) -> Any:
    """Undone, it stands last: for values whose order means nothing."""
    old = values[key]
    undo.append((values.__setitem__, key, old))
    del values[key]
    return old


def _put_back(values: dict[Any, Any], key: Any, old: Any) -> None:
    if old is _MISSING:
        values.pop(key, None)
    else:
        values[key] = old


def add_last(queue: deque[Any], key: Any, undo: Undo) -> None:
    undo.append((_cut, queue, len(queue)))
    queue.append(key)


def take_first(queue: deque[Any], undo: Undo) -> Any:
    key = queue[0]
    undo.append((_lead, queue, len(queue), key))
    return queue.popleft()


def _cut(queue: deque[Any], length: int) -> None:
    if len(queue) > length:
        queue.pop()


def _lead(queue: deque[Any], length: int, key: Any) -> None:
    if len(queue) < length:
        queue.appendleft(key)


class Unit:
    """One for all units of a store, since no two of them are ever open: a second thread waits, a second one in the same
    thread joins. `ending` may still change something, and raise; `ended` is told whether anything is kept.

    Where memory lacks even for undoing, the unit is `torn`: the rest is done before anybody reads or begins the next
    one, which raises MemoryError as long as it can't be."""

    __slots__ = ("_depth", "_ended", "_ending", "_failed", "_line", "_lock", "_owner", "_undo", "torn")

    def __init__(self, lock: RLock, ending: Callable[[], None], ended: Callable[[bool], None]) -> None:
        self._lock = lock
        self._line = Lock()  # had by the first of those that wait, until its unit begins
        self._ending = ending
        self._ended = ended
        self._depth = 0
        self._owner: int | None = None  # the thread that is inside
        self._failed = False
        self.torn = False
        self._undo: Undo = []

    @property
    def own(self) -> Undo | None:
        """What `undo` gives; None where this thread is in no unit."""
        return self._undo if self._owner == get_ident() else None

    def undo(self) -> Undo:
        """Raises RuntimeError where this thread is in no unit."""
        if self._owner != get_ident():
            raise RuntimeError("rows change inside a unit: with store.unit()")
        return self._undo

    def give_way(self) -> None:
        """If others wait for their unit, let one of them begin. A lock that is given back and taken again at once
        would be had by none of them."""
        if self._owner == get_ident():
            raise RuntimeError("nobody can begin a unit while this thread is in one: give way outside it")
        with self._line:
            pass

    def __enter__(self) -> Undo:
        me = get_ident()
        if self._owner != me:
            if not self._lock.acquire(blocking=False):
                with self._line:
                    self._lock.acquire()
            if self.torn:
                try:
                    self._take_back()
                except BaseException:
                    self._lock.release()
                    raise
            self._owner = me
        self._depth += 1
        return self._undo

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Raises RuntimeError where a unit goes on although one in it failed."""
        if kind is not None:
            self._failed = True
        if self._depth > 1:
            self._depth -= 1
            return
        try:
            if self._undo or self._failed:
                self._end()
                if self._failed and kind is None:
                    raise RuntimeError("a unit inside this one failed, so nothing of it is kept")
        finally:
            self._depth, self._owner, self._failed = 0, None, False
            if self._undo:
                self.torn = True
            self._lock.release()

    def mend(self) -> None:
        """For whoever has the lock and finds it torn."""
        self._take_back()

    def _end(self) -> None:
        try:
            if not self._failed:
                self._ending()
        except BaseException:
            self._failed = True
            raise
        finally:
            if self._failed:
                self._take_back()
            else:
                self._undo.clear()
                self._ended(True)

    def _take_back(self) -> None:
        undo = self._undo
        while undo:
            back = undo[-1]
            try:
                back[0](*back[1:])
            except MemoryError:
                raise
            except Exception:  # a mistake of ours, which must not keep the others
                _log.exception("%r could not be undone", back[0])
            undo.pop()
        self.torn = False
        self._ended(False)


class Moment:
    """For reads that see one state of the rows, between two units."""

    __slots__ = ("_lock", "_unit")

    def __init__(self, lock: RLock, unit: Unit) -> None:
        self._lock = lock
        self._unit = unit

    def __enter__(self) -> None:
        self._lock.acquire()
        if self._unit.torn:
            try:
                self._unit.mend()
            except BaseException:
                self._lock.release()
                raise

    def __exit__(self, *_: object) -> None:
        self._lock.release()
