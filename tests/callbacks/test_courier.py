from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.callbacks.connections import Connections, system_trust
from mock_daraja.callbacks.courier import Courier
from mock_daraja.callbacks.delivery import deliver
from mock_daraja.callbacks.policy import Target
from mock_daraja.callbacks.url import Url
from mock_daraja.reasons import delivery_error

Handler = Callable[[Any, Connections], None]
LONG = 10  # seconds; what should happen happens much sooner


def nothing(item: object, connections: Connections) -> None:
    """A handler that is done at once."""


class Counting(Courier[Any]):
    """Knows how many workers it has, and how often its handler has come to an end."""

    def __init__(self, handler: Handler, **sizes: Any) -> None:
        def counted(item: Any, connections: Connections) -> None:
            try:
                handler(item, connections)
            finally:
                self._ended.release()

        self._ended = threading.Semaphore(0)
        for name, size in sizes.items():
            setattr(self, name, size)
        super().__init__(counted, lambda: Connections(time.monotonic, system_trust))

    @property
    def workers(self) -> int:
        return len(self._workers)

    def carries_out(self, items: int) -> bool:
        return all(self._ended.acquire(timeout=LONG) for _ in range(items))


@pytest.fixture
def courier_of() -> Iterator[Callable[..., Counting]]:
    couriers: list[Counting] = []

    def start(handler: Handler, **sizes: Any) -> Counting:
        couriers.append(Counting(handler, **sizes))
        return couriers[-1]

    yield start
    for courier in couriers:
        courier.stop()


def test_no_thread_before_the_first_item(courier_of: Any) -> None:
    before = threading.active_count()

    courier = courier_of(nothing)

    assert courier.workers == 0
    assert threading.active_count() == before


def test_one_worker_carries_out_in_order(courier_of: Any) -> None:
    seen: list[int] = []
    courier = courier_of(lambda item, _: seen.append(item), few=1, most=1)

    for number in range(500):
        courier.submit(number)

    assert courier.carries_out(500)
    assert seen == list(range(500))
    assert courier.workers == 1


def test_every_item_is_carried_out_once_by_many_workers(courier_of: Any) -> None:
    seen: list[int] = []
    courier = courier_of(lambda item, _: seen.append(item))

    for number in range(2_000):
        courier.submit(number)

    assert courier.carries_out(2_000)
    assert sorted(seen) == list(range(2_000))


def test_hanging_items_do_not_hold_up_the_others(courier_of: Any) -> None:
    released, delivered = threading.Event(), threading.Event()

    def handle(item: str, connections: Connections) -> None:
        if item == "hangs":
            released.wait(LONG)
        else:
            delivered.set()

    courier = courier_of(handle, few=2, most=64)
    for item in ["hangs"] * 30 + ["quick"]:
        courier.submit(item)

    arrived = delivered.wait(LONG)
    grown = courier.workers
    released.set()

    assert arrived
    assert 31 <= grown <= 64
    assert courier.carries_out(31)


def test_workers_never_exceed_the_most(courier_of: Any) -> None:
    everybody, released = threading.Semaphore(0), threading.Event()

    def handle(item: int, connections: Connections) -> None:
        everybody.release()
        released.wait(LONG)

    courier = courier_of(handle, few=1, most=5, tick_s=0.001)
    for number in range(20):
        courier.submit(number)
    started = [everybody.acquire(timeout=LONG) for _ in range(5)]

    extra = everybody.acquire(timeout=0.05)  # many ticks
    released.set()

    assert all(started)
    assert not extra
    assert courier.workers == 5
    assert courier.carries_out(20)


def test_workers_stay_few_for_quick_receivers(courier_of: Any) -> None:
    courier = courier_of(nothing, few=3, tick_s=LONG)

    for number in range(1_000):
        courier.submit(number)

    assert courier.carries_out(1_000)
    assert courier.workers <= 3


def test_mistake_of_one_item_is_logged_and_the_next_carried_out(
    courier_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def handle(item: str, connections: Connections) -> None:
        if item == "bad":
            raise ValueError("no such thing")
        seen.append(item)

    courier = courier_of(handle, few=1)
    with caplog.at_level(logging.ERROR):
        courier.submit("bad")
        courier.submit("good")
        carried_out = courier.carries_out(2)

    assert carried_out
    assert seen == ["good"]
    assert "'bad'" in caplog.text


def test_stop_ends_hanging_deliveries_quickly_and_begins_no_other(receive: Any, courier_of: Any) -> None:
    reached, errors = threading.Event(), []

    def hang(peer: Any) -> None:
        peer.read()
        reached.set()
        peer.hang()

    receiver = receive(hang)
    target = Target("http://localhost/", Url("http", "localhost", receiver.port, "/"), ("127.0.0.1",))

    def handle(item: str, connections: Connections) -> None:
        sent = deliver(target, b"{}", (), timeout_s=60, connections=connections, sent_ms=0)
        errors.append((item, delivery_error(sent)))

    courier = courier_of(handle, few=1, most=1)
    for item in ("first", "second", "third"):
        courier.submit(item)
    assert reached.wait(LONG)

    began = time.monotonic()
    courier.stop()
    took = time.monotonic() - began

    assert errors == [("first", "stopped before the answer was whole")]
    assert took < 0.4
    assert courier.workers == 0


def test_nothing_is_taken_after_stop(courier_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    courier = courier_of(lambda item, _: seen.append(item))
    courier.submit("before")
    assert courier.carries_out(1)

    courier.stop()
    monkeypatch.setattr(threading.Thread, "start", lambda _: pytest.fail("a thread was started"))
    courier.submit("after")

    assert seen == ["before"]


def test_inline_runs_in_this_thread_in_order_and_keeps_no_connection(receive: Any, courier_of: Any) -> None:
    seen: list[tuple[int, int, int | None]] = []
    used: list[Connections] = []

    def answer(peer: Any) -> None:
        while peer.read():
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    receiver = receive(answer)
    target = Target("http://localhost/", Url("http", "localhost", receiver.port, "/"), ("127.0.0.1",))

    def handle(item: int, connections: Connections) -> None:
        used.append(connections)
        sent = deliver(target, b"{}", (), timeout_s=5, connections=connections, sent_ms=0)
        seen.append((item, threading.get_ident(), sent.status))

    courier = courier_of(handle)

    courier.run_inline(1, 2, 3)

    assert seen == [(number, threading.get_ident(), 200) for number in (1, 2, 3)]
    assert receiver.accepted == 1
    assert len(used[0]) == 0
    assert courier.workers == 0


def test_idle_worker_closes_its_connections(receive: Any, courier_of: Any) -> None:
    closed = threading.Event()

    def answer(peer: Any) -> None:
        while peer.read():
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        closed.set()

    receiver = receive(answer)
    target = Target("http://localhost/", Url("http", "localhost", receiver.port, "/"), ("127.0.0.1",))

    def handle(item: int, connections: Connections) -> None:
        deliver(target, b"{}", (), timeout_s=5, connections=connections, sent_ms=0)

    courier = courier_of(handle)
    courier.submit(1)

    assert closed.wait(LONG)
    assert courier.workers == 1


def test_workers_that_were_added_leave_when_idle(courier_of: Any) -> None:
    everybody, left, released = threading.Semaphore(0), threading.Semaphore(0), threading.Event()

    def watch(worker: threading.Thread) -> None:
        worker.join()
        left.release()

    def handle(item: int, connections: Connections) -> None:
        threading.Thread(target=watch, args=(threading.current_thread(),), daemon=True).start()
        everybody.release()
        released.wait(LONG)

    courier = courier_of(handle, few=1, most=4, tick_s=0.001)
    for number in range(4):
        courier.submit(number)
    started = [everybody.acquire(timeout=LONG) for _ in range(4)]

    released.set()
    gone = [left.acquire(timeout=LONG) for _ in range(3)]

    assert all(started)
    assert all(gone)
    assert courier.workers == 1


def test_stop_ends_a_delivery_that_hangs_inline(receive: Any, courier_of: Any) -> None:
    reached, errors = threading.Event(), []

    def hang(peer: Any) -> None:
        peer.read()
        reached.set()
        peer.hang()

    receiver = receive(hang)
    target = Target("http://localhost/", Url("http", "localhost", receiver.port, "/"), ("127.0.0.1",))

    def handle(item: int, connections: Connections) -> None:
        sent = deliver(target, b"{}", (), timeout_s=60, connections=connections, sent_ms=0)
        errors.append((item, delivery_error(sent)))

    courier = courier_of(handle)
    inline = threading.Thread(target=courier.run_inline, args=(1, 2))
    inline.start()
    assert reached.wait(LONG)

    courier.stop()
    inline.join(LONG)

    assert errors == [(1, "stopped before the answer was whole"), (2, "stopped before it was sent")]


def test_what_is_carried_out_inline_after_a_stop_sends_nothing(courier_of: Any) -> None:
    aborted: list[bool] = []
    courier = courier_of(lambda item, connections: aborted.append(connections.aborted))
    courier.stop()

    courier.run_inline("late")

    assert aborted == [True]
