"""Where one step or several find no memory, whichever they are, what falls due on a running clock is done after all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Lock, get_ident
from typing import Any

import pytest

from mock_daraja.clock import ClockSetting
from mock_daraja.engine.deliveries import Deliveries
from mock_daraja.engine.runner import Runner
from mock_daraja.engine.work import Work, resume
from mock_daraja.loop import Loop
from mock_daraja.model.stuck import STUCK, Stuck
from mock_daraja.pool import Pool
from mock_daraja.store import MemoryStore
from tests.engine.conftest import MakeWorld, World

STEPS: tuple[tuple[type, str], ...] = (
    (Loop, "call"),
    (Loop, "later"),
    (Loop, "_safely"),
    (Pool, "submit"),
    (MemoryStore, "peek"),
    (MemoryStore, "give_back"),
    (Runner, "_have_looked"),
    (Runner, "_done"),
    (Runner, "_back"),
    (Runner, "_do"),
    (Runner, "_go_on"),
    (Runner, "_changed"),
    (Deliveries, "_find"),
    (Deliveries, "_attempt"),
    (Deliveries, "_came"),
    (Deliveries, "_record"),
    (Work, "claim"),
    (Work, "_count"),
)


class Lack:
    """The calls of a step, from the `first` on, that find no memory."""

    def __init__(self, first: int, times: int) -> None:
        self._left = [*[False] * first, *[True] * times]
        self._lock = Lock()

    def begin(self, times: int) -> None:
        with self._lock:
            self._left = [True] * times

    @property
    def is_over(self) -> bool:
        return not self._left

    def around(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def lacking(*arguments: Any, **named: Any) -> Any:
            with self._lock:
                lacks = bool(self._left) and self._left.pop(0)
            if lacks:
                raise MemoryError
            return step(*arguments, **named)

        return lacking


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """Nobody keeps what was logged, with all that the frames of its traceback have in hand: pytest would."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("runner", "deliveries"):
        monkeypatch.setattr(f"mock_daraja.engine.{module}._AGAIN_S", 0.01)
    monkeypatch.setattr("mock_daraja.engine.work._FIRST_S", 0.001)


def all_done(world: World) -> bool:
    store = world.sandbox.store
    return store.events() == store.leased() == []


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(("of", "name"), STEPS, ids=[f"{of.__name__}.{name}" for of, name in STEPS])
def test_what_falls_due_is_done_whichever_step_finds_no_memory(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch, of: type, name: str, times: int
) -> None:
    step = getattr(of, name)

    for first in range(10):
        made = world("real")
        made.schedule(-10, 1)
        assert made.await_runs(1)
        lack = Lack(first, times)
        monkeypatch.setattr(of, name, lack.around(step))
        for kind, number in (("x", 2), ("deliver", 3), ("x", 4), ("deliver", 5)):
            with made.sandbox.store.unit():
                made.sandbox.agenda.schedule(made.sandbox.now_ms, kind, number)
        with made.sandbox.store.unit():
            made.sandbox.store.put(STUCK, Stuck(900, "x", 6, 0, 0, "OSError", ""))
        resume(made.sandbox, 900)

        assert made.engine.wait_for(made.sandbox, partial(all_done, made), 5_000), first
        monkeypatch.setattr(of, name, step)
        assert {subject for subject, _ in made.ran} == {1, 2, 4, 6}, first
        assert sorted({*made.delivered}) == [3, 5], first
        if not lack.is_over:
            break


def test_an_auto_clock_goes_on_whichever_step_finds_no_memory(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for of, name in ((Loop, "later"), (Loop, "call"), (Pool, "submit"), (Runner, "_jump"), (Runner, "_back")):
        step = getattr(of, name)
        for first in range(3):
            made = world("auto")
            made.schedule(10, 1)
            assert made.await_runs(1)
            monkeypatch.setattr(of, name, Lack(first, 2).around(step))
            made.schedule(60_000, 2)

            assert made.await_runs(2), (name, first)
            monkeypatch.setattr(of, name, step)


@contextmanager
def untold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No memory to tell the loop of what this thread does."""
    step, here = Loop.call, get_ident()

    def lacking(loop: Loop, *arguments: Any) -> None:
        if get_ident() == here:
            raise MemoryError
        step(loop, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Loop, "call", lacking)
        yield


def test_a_change_that_nobody_could_be_told_of_is_seen_without_another(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world("manual")
    made.sandbox.agenda.switch(ClockSetting.parse("real"))
    made.schedule(-10, 1)
    assert made.await_runs(1)
    with untold(monkeypatch):
        made.schedule(0, 2)

    assert made.await_runs(2)


def test_a_change_that_nobody_could_be_told_of_is_seen_though_a_thread_is_at_it(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_seen, may_end, looked = Event(), Event(), Event()
    in_turn, look_after_all = Runner._in_turn, Runner._look_after_all

    def slowly(runner: Runner) -> float | None:
        rest = in_turn(runner)
        has_seen.set()
        assert may_end.wait(10)
        return rest

    def noted(runner: Runner) -> None:
        look_after_all(runner)
        looked.set()

    monkeypatch.setattr(Runner, "_in_turn", slowly)
    monkeypatch.setattr(Runner, "_look_after_all", noted)
    made = world("real")
    with made.sandbox.store.view():  # so that a thread has to wait for it
        made.schedule(-10, 1)
        turned = Event()
        made.engine.loop.call(turned.set)
        assert turned.wait(10)
    assert has_seen.wait(10)
    with untold(monkeypatch):
        made.schedule(0, 2)
    assert looked.wait(10)
    may_end.set()

    assert made.await_runs(2)


def test_a_change_whose_listener_could_not_even_be_called_is_seen_without_another(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    lack = Lack(0, 0)
    monkeypatch.setattr(Runner, "_changed", lack.around(Runner._changed))
    made = world("real")
    made.schedule(-10, 1)
    assert made.await_runs(1)
    for _ in range(5):  # turns of the loop, after which it has nothing to do
        turned = Event()
        made.engine.loop.call(turned.set)
        assert turned.wait(10)

    lack.begin(1)
    made.schedule(0, 2)

    assert made.await_runs(2)


def test_what_an_exchange_held_is_released_once_there_is_memory_for_it(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world("real")
    made.schedule(-10, 1)
    assert made.await_runs(1)
    made.sandbox.agenda.hold(7)
    made.schedule(0, 2, exchange=7)

    monkeypatch.setattr(MemoryStore, "release", Lack(0, 8).around(MemoryStore.release))
    made.engine.loop.call(made.engine.release, made.sandbox, 7)

    assert made.await_runs(2)
