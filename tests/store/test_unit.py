"""What a unit in memory does at its end. What it is for is in the contract of a store."""

from __future__ import annotations

from threading import RLock, Thread

import pytest

from mock_daraja.store.unit import Unit, put_in, take_out


def test_a_unit_whose_end_raises_is_undone_with_what_the_end_changed() -> None:
    values = {"a": 1}
    told: list[bool] = []

    def ending() -> None:
        take_out(values, "a", unit.undo())
        raise ZeroDivisionError

    unit = Unit(RLock(), ending, told.append)
    with pytest.raises(ZeroDivisionError), unit as undo:
        put_in(values, "b", 2, undo)

    assert values == {"a": 1}
    assert told == [False]
    assert unit.own is None


def test_a_unit_that_changed_nothing_has_no_end() -> None:
    told: list[object] = []
    unit = Unit(RLock(), lambda: told.append("ending"), told.append)

    with unit:
        assert unit.own is not None

    assert told == []


def test_a_thread_that_gives_way_begins_its_next_unit_after_one_that_waits() -> None:
    unit = Unit(RLock(), lambda: None, lambda kept: None)
    begun: list[str] = []

    def other() -> None:
        with unit:
            begun.append("other")

    thread = Thread(target=other)
    with unit:
        thread.start()
        while not unit._line.locked():
            pass
    unit.give_way()
    with unit:
        begun.append("this")
    thread.join(10)

    assert begun == ["other", "this"]


def test_nobody_gives_way_inside_a_unit() -> None:
    unit = Unit(RLock(), lambda: None, lambda kept: None)

    with unit, pytest.raises(RuntimeError, match="give way outside it"):
        unit.give_way()
