"""Whoever waits on the loop: woken by what it waits for, looked at seldom, and gone without a trace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from mock_daraja.clock import ClockSetting
from mock_daraja.engine.subscriptions import LONGEST_REAL_S, Subscription
from mock_daraja.sandbox import Sandbox
from tests.engine.conftest import MakeWorld, World

LONG = 10  # seconds; what should happen happens much sooner
AN_HOUR = 3_600_000


@dataclass
class Waiter:
    """Waits on the loop of a world until it is told that what it waits for holds."""

    world: World
    sandbox: Sandbox
    looks: int = 0
    told: bool = False
    woken: list[bool] = field(default_factory=list)  # whether the loop's thread did it
    was_woken: threading.Event = field(default_factory=threading.Event)
    subscription: Subscription | None = None

    def holds(self) -> bool:
        self.looks += 1
        return self.told

    def begin(self, after_ms: int = AN_HOUR, seen: int | None = None) -> None:
        """On the loop."""
        store, until_ms = self.sandbox.store, self.sandbox.now_ms + after_ms
        seen = store.change if seen is None else seen
        self.subscription = self.world.engine.subscribe(self.sandbox, self.holds, until_ms, seen, self._ready)

    def _ready(self) -> None:
        self.woken.append(self.world.engine.loop.is_here)
        self.was_woken.set()

    def cancel(self) -> None:
        assert self.subscription is not None
        self.subscription.cancel()


def on(world: World, function: Callable[..., Any], *arguments: Any) -> None:
    """Have it called on the loop, with all that it has the loop do at once."""
    loop, done = world.engine.loop, threading.Event()
    loop.call(function, *arguments)
    for _ in range(3):
        loop.call(loop.call, loop.call, loop.call, done.set)
        assert done.wait(LONG)
        done.clear()


def waiting(world: World, sandbox: Sandbox | None = None, *, after_ms: int = AN_HOUR) -> Waiter:
    world.engine.loop.start()
    waiter = Waiter(world, sandbox or world.sandbox)
    on(world, waiter.begin, after_ms)
    return waiter


def change(sandbox: Sandbox) -> None:
    sandbox.store.next("test")


def listeners(sandbox: Sandbox) -> int:
    return len(sandbox.store._listeners)  # type: ignore[attr-defined]  # of the store in memory


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> Times:
    return Times(monkeypatch)


class Times:
    """The computer's time as loops see it, and a sandbox's on a clock that runs: they stand until they are moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.seconds = 1000.0
        monkeypatch.setattr("mock_daraja.loop.monotonic", lambda: self.seconds)

    def drive(self, sandbox: Sandbox) -> None:
        began, at = sandbox.now_ms, self.seconds
        clock = sandbox.clock
        pace = clock.setting.factor
        self._monkeypatch.setattr(clock, "now", lambda: began + round((self.seconds - at) * 1000 * pace))

    def pass_by(self, world: World, seconds: float) -> None:
        self.seconds += seconds
        on(world, lambda: None)


@pytest.mark.parametrize("clock", ["real", "scaled:1000"])
def test_it_is_woken_on_the_loop_once_what_it_waits_for_holds_and_has_no_thread(world: MakeWorld, clock: str) -> None:
    world = world(clock)
    waiter = waiting(world)
    on(world, change, world.sandbox)
    early = [*waiter.woken]

    waiter.told = True
    on(world, change, world.sandbox)

    assert waiter.was_woken.wait(LONG)
    assert (early, waiter.woken) == ([], [True])
    assert world.engine.pool._threads == set()


def test_only_those_are_looked_at_whose_sandbox_has_changed(world: MakeWorld) -> None:
    world = world("real")
    other = world.new_sandbox("other")
    here = [waiting(world) for _ in range(250)]
    there = [waiting(world, other) for _ in range(250)]
    for waiter in here[::50]:
        waiter.told = True

    change(world.sandbox)

    assert all(waiter.was_woken.wait(LONG) for waiter in here[::50])
    on(world, lambda: None)
    assert sum(len(waiter.woken) for waiter in here) == 5
    assert {waiter.looks for waiter in here} == {1}
    assert {waiter.looks for waiter in there} == {0}
    other.close()


def test_a_burst_of_changes_has_it_looked_at_once_and_again_after_a_rest(world: MakeWorld, times: Times) -> None:
    world = world("real")
    waiters = [waiting(world) for _ in range(200)]

    def burst() -> None:
        for _ in range(100):
            change(world.sandbox)

    on(world, burst)
    first = {waiter.looks for waiter in waiters}
    on(world, burst)
    resting = {waiter.looks for waiter in waiters}
    times.pass_by(world, 0.0079)
    not_yet = {waiter.looks for waiter in waiters}
    times.pass_by(world, 0.0002)

    assert (first, resting, not_yet, {waiter.looks for waiter in waiters}) == ({1}, {1}, {1}, {2})


def test_after_a_rest_in_which_nothing_changed_it_is_left_alone(world: MakeWorld, times: Times) -> None:
    world = world("real")
    waiter = waiting(world)
    on(world, change, world.sandbox)

    times.pass_by(world, 1)
    times.pass_by(world, 1)
    looks = waiter.looks
    on(world, change, world.sandbox)

    assert (looks, waiter.looks) == (1, 2)


def test_what_changed_before_it_began_is_not_missed(world: MakeWorld) -> None:
    world = world("real")
    world.engine.loop.start()
    waiter = Waiter(world, world.sandbox, told=True)
    seen = world.sandbox.store.change
    change(world.sandbox)

    on(world, waiter.begin, AN_HOUR, seen)

    assert waiter.was_woken.wait(LONG)


def test_what_changed_before_it_began_is_not_missed_while_others_rest(world: MakeWorld) -> None:
    world = world("real")
    waiting(world)
    waiter = Waiter(world, world.sandbox, told=True)
    seen = world.sandbox.store.change

    def begin_late() -> None:
        waiter.begin(seen=seen)

    on(world, change, world.sandbox)
    on(world, begin_late)

    assert waiter.was_woken.wait(LONG)


def test_it_is_woken_when_its_time_is_up_and_not_before(world: MakeWorld, times: Times) -> None:
    world = world("real")
    times.drive(world.sandbox)
    waiter = waiting(world, after_ms=30_000)

    times.pass_by(world, 29.9)
    early = [*waiter.woken]
    times.pass_by(world, 0.1)

    assert (early, waiter.woken) == ([], [True])


@pytest.mark.parametrize("setting", ["scaled:1e6", "auto"])
def test_a_clock_that_is_made_to_run_faster_or_to_move_itself_gets_there(world: MakeWorld, setting: str) -> None:
    world = world("real")
    waiter = waiting(world)

    world.sandbox.agenda.switch(ClockSetting.parse(setting))

    assert waiter.was_woken.wait(LONG)
    assert world.sandbox.now_ms >= world.start + AN_HOUR


def test_a_clock_that_is_made_to_stand_is_not_moved_and_it_ends_when_the_clock_gets_there(
    world: MakeWorld, times: Times
) -> None:
    world = world("real")
    waiter = waiting(world)
    on(world, world.sandbox.agenda.switch, ClockSetting.parse("manual"))
    ends_at = world.sandbox.now_ms + AN_HOUR  # or some milliseconds earlier

    times.pass_by(world, LONGEST_REAL_S - 1)
    world.advance(AN_HOUR - 10_000)
    on(world, lambda: None)
    early, moved_to = [*waiter.woken], world.sandbox.now_ms
    world.advance(10_000)

    assert waiter.was_woken.wait(LONG)
    assert (early, moved_to) == ([], ends_at - 10_000)


def test_none_waits_for_ever_on_a_clock_that_nobody_moves(world: MakeWorld, times: Times) -> None:
    world = world("real")
    waiter = waiting(world)
    on(world, world.sandbox.agenda.switch, ClockSetting.parse("manual"))

    times.pass_by(world, LONGEST_REAL_S)

    assert waiter.was_woken.wait(LONG)


def test_a_clock_that_is_made_to_run_again_ends_it(world: MakeWorld) -> None:
    world = world("real")
    waiter = waiting(world)

    world.sandbox.agenda.switch(ClockSetting.parse("manual"))
    world.sandbox.agenda.switch(ClockSetting.parse("scaled:1e6"))

    assert waiter.was_woken.wait(LONG)


def test_a_sandbox_that_is_closed_ends_it(world: MakeWorld) -> None:
    world = world("real")
    waiters = [waiting(world) for _ in range(3)]

    world.sandbox.close()

    assert all(waiter.was_woken.wait(LONG) for waiter in waiters)


def test_one_that_is_called_off_is_never_woken_and_leaves_nothing_behind(world: MakeWorld, times: Times) -> None:
    world = world("real")
    before = listeners(world.sandbox)
    waiters = [waiting(world) for _ in range(3)]
    during = listeners(world.sandbox)

    for waiter in waiters:
        waiter.told = True
        on(world, waiter.cancel)
        on(world, waiter.cancel)
    change(world.sandbox)
    times.pass_by(world, AN_HOUR)

    assert [waiter.woken for waiter in waiters] == [[], [], []]
    assert (during, listeners(world.sandbox)) == (before + 1, before)
    assert world.engine._subscriptions == {}
    assert all(each[2].is_off for each in world.engine.loop._timers)


def test_nobody_looks_at_a_sandbox_that_goes_on_changing_once_nobody_waits(world: MakeWorld, times: Times) -> None:
    world = world("real")
    waiter = waiting(world)
    on(world, change, world.sandbox)  # the look is over, and its rest begins
    on(world, waiter.cancel)
    change(world.sandbox)

    times.pass_by(world, 1)

    assert all(each[2].is_off for each in world.engine.loop._timers)


def test_a_sandbox_that_somebody_has_is_looked_at_in_a_thread_and_the_loop_goes_on(world: MakeWorld) -> None:
    world = world("real")
    waiter = waiting(world)
    waiter.told = True

    with world.sandbox.store.view():
        change(world.sandbox)
        on(world, lambda: None)
        meanwhile = waiter.looks

    assert waiter.was_woken.wait(LONG)
    assert (meanwhile, waiter.looks, waiter.woken) == (0, 1, [True])


def test_what_cannot_be_looked_at_is_woken_and_holds_up_nobody(
    world: MakeWorld, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world("real")
    first, second = waiting(world), waiting(world)
    second.told = True

    def fail() -> bool:
        raise OSError("no such row")

    assert first.subscription is not None
    first.subscription.holds = fail
    change(world.sandbox)

    assert first.was_woken.wait(LONG)
    assert second.was_woken.wait(LONG)
    assert caplog.text.count("OSError: no such row") == 1


def test_a_look_that_fails_is_made_again(
    world: MakeWorld, times: Times, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = world("real")
    waiter = waiting(world)
    waiter.told = True
    with monkeypatch.context() as patch:
        patch.setattr(world.sandbox.store, "lock_now", lambda: 1 / 0)
        on(world, change, world.sandbox)

    times.pass_by(world, 1)

    assert waiter.was_woken.wait(LONG)
    assert "ZeroDivisionError" in caplog.text
