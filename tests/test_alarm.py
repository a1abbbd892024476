"""A call in the loop's thread when a sandbox's clock gets to a time, however it gets there."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mock_daraja.alarm import Alarm
from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.loop import Loop

START = 1_795_503_600_000


class Ringing:
    def __init__(self, loop: Loop, clock: Clock, due_ms: int) -> None:
        self._loop = loop
        self._clock = clock
        self.rung: list[tuple[bool, int]] = []
        self.came = threading.Event()
        made: list[Alarm] = []
        self.on_loop(lambda: made.append(Alarm(loop, clock, due_ms, self._ring)))
        self.alarm = made[0]

    def _ring(self) -> None:
        self.rung.append((self._loop.is_here, self._clock.now() - START))
        self.came.set()

    def on_loop(self, do: Callable[[], object]) -> None:
        """Have it done, with all that it has the loop do at once."""
        done = threading.Event()
        self._loop.call(do)
        self._loop.call(self._loop.call, self._loop.call, done.set)
        assert done.wait(10)


def clock_of(setting: str) -> Clock:
    return Clock(ClockSetting.parse(setting), START)


@pytest.mark.parametrize("setting", ["manual", "auto"])
def test_on_a_standing_clock_it_rings_when_the_clock_is_moved_there(loop: Loop, setting: str) -> None:
    clock = clock_of(setting)
    ringing = Ringing(loop, clock, START + 60_000)

    clock.move_to(START + 59_999)
    ringing.on_loop(lambda: None)
    early = [*ringing.rung]
    waits = clock.next_sleeper()
    clock.move_to(START + 61_000)

    assert ringing.came.wait(10)
    assert (early, waits) == ([], START + 60_000)
    assert ringing.rung == [(True, 61_000)]
    assert clock.next_sleeper() is None


@pytest.mark.parametrize(("setting", "ms"), [("real", 20), ("scaled:1000", 20_000)])
def test_on_a_running_clock_it_rings_in_time_and_never_early(loop: Loop, setting: str, ms: int) -> None:
    ringing = Ringing(loop, clock_of(setting), START + ms)

    assert ringing.came.wait(10)

    ((here, at),) = ringing.rung
    assert here
    assert at >= ms


@pytest.mark.parametrize("setting", ["manual", "real"])
def test_for_a_time_that_is_past_it_rings_at_once_but_not_before_it_is_made(loop: Loop, setting: str) -> None:
    ringing = Ringing(loop, clock_of(setting), START)

    assert ringing.came.wait(10)
    assert len(ringing.rung) == 1


@pytest.mark.parametrize("setting", ["manual", "auto", "real", "scaled:0.001"])
def test_one_that_is_called_off_never_rings(loop: Loop, setting: str) -> None:
    clock = clock_of(setting)
    ringing = Ringing(loop, clock, START + 3_600_000)

    ringing.on_loop(ringing.alarm.cancel)
    clock.switch(ClockSetting.parse("manual"))
    clock.move_to(START + 7_200_000)
    ringing.on_loop(ringing.alarm.cancel)

    assert ringing.rung == []
    assert clock.next_sleeper() is None


@pytest.mark.parametrize(("before", "after"), [("manual", "scaled:1e6"), ("real", "scaled:1e6"), ("auto", "real")])
def test_a_clock_that_is_switched_rings_it_by_its_new_pace(loop: Loop, before: str, after: str) -> None:
    clock = clock_of(before)
    ms = 20 if after == "real" else 3_600_000
    ringing = Ringing(loop, clock, START + ms)

    clock.switch(ClockSetting.parse(after))

    assert ringing.came.wait(10)
    assert ringing.rung[0][1] >= ms


def test_a_running_clock_that_is_made_to_stand_rings_it_only_when_it_is_moved(loop: Loop) -> None:
    clock = clock_of("real")
    ringing = Ringing(loop, clock, START + 3_600_000)

    clock.switch(ClockSetting.parse("manual"))
    ringing.on_loop(lambda: None)
    before = [*ringing.rung]
    clock.move_to(START + 3_600_000)

    assert ringing.came.wait(10)
    assert before == []


@pytest.mark.parametrize("factor", ["1e-10", "1e-300"])
def test_years_overflow_nothing(loop: Loop, factor: str, caplog: pytest.LogCaptureFixture) -> None:
    clock = clock_of(f"scaled:{factor}")
    ringing = Ringing(loop, clock, START + 10**15)

    clock.switch(ClockSetting.parse("scaled:1e6"))
    clock.switch(ClockSetting.parse(f"scaled:{factor}"))
    ringing.on_loop(lambda: None)

    assert ringing.rung == []
    assert caplog.records == []
