"""Queue: keys in the order in which they came. One that is taken out of the middle can be put back where it was."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Generic

from mock_daraja.model.noun import K


class Queue(Generic[K]):
    """A key that is taken out leaves an empty place, so that putting it back is one step. `tidy` ends that."""

    __slots__ = ("_emptied", "_empty", "_places")

    def __init__(self) -> None:
        self._places: deque[K] = deque()
        self._emptied: dict[K, int] = {}  # how many of the key's places, the first of them, are empty
        self._empty = 0  # all of these

    def __len__(self) -> int:
        return len(self._places) - self._empty

    def __iter__(self) -> Iterator[K]:
        """Keys may be taken out while the rest are read."""
        passed: dict[K, int] = {}  # empty places, by key
        for key in self._places:
            if passed.get(key, 0) < self._emptied.get(key, 0):
                passed[key] = passed.get(key, 0) + 1
            else:
                yield key

    def copy(self) -> Queue[K]:
        made: Queue[K] = Queue()
        made._places.extend(self)
        return made

    def add(self, key: K) -> None:
        self._places.append(key)

    def undo_add(self) -> None:
        """Of the key that was added last."""
        self._places.pop()

    def take_out(self, key: K) -> None:
        """A key that is there."""
        self._emptied[key] = self._emptied.get(key, 0) + 1
        self._empty += 1

    def undo_take_out(self, key: K) -> None:
        self._fill(key)

    def tidy(self) -> None:
        """What was done before can't be undone any more."""
        while self._places and self._places[0] in self._emptied:
            self._fill(self._places.popleft())
        if 2 * self._empty > len(self._places):
            self._places = deque(self)
            self._emptied.clear()
            self._empty = 0

    def _fill(self, key: K) -> None:
        self._empty -= 1
        if self._emptied[key] == 1:
            del self._emptied[key]
        else:
            self._emptied[key] -= 1
