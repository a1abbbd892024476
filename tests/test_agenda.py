"""What is due is run once, in order, at its own time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from mock_daraja.agenda import Agenda
from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.model import Event
from mock_daraja.store import MemoryStore

START = 1_795_503_600_000


class World:
    """An agenda whose runner notes when it ran what."""

    def __init__(self, clock: str) -> None:
        self.clock = Clock(ClockSetting.parse(clock), START)
        self.store = MemoryStore({})
        self.ran: list[tuple[int, int]] = []
        self.effect = True
        self.then: Callable[[Event], None] = lambda event: None
        self.happened = threading.Condition()
        self.agenda = Agenda("test", self.clock, self.store, self._run)

    def _run(self, event: Event) -> bool:
        self.then(event)
        with self.happened:
            self.ran.append((event.subject, self.clock.now() - START))
            self.happened.notify_all()
        return self.effect

    def await_runs(self, count: int) -> bool:
        with self.happened:
            return self.happened.wait_for(lambda: len(self.ran) >= count, 10)


@pytest.fixture
def world() -> Iterator[Callable[[str], World]]:
    worlds: list[World] = []

    def make(clock: str = "manual") -> World:
        worlds.append(World(clock))
        return worlds[-1]

    yield make
    for each in worlds:
        each.agenda.stop()


def test_on_a_manual_clock_nothing_runs_by_itself(world: Callable[..., World]) -> None:
    world = world()
    world.agenda.schedule(START, "x", 1)

    assert world.ran == []
    assert world.agenda.advance(0) == [Event(START, 1, "x", 1)]
    assert world.ran == [(1, 0)]


def test_advance_runs_in_order_of_due_time_then_of_arrival(world: Callable[..., World]) -> None:
    world = world()
    for due, subject in ((300, 1), (100, 2), (100, 3), (5000, 4)):
        world.agenda.schedule(START + due, "x", subject)

    fired = world.agenda.advance(1000)

    assert [event.subject for event in fired] == [2, 3, 1]
    assert world.ran == [(2, 100), (3, 100), (1, 300)]
    assert world.clock.now() == START + 1000


def test_advance_runs_what_events_schedule_in_turn(world: Callable[..., World]) -> None:
    world = world()

    def chain(event: Event) -> None:
        if event.subject < 4:
            world.agenda.schedule(event.due_ms + 400, "x", event.subject + 1)

    world.then = chain
    world.agenda.schedule(START + 400, "x", 1)

    world.agenda.advance(1300)

    assert world.ran == [(1, 400), (2, 800), (3, 1200)]
    assert [event.due_ms for event in world.store.events()] == [START + 1600]


def test_what_is_overdue_runs_at_the_next_advance_without_turning_time_back(world: Callable[..., World]) -> None:
    world = world()
    world.clock.move_to(START + 500)
    world.agenda.schedule(START + 100, "x", 1)

    world.agenda.advance(0)

    assert world.ran == [(1, 500)]


def test_only_what_had_an_effect_is_reported(world: Callable[..., World]) -> None:
    world = world()
    world.effect = False
    world.agenda.schedule(START, "x", 1)

    assert world.agenda.advance(1) == []
    assert world.ran == [(1, 0)]


def test_a_failing_event_does_not_stop_the_ones_behind_it(
    world: Callable[..., World], caplog: pytest.LogCaptureFixture
) -> None:
    world = world()

    def fail(event: Event) -> None:
        if event.subject == 1:
            raise RuntimeError("a mistake of ours")

    world.then = fail
    world.agenda.schedule(START, "x", 1)
    world.agenda.schedule(START, "x", 2)

    world.agenda.advance(1)

    assert world.ran == [(2, 0)]
    assert "a mistake of ours" in caplog.text


@pytest.mark.parametrize("clock", ["real", "scaled:60"])
def test_a_running_clock_cannot_be_advanced(world: Callable[..., World], clock: str) -> None:
    world = world(clock)

    with pytest.raises(Problem, match="can't be moved") as caught:
        world.agenda.advance(1000)

    assert caught.value.status == 409
    assert "manual" in caught.value.remedy


def test_events_of_an_unanswered_exchange_wait_for_its_release(world: Callable[..., World]) -> None:
    world = world("auto")
    world.agenda.hold(7)
    world.agenda.schedule(START, "x", 1, exchange=7)
    world.agenda.schedule(START, "x", 2)
    assert world.await_runs(1)

    assert world.ran == [(2, 0)]
    world.agenda.release(7)
    assert world.await_runs(2)

    assert [subject for subject, _ in world.ran] == [2, 1]


def test_a_release_of_an_exchange_that_caused_nothing_does_nothing(world: Callable[..., World]) -> None:
    world = world("auto")

    world.agenda.release(99)

    assert world.store.events() == []


def test_an_auto_clock_jumps_an_hour_without_waiting_for_it(world: Callable[..., World]) -> None:
    world = world("auto")
    for minutes in (60, 30, 90):
        world.agenda.schedule(START + minutes * 60_000, "x", minutes)

    assert world.await_runs(3)

    assert world.ran == [(30, 30 * 60_000), (60, 60 * 60_000), (90, 90 * 60_000)]


def test_an_auto_clock_jumps_for_somebody_who_waits_on_it(world: Callable[..., World]) -> None:
    world = world("auto")

    assert world.clock.wait_until(START + 3_600_000, threading.Event())
    assert world.clock.now() == START + 3_600_000


@pytest.mark.parametrize(("clock", "unit"), [("real", 1), ("scaled:1000", 1000)])
def test_a_running_clock_runs_events_never_early(world: Callable[..., World], clock: str, unit: int) -> None:
    world = world(clock)
    for due in (90 * unit, 30 * unit, 60 * unit):
        world.agenda.schedule(START + due, "x", due)

    assert world.await_runs(3)

    assert [subject for subject, _ in world.ran] == [30 * unit, 60 * unit, 90 * unit]
    assert all(at >= due for due, at in world.ran)


def test_an_event_before_the_one_slept_for_wakes_the_thread(world: Callable[..., World]) -> None:
    world = world("real")
    world.agenda.schedule(START + 3_600_000, "x", 1)
    world.agenda.schedule(world.clock.now(), "x", 2)

    assert world.await_runs(1)
    assert world.ran[0][0] == 2


def test_switching_to_auto_sets_what_waits_going(world: Callable[..., World]) -> None:
    world = world("manual")
    world.agenda.schedule(START + 60_000, "x", 1)

    world.agenda.switch(ClockSetting.parse("auto"))

    assert world.await_runs(1)


def test_nobody_else_moves_an_auto_clock_while_it_runs_an_event(world: Callable[..., World]) -> None:
    world = world("auto")
    could: list[bool] = []

    def try_to_move() -> None:
        could.append(world.agenda._moving.acquire(blocking=False))

    def in_another_thread(event: Event) -> None:
        thread = threading.Thread(target=try_to_move)
        thread.start()
        thread.join(10)

    world.then = in_another_thread
    world.agenda.schedule(START + 60_000, "x", 1)

    assert world.await_runs(1)
    assert could == [False]


def test_after_stop_nothing_runs_any_more(world: Callable[..., World]) -> None:
    world = world("auto")
    world.agenda.schedule(START, "x", 1)
    assert world.await_runs(1)

    world.agenda.stop()
    world.agenda.schedule(START, "x", 2)

    assert world.ran == [(1, 0)]


def test_run_next_runs_one_event_or_says_that_there_is_none(world: Callable[..., World]) -> None:
    world = world()
    world.agenda.schedule(START + 10, "x", 1)
    world.agenda.schedule(START + 20, "x", 2)

    assert world.agenda.run_next(START + 15)
    assert not world.agenda.run_next(START + 15)
    assert world.ran == [(1, 10)]


def test_threads_that_schedule_under_the_stores_lock_do_not_deadlock_the_agenda(world: Callable[..., World]) -> None:
    world = world("real")
    rounds = 200

    def schedule(first: int) -> None:
        for number in range(rounds):
            with world.store.unit():
                world.agenda.schedule(world.clock.now(), "x", first + number)

    threads = [threading.Thread(target=schedule, args=(first * 1000,), daemon=True) for first in range(4)]
    for thread in threads:
        thread.start()

    assert world.await_runs(4 * rounds)
    assert len({subject for subject, _ in world.ran}) == 4 * rounds


def test_threads_that_advance_at_once_run_each_event_once(world: Callable[..., World]) -> None:
    world = world()
    for number in range(200):
        world.agenda.schedule(START + number, "x", number)
    threads = [threading.Thread(target=world.agenda.advance, args=(50,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(subject for subject, _ in world.ran) == list(range(200))
    assert world.clock.now() == START + 200
