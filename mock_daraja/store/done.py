"""Done: the rows of a table that its noun's retention may take, by group, and which of them are to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from heapq import merge
from typing import Final, Generic

from mock_daraja.model.noun import ALL, K, Noun, R, Retention
from mock_daraja.store.unit import Undo, add_last, put_in, take_first


class Done(Generic[R, K]):
    def __init__(self, noun: Noun[R, K], retention: Retention[R]) -> None:
        self._noun: Final = noun
        self._retention: Final = retention
        self._by = next((each.values for each in noun.ranked if each.name == retention.by), None)
        self._queues: dict[str | int, deque[K]] = {}  # by group, as they became done
        self._bytes: dict[str | int, int] = {}  # by group
        self._touched: dict[str | int, None] = {}  # groups that the end of the unit has to look at

    def copy(self) -> Done[R, K]:
        made = Done(self._noun, self._retention)
        made._queues = {group: queue.copy() for group, queue in self._queues.items()}
        made._bytes = dict(self._bytes)
        made._touched = dict.fromkeys(made._queues)  # it may be of the middle of a unit, or go where less may stay
        return made

    def change(self, key: K, old: R | None, new: R | None, undo: Undo) -> bool:
        """A row was put, changed or removed. Whether it matters at the end of the unit."""
        was, now = self._group(old), self._group(new)
        if was is None and now is None:
            return False
        counts_bytes = self._retention.most_bytes is not None
        if was == now and not counts_bytes:
            return False
        if was is not None:
            self._touched[was] = None
            if was != now:
                self._leave(was, key, undo)
            if counts_bytes:
                self._count_bytes(was, old, -1, undo)
        if now is not None:
            self._touched[now] = None
            if was != now:
                add_last(self._queues.setdefault(now, deque()), key, undo)
            if counts_bytes:
                self._count_bytes(now, new, 1, undo)
        return True

    def overdue(self, limits: Mapping[str, int]) -> Iterator[K]:
        """The keys of the rows that have to go; whoever asks removes each before asking for the next."""
        most = limits[self._retention.most]
        most_bytes = None if self._retention.most_bytes is None else limits[self._retention.most_bytes]
        queues = self._queues
        for group in [*self._touched]:
            while (length := len(queues[group])) > most or (
                most_bytes is not None and length > 1 and self._bytes[group] > most_bytes
            ):
                yield queues[group][0]

    def oldest(self) -> Iterator[K]:
        """All keys, those first that became done first; of several groups, the lowest first. None may go meanwhile."""
        queues = self._queues.values()
        return iter(next(iter(queues))) if len(queues) == 1 else merge(*queues)

    def tidy(self) -> None:
        """The unit is at its end."""
        for group in self._touched:
            if not self._queues.get(group):
                self._queues.pop(group, None)
                self._bytes.pop(group, None)
        self._touched.clear()

    def _leave(self, group: str | int, key: K, undo: Undo) -> None:
        queue = self._queues[group]
        if queue[0] == key:  # nearly always
            take_first(queue, undo)
        else:
            others = (
                queue.copy()
            )  # taking one from the middle of a queue takes memory, and leaves it turned where it fails
            others.remove(key)
            put_in(self._queues, group, others, undo)

    def _group(self, row: R | None) -> str | int | None:
        """The one in which the row's place is; None: it has none."""
        if row is None or not self._retention.done(row):
            return None
        return ALL if self._by is None else next((group for group, _ in self._by(row)), None)

    def _count_bytes(self, group: str | int, row: R | None, sign: int, undo: Undo) -> None:
        if row is not None:
            put_in(self._bytes, group, self._bytes.get(group, 0) + sign * self._retention.size(row), undo)
