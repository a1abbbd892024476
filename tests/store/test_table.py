"""What a table must not pile up. What it is for is in the contract of a store."""

from __future__ import annotations

from mock_daraja.model.noun import Noun, Retention
from mock_daraja.store.table import Table
from mock_daraja.store.unit import Undo
from tests.store.nouns import ENTRIES, ORDERS, Entry, Order


def test_groups_whose_rows_are_gone_leave_nothing_behind() -> None:
    table = Table(ENTRIES, Entry)
    empty = vars(Table(ENTRIES, Entry)._done)
    undo: Undo = []

    for number in range(3):
        table.put(Entry(number, f"topic {number}", "text"), undo)
        table.tidy()
        table.remove(number, undo)
        table.tidy()

    assert vars(table._done) == empty
    assert table.ranked == {"topic": {}}
    assert len(table) == 0


def test_rows_that_come_and_go_leave_nothing_behind_what_stays() -> None:
    table = Table(ORDERS, Order)
    undo: Undo = []
    table.put(Order(0), undo)

    for number in range(1, 100):
        table.put(Order(number), undo)
        table.remove(number, undo)
        table.tidy()

    assert table._done is not None
    (queue,) = table._done._queues.values()
    assert [*queue] == [0]
    assert len(table.rows) == len(table) == 1


def test_rows_done_long_ago_are_packed_and_again_after_a_change() -> None:
    table = Table(ORDERS, Order)
    undo: Undo = []

    def packed() -> list[int]:
        table.pack({"unpacked": 1}, undo)
        return [key for key, row in table.rows.items() if isinstance(row, bytes)]

    for row in (Order(1), Order(2, state="open"), Order(3)):
        table.put(row, undo)

    assert packed() == [1]
    table.put(Order(1, weight=1.5), undo)
    assert packed() == [3]
    table.put(Order(2), undo)
    assert packed() == [1, 3]
    for back, *arguments in reversed(undo):
        back(*arguments)
    assert packed() == []


def test_a_packed_row_that_changes_is_packed_again_where_no_bytes_are_counted() -> None:
    kept: Retention[Order] = Retention("orders", unpacked="unpacked", done=lambda row: row.state == "closed")
    table = Table(Noun("order", Order, lambda row: row.id, retention=kept), Order)
    undo: Undo = []

    for row in (Order(1), Order(2), Order(1, weight=1.5)):
        table.put(row, undo)
        table.pack({"unpacked": 1}, undo)

    assert [key for key, row in table.rows.items() if isinstance(row, bytes)] == [2]


def test_rows_that_were_not_kept_are_not_waiting_to_be_packed() -> None:
    table = Table(ORDERS, Order)
    undo: Undo = []
    for number in range(3):
        table.put(Order(number), undo)

    for back, *arguments in reversed(undo):
        back(*arguments)

    assert not table._to_pack


def test_what_waits_to_be_packed_waits_in_a_copy_as_well() -> None:
    table = Table(ORDERS, Order)
    for number in range(3):
        table.put(Order(number), [])

    copy = table.copy()
    copy.pack({"unpacked": 1}, [])

    assert [key for key, row in copy.rows.items() if isinstance(row, bytes)] == [0, 1]
    assert [key for key, row in table.rows.items() if isinstance(row, bytes)] == []
