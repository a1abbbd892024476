"""A running clock: what falls due is done on the loop, never early, never twice, and never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.clock import ClockSetting, monotonic
from mock_daraja.engine.courier import Courier
from mock_daraja.engine.runner import Runner
from mock_daraja.engine.work import TRIES, resume
from mock_daraja.errors import SlowError
from mock_daraja.loop import Loop
from mock_daraja.model import Delivery, Event, UrlRefusal
from mock_daraja.model.stuck import STUCK, Stuck, StuckState
from mock_daraja.pool import Pool
from tests.engine.conftest import MakeWorld, World


class Failing:
    """Raises so many times, whatever it is given, and keeps when it was called."""

    def __init__(self, times: int, error: BaseException | None = None) -> None:
        self.left = times
        self.error = error or OSError("too many open files")
        self.at: list[float] = []
        self.called = threading.Event()

    def __call__(self, _: object = None) -> None:
        self.at.append(monotonic())
        self.called.set()
        if self.left:
            self.left -= 1
            raise self.error

    @property
    def pauses_ms(self) -> list[int]:
        return [round((after - before) * 1000) for before, after in zip(self.at, self.at[1:], strict=False)]


def stuck(world: World) -> list[int | str]:
    return [row.subject for row in world.sandbox.store.scan(STUCK, "waiting")]


def state_of(world: World, number: int) -> StuckState:
    row = world.sandbox.store.get(STUCK, number)
    assert row is not None
    return world.sandbox.stuck_state(row)


def until_changed(world: World, holds: Callable[[], bool]) -> bool:
    """Wait until it holds: looked at whenever rows of the sandbox changed."""
    return world.engine.wait_for(world.sandbox, holds, 10_000)


@pytest.mark.parametrize(("clock", "unit"), [("real", 1), ("scaled:1000", 1000)])
def test_events_run_in_order_and_never_early(world: MakeWorld, clock: str, unit: int) -> None:
    world = world(clock)
    for due in (90 * unit, 30 * unit, 60 * unit):
        world.schedule(due, due)

    assert world.await_runs(3)

    assert [subject for subject, _ in world.ran] == [30 * unit, 60 * unit, 90 * unit]
    assert all(at >= due for due, at in world.ran)


def test_an_event_before_the_one_that_is_waited_for_is_not_late(world: MakeWorld) -> None:
    world = world("real")
    world.schedule(3_600_000, 1)
    world.schedule(0, 2)

    assert world.await_runs(1)
    assert world.ran[0][0] == 2


def test_threads_that_schedule_in_units_at_once_have_each_event_run_once(world: MakeWorld) -> None:
    world = world("real")
    rounds = 200

    def schedule(first: int) -> None:
        for number in range(rounds):
            with world.sandbox.store.unit(), world.sandbox.store.unit():
                world.sandbox.agenda.schedule(world.sandbox.now_ms, "x", first + number)

    threads = [threading.Thread(target=schedule, args=(first * 1000,), daemon=True) for first in range(4)]
    for thread in threads:
        thread.start()

    assert world.await_runs(4 * rounds)
    assert len({subject for subject, _ in world.ran}) == len(world.ran) == 4 * rounds


def test_whoever_holds_the_sandbox_for_long_keeps_no_other_waiting(world: MakeWorld) -> None:
    world = world("real")
    other = world.new_sandbox("other")

    with world.sandbox.store.unit():
        with world.sandbox.store.unit():
            world.sandbox.agenda.schedule(world.start, "x", 1)
        with other.store.unit():
            other.agenda.schedule(world.start, "x", 2)
        assert world.await_runs(1)
        meanwhile = [subject for subject, _ in world.ran]

    assert world.await_runs(2)
    assert meanwhile == [2]


def test_what_is_due_is_done_though_others_have_the_sandbox_nearly_all_the_time(world: MakeWorld) -> None:
    world = world("real")
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            with world.sandbox.store.unit():
                sum(range(20_000))

    threads = [threading.Thread(target=busy, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for subject in range(5):
            with world.sandbox.store.unit():
                world.sandbox.agenda.schedule(world.sandbox.now_ms + 5, "x", subject)
                world.sandbox.agenda.schedule(world.sandbox.now_ms + 5, "deliver", subject)

            assert world.await_runs(subject + 1)
            assert world.await_records(subject + 1)
    finally:
        stop.set()
        for thread in threads:
            thread.join(10)


def test_switching_to_manual_leaves_what_is_owed(world: MakeWorld) -> None:
    world = world("real")
    world.schedule(60_000, 1)

    world.sandbox.agenda.switch(ClockSetting.parse("manual"))
    world.advance(60_000)

    assert world.ran == [(1, 60_000)]


def test_switching_to_a_faster_clock_brings_forward_what_waits(world: MakeWorld) -> None:
    world = world("real")
    world.schedule(3_600_000, 1)

    world.sandbox.agenda.switch(ClockSetting.parse("scaled:1000000"))

    assert world.await_runs(1)


def test_a_closed_sandbox_does_nothing_any_more(world: MakeWorld) -> None:
    world = world("real")
    other = world.new_sandbox("other")
    world.sandbox.close()

    world.schedule(0, 1)
    with other.store.unit():
        other.agenda.schedule(world.start, "x", 2)

    assert world.await_runs(1)
    assert [subject for subject, _ in world.ran] == [2]


# what fails


def test_what_fails_is_tried_again_at_longer_and_longer_pauses(world: MakeWorld) -> None:
    world = world("real")
    world.then = failing = Failing(4)
    world.schedule(0, 1)

    assert world.await_runs(1)

    assert all(pause >= least for pause, least in zip(failing.pauses_ms, (10, 40, 160, 640), strict=True))
    assert stuck(world) == []


def test_what_fails_five_times_is_stuck_until_it_is_resumed(world: MakeWorld, caplog: pytest.LogCaptureFixture) -> None:
    world = world("real")
    failing = Failing(5)
    world.then = lambda event: failing() if event.subject == 1 else None
    for subject in (1, 2):
        world.schedule(0, subject)

    assert world.await_runs(1)
    (row,) = world.sandbox.store.scan(STUCK)
    before = [subject for subject, _ in world.ran], row.kind, row.subject, row.due_ms, row.error
    assert resume(world.sandbox, row.id)
    assert world.await_runs(2)

    assert before == ([2], "x", 1, world.start, "OSError: too many open files")
    assert "Failing" in row.traceback or "__call__" in row.traceback
    assert [subject for subject, _ in world.ran] == [2, 1]
    assert until_changed(world, lambda: state_of(world, row.id) == "done")
    assert stuck(world) == []
    assert not resume(world.sandbox, row.id)
    assert "is stuck after 5 tries" in caplog.text


def test_backoff_is_in_real_time_whatever_the_clock(world: MakeWorld) -> None:
    world = world("scaled:0.001")
    world.then = failing = Failing(3)
    world.schedule(0, 1)

    assert world.await_runs(1)

    assert failing.at[-1] - failing.at[0] < 5


def test_an_event_that_waits_for_its_next_try_keeps_no_other_sandbox_waiting(world: MakeWorld) -> None:
    world = world("real")
    other = world.new_sandbox("other")
    failing = Failing(99)
    world.then = lambda event: failing() if event.subject == 1 else None
    world.schedule(0, 1)
    assert failing.called.wait(10)

    with other.store.unit():
        other.agenda.schedule(world.start, "x", 2)
    assert world.await_runs(1)

    assert len(failing.at) < 5


def test_what_is_slow_is_done_off_the_loop_and_is_no_failure(world: MakeWorld) -> None:
    world = world("real")
    prepared: list[bool] = []

    def needs(_: Event) -> None:
        if not prepared:
            raise SlowError(lambda: prepared.append(world.engine.loop.is_here))

    world.then = needs
    world.schedule(0, 1)

    assert world.await_runs(1)
    assert prepared == [False]


def test_what_is_slow_and_fails_is_stuck_after_five_tries(world: MakeWorld) -> None:
    world = world("real")
    failing = Failing(5)

    def needs(event: Event) -> None:
        if event.subject == 1:
            raise SlowError(failing)

    world.then = needs
    world.schedule(0, 1)
    world.schedule(0, 2)

    assert world.await_runs(1)

    assert (stuck(world), len(failing.at)) == ([1], 5)


# deliveries


def test_a_delivery_is_recorded_on_a_running_clock(world: MakeWorld) -> None:
    world = world("real")
    refusal = UrlRefusal("public-name", "example.com", "https://example.com")
    world.ordered = lambda number: refusal if number == 1 else None
    for number in (1, 2):
        world.schedule(0, number, "deliver")

    assert world.await_records(2)

    assert dict(world.records)[1] == refusal
    assert isinstance(dict(world.records)[2], Delivery)
    assert until_changed(world, lambda: world.sandbox.store.leased() == [])
    assert world.sandbox.store.events() == []


def test_a_callback_that_is_not_to_be_delivered_ends_its_event(world: MakeWorld) -> None:
    world = world("real")
    world.claim = lambda sandbox, number: None  # type: ignore[method-assign]  # a step of this test's own
    world.schedule(0, 1, "deliver")

    assert until_changed(world, lambda: world.sandbox.store.peek() is None)
    assert (world.orders, world.records) == ([], [])


def test_an_application_in_this_process_is_called_off_the_loop(world: MakeWorld) -> None:
    world = world("real")
    here: list[bool] = []

    def call() -> Delivery:
        here.append(world.engine.loop.is_here)
        return Delivery("http://shop.test/", 0, status=200)

    world.ordered = lambda number: call
    world.schedule(0, 1, "deliver")

    assert world.await_records(1)
    assert here == [False]


@pytest.mark.parametrize("place", ["claimed", "ordered", "recorded"])
def test_a_delivery_that_fails_on_our_side_is_tried_again(world: MakeWorld, place: str) -> None:
    world = world("real")
    failing = Failing(2)
    setattr(world, place, lambda number: failing() if number == 1 else None)
    for number in (1, 2):
        world.schedule(0, number, "deliver")

    assert world.await_records(2)

    assert sorted(world.delivered) == [1, 2]
    assert all(pause >= least for pause, least in zip(failing.pauses_ms, (10, 40), strict=True))
    assert world.orders.count(1) == (3 if place == "ordered" else 1)
    assert until_changed(world, lambda: world.sandbox.store.leased() == [])


@pytest.mark.parametrize("place", ["claimed", "ordered", "recorded"])
def test_a_delivery_that_fails_five_times_is_stuck_until_it_is_resumed(world: MakeWorld, place: str) -> None:
    world = world("real")
    failing = Failing(5)
    setattr(world, place, lambda number: failing())
    world.schedule(0, 1, "deliver")

    assert until_changed(world, lambda: stuck(world) == [1])
    left = world.sandbox.store.events(), world.sandbox.store.leased()
    (row,) = world.sandbox.store.scan(STUCK)
    resume(world.sandbox, row.id)

    assert left == ([], [])
    assert world.await_records(1)
    assert world.delivered == [1]


def test_a_delivery_that_is_lost_on_its_way_is_tried_again(world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world = world("real")
    lost: list[object] = []
    go_on = Courier._next

    def lose_the_first(courier: Courier, *arguments: Any) -> None:
        if not lost:
            lost.append(1)
            raise MemoryError
        go_on(courier, *arguments)

    monkeypatch.setattr(Courier, "_next", lose_the_first)
    for number in (1, 2):
        world.schedule(0, number, "deliver")

    assert world.await_records(2)

    assert sorted(world.delivered) == [1, 2]
    assert until_changed(world, lambda: world.sandbox.store.leased() == [])


def test_a_look_that_fails_is_taken_again(world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mock_daraja.engine.runner._AGAIN_S", 0.01)
    failing, wait_until = Failing(2), Runner._wait_until

    def fail_first(runner: Runner, due_ms: int | None) -> None:
        failing()
        wait_until(runner, due_ms)

    monkeypatch.setattr(Runner, "_wait_until", fail_first)
    world = world("real")
    world.schedule(0, 1)

    assert world.await_runs(1)


def test_one_that_was_resumed_is_being_tried_until_it_is_carried_out_or_stuck_again(world: MakeWorld) -> None:
    world = world("real")
    allowed = threading.Semaphore(0)

    def call() -> Delivery:
        assert allowed.acquire(timeout=10)
        raise OSError

    world.ordered = lambda number: call
    with world.sandbox.store.unit():
        world.sandbox.store.put(STUCK, Stuck(900, "deliver", 1, 0, 0, "OSError", ""))

    resume(world.sandbox, 900)
    before = state_of(world, 900)
    allowed.release(TRIES)

    assert before == "trying"
    assert until_changed(world, lambda: state_of(world, 900) == "stuck-again")


@pytest.mark.parametrize("place", ["then", "claimed", "ordered", "called", "recorded"])
def test_code_that_ends_its_thread_ends_that_try_alone(world: MakeWorld, place: str) -> None:
    world = world("real")
    failing = Failing(2, SystemExit(1))

    def call() -> Delivery:
        failing()
        return Delivery("http://shop.test/", 0, status=200)

    if place == "called":
        world.ordered = lambda number: call
    else:
        setattr(world, place, failing)
    world.schedule(0, 1, "x" if place == "then" else "deliver")

    assert until_changed(world, lambda: world.ran != [] or world.records != [])

    assert len(failing.at) == 3
    assert until_changed(world, lambda: world.sandbox.store.leased() == [])
    assert world.engine.loop.is_running


def test_a_result_is_kept_though_somebody_has_the_sandbox_when_it_comes(world: MakeWorld) -> None:
    world = world("real")
    called, go_on = threading.Event(), threading.Event()

    def call() -> Delivery:
        called.set()
        go_on.wait(10)
        return Delivery("http://shop.test/", 0, status=200)

    world.ordered = lambda number: call
    world.schedule(0, 1, "deliver")
    assert called.wait(10)
    with world.sandbox.store.unit():
        go_on.set()
        other = world.new_sandbox("other")
        with other.store.unit():
            other.agenda.schedule(world.start, "x", 2)
        assert world.await_runs(1)
        meanwhile = [*world.records]

    assert world.await_records(1)
    assert meanwhile == []


def test_a_pool_that_can_take_nothing_for_a_moment_loses_nothing(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world("real")
    submit, failing = Pool.submit, Failing(2, MemoryError())

    def failed(pool: Pool, job: Callable[..., object], *arguments: object) -> None:
        failing()
        submit(pool, job, *arguments)

    monkeypatch.setattr(Pool, "submit", failed)
    world.schedule(0, 1, "deliver")

    assert world.await_records(1)
    assert world.delivered == [1]


def test_a_loop_that_no_thread_is_to_be_had_for_is_started_with_the_next_change(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world("real")
    start, failing = Loop.start, Failing(1, RuntimeError("can't start new thread"))

    def failed(loop: Loop) -> None:
        failing()
        start(loop)

    monkeypatch.setattr(Loop, "start", failed)
    world.schedule(0, 1)
    before = [*world.ran]
    world.sandbox.store.next("x")

    assert world.await_runs(1)
    assert before == []
