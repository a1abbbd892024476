"""The sandbox's time in its four modes."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import formatdate
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja import clock as clocks
from mock_daraja.clock import EAT, Clock, ClockSetting, eat, eat_digits, http_date_of, parse_instant, start_of_day
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


@pytest.mark.parametrize(("text", "factor"), [("scaled:1e3", 1000), ("scaled:1e+06", 1e6), ("scaled:2.5E-1", 0.25)])
def test_a_factor_may_have_an_exponent(text: str, factor: float) -> None:
    assert ClockSetting.parse(text).factor == factor


@pytest.mark.parametrize("factor", ["1_0", " 60", "60 ", "60\n", "inf", "Infinity", "\u0661\u0660", "0x10", "1e", "e"])
def test_a_factor_is_a_plain_number(factor: str) -> None:
    with pytest.raises(Problem, match="not a clock"):
        ClockSetting.parse(f"scaled:{factor}")


@pytest.mark.parametrize(
    "text", ["", "fast", "real:2", "scaled", "scaled:", "scaled:0", "scaled:-1", "scaled:nan", "scaled:x", "scaled:1e9"]
)
def test_anything_else_is_refused_with_the_four_forms(text: str) -> None:
    with pytest.raises(Problem, match="not a clock") as caught:
        ClockSetting.parse(text)

    assert repr(text) in caught.value.what
    assert "scaled:60" in caught.value.remedy


@given(st.integers(-(1 << 41), 1 << 42))
def test_a_day_starts_at_midnight_in_nairobi(ms: int) -> None:
    midnight = eat(start_of_day(ms))

    assert (midnight.date(), f"{midnight:%H:%M:%S.%f}") == (eat(ms).date(), "00:00:00.000000")


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


@pytest.mark.parametrize("factor", ["1e-10", "1e-300"])
def test_seconds_until_are_a_number_however_slow_the_clock(factor: str) -> None:
    clock = Clock(ClockSetting.parse(f"scaled:{factor}"), START)

    assert clock.seconds_until(4_000_000_000_000) > 1e12
    assert clock.now() == START


class Sleeper:
    """Somebody who waits for a time, and counts how often they are told to look."""

    def __init__(self, clock: Clock, due_ms: int) -> None:
        self.looks = 0
        clock.add_sleeper(self, due_ms, self._look)

    def _look(self) -> None:
        self.looks += 1


def test_a_sleeper_is_told_to_look_when_a_standing_clock_has_been_moved_that_far() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    sleeper = Sleeper(clock, START + 60_000)

    clock.move_to(START + 59_999)
    early = sleeper.looks
    clock.move_to(START + 60_000)

    assert (early, sleeper.looks) == (0, 1)
    assert clock.next_sleeper() is None


def test_sleepers_are_told_to_look_when_the_clock_runs_differently() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    sleepers = [Sleeper(clock, START + ms) for ms in (10, 3_600_000)]

    clock.switch(ClockSetting.parse("scaled:60"))

    assert [each.looks for each in sleepers] == [1, 1]


def test_one_that_has_gone_is_told_nothing_and_counts_no_more() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    sleeper = Sleeper(clock, START + 10)

    for _ in range(2):
        clock.remove_sleeper(sleeper)
    clock.move_to(START + 10)
    clock.switch(ClockSetting.parse("real"))

    assert sleeper.looks == 0
    assert clock.next_sleeper() is None


def test_a_sleeper_may_go_or_wait_again_while_it_is_told_to_look() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    looks: list[int] = []

    def look() -> None:
        looks.append(clock.now() - START)
        clock.remove_sleeper("again")
        if len(looks) < 3:
            clock.add_sleeper("again", clock.now() + 10, look)

    clock.add_sleeper("again", START + 10, look)
    for ms in (10, 20, 30, 40):
        clock.move_to(START + ms)

    assert looks == [10, 20, 30]


def test_the_first_of_several_sleepers_is_next() -> None:
    clock = Clock(ClockSetting.parse("manual"), START)
    sleepers = [Sleeper(clock, START + ms) for ms in (20, 10)]

    first = clock.next_sleeper()
    clock.move_to(START + 10)
    second = clock.next_sleeper()
    clock.move_to(START + 20)

    assert (first, second, clock.next_sleeper()) == (START + 10, START + 20, None)
    assert [each.looks for each in sleepers] == [1, 2]


def test_somebody_is_told_of_a_new_sleeper_and_of_a_switch() -> None:
    clock, changes = Clock(ClockSetting.parse("auto"), START), []
    clock.on_change = lambda: changes.append((clock.next_sleeper(), str(clock.setting)))

    Sleeper(clock, START + 10)
    clock.switch(ClockSetting.parse("manual"))

    assert changes == [(START + 10, "auto"), (START + 10, "manual")]


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


class Work:
    """A thread's as `Breaks` sees it: how long it has computed, what the time is, and how long its breaks were."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.computed, self.now, self.slept = 0.0, 100.0, list[float]()
        times = SimpleNamespace(thread_time=lambda: self.computed, monotonic=lambda: self.now, sleep=self.slept.append)
        monkeypatch.setattr(clocks, "time", times)

    def pause(self, breaks: clocks.Breaks, computed: float) -> float:
        """How long the break is after so much more."""
        self.computed += computed
        self.slept.clear()
        breaks.may_pause()
        return round(sum(self.slept), 5)


def test_a_break_is_short_and_due_after_half_a_millisecond_of_this_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    work, breaks = Work(monkeypatch), clocks.Breaks()

    with breaks:
        taken = [bool(work.pause(breaks, each) or work.slept) for each in (0.0003, 0.0003, 0.0001, 0.0003, 0.0003)]

    assert taken == [False, True, False, False, True]
    assert max(work.slept) <= 0.00005


def test_breaks_of_several_threads_are_as_long_as_the_others_take(monkeypatch: pytest.MonkeyPatch) -> None:
    work, breaks, me = Work(monkeypatch), clocks.Breaks(), [0]
    monkeypatch.setattr(clocks, "get_ident", lambda: me[0])

    def pause(thread: int, computed: float = 0.001) -> float:
        me[0] = thread
        return work.pause(breaks, computed)

    with breaks:
        assert [pause(thread) for thread in (0, 1, 2, 3, 0)] == [0.0, 0.001, 0.002, 0.003, 0.003]
        assert pause(1, 1) == 0.015
        me[0] = 0
    assert pause(1) == 0.002  # one is done
    work.now += 1
    assert pause(1) == 0.0  # the others wait for something


@given(st.integers(0, 253_000_000_000))
def test_a_date_is_written_as_http_writes_it(seconds: int) -> None:
    assert http_date_of(seconds) == formatdate(seconds, usegmt=True)
