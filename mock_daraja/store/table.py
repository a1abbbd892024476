"""Table: the rows of one noun in memory, with its indexes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final, Generic

from mock_daraja.model.noun import K, Noun, R
from mock_daraja.store.done import Done
from mock_daraja.store.indexes import Counts, Groups, Holders, Ranks
from mock_daraja.store.packing import Packing
from mock_daraja.store.unit import Undo, add_last, put_in, take_first, take_out

_ROW: Final = 1024  # bytes of every row, besides its size: its objects, and its places in the indexes


class Table(Generic[R, K]):
    """`decode` is the type that packed rows are read as: the noun's own, its type variables filled in."""

    def __init__(self, noun: Noun[R, K], decode: Any) -> None:
        self.noun = noun
        self.unique: dict[str, Holders[K]] = {each.name: Holders() for each in noun.unique}
        self.ranked: dict[str, Groups] = {each.name: Groups() for each in noun.ranked}
        self.counted: dict[str, Counts] = {each.name: Counts() for each in noun.counted}
        self._indexes = self._paired()
        self.rows: dict[K, R | bytes | None] = {}  # bytes: packed; None: gone, but the unit that did it is open yet
        self._gone: dict[K, None] = {}  # the keys of these
        self._done = None if noun.retention is None else Done(noun, noun.retention)
        self.packs = noun.retention is not None and noun.retention.unpacked is not None
        self._to_pack: deque[K] = deque()  # as they became done; what became of some of them since is no matter
        self._decode = decode
        self._packing: Packing[R] | None = None
        self._size = noun.size
        self._varying = attrgetter(noun.varying) if noun.varying else None
        self._bytes = 0  # the sizes of its rows

    def copy(self) -> Table[R, K]:
        made: Table[R, K] = Table(self.noun, self._decode)
        made._packing = self._packing
        made.rows = {key: row for key, row in self.rows.items() if row is not None}
        made.unique = {name: holders.copy() for name, holders in self.unique.items()}
        made.ranked = {name: groups.copy() for name, groups in self.ranked.items()}
        made.counted = {name: counts.copy() for name, counts in self.counted.items()}
        made._indexes = made._paired()
        made._done = None if self._done is None else self._done.copy()
        made._to_pack = deque(self._to_pack)
        made._bytes = self._bytes
        return made

    def _paired(self) -> list[tuple[Callable[[R], tuple[Any, ...]], Holders[K] | Groups | Counts]]:
        """Each with what gives the values that a row has in it."""
        noun = self.noun
        return [
            *((each.values, self.unique[each.name]) for each in noun.unique),
            *((each.values, self.ranked[each.name]) for each in noun.ranked),
            *((each.values, self.counted[each.name]) for each in noun.counted),
        ]

    def __len__(self) -> int:
        return len(self.rows) - len(self._gone)

    @property
    def weight(self) -> int:
        return len(self) * _ROW + self._bytes

    def get(self, key: K) -> R | None:
        row = self.rows.get(key)
        return self._packed_as().unpack(row) if isinstance(row, bytes) else row

    def keys(self, *, reverse: bool) -> Iterator[K]:
        keys = reversed(self.rows) if reverse else iter(self.rows)
        return (key for key in keys if key not in self._gone) if self._gone else keys

    def kept(self, keys: Iterable[K]) -> list[R | bytes]:
        """Rows as they are kept, for `unpacked`."""
        return [*map(self.rows.__getitem__, keys)]  # type: ignore[list-item]  # no index leads to a row that is gone

    def unpacked(self, kept: Iterable[R | bytes]) -> Iterator[R]:
        """Each is unpacked when it is asked for. For any thread: what is kept of a row never changes."""
        for row in kept:
            yield self._packed_as().unpack(row) if isinstance(row, bytes) else row

    def group(self, index: str, group: str | int) -> Ranks | None:
        return self.ranked[index].ranks(group)

    def put(self, row: R, undo: Undo) -> bool:
        """Whether the end of the unit has to look at this table."""
        key, rows = self.noun.key(row), self.rows
        kept = rows.get(key)
        if kept is not None:
            undo.append((rows.__setitem__, key, kept))
        else:
            if key in self._gone:
                rows = self._without(key, undo)
            undo.append((rows.pop, key, None))
        rows[key] = row
        if kept is None:
            if self._size is not None:
                undo.append((setattr, self, "_bytes", self._bytes))
                self._bytes += self._size(row)
        elif self._varying is not None and (isinstance(kept, bytes) or self._varying(kept) is not self._varying(row)):
            self._resize(kept, row, undo)
        old = self._packed_as().unpack(kept) if isinstance(kept, bytes) else kept
        if self._indexes:
            self._index(key, old, row, undo)
        retain = self._done is not None and self._done.change(key, old, row, undo)
        if self.packs and (retain or isinstance(kept, bytes)):
            add_last(self._to_pack, key, undo)
            return True
        return retain

    def _resize(self, old: R | bytes | None, new: R | bytes | None, undo: Undo) -> None:
        """By what is kept now in the place of what was."""
        undo.append((setattr, self, "_bytes", self._bytes))
        self._bytes += self._size_of(new) - self._size_of(old)

    def _size_of(self, kept: R | bytes | None) -> int:
        if kept is None or self._size is None:
            return 0
        return len(kept) if isinstance(kept, bytes) else self._size(kept)

    def remove(self, key: K, undo: Undo) -> bool:
        kept, old = self.rows.get(key), self.get(key)
        if old is None:
            return False
        put_in(self.rows, key, None, undo)
        self._resize(kept, None, undo)
        put_in(self._gone, key, None, undo)
        self._index(key, old, None, undo)
        if self._done is not None:
            self._done.change(key, old, None, undo)
        return True

    def _without(self, key: K, undo: Undo) -> dict[K, R | bytes | None]:
        """It went in this unit, and comes again as the last. Undone in no memory: the former rows are there yet."""
        take_out(self._gone, key, undo)
        undo.append((setattr, self, "rows", self.rows))
        self.rows = {other: row for other, row in self.rows.items() if other != key}
        return self.rows

    def _index(self, key: K, old: R | None, new: R | None, undo: Undo) -> None:
        if old is None and new is not None:
            for values, index in self._indexes:
                for value in values(new):
                    index.add(value, key, undo)
            return
        for values, index in self._indexes:
            before = () if old is None else values(old)
            after = () if new is None else values(new)
            if before == after:
                continue
            for value in before:
                if value not in after:
                    index.remove(value, key, undo)
            for value in after:
                if value not in before:
                    index.add(value, key, undo)

    # what is kept

    def overdue(self, limits: Mapping[str, int]) -> Iterator[K]:
        return iter(()) if self._done is None else self._done.overdue(limits)

    def oldest(self) -> Iterator[K]:
        """The keys of the rows that may go, those first that have been done for longest."""
        return iter(()) if self._done is None else self._done.oldest()

    def tidy(self) -> None:
        """The unit is at its end, and can't be undone any more."""
        for key in self._gone:
            self.rows.pop(key, None)
        self._gone.clear()
        if self._done is not None:
            self._done.tidy()

    def pack(self, limits: Mapping[str, int], undo: Undo) -> None:
        """Those that have been done for longest, as far as there are more than stay quick to read. Of a table that
        `packs`."""
        retention = self.noun.retention
        assert retention is not None and retention.unpacked is not None
        while len(self._to_pack) > limits[retention.unpacked]:
            key = take_first(self._to_pack, undo)
            row = self.rows.get(key)
            if row is not None and not isinstance(row, bytes) and retention.done(row):
                packed = self._packed_as().pack(row)
                put_in(self.rows, key, packed, undo)
                self._resize(row, packed, undo)

    def _packed_as(self) -> Packing[R]:
        if self._packing is None:
            self._packing = Packing(self.noun, self._decode)
        return self._packing
