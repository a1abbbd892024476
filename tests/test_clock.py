"""The sandbox's time in its four modes."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja import clock as clocks
from mock_daraja.clock import EAT, Clock, ClockSetting, eat, eat_digits, parse_instant
from mock_daraja.errors import Problem

START = 1_795_503_600_000  # 2026-11-24T10:00:00+03:00


class Computer:
    """Stands in for the computer's clock."""

    def __init__(self) -> None:
        self.ns = 5_000_000_000

    def monotonic_ns(self) -> int:
        return self.ns

    def time_ns(self) -> int:
        return START * 1_000_000 + 999_999

    def pass_ms(self, ms: float) -> None:
        self.ns += int(ms * 1_000_000)


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Computer:
    computer = Computer()
    monkeypatch.setattr(clocks, "time", computer)
    return computer


@pytest.mark.parametrize("text", ["real", "manual", "auto", "scaled:60", "scaled:0.5", "scaled:1000"])
def test_a_setting_is_written_as_it_is_read(text: str) -> None:
    assert str(ClockSetting.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "fast", "real:2", "scaled", "scaled:", "scaled:0", "scaled:-1", "scaled:nan", "scaled:x", "scaled:1e9"]
)
def test_anything_else_is_refused_with_the_four_forms(text: str) -> None:
    with pytest.raises(Problem, match="not a clock") as caught:
        ClockSetting.parse(text)

    assert repr(text) in caught.value.what
    assert "scaled:60" in caught.value.remedy


def test_a_new_clock_has_the_computers_time_rounded_down(computer: Computer) -> None:
    assert Clock(ClockSetting()).now() == START
    assert clocks.wall_ms() == START


@pytest.mark.parametrize(("setting", "passed"), [("real", 1_500), ("scaled:60", 90_000), ("manual", 0), ("auto", 0)])
def test_how_much_time_passes_in_a_second_and_a_half(computer: Computer, setting: str, passed: int) -> None:
    clock = Clock(ClockSetting.parse(setting), START)

    computer.pass_ms(1_500.9)

    assert clock.now() - START in (passed, passed + 54)  # 0.9 ms, sixty times


def test_switching_does_not_jump(computer: Computer) -> None:
    clock = Clock(ClockSetting.parse("scaled:60"), START)
    computer.pass_ms(1_000)

    clock.switch(ClockSetting.parse("manual"))
    computer.pass_ms(1_000)
    clock.switch(ClockSetting.parse("real"))
    computer.pass_ms(500)

    assert clock.now() == START + 60_000 + 500


def test_a_standing_clock_goes_forward_only() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)

    clock.move_to(START + 10)
    clock.move_to(START + 5)

    assert clock.now() == START + 10


def test_seconds_until_are_the_computers(computer: Computer) -> None:
    clock = Clock(ClockSetting.parse("scaled:60"), START)

    assert clock.seconds_until(START + 90_000) == pytest.approx(1.5)
    assert clock.seconds_until(START - 1) == 0.0


def test_waiting_for_a_time_that_is_past_returns_at_once() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)

    assert clock.wait_until(START, Event())


def test_a_sleeper_on_a_standing_clock_wakes_when_it_is_moved() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    began, result = Event(), []
    clock.on_wait = began.set
    sleeper = Thread(target=lambda: result.append(clock.wait_until(START + 60_000, Event())))
    sleeper.start()
    assert began.wait(5)
    assert clock.next_sleeper() == START + 60_000

    clock.move_to(START + 60_000)
    sleeper.join(5)

    assert result == [True]
    assert clock.next_sleeper() is None


@pytest.mark.parametrize("setting", ["manual", "real"])
def test_a_sleeper_can_be_interrupted(setting: str) -> None:
    clock = Clock(ClockSetting.parse(setting), START)
    interrupted = Event()
    interrupted.set()

    assert not clock.wait_until(clock.now() + 60_000, interrupted)
    assert clock.next_sleeper() is None  # an auto clock has no reason to go there any more


@pytest.mark.parametrize("setting", ["manual", "real", "scaled:0.001"])
def test_an_interrupted_sleeper_goes_when_the_clock_wakes_it(setting: str) -> None:
    clock = Clock(ClockSetting.parse(setting), START)
    began, interrupted, result = Event(), Event(), []
    clock.on_wait = began.set
    sleeper = Thread(target=lambda: result.append(clock.wait_until(START + 3_600_000, interrupted)))
    sleeper.start()
    assert began.wait(5)

    interrupted.set()
    clock.wake()
    sleeper.join(5)

    assert result == [False]


def test_waking_nobody_changes_nothing() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)

    clock.wake()

    assert clock.now() == START


def test_a_sleeper_that_is_not_interrupted_sleeps_on() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    began, result = Event(), []
    clock.on_wait = began.set
    sleeper = Thread(target=lambda: result.append(clock.wait_until(START + 10, Event())))
    sleeper.start()
    assert began.wait(5)

    clock.wake()
    clock.move_to(START + 10)
    sleeper.join(5)

    assert result == [True]


def test_the_first_of_several_sleepers_is_next() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    began = Event()
    clock.on_wait = lambda: began.set() if len(clock._sleepers) == 2 else None
    sleepers = [Thread(target=clock.wait_until, args=(START + ms, Event())) for ms in (20, 10)]
    for sleeper in sleepers:
        sleeper.start()
    assert began.wait(5)

    first = clock.next_sleeper()
    clock.move_to(START + 10)
    second = clock.next_sleeper()
    clock.move_to(START + 20)
    for sleeper in sleepers:
        sleeper.join(5)

    assert (first, second, clock.next_sleeper()) == (START + 10, START + 20, None)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-11-24T10:00:00+03:00", START),
        ("2026-11-24T10:00", START),
        ("2026-11-24 07:00:00Z", START),
        ("2026-11-24T07:00:00.5+00:00", START + 500),
    ],
)
def test_an_instant_without_an_offset_is_in_nairobi(text: str, ms: int) -> None:
    assert parse_instant(text) == ms


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "24/11/2026"])
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Problem, match="not a date and time") as caught:
        parse_instant(text)

    assert "2026-11-24T" in caught.value.remedy


@given(st.integers(0, 4_000_000_000_000))
def test_eat_is_three_hours_ahead_of_utc_all_year(ms: int) -> None:
    moment = eat(ms)

    assert moment.utcoffset() == timedelta(hours=3)
    assert parse_instant(moment.isoformat()) == ms
    assert datetime.strptime(eat_digits(ms), "%Y%m%d%H%M%S").replace(tzinfo=EAT) == moment.replace(microsecond=0)


def test_somebody_is_told_where_a_standing_clock_is_moved_to() -> None:
    clock, moves = Clock(ClockSetting("manual"), START), []
    clock.on_move = moves.append

    clock.move_to(START + 5)
    clock.move_to(START + 1)
    clock.put_back(START + 2)

    assert moves == [START + 5, START + 5, START + 2]
    assert clock.now() == START + 2
