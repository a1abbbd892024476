"""What a unit that failed leaves behind: nothing, wherever it failed, and though undoing it fails as well."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count, cycle
from linecache import getline
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import mock_daraja.store
from mock_daraja.store.indexes import Ranks
from mock_daraja.store.memory import MemoryStore
from mock_daraja.store.table import Table
from mock_daraja.store.unit import Unit
from tests.store.nouns import ENTRIES, LINES, ORDERS, REMARKS, Entry, Line, Order, Remark

ROOM = str(Path(mock_daraja.store.__file__).parent)
LIMITS = {"orders": 4, "unpacked": 2, "order_bytes": 50, "entries": 2, "entry_bytes": 10}
WITHOUT: set[CodeType] = {
    each.__code__ for each in (Unit.__enter__, Unit.__exit__, Unit._end, MemoryStore._unit_ended, Ranks.remove)
}
"""These take no memory themselves."""


class Lack:
    """Raises MemoryError at the `at`th line of the store that is run. Not at that of a `with`, which is come to again
    at its end."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        return self._line if code.co_filename.startswith(ROOM) and code not in WITHOUT else None

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line" and not getline(frame.f_code.co_filename, frame.f_lineno).lstrip().startswith("with "):
            self.left -= 1
            if self.left == 0:
                raise MemoryError  # Python traces no more then
        return self._line


@contextmanager
def lacking(lack: Lack) -> Iterator[None]:
    former = sys.gettrace()
    sys.settrace(lack)
    try:
        yield
    finally:
        sys.settrace(former)


def filled() -> MemoryStore:
    store = MemoryStore(LIMITS)
    with store.unit():
        for number in range(4):
            store.put(ORDERS, Order(number, (f"r{number}",), "a", ("x", "y"), at_ms=number, body=b"123456"))
        store.put(ORDERS, Order(9, ("r9",), "b", ("x",), state="open"))
        store.put(LINES, Line(1, 1, "tea"))
        store.put(LINES, Line(1, 2, "salt"))
        store.put(REMARKS, Remark(1, "1/1"))
        for number, topic in enumerate(("a", "a", "b", None)):
            store.put(ENTRIES, Entry(number, topic, "text"))
        store.add("paid", "a", 5)
        store.add("received", "a", 5)
        for due_ms in (10, 20, 30, 40):
            store.add_event(due_ms, "settle", due_ms)
        store.add_event(50, "deliver", 1, held=7)
        store.add_event(60, "deliver", 2, held=8)
    with store.unit():
        store.lease(store.events()[1])
        store.lease(store.events()[1])
    return store


def change(store: MemoryStore) -> None:
    """All that can be changed, rows that go because others came among it."""
    first, second = sorted(store.leased())
    with store.unit():
        store.put(ORDERS, Order(10, ("r10",), "c", ("x", "z"), at_ms=1, body=b"1234"))
        store.put(ORDERS, Order(9, ("r8", "r9"), "b", ("y",), at_ms=5, body=b"12"))
        store.put(ORDERS, Order(3, ("r9",), "a", ("x",), state="open"))
        store.put(ORDERS, Order(2, (), None, at_ms=2))
        store.remove(ORDERS, 1)
        store.put(ORDERS, Order(1, ("r1",), "a", ("x",)))
        store.put(ENTRIES, Entry(5, "a", "text"))
        store.put(ENTRIES, Entry(3, "b", "text"))
        store.remove_ranks(ENTRIES, "topic", "b", below=3)
        store.add("paid", "a", 1)
        store.add("paid", "b", 1)
        store.add("lent", "b", 1)
        store.remove_numbers("received")
        store.next("new")
        store.end(store.peek() or first)
        store.end(first)
        store.give_back(second)
        store.lease(second)
        store.add_event(5, "settle", 5)
        store.add_event(5, "settle", 6, held=7)
        store.release(7)
        store.remove_events("settle", 40)
        store.remove_events("deliver", 2)


def replace(store: MemoryStore) -> None:
    saved = store.snapshot()
    with store.unit():
        store.put(ORDERS, Order(11, ("r11",)))
        store.restore(saved)
        store.put(ORDERS, Order(12, ("r12",)))
        store.clear()
        store.put(ENTRIES, Entry(1, "c"))


def all_of(store: MemoryStore) -> Any:
    state = store._state
    schedule = state.schedule
    first = schedule.first()
    return (
        {name: table_of(table) for name, table in state.tables.items()},
        {number: values for number, values in state.numbers.items() if values},
        state.counters,
        (schedule._events, schedule._leased, schedule._held),
        first == min(schedule._events.values(), default=None),
    )


def table_of(table: Table[Any, Any]) -> Any:
    done = table._done
    return (
        [(key, table.get(key), isinstance(row, bytes)) for key, row in table.rows.items()],
        {name: (each._texts, groups_of(each._placed)) for name, each in table.unique.items()},
        {name: groups_of(groups) for name, groups in table.ranked.items()},
        table.counted,
        table._gone,
        [*table._to_pack],
        table._bytes,
        None if done is None else ({group: [*queue] for group, queue in done._queues.items() if queue}, done._bytes),
    )


def groups_of(groups: Any) -> Any:
    return {group: [*groups.ranks(group).keys()] for group in groups}


def end_a_unit(store: MemoryStore) -> None:
    """What could not be tidied at the end of the last one is at this one's."""
    with store.unit():
        store.add("ended", "", 1)


@pytest.mark.parametrize("step", [change, replace])
def test_a_unit_that_fails_anywhere_leaves_nothing_behind(step: Callable[[MemoryStore], None]) -> None:
    before, done = all_of(filled()), filled()
    step(done)
    end_a_unit(done)
    after = all_of(done)

    failed = 0
    for at in count(1):
        store = filled()
        lack = Lack(at)
        try:
            with lacking(lack):
                step(store)
        except MemoryError:
            failed += 1
            assert all_of(store) == before, at
            step(store)
        end_a_unit(store)
        assert all_of(store) == after, at
        if lack.left > 0:
            break

    assert failed > 500


def begin(store: MemoryStore) -> None:
    with store.unit():
        pass


def look(store: MemoryStore) -> None:
    with store.view():
        pass


def lock(store: MemoryStore) -> None:
    assert store.lock_now()
    store.unlock()


SEEING: tuple[Callable[[MemoryStore], object], ...] = (
    begin,
    look,
    lock,
    MemoryStore.peek,
    MemoryStore.leased,
    lambda store: store.get(ORDERS, 1),
    lambda store: store.find(ORDERS, "reference", "r1"),
    lambda store: store.scan(ORDERS),
    lambda store: store.number("paid", "a"),
)


@pytest.mark.parametrize("step", [change, replace])
def test_what_cannot_be_undone_at_once_is_before_anybody_sees_it(
    step: Callable[[MemoryStore], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    see = cycle(SEEING)
    before = all_of(filled())
    take_back, left = Unit._take_back, 0

    for at in range(100, 2000, 190):
        for then in count(1, 7):
            store = filled()
            lack, undoing = Lack(at), Lack(then)

            def lacking_too(unit: Unit, lack: Lack = undoing) -> None:
                with lacking(lack):
                    take_back(unit)

            monkeypatch.setattr(Unit, "_take_back", lacking_too)
            with lacking(lack), suppress(MemoryError):
                step(store)
            if lack.left > 0 or undoing.left > 0:
                break
            left += store._unit._undo != []
            next(see)(store)
            assert all_of(store) == before, (at, then)

    assert left > 20


def test_a_step_back_that_is_a_mistake_keeps_no_other(caplog: pytest.LogCaptureFixture) -> None:
    store = filled()
    before = all_of(store)

    with suppress(ZeroDivisionError), store.unit():
        store.put(ENTRIES, Entry(9, "a"))
        store._unit.undo().append((divmod, 1, 0))
        store.put(ENTRIES, Entry(10, "a"))
        raise ZeroDivisionError

    assert all_of(store) == before
    assert "could not be undone" in caplog.text


def test_one_that_cannot_be_told_of_a_change_hears_of_the_lack(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = filled()
    told: list[int] = []

    def fail(error: Exception) -> None:
        raise error

    for each in (partial(fail, MemoryError()), partial(fail, ZeroDivisionError()), lambda: told.append(store.change)):
        store.listen(each, lambda: told.append(0))
    store.next("new")

    assert told == [0, store.change]
    assert "ZeroDivisionError" in caplog.text
