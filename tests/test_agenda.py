"""What is due, what is held back until a reply is out, and where the clock stands."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mock_daraja import agenda as agendas
from mock_daraja.agenda import CLOCK, Agenda, ClockState
from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.store import MemoryStore

START = 1_795_503_600_000


class World:
    def __init__(self, clock: str) -> None:
        self.clock = Clock(ClockSetting.parse(clock), START)
        self.store = MemoryStore({})
        self.agenda = Agenda(self.clock, self.store)

    @property
    def due(self) -> list[int | str]:
        return [event.subject for event in self.store.events()]


@pytest.fixture
def world() -> Callable[..., World]:
    return lambda clock="auto": World(clock)


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


# what is due


def test_what_is_scheduled_is_an_event_at_its_time(world: Callable[..., World]) -> None:
    world = world()
    with world.store.unit():
        world.agenda.schedule(START + 20, "settle", 1)
        world.agenda.schedule(START + 10, "deliver", 2)

    assert [(event.due_ms - START, event.kind, event.subject) for event in world.store.events()] == [
        (10, "deliver", 2), (20, "settle", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("clock", ["auto", "real", "scaled:60"])
def test_what_an_unanswered_exchange_caused_is_held_back_until_its_release(
    world: Callable[..., World], clock: str
) -> None:
    world = world(clock)
    world.agenda.hold(7)
    with world.store.unit():
        world.agenda.schedule(START, "x", 1, exchange=7)
        world.agenda.schedule(START, "x", 2, exchange=8)
        world.agenda.schedule(START, "x", 3)

    before = world.due
    world.agenda.release(7)

    assert (before, world.due) == ([2, 3], [1, 2, 3])
    with world.store.unit():
        world.agenda.schedule(START, "x", 4, exchange=7)
    assert world.due == [1, 2, 3, 4]


def test_a_manual_clock_holds_nothing_back(world: Callable[..., World]) -> None:
    world = world("manual")
    world.agenda.hold(7)

    with world.store.unit():
        world.agenda.schedule(START, "x", 1, exchange=7)

    assert world.due == [1]
    assert not world.agenda.awaits_reply()


def test_a_release_that_failed_can_be_made_again(world: Callable[..., World], monkeypatch: pytest.MonkeyPatch) -> None:
    world = world()
    world.agenda.hold(7)
    with world.store.unit():
        world.agenda.schedule(START, "x", 1, exchange=7)

    def fail(_: int) -> None:
        raise OSError("no more")

    with monkeypatch.context() as patch:
        patch.setattr(world.store, "release", fail)
        with pytest.raises(OSError, match="no more"):
            world.agenda.release(7)
    world.agenda.release(7)

    assert world.due == [1]


def test_what_another_thread_schedules_during_the_release_is_not_held_for_ever(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world()
    world.agenda.hold(7)
    release, scheduled = world.store.release, []

    def schedule() -> None:
        if not scheduled and world.store.lock_now():
            with world.store.unit():
                scheduled.append(world.agenda.schedule(START, "x", 1, exchange=7))
            world.store.unlock()

    monkeypatch.setattr(world.store, "release", lambda exchange: (release(exchange), in_thread(schedule)))

    world.agenda.release(7)
    in_thread(schedule)

    assert scheduled
    assert world.due == [1]


def test_whoever_waits_for_a_reply_that_is_on_its_way_goes_on_when_it_is_out(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world()
    monkeypatch.setattr(agendas, "_REPLY_WAIT", 10)
    thread = threading.Thread(target=world.agenda.release, args=(7,))
    wait_for = world.agenda._answered.wait_for

    def waiting(predicate: Callable[[], bool], seconds: float) -> bool:
        thread.start()
        return wait_for(predicate, seconds)

    monkeypatch.setattr(world.agenda._answered, "wait_for", waiting)
    before = world.agenda.awaits_reply()
    world.agenda.hold(7)

    meanwhile = world.agenda.awaits_reply()
    thread.join(10)

    assert (before, meanwhile, world.agenda.awaits_reply()) == (False, True, False)


def test_nobody_waits_for_long_for_a_reply_that_takes_its_time(world: Callable[..., World]) -> None:
    world = world()
    world.agenda.hold(7)

    assert not world.agenda.awaits_reply()


# the clock


def test_where_the_clock_stands_is_kept(world: Callable[..., World]) -> None:
    world = world("manual")
    kept = [world.store.get(CLOCK, "")]

    world.agenda.move_to(START + 10)
    kept.append(world.store.get(CLOCK, ""))
    world.agenda.switch(ClockSetting.parse("auto"))
    kept.append(world.store.get(CLOCK, ""))

    assert kept == [
        ClockState("manual", START), ClockState("manual", START + 10), ClockState("auto", START + 10),
    ]  # fmt: skip


def test_a_clock_that_is_not_moved_forward_changes_nothing(world: Callable[..., World]) -> None:
    world = world("manual")
    world.agenda.move_to(START + 10)
    before = world.store.change

    for ms in (10, 5):
        world.agenda.move_to(START + ms)

    assert world.clock.now() == START + 10
    assert world.store.change == before


@pytest.mark.parametrize("clock", ["real", "scaled:60"])
def test_a_clock_that_runs_is_no_standing_one(world: Callable[..., World], clock: str) -> None:
    with pytest.raises(Problem, match="can't be moved") as caught:
        world(clock).agenda.check_standing()

    assert caught.value.status == 409
    assert "manual" in caught.value.remedy


def test_one_thread_at_a_time_has_the_turn_and_may_have_it_again(
    world: Callable[..., World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world("manual")
    monkeypatch.setattr(agendas, "_TURN_WAIT", 0.01)
    problems: list[Problem] = []

    def take() -> None:
        try:
            with world.agenda.turn():
                pass
        except Problem as problem:
            problems.append(problem)

    with world.agenda.turn():
        with world.agenda.turn():
            pass
        in_thread(take)
    in_thread(take)

    (problem,) = problems
    assert problem.status == 409
    assert "from inside a webhook" in problem.remedy
