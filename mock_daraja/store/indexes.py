"""The indexes of a table: Groups for a ranked one, Holders for a unique one, which give and take keys of rows; and
Counts. Each change of one is noted, before it is made, with what undoes it."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any, Generic

from mock_daraja.model.noun import K, Place
from mock_daraja.store.unit import Undo


class Ranks:
    """The keys of one group, by rank and then by key; sixteen bytes each where keys are numbers.

    The first of them is cheap to remove, however many there are: what is kept for a time goes from that end.
    """

    __slots__ = ("_keys", "_ranks", "_start")

    def __init__(self, key: str | int) -> None:
        """Empty, for keys of the kind of this one."""
        self._ranks = array("q")
        self._keys: Any = array("q") if isinstance(key, int) else []
        self._start = 0  # what stands before it was removed

    def __len__(self) -> int:
        return len(self._ranks) - self._start

    def copy(self) -> Ranks:
        made = Ranks(0)
        made._ranks, made._keys = self._ranks[self._start :], self._keys[self._start :]
        return made

    def add(self, rank: int, key: Any) -> None:
        last = self._ranks[-1] if len(self) else None
        try:
            if last is None or rank > last or (rank == last and key > self._keys[-1]):
                self._keys.append(key)
                self._ranks.append(rank)
            else:
                at = self._at(rank, key)
                self._keys.insert(at, key)
                self._ranks.insert(at, rank)
        except BaseException:  # no memory, say
            if len(self._keys) > len(self._ranks):
                del self._keys[self._at(rank, key)]
            raise

    def remove(self, rank: int, key: Any) -> None:
        """Takes no memory."""
        at = self._at(rank, key)
        if at > self._start:
            del self._ranks[at], self._keys[at]
            return
        self._start += 1
        if 8 * self._start > len(self._ranks):
            del self._ranks[: self._start], self._keys[: self._start]
            self._start = 0

    def has(self, rank: int, key: Any) -> bool:
        at = self._at(rank, key)
        return at < len(self._ranks) and self._ranks[at] == rank and bool(self._keys[at] == key)

    def _at(self, rank: int, key: Any) -> int:
        first = bisect_left(self._ranks, rank, self._start)
        return bisect_left(self._keys, key, first, bisect_right(self._ranks, rank, first))

    def find(self, rank: int) -> Any:
        """The last key of this rank; None when there is none."""
        at = bisect_right(self._ranks, rank, self._start) - 1
        return self._keys[at] if at >= self._start and self._ranks[at] == rank else None

    def before(self, rank: int | None) -> int:
        """How many are of a lower rank; None: of any."""
        return len(self) if rank is None else bisect_left(self._ranks, rank, self._start) - self._start

    def keys(self, least: int | None = None, *, reverse: bool = False) -> Iterator[Any]:
        """Those of the rank `least` and above."""
        first = self._start if least is None else self._start + self.before(least)
        places = range(first, len(self._ranks))
        return map(self._keys.__getitem__, reversed(places) if reverse else places)


class Groups(dict[str | int, "Ranks | tuple[int, Any]"]):
    """Groups that would be empty are not there. One that never had more than one key is that with its rank, a pair:
    most are so, and pairs of scalars are nothing that the garbage collector looks at again and again."""

    def copy(self) -> Groups:
        return Groups({group: kept if isinstance(kept, tuple) else kept.copy() for group, kept in self.items()})

    def ranks(self, group: str | int) -> Ranks | None:
        """To be read. None where there are none."""
        kept = self.get(group)
        return _ranks_of(kept) if isinstance(kept, tuple) else kept

    def find(self, place: Place) -> Any:
        """The last key there; None when there is none."""
        group, rank = place
        kept = self.get(group)
        if isinstance(kept, tuple):
            return kept[1] if kept[0] == rank else None
        return None if kept is None else kept.find(rank)

    def add(self, place: Place, key: Any, undo: Undo) -> None:
        group, rank = place
        kept = self.get(group)
        if isinstance(kept, Ranks):
            undo.append((_leave_out, kept, rank, key))
            kept.add(rank, key)
        elif kept is None:
            undo.append((self.pop, group, None))
            self[group] = rank, key
        else:
            ranks = _ranks_of(kept)
            ranks.add(rank, key)
            undo.append((self.__setitem__, group, kept))
            self[group] = ranks

    def remove(self, place: Place, key: Any, undo: Undo) -> None:
        group, rank = place
        kept = self[group]
        if isinstance(kept, tuple):
            undo.append((self.__setitem__, group, kept))
            del self[group]
        else:
            undo.append((self._bring_back, group, kept, rank, key))
            kept.remove(rank, key)
            if not kept:
                del self[group]

    def _bring_back(self, group: str | int, ranks: Ranks, rank: int, key: Any) -> None:
        if not ranks.has(rank, key):
            ranks.add(rank, key)
        self[group] = ranks


def _leave_out(ranks: Ranks, rank: int, key: Any) -> None:
    if ranks.has(rank, key):
        ranks.remove(rank, key)


def _ranks_of(pair: tuple[int, Any]) -> Ranks:
    ranks = Ranks(pair[1])
    ranks.add(*pair)
    return ranks


class Counts(dict[tuple[str, ...], int]):
    """Values that no row has are not there."""

    def copy(self) -> Counts:
        return Counts(self)

    def add(self, value: tuple[str, ...], key: Any, undo: Undo) -> None:  # noqa: ARG002 - whoever has it is no matter
        before = self.get(value)
        undo.append((self.pop, value, None) if before is None else (self.__setitem__, value, before))
        self[value] = (before or 0) + 1

    def remove(self, value: tuple[str, ...], key: Any, undo: Undo) -> None:  # noqa: ARG002 - whoever has it is no matter
        before = self[value]
        undo.append((self.__setitem__, value, before))
        if before > 1:
            self[value] = before - 1
        else:
            del self[value]


class Holders(Generic[K]):
    """Which row has each value."""

    def __init__(self) -> None:
        self._texts: dict[str, K] = {}
        self._placed = Groups()

    def copy(self) -> Holders[K]:
        made: Holders[K] = Holders()
        made._texts, made._placed = dict(self._texts), self._placed.copy()
        return made

    def find(self, value: str | Place) -> K | None:
        key: K | None = self._texts.get(value) if isinstance(value, str) else self._placed.find(value)
        return key

    def add(self, value: str | Place, key: K, undo: Undo) -> None:
        if not isinstance(value, str):
            self._placed.add(value, key, undo)
            return
        before, texts = self._texts.get(value), self._texts
        undo.append((texts.pop, value, None) if before is None else (texts.__setitem__, value, before))
        texts[value] = key

    def remove(self, value: str | Place, key: K, undo: Undo) -> None:
        """Unless another row has come to have it."""
        if not isinstance(value, str):
            self._placed.remove(value, key, undo)
        elif self._texts.get(value) == key:
            undo.append((self._texts.__setitem__, value, key))
            del self._texts[value]
