"""What only the memory store can promise."""

from __future__ import annotations

from mock_daraja.model import Customer
from mock_daraja.store import MemoryStore
from mock_daraja.store.memory import Ring


def test_rows_are_the_callers_own() -> None:
    store = MemoryStore(10, 10)
    store.put_customer(Customer("254712345678"))

    found = store.customer("254712345678")
    assert found is not None
    found.pin_locked = True

    again = store.customer("254712345678")
    assert again is not None
    assert again.pin_locked


def test_a_ring_keeps_what_is_still_owed() -> None:
    ring: Ring[str] = Ring(2, lambda row: row != "owed")

    for number, row in enumerate(["owed", "a", "b", "c"]):
        ring.put(number, row)

    assert sorted(ring.rows.values()) == ["c", "owed"]


def test_putting_a_row_again_changes_it_and_drops_nothing() -> None:
    ring: Ring[str] = Ring(1, lambda row: True)

    ring.put(1, "old")
    ring.put(1, "new")

    assert ring.rows == {1: "new"}
