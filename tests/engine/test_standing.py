"""A standing clock is moved: what falls due is done once, in order, at its own time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from mock_daraja.callbacks.order import LocalCall
from mock_daraja.clock import Breaks, ClockSetting
from mock_daraja.engine.standing import _Gathering
from mock_daraja.errors import Problem, SlowError
from mock_daraja.model import Delivery, Event, UrlRefusal
from mock_daraja.model.stuck import STUCK
from tests.engine.conftest import MakeWorld


def test_on_a_manual_clock_nothing_runs_by_itself(world: MakeWorld) -> None:
    world = world()
    world.schedule(0, 1)

    assert world.ran == []
    assert world.advance(0) == [Event(world.start, 1, "x", 1)]
    assert world.ran == [(1, 0)]


def test_advance_runs_in_order_of_due_time_then_of_arrival(world: MakeWorld) -> None:
    world = world()
    for due, subject in ((300, 1), (100, 2), (100, 3), (5000, 4)):
        world.schedule(due, subject)

    fired = world.advance(1000)

    assert [event.subject for event in fired] == [2, 3, 1]
    assert world.ran == [(2, 100), (3, 100), (1, 300)]
    assert world.sandbox.now_ms == world.start + 1000


def test_advance_runs_what_events_schedule_in_turn(world: MakeWorld) -> None:
    world = world()

    def chain(event: Event) -> None:
        if event.subject < 4:
            with world.sandbox.store.unit():
                world.sandbox.agenda.schedule(event.due_ms + 400, "x", event.subject + 1)

    world.then = chain
    world.schedule(400, 1)

    world.advance(1300)

    assert world.ran == [(1, 400), (2, 800), (3, 1200)]
    assert [event.due_ms for event in world.sandbox.store.events()] == [world.start + 1600]


def test_what_is_overdue_runs_at_the_next_advance_without_turning_time_back(world: MakeWorld) -> None:
    world = world()
    world.sandbox.agenda.move_to(world.start + 500)
    world.schedule(100, 1)

    world.advance(0)

    assert world.ran == [(1, 500)]


def test_only_what_had_an_effect_is_reported(world: MakeWorld) -> None:
    world = world()
    world.effect = False
    world.schedule(0, 1)

    assert world.advance(1) == []
    assert world.ran == [(1, 0)]


@pytest.mark.parametrize("clock", ["real", "scaled:60"])
def test_a_running_clock_cannot_be_advanced(world: MakeWorld, clock: str) -> None:
    world = world(clock)

    with pytest.raises(Problem, match="can't be moved") as caught:
        world.advance(1000)

    assert caught.value.status == 409
    assert "manual" in caught.value.remedy


def test_run_next_runs_one_instant_or_says_that_nothing_is_due(world: MakeWorld) -> None:
    world = world()
    for due, subject in ((10, 1), (10, 2), (20, 3)):
        world.schedule(due, subject)

    assert world.engine.run_next(world.sandbox, world.start + 15)
    assert not world.engine.run_next(world.sandbox, world.start + 15)
    assert world.ran == [(1, 10), (2, 10)]


def test_threads_that_advance_at_once_run_each_event_once(world: MakeWorld) -> None:
    world = world()
    for number in range(200):
        world.schedule(number, number)
    threads = [threading.Thread(target=world.advance, args=(50,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(subject for subject, _ in world.ran) == list(range(200))
    assert world.sandbox.now_ms == world.start + 200


# what fails


def failing(times: int) -> Callable[[object], None]:
    """Raises so many times, whatever it is given."""
    left = [*range(times)]

    def fail(_: object) -> None:
        if left:
            left.pop()
            raise OSError("too many open files")

    return fail


def only(subject: int, then: Callable[[object], None]) -> Callable[[object], None]:
    return lambda what: then(what) if getattr(what, "subject", what) == subject else None


def test_what_fails_is_tried_five_times_at_once(world: MakeWorld) -> None:
    world = world()
    world.then = failing(4)
    world.schedule(10, 1)

    fired = world.advance(10)

    assert [event.subject for event in fired] == [1]
    assert world.ran == [(1, 10)]
    assert [*world.sandbox.store.scan(STUCK)] == []


def test_what_fails_five_times_is_stuck_and_stops_nothing_behind_it(
    world: MakeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    world = world()
    world.then = only(1, failing(5))
    for subject in (1, 2):
        world.schedule(10, subject)

    fired = world.advance(10)

    (stuck,) = world.sandbox.store.scan(STUCK)
    assert [event.subject for event in fired] == [2]
    assert world.ran == [(2, 10)]
    assert (stuck.kind, stuck.subject, stuck.due_ms) == ("x", 1, world.start + 10)
    assert world.sandbox.store.peek() is None
    assert "too many open files" in caplog.text


def test_an_effect_that_fails_half_way_leaves_nothing(world: MakeWorld) -> None:
    world = world()
    tries: list[int] = []

    def half(event: Event) -> None:
        tries.append(event.subject)
        world.sandbox.store.next("paid")
        if len(tries) < 3:
            raise MemoryError

    world.then = half
    world.schedule(0, 1)

    world.advance(0)

    assert tries == [1, 1, 1]
    assert world.sandbox.store.next("paid") == 2


def test_what_is_slow_is_done_outside_the_unit_and_is_no_failure(world: MakeWorld) -> None:
    world = world()
    loaded: list[bool] = []

    def needs(event: Event) -> None:
        if not loaded:
            raise SlowError(lambda: loaded.append(world.sandbox.store.change >= 0))

    world.then = needs
    world.schedule(0, 1)

    world.advance(0)

    assert (loaded, world.ran) == ([True], [(1, 0)])


def test_what_is_slow_and_fails_counts_as_a_failure(world: MakeWorld) -> None:
    world = world()
    load = failing(99)

    def needs(event: Event) -> None:
        raise SlowError(lambda: load(event))

    world.then = needs
    world.schedule(0, 1)

    world.advance(0)

    (stuck,) = world.sandbox.store.scan(STUCK)
    assert stuck.error == "OSError: too many open files"


# deliveries


def test_deliveries_of_an_instant_follow_its_other_events_and_end_in_the_order_of_their_ids(world: MakeWorld) -> None:
    world = world()
    for subject in (9, 3, 7):
        world.schedule(10, subject, "deliver")
    world.schedule(10, 1)
    ended: list[str] = []
    world.then = lambda event: ended.append(f"ran {event.subject}")
    world.recorded = lambda number: ended.append(f"delivered {number}")

    fired = world.advance(10)

    assert ended == ["ran 1", "delivered 3", "delivered 7", "delivered 9"]
    assert [(event.kind, event.subject) for event in fired] == [
        ("x", 1), ("deliver", 3), ("deliver", 7), ("deliver", 9),
    ]  # fmt: skip
    assert world.orders == [3, 7, 9]


def test_what_a_result_causes_at_the_same_instant_is_done_before_the_clock_moves_on(world: MakeWorld) -> None:
    world = world()
    world.recorded = lambda number: world.sandbox.agenda.schedule(world.sandbox.now_ms, "x", number)
    world.schedule(10, 1, "deliver")
    world.schedule(20, 2)

    world.advance(30)

    assert world.ran == [(1, 10), (2, 20)]


def test_while_its_attempt_is_under_way_a_delivery_is_nobody_elses(world: MakeWorld) -> None:
    world = world()
    seen: list[tuple[list[int], Event | None]] = []

    def attempt() -> Delivery:
        store = world.sandbox.store
        seen.append(([event.subject for event in store.leased()], store.peek()))
        return Delivery("http://shop.test/", 0, status=200)

    world.ordered = lambda number: attempt
    world.schedule(0, 1, "deliver")

    world.advance(0)

    assert seen == [([1], None)]
    assert world.sandbox.store.leased() == []


def test_what_has_come_can_be_recorded_while_others_of_its_instant_are_under_way(world: MakeWorld) -> None:
    world = world()
    last_began, end = threading.Event(), threading.Event()
    fired: list[Event] = []

    def last() -> Delivery:
        last_began.set()
        end.wait(10)
        return Delivery("http://shop.test/", 0, status=200)

    world.ordered = only(3, lambda _: last)
    for number in (1, 2, 3):
        world.schedule(0, number, "deliver")
    advancing = threading.Thread(target=lambda: fired.extend(world.advance(0)))
    advancing.start()
    assert last_began.wait(10)

    world.engine.record_what_came()

    early = [*world.delivered]
    end.set()
    advancing.join(10)
    assert early == [1, 2]
    assert world.delivered == [1, 2, 3]
    assert [event.subject for event in fired] == [1, 2, 3]


def test_what_comes_while_that_is_recorded_is_recorded_too(world: MakeWorld) -> None:
    world = world()
    first_began, go_on, last_began, end = (threading.Event() for _ in range(4))

    def call(number: int) -> LocalCall:
        def attempt() -> Delivery:
            if number == 2:
                first_began.set()
                go_on.wait(10)
            if number == 3:
                last_began.set()
                end.wait(10)
            return Delivery("http://shop.test/", 0, status=200)

        return attempt

    def let_the_second_come(_: int) -> None:
        go_on.set()
        last_began.wait(10)

    world.ordered, world.recorded = call, let_the_second_come
    for number in (1, 2, 3):
        world.schedule(0, number, "deliver")
    advancing = threading.Thread(target=world.advance, args=(0,))
    advancing.start()
    assert first_began.wait(10)

    world.engine.record_what_came()

    early = [*world.delivered]
    end.set()
    advancing.join(10)
    assert early == [1, 2]


def test_a_refusal_is_recorded_as_what_came(world: MakeWorld) -> None:
    world = world()
    refusal = UrlRefusal("public-name", "example.com", "https://example.com")
    world.ordered = lambda number: refusal
    world.schedule(0, 1, "deliver")

    world.advance(0)

    assert world.records == [(1, refusal)]


@pytest.mark.parametrize("place", ["claimed", "ordered", "recorded"])
def test_a_delivery_that_fails_on_our_side_is_tried_again(world: MakeWorld, place: str) -> None:
    world = world()
    setattr(world, place, only(1, failing(4)))
    for number in (1, 2):
        world.schedule(0, number, "deliver")

    fired = world.advance(0)

    assert sorted(world.delivered) == [1, 2]
    assert sorted(event.subject for event in fired) == [1, 2]
    assert world.orders.count(2) == 1
    assert world.sandbox.store.leased() == []


@pytest.mark.parametrize("place", ["claimed", "ordered", "recorded"])
def test_a_delivery_that_fails_five_times_on_our_side_is_stuck(world: MakeWorld, place: str) -> None:
    world = world()
    setattr(world, place, only(1, failing(5)))
    for number in (1, 2):
        world.schedule(0, number, "deliver")

    fired = world.advance(0)

    (stuck,) = world.sandbox.store.scan(STUCK)
    assert (stuck.kind, stuck.subject) == ("deliver", 1)
    assert [event.subject for event in fired] == [2]
    assert (world.sandbox.store.leased(), world.sandbox.store.events()) == ([], [])


def test_an_attempt_that_was_made_is_not_made_again_because_it_could_not_be_recorded(world: MakeWorld) -> None:
    world = world()
    world.recorded = failing(3)
    world.schedule(0, 1, "deliver")

    world.advance(0)

    assert (world.orders, world.delivered) == ([1], [1])


def test_what_is_interrupted_in_the_middle_is_due_again(world: MakeWorld) -> None:
    world = world()

    def interrupted() -> Delivery:
        raise KeyboardInterrupt

    world.ordered = lambda number: interrupted
    for number in (1, 2):
        world.schedule(0, number, "deliver")

    with pytest.raises(KeyboardInterrupt):
        world.advance(0)
    left = [event.subject for event in world.sandbox.store.events()]
    world.ordered = lambda number: None
    world.advance(0)

    assert left == [1, 2]
    assert world.delivered == [1, 2]


def test_deliver_now_takes_what_is_due_later_and_leaves_what_is_under_way(world: MakeWorld) -> None:
    world = world()
    world.schedule(60_000, 1, "deliver")
    world.schedule(0, 2, "deliver")
    with world.sandbox.store.unit():
        under_way = world.sandbox.store.peek()
        assert under_way is not None
        world.sandbox.store.lease(under_way)

    world.engine.deliver_now(world.sandbox, [1, 2])

    assert world.delivered == [1]
    assert (world.sandbox.store.events(), world.sandbox.store.leased()) == ([], [under_way])


# an auto clock


def test_an_auto_clock_jumps_an_hour_without_waiting_for_it(world: MakeWorld) -> None:
    world = world("auto")
    for minutes in (60, 30, 90):
        world.schedule(minutes * 60_000, minutes)

    assert world.await_runs(3)

    assert world.ran == [(30, 30 * 60_000), (60, 60 * 60_000), (90, 90 * 60_000)]


def test_an_auto_clock_delivers_as_a_manual_one_does(world: MakeWorld) -> None:
    world = world("auto")
    with world.sandbox.store.unit():
        for subject in (9, 3, 7):
            world.schedule(10, subject, "deliver")

    assert world.await_records(3)

    assert world.delivered == [3, 7, 9]


def test_an_auto_clock_jumps_for_somebody_who_waits_on_it(world: MakeWorld) -> None:
    world = world("auto")
    came = threading.Event()

    world.sandbox.clock.add_sleeper(came, world.start + 3_600_000, came.set)

    assert came.wait(10)
    assert world.sandbox.now_ms == world.start + 3_600_000


def test_nobody_else_moves_an_auto_clock_while_it_runs_an_event(world: MakeWorld) -> None:
    world = world("auto")
    could: list[bool] = []

    def try_to_move() -> None:
        could.append(world.sandbox.agenda._moving.acquire(blocking=False))

    def in_another_thread(_: Event) -> None:
        thread = threading.Thread(target=try_to_move)
        thread.start()
        thread.join(10)

    world.then = in_another_thread
    world.schedule(60_000, 1)

    assert world.await_runs(1)
    assert could == [False]


def test_events_of_an_unanswered_exchange_wait_for_its_release(world: MakeWorld) -> None:
    world = world("auto")
    world.sandbox.agenda.hold(7)
    world.schedule(0, 1, exchange=7)
    world.schedule(0, 2)
    assert world.await_runs(1)

    before = [*world.ran]
    world.engine.release(world.sandbox, 7)
    assert world.await_runs(2)

    assert before == [(2, 0)]
    assert [subject for subject, _ in world.ran] == [2, 1]


def test_switching_to_auto_sets_what_waits_going(world: MakeWorld) -> None:
    world = world("manual")
    world.schedule(60_000, 1)

    world.sandbox.agenda.switch(ClockSetting.parse("auto"))

    assert world.await_runs(1)


@pytest.mark.parametrize(("kind", "step"), [("x", "then"), ("deliver", "called"), ("deliver", "recorded")])
def test_others_have_the_sandbox_between_two_units(world: MakeWorld, kind: str, step: str) -> None:
    world = world()
    store = world.sandbox.store
    began: list[str] = []
    threads: list[threading.Thread] = []

    def other(number: int) -> None:
        with store.unit():
            began.append(f"other {number}")

    def unit(number: int) -> Delivery:
        began.append(f"unit {number}")
        thread = threading.Thread(target=other, args=(number,))
        threads.append(thread)
        thread.start()
        while not store._unit._line.locked():
            pass
        return Delivery("http://shop.test/", 0, status=200)

    def called(number: int) -> Delivery:
        with store.unit():
            return unit(number)

    if step == "then":
        world.then = lambda event: unit(event.subject)
    elif step == "called":
        world.ordered = lambda number: partial(called, number)
    else:
        world.recorded = unit
    for number in (1, 2, 3):
        world.schedule(0, number, kind)

    world.advance(0)
    for thread in threads:
        thread.join(10)

    assert began == ["unit 1", "other 1", "unit 2", "other 2", "unit 3", "other 3"]


@pytest.mark.parametrize("is_running", [True, False])
def test_the_loop_has_the_interpreter_between_two_units_if_it_runs(
    world: MakeWorld, is_running: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world()
    pauses: list[int] = []
    monkeypatch.setattr(Breaks, "may_pause", lambda _: pauses.append(len(world.ran)))
    if is_running:
        world.engine.loop.start()
    for number in (1, 2, 3):
        world.schedule(0, number)

    world.advance(0)

    assert pauses == ([1, 2, 3] if is_running else [])


def test_attempts_are_handed_to_the_courier_a_few_at_a_time() -> None:
    calls: deque[tuple[Callable[..., object], tuple[object, ...]]] = deque()
    sent: list[object] = []
    loop = SimpleNamespace(call=lambda function, *arguments: calls.append((function, arguments)))
    courier: Any = SimpleNamespace(loop=loop, start=lambda: True, send=lambda order, _: sent.append(order))
    orders: Any = {number: f"order {number}" for number in range(50)}

    _Gathering(courier, orders, {})
    counts = []
    while calls:
        function, arguments = calls.popleft()
        function(*arguments)
        counts.append(len(sent))

    assert counts == [20, 40, 50]
    assert sent == [*orders.values()]
