"""What a store says it weighs, whatever was done with it; and what goes where that is too much."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Any

import pytest

from mock_daraja.store import MemoryStore
from tests.store.nouns import ENTRIES, LIMITS, LINES, ORDERS, Entry, Line, Order

ROW = 1024


def weighed(store: MemoryStore) -> int:
    """Row by row, as they are kept."""
    return sum(
        ROW + (0 if table.noun.size is None else len(row) if isinstance(row, bytes) else table.noun.size(row))
        for table in store._state.tables.values()
        for row in table.rows.values()
        if row is not None
    )


def change(store: MemoryStore, random: Random) -> None:
    for _ in range(random.randrange(1, 6)):
        number, text = random.randrange(12), "x" * random.choice([0, 9, 5000])
        body: bytes = text.encode()
        what: Any = random.choice(["order", "open", "entry", "pending", "line", "remove", "restore"])
        match what:
            case "order" | "open":
                store.put(ORDERS, Order(number, body=body, state="open" if what == "open" else "closed"))
            case "entry" | "pending":
                store.put(ENTRIES, Entry(number, random.choice("ab"), text, pending=what == "pending"))
            case "line":
                store.put(LINES, Line(number, 1, f"{number}"))
            case "remove":
                store.remove(ORDERS, number)
                store.remove_ranks(ENTRIES, "topic", "a", below=number)
            case _ if random.random() < 0.1:
                store.restore(store.snapshot())


@pytest.mark.parametrize("seed", range(20))
def test_it_is_that_of_its_rows_whatever_was_put_removed_packed_and_undone(seed: int) -> None:
    random = Random(seed)
    store = MemoryStore({**LIMITS, "orders": 6, "unpacked": 2, "entries": 4, "order_bytes": 20_000})

    for _ in range(60):
        with suppress(ZeroDivisionError), store.unit():
            change(store, random)
            if random.random() < 0.3:
                raise ZeroDivisionError
        assert store.weight == weighed(store)

    store.clear()
    assert store.weight == 0


def test_numbers_and_events_weigh_too() -> None:
    store = MemoryStore(LIMITS)

    with store.unit():
        store.add("paid", "a", 1)
    with_number = store.weight
    with store.unit():
        store.add_event(10, "settle", 1)

    assert 0 < with_number < store.weight - with_number


def test_the_oldest_of_what_is_done_goes_and_no_more_than_has_to() -> None:
    store = MemoryStore(LIMITS)
    with store.unit():
        for number in range(10):
            store.put(ORDERS, Order(number, body=b"x" * 1000, state="open" if number == 1 else "closed"))
            store.put(LINES, Line(number, 1, f"tea {number}"))

    assert store.shed(3 * (ROW + 1000 + ROW))

    assert [row.id for row in store.scan(ORDERS)] == [1, 4, 5, 6, 7, 8, 9]
    assert [row.order for row in store.scan(LINES)] == [1, 4, 5, 6, 7, 8, 9]


def test_of_several_groups_the_oldest_goes() -> None:
    store = MemoryStore(LIMITS)
    with store.unit():
        for number, topic in enumerate("abcab"):
            store.put(ENTRIES, Entry(number, topic, "text"))

    assert store.shed(2 * ROW)

    assert [row.id for row in store.scan(ENTRIES)] == [2, 3, 4]


def test_the_noun_that_weighs_most_gives_first() -> None:
    store = MemoryStore(LIMITS)
    with store.unit():
        store.put(ORDERS, Order(1))
        store.put(ENTRIES, Entry(1, "a", "x" * 100_000))

    assert store.shed(1)

    assert store.count(ORDERS) == 1
    assert store.count(ENTRIES) == 0


def test_nothing_goes_that_is_not_done() -> None:
    store = MemoryStore(LIMITS)
    with store.unit():
        store.put(ORDERS, Order(1, state="open"))
        store.put(ENTRIES, Entry(1, "a", pending=True))
        store.put(ENTRIES, Entry(2, None))

    assert not store.shed(1_000_000)

    assert store.count(ENTRIES) == 2


def test_it_takes_little_time() -> None:
    store = MemoryStore(LIMITS)
    with store.unit():
        for number in range(500):
            store.put(ORDERS, Order(number))

    assert store.shed(1_000_000)

    assert 400 < store.count(ORDERS) < 500
