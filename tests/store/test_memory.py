"""What only the store in memory may pile up. What it is for is in the contract of a store."""

from __future__ import annotations

from mock_daraja.store import MemoryStore
from tests.store.nouns import ENTRIES, LIMITS, Entry


def test_the_end_of_a_unit_looks_at_no_more_than_that_unit_has_touched() -> None:
    store = MemoryStore(LIMITS)

    with store.unit():
        store.put(ENTRIES, Entry(1, "topic"))
        touched = [*store._touched]

    assert [table.noun for table in touched] == [ENTRIES]
    assert not store._touched
