"""One event: its effect happens once or not at all, and what fails too often is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mock_daraja.engine.work import LONGEST_S, Work, resume
from mock_daraja.model import Delivery, Event
from mock_daraja.model.stuck import STUCK, Stuck
from tests.engine.conftest import MakeWorld, World


@pytest.fixture
def at_work(world: MakeWorld) -> tuple[World, Work]:
    made = world()
    return made, Work(made)


def due(world: World, subject: int = 1, kind: str = "x") -> Event:
    world.schedule(0, subject, kind)
    return next(event for event in world.sandbox.store.events() if (event.kind, event.subject) == (kind, subject))


def test_an_event_ends_in_the_unit_that_carries_its_effect(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    event = due(world)
    seen: list[tuple[int, list[Event]]] = []
    before = world.sandbox.store.change
    world.then = lambda _: seen.append((world.sandbox.store.change, world.sandbox.store.events()))

    assert work.carry_out(world.sandbox, event)

    assert seen == [(before, [])]
    assert world.sandbox.store.change == before + 1


def test_one_whose_effect_raises_is_still_due(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    event = due(world)

    def fail(_: Event) -> None:
        world.sandbox.store.next("paid")
        raise OSError("no more")

    world.then = fail
    with pytest.raises(OSError, match="no more"):
        work.carry_out(world.sandbox, event)

    assert world.sandbox.store.peek() == event
    assert world.sandbox.store.next("paid") == 1


@pytest.mark.parametrize("act", [lambda work, *given: work.carry_out(*given), lambda work, *given: work.claim(*given)])
def test_one_that_has_ended_has_no_effect(at_work: tuple[World, Work], act: Callable[..., object]) -> None:
    world, work = at_work
    event = due(world)
    work.carry_out(world.sandbox, event)

    assert not act(work, world.sandbox, event)

    assert [subject for subject, _ in world.ran] == [1]


def test_a_delivery_is_recorded_once(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    event = due(world, kind="deliver")
    came = Delivery("http://shop.test/", 0, status=200)
    row = work.claim(world.sandbox, event)

    for _ in range(2):
        work.record(world.sandbox, event, came)

    assert row is not None
    assert world.records == [(1, came)]
    assert (world.sandbox.store.events(), world.sandbox.store.leased()) == ([], [])


def test_the_pauses_grow_and_the_fifth_failure_is_the_last(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    event = due(world)

    pauses = [work.failed(world.sandbox, event, OSError("no more")) for _ in range(5)]

    assert pauses == [0.01, 0.04, 0.16, 0.64, None]
    (row,) = world.sandbox.store.scan(STUCK)
    assert (row.id, row.error, row.stuck_ms) == (event.sequence, "OSError: no more", world.start)
    assert row.traceback.endswith("OSError: no more\n")
    assert world.sandbox.store.peek() is None


def test_what_went_well_in_the_end_may_fail_as_often_again(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    event = due(world)
    for _ in range(4):
        work.failed(world.sandbox, event, OSError())
    work.carry_out(world.sandbox, event)

    assert work.failed(world.sandbox, event, OSError()) == 0.01


def test_failures_of_two_sandboxes_are_counted_apart(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    other = world.new_sandbox("other")
    event = due(world)
    work.failed(world.sandbox, event, OSError())

    assert work.failed(other, event, OSError()) == 0.01


def test_the_events_of_a_sandbox_that_was_reset_are_counted_anew(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    event = due(world)
    for _ in range(4):
        work.failed(world.sandbox, event, OSError())
    again = world.new_sandbox(world.sandbox.name)

    assert work.failed(again, event, OSError()) == 0.01


def test_what_cannot_even_be_kept_as_stuck_is_tried_on(
    at_work: tuple[World, Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, work = at_work
    event = due(world)

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(world.sandbox.store, "put", fail)
        pauses = [work.failed(world.sandbox, event, OSError()) for _ in range(6)]
    still = world.sandbox.store.peek()

    assert pauses[-2:] == [LONGEST_S, LONGEST_S]
    assert still == event
    assert work.failed(world.sandbox, event, OSError()) is None


def test_a_stuck_event_is_due_when_it_is_resumed_at_the_time_it_is_then(at_work: tuple[World, Work]) -> None:
    world, work = at_work
    event = due(world)
    for _ in range(5):
        work.failed(world.sandbox, event, OSError())
    world.sandbox.agenda.move_to(world.start + 500)

    resumed = [resume(world.sandbox, number) for number in (event.sequence, event.sequence, 99)]

    again = world.sandbox.store.peek()
    assert [row is not None for row in resumed] == [True, False, False]
    assert again is not None
    assert resumed[0] == world.sandbox.store.get(STUCK, event.sequence)
    assert (resumed[0].resumed_ms, resumed[0].resumed_as) == (world.start + 500, again.sequence)
    assert (again.due_ms, again.kind, again.subject) == (world.start + 500, "x", 1)


def test_of_those_that_were_resumed_some_are_kept_and_of_those_that_wait_all(world: MakeWorld) -> None:
    made = world(keep_bodies=2)
    with made.sandbox.store.unit():
        for number in range(1, 8):
            made.sandbox.store.put(STUCK, Stuck(number, "x", number, 0, 0, "OSError", ""))

    for number in range(1, 5):
        resume(made.sandbox, number)

    assert [row.id for row in made.sandbox.store.scan(STUCK)] == [3, 4, 5, 6, 7]
    assert [row.id for row in made.sandbox.store.scan(STUCK, "waiting")] == [5, 6, 7]
