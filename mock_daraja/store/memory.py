"""The default store: one process, everything in memory, bounded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import islice
from threading import Condition, Lock, RLock
from typing import Any, Final

from msgspec import Struct, field

from mock_daraja.model import Event
from mock_daraja.model.noun import ALL, K, Noun, Place, R
from mock_daraja.store.schedule import Schedule
from mock_daraja.store.table import Table
from mock_daraja.store.unit import Moment, Unit, take_out

_log: Final = logging.getLogger("mock_daraja")

_NUMBER: Final = 128  # bytes
_EVENT: Final = 512
_SHED_AT_ONCE: Final = 64  # rows: nobody waits for a unit that takes a thousand


class State(Struct):
    """All that a store keeps."""

    tables: dict[str, Table[Any, Any]] = field(default_factory=dict)
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    schedule: Schedule = field(default_factory=Schedule)

    def copy(self) -> State:
        tables = {noun: table.copy() for noun, table in self.tables.items()}
        numbers = {name: dict(values) for name, values in self.numbers.items()}
        return State(tables, numbers, dict(self.counters), self.schedule.copy())


class MemoryStore:
    """See `Store`. `limits` are the numbers that retentions name; `decode` has, by noun, the type that rows are read as
    where that is not the noun's own."""

    def __init__(self, limits: Mapping[str, int], decode: Mapping[str, Any] | None = None) -> None:
        self._lock: Final = RLock()
        self._changed: Final = Condition(self._lock)
        self._unit: Final = Unit(self._lock, self._end_unit, self._unit_ended)
        self._view: Final = Moment(self._lock, self._unit)
        self._limits = limits
        self._decode = decode or {}
        self._waiting = 0
        self._touched: dict[Table[Any, Any], None] = {}  # the end of the unit has to look at these
        self.change = self._next_change = 0
        self._listening: Final = Lock()
        self._listeners: tuple[tuple[Callable[[], None], Callable[[], None]], ...] = ()
        self._state = State()

    def unit(self) -> AbstractContextManager[object]:
        return self._unit

    def give_way(self) -> None:
        self._unit.give_way()

    def lock_now(self) -> bool:
        if not self._lock.acquire(blocking=False):
            return False
        if self._unit.torn:
            try:
                self._unit.mend()
            except MemoryError:
                self._lock.release()
                return False
        return True

    def unlock(self) -> None:
        self._lock.release()

    def view(self) -> AbstractContextManager[object]:
        return self._view

    def _end_unit(self) -> None:
        for table in [*self._touched]:
            for key in table.overdue(self._limits):
                self.remove(table.noun, key)
            if table.packs:
                table.pack(self._limits, self._unit.undo())
        self._next_change = self.change + 1  # here, where it may fail

    def _unit_ended(self, kept: bool) -> None:
        """Raises nothing, whatever lacks: what was changed is kept by now, or is not."""
        try:
            if kept:
                self.change = self._next_change
                for told, lacks in self._listeners:
                    try:  # one that fails must not keep the others from being told
                        told()
                    except MemoryError:
                        lacks()
                    except Exception:
                        _log.exception("%r failed", told)
                if self._waiting:
                    self._changed.notify_all()
            for table in self._touched:
                table.tidy()
            self._touched.clear()
        except MemoryError:
            pass  # the end of the next unit tidies

    # rows

    def _table(self, noun: Noun[R, K]) -> Table[R, K]:
        tables = self._state.tables
        table = tables.get(noun.name)
        if table is None:
            table = tables[noun.name] = Table(noun, self._decode.get(noun.name, noun.row))
        return table

    def get(self, noun: Noun[R, K], key: K) -> R | None:
        with self._lock:
            if self._unit.torn:
                self._unit.mend()
            table = self._state.tables.get(noun.name)
            if table is None:
                return None
            row = table.rows.get(key)
            return table.get(key) if isinstance(row, bytes) else row

    def put(self, noun: Noun[R, K], row: R) -> None:
        table = self._state.tables.get(noun.name)
        if table is None:
            table = self._table(noun)
        if table.put(row, self._unit.undo()):
            self._touched[table] = None

    def remove(self, noun: Noun[R, K], key: K) -> bool:
        undo, table = self._unit.undo(), self._table(noun)
        if not table.remove(key, undo):
            return False
        self._touched[table] = None
        for child, index in noun.children:
            self.remove_ranks(child, index, key)
        return True

    def find(self, noun: Noun[R, K], index: str, value: str | Place) -> R | None:
        with self._lock:
            if self._unit.torn:
                self._unit.mend()
            table = self._table(noun)
            key = table.unique[index].find(value)
            return None if key is None else table.get(key)

    def scan(
        self,
        noun: Noun[R, K],
        index: str | None = None,
        group: str | int = ALL,
        *,
        reverse: bool = False,
        least: int | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> Iterator[R]:
        with self._lock:
            if self._unit.torn:
                self._unit.mend()
            table = self._table(noun)
            if index is None:
                keys: Iterator[Any] = table.keys(reverse=reverse)
            else:
                ranks = table.group(index, group)
                keys = iter(()) if ranks is None else ranks.keys(least, reverse=reverse)
            if after is not None:
                keys = (key for key in keys if (key < after if reverse else key > after))
            return table.unpacked(table.kept(islice(keys, limit)))

    def count(
        self, noun: Noun[R, K], index: str | None = None, group: str | int = ALL, *, least: int | None = None
    ) -> int:
        with self._lock:
            if self._unit.torn:
                self._unit.mend()
            if index is None:
                return len(self._table(noun))
            ranks = self._table(noun).group(index, group)
            return 0 if ranks is None else len(ranks) - (0 if least is None else ranks.before(least))

    def counts(self, noun: Noun[R, K], index: str) -> dict[tuple[str, ...], int]:
        with self._view:
            return dict(self._table(noun).counted[index])

    def remove_ranks(self, noun: Noun[R, K], index: str, group: str | int = ALL, *, below: int | None = None) -> int:
        self._unit.undo()
        ranks = self._table(noun).group(index, group)
        keys = [] if ranks is None else [*islice(ranks.keys(), ranks.before(below))]
        return sum(self.remove(noun, key) for key in keys)

    # numbers

    def add(self, number: str, key: str, by: int) -> None:
        undo, numbers = self._unit.undo(), self._state.numbers.setdefault(number, {})
        before = numbers.get(key)
        undo.append((numbers.pop, key, None) if before is None else (numbers.__setitem__, key, before))
        numbers[key] = (before or 0) + by

    def number(self, number: str, key: str) -> int | None:
        with self._lock:
            if self._unit.torn:
                self._unit.mend()
            numbers = self._state.numbers.get(number)
            return None if numbers is None else numbers.get(key)

    def numbers(self, number: str) -> dict[str, int]:
        with self._view:
            return dict(self._state.numbers.get(number, ()))

    def remove_numbers(self, number: str) -> None:
        undo = self._unit.undo()
        if number in self._state.numbers:
            take_out(self._state.numbers, number, undo)

    def next(self, counter: str) -> int:
        undo = self._unit.own
        if undo is None:
            with self._unit:
                return self.next(counter)
        counters = self._state.counters
        count = counters.get(counter, 0)
        undo.append((counters.__setitem__, counter, count) if count else (counters.pop, counter, None))
        counters[counter] = count + 1
        return count + 1

    # events

    def add_event(self, due_ms: int, kind: str, subject: int | str, *, held: int | None = None) -> Event:
        undo = self._unit.undo()
        event = Event(due_ms, self.next("event"), kind, subject)
        if held is None:
            self._state.schedule.add(event, undo)
        else:
            self._state.schedule.hold(held, event, undo)
        return event

    def release(self, exchange: int) -> tuple[Event, ...]:
        with self._unit as undo:
            return self._state.schedule.release(exchange, undo)

    def peek(self) -> Event | None:
        with self._lock:
            if self._unit.torn:
                self._unit.mend()
            return self._state.schedule.first()

    def end(self, event: Event) -> bool:
        return self._state.schedule.end(event, self._unit.undo())

    def lease(self, event: Event) -> bool:
        return self._state.schedule.lease(event, self._unit.undo())

    def give_back(self, event: Event) -> bool:
        with self._unit as undo:
            return self._state.schedule.give_back(event, undo)

    def leased(self) -> list[Event]:
        with self._view:
            return self._state.schedule.leased()

    def has_event(self, sequence: int) -> bool:
        with self._view:
            return self._state.schedule.has(sequence)

    def remove_events(self, kind: str, subject: int | str) -> int:
        with self._unit as undo:
            return self._state.schedule.remove(kind, subject, undo)

    def events(self) -> list[Event]:
        with self._view:
            return self._state.schedule.all()

    # the whole

    def wait(self, change: int, seconds: float | None) -> bool:
        if self._unit.own is not None:
            raise RuntimeError("nothing changes while this thread is in a unit: wait outside it")
        with self._changed:
            self._waiting += 1
            try:
                return self._changed.wait_for(lambda: self.change != change, seconds)
            finally:
                self._waiting -= 1

    def listen(self, told: Callable[[], None], lacks: Callable[[], None]) -> None:
        with self._listening:
            self._listeners = (*self._listeners, (told, lacks))

    def unlisten(self, told: Callable[[], None]) -> None:
        with self._listening:
            self._listeners = tuple(each for each in self._listeners if each[0] != told)

    @property
    def weight(self) -> int:
        state = self._state
        rows = sum(table.weight for table in [*state.tables.values()])
        return rows + _NUMBER * sum(map(len, [*state.numbers.values()])) + _EVENT * len(state.schedule)

    def shed(self, weight: int) -> bool:
        with self._unit:
            table = max(filter(_may_shed, self._state.tables.values()), key=self._weight_of, default=None)
            if table is None:
                return False
            least = self.weight - weight
            for key in [*islice(table.oldest(), _SHED_AT_ONCE)]:
                self.remove(table.noun, key)
                if self.weight <= least:
                    break
            return True

    def _weight_of(self, table: Table[Any, Any]) -> int:
        """With what goes along."""
        tables = self._state.tables
        children = [child.name for child, _ in table.noun.children]
        return table.weight + sum(self._weight_of(tables[name]) for name in children if name in tables)

    def snapshot(self) -> object:
        with self._unit:  # not of what could only be undone in part yet
            return self._state.copy()

    def restore(self, saved: Any) -> None:
        self._replace(saved.copy())

    def clear(self) -> None:
        self._replace(State())

    def _replace(self, state: State) -> None:
        with self._unit as undo:
            touched = dict.fromkeys(state.tables.values())
            undo.append((self._put_back, self._state, self._touched))
            self._state, self._touched = state, touched

    def _put_back(self, state: State, touched: dict[Table[Any, Any], None]) -> None:
        self._state, self._touched = state, touched


def _may_shed(table: Table[Any, Any]) -> bool:
    return next(table.oldest(), None) is not None
