"""The engine as a whole: waiting on any clock, releasing, stopping."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from mock_daraja.callbacks.order import Order
from mock_daraja.callbacks.policy import Target
from mock_daraja.callbacks.url import parse
from mock_daraja.clock import ClockSetting, monotonic
from mock_daraja.model import Delivery
from mock_daraja.model.failure import UrlRefusal
from mock_daraja.model.stuck import STUCK
from tests.engine.conftest import MakeWorld, World


def threads() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if each.name.startswith("mock-daraja")}


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a receiver that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def order(world: World, port: int, timeout_s: float = 30.0) -> Order:
    place = parse(f"http://127.0.0.1:{port}/hook")
    assert not isinstance(place, UrlRefusal)
    target = Target(f"http://127.0.0.1:{port}/hook", place, ("127.0.0.1",))
    return Order("default", target, b"{}", (), timeout_s, world.sandbox.now_ms, world.sandbox.clock)


# waiting


@pytest.mark.parametrize("clock", ["manual", "auto", "real", "scaled:1000"])
def test_whoever_waits_is_told_as_soon_as_it_holds(world: MakeWorld, clock: str) -> None:
    world = world(clock)
    world.schedule(20, 1)
    world.schedule(3_600_000, 2)

    assert world.engine.wait_for(world.sandbox, lambda: len(world.ran) == 1, 60_000)


@pytest.mark.parametrize("clock", ["manual", "auto", "real", "scaled:1000"])
def test_nobody_waits_longer_than_asked_by_the_sandbox_clock(world: MakeWorld, clock: str) -> None:
    world = world(clock)

    assert not world.engine.wait_for(world.sandbox, lambda: False, 20)
    assert world.sandbox.now_ms >= world.start + 20


def test_what_is_due_after_the_time_asked_for_is_left(world: MakeWorld) -> None:
    world = world()
    world.schedule(30, 1)

    assert not world.engine.wait_for(world.sandbox, lambda: bool(world.ran), 20)
    assert (world.ran, world.sandbox.now_ms) == ([], world.start + 20)


@pytest.mark.parametrize("factor", ["1e-10", "1e-300", "0.000001", "1e6"])
def test_however_slow_the_clock_waiting_overflows_nowhere(
    world: MakeWorld, factor: str, caplog: pytest.LogCaptureFixture
) -> None:
    world = world(f"scaled:{factor}")
    asked = threading.Event()
    rung: list[bool] = []

    def never() -> bool:
        asked.set()
        return world.sandbox.is_closed

    world.schedule(4_000_000_000_000, 1)
    world.sandbox.clock.add_sleeper(asked, 4_000_000_000_000, lambda: rung.append(True))
    waiter = threading.Thread(target=world.engine.wait_for, args=(world.sandbox, never, 3_600_000_000))
    waiter.start()
    assert asked.wait(10)
    world.schedule(0, 2)

    assert world.await_runs(1)
    world.sandbox.close()
    waiter.join(10)
    assert not waiter.is_alive()
    assert caplog.records == []


# releasing


def test_a_release_of_an_exchange_that_caused_nothing_does_nothing(world: MakeWorld) -> None:
    world = world("auto")

    world.engine.release(world.sandbox, 99)

    assert world.sandbox.store.events() == []


def test_a_store_that_fails_for_a_moment_does_not_hold_back_what_a_reply_releases(
    world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world("real")
    world.sandbox.agenda.hold(7)
    world.schedule(0, 1, exchange=7)
    release, failures = world.sandbox.store.release, [OSError(), MemoryError(), OSError()]

    def failing(exchange: int) -> object:
        if failures:
            raise failures.pop()
        return release(exchange)

    monkeypatch.setattr(world.sandbox.store, "release", failing)

    world.engine.release(world.sandbox, 7)

    assert world.await_runs(1)


# stopping


def test_nothing_needs_a_thread_on_a_manual_clock(world: MakeWorld) -> None:
    before = threads()
    world = world()
    world.schedule(0, 1)
    world.schedule(0, 1, "deliver")  # by an application in this process

    world.advance(10)
    world.sandbox.agenda.switch(ClockSetting.parse("manual"))

    assert threads() <= before


@pytest.mark.parametrize("clock", ["real", "auto"])
def test_after_stop_nothing_runs_and_no_thread_is_left(world: MakeWorld, clock: str) -> None:
    before = threads()
    world = world(clock)
    world.schedule(0, 1)
    world.schedule(0, 2, "deliver")
    assert world.await_runs(1)
    assert world.await_records(1)

    world.close()
    world.schedule(0, 3)

    assert (len(world.ran), len(world.records)) == (1, 1)
    assert threads() <= before


def test_stop_ends_an_attempt_that_an_advance_waits_for(world: MakeWorld, silent: int) -> None:
    before = threads()
    world = world()
    began = threading.Event()

    def ordered(_: int) -> Order:
        began.set()
        return order(world, silent)

    world.ordered = ordered
    world.schedule(0, 1, "deliver")
    advance = threading.Thread(target=world.advance, args=(10,))
    advance.start()
    assert began.wait(10)
    at = monotonic()

    world.engine.stop()
    advance.join(10)

    assert monotonic() - at < 5
    ((_, came),) = world.records
    assert isinstance(came, Delivery)
    assert came.failure is not None
    assert came.failure.kind in ("stopped", "stopped-before")
    assert [*world.sandbox.store.scan(STUCK)] == []
    assert threads() <= before


def test_what_falls_due_after_stop_is_not_sent(world: MakeWorld, silent: int) -> None:
    before = threads()
    world = world()
    world.ordered = lambda number: order(world, silent)
    world.schedule(0, 1, "deliver")

    world.engine.stop()
    world.advance(10)

    ((_, came),) = world.records
    assert isinstance(came, Delivery)
    assert came.failure is not None
    assert came.failure.kind == "stopped-before"
    assert threads() <= before


def test_stop_may_be_called_twice(world: MakeWorld) -> None:
    world = world("real")
    world.schedule(0, 1)
    assert world.await_runs(1)

    world.engine.stop()
    world.engine.stop()


# side by side


@pytest.mark.parametrize("clock", ["manual", "auto"])
def test_twenty_that_hang_until_their_time_out_take_one_time_out(world: MakeWorld, silent: int, clock: str) -> None:
    world = world(clock)
    world.ordered = lambda number: order(world, silent, 0.4)
    at = monotonic()
    with world.sandbox.store.unit():
        for number in range(20, 0, -1):
            world.schedule(10, number, "deliver")

    if clock == "manual":
        world.advance(10)

    assert world.await_records(20)
    assert monotonic() - at < 7
    assert world.delivered == [*range(1, 21)]
    assert {came.failure.kind for _, came in world.records if isinstance(came, Delivery) and came.failure} == {
        "no-answer-in-time"
    }


def test_what_no_thread_is_to_be_had_for_is_tried_again(
    world: MakeWorld, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world()
    world.ordered = lambda number: order(world, silent, 0.05)
    start, failures = threading.Thread.start, [RuntimeError("can't start new thread"), MemoryError()]

    def failing(thread: threading.Thread) -> None:
        if failures and thread.name == "mock-daraja-loop":
            raise failures.pop()
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", failing)
    world.schedule(0, 1, "deliver")

    fired = world.advance(10)

    assert [event.subject for event in fired] == [1]
    assert failures == []
    assert world.delivered == [1]


def test_whichever_answers_first_the_journal_has_the_same_bytes_in_the_order_of_the_ids(world: MakeWorld) -> None:
    journals = []
    for last_first in (False, True):
        made = world()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            made.ordered = lambda number, made=made, port=port: order(made, port)
            receiver = threading.Thread(target=answer_all, args=(listener, 4), kwargs={"last_first": last_first})
            receiver.start()
            for number in (3, 1, 4, 2):
                made.schedule(10, number, "deliver")

            made.advance(10)
            receiver.join(10)
        journals.append(
            [
                (number, came.status, came.answer, came.request.replace(str(port).encode(), b"PORT"))
                for number, came in made.records
                if isinstance(came, Delivery)
            ]
        )

    assert [number for number, *_ in journals[0]] == [1, 2, 3, 4]
    assert journals[0] == journals[1]


def answer_all(listener: socket.socket, count: int, *, last_first: bool) -> None:
    """Take so many connections, and answer none before all are there."""
    connections = [listener.accept()[0] for _ in range(count)]
    for connection in reversed(connections) if last_first else connections:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        connection.close()
