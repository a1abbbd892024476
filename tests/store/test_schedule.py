"""What a schedule must not pile up. What it is for is in the contract of a store."""

from __future__ import annotations

from mock_daraja.model import Event
from mock_daraja.store.schedule import Schedule
from mock_daraja.store.unit import Undo


def test_events_that_go_long_before_they_would_be_due_leave_nothing_behind() -> None:
    schedule = Schedule()
    undo: Undo = []
    schedule.add(Event(1, 0, "settle", 0), undo)

    for number in range(1, 1000):
        schedule.add(Event(60_000, number, "prompt", number), undo)
        schedule.remove("prompt", number, undo)

    assert len(schedule._heap) < 200
    assert schedule.first() == Event(1, 0, "settle", 0)
