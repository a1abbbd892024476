"""The courier: attempts side by side, bounded, fair between sandboxes, and no faster than a receiver takes them."""

from __future__ import annotations

import gc
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mock_daraja.callbacks.delivery import system_trust
from mock_daraja.callbacks.order import Order
from mock_daraja.callbacks.policy import Target
from mock_daraja.callbacks.url import Url
from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.engine.connections import BUSY_IDLE_S, IDLE_S, Connections
from mock_daraja.engine.courier import Came, Courier
from mock_daraja.loop import Loop
from mock_daraja.model import Delivery
from mock_daraja.pool import Pool
from mock_daraja.reasons import delivery_error
from mock_daraja.stream import Stream

LONG = 10  # seconds; what should happen happens much sooner
CLOCK = Clock(ClockSetting())


class Office:
    """A courier on a loop of its own. `came` has what came of each order, in the order in which they ended."""

    def __init__(self, **bounds: int) -> None:
        self.loop = Loop()
        self.pool = Pool(self.loop)
        self.courier = Courier(self.loop, self.pool, system_trust, **bounds)
        self.came: list[tuple[str, Came]] = []
        self._ended = threading.Condition()
        self.loop.start()

    def send(self, port: int, *, times: int = 1, sandbox: str = "a", timeout_s: float = 30.0, name: str = "") -> None:
        for number in range(times):
            target = Target(f"http://localhost:{port}/", Url("http", "localhost", port, f"/{number}"), ("127.0.0.1",))
            order = Order(sandbox, target, b"{}", (), timeout_s, 0, CLOCK)
            self.loop.call(self.courier.send, order, lambda came: self._put(name or sandbox, came))

    def _put(self, name: str, came: Came) -> None:
        with self._ended:
            self.came.append((name, came))
            self._ended.notify_all()

    def has_ended(self, times: int, name: str | None = None) -> bool:
        def enough() -> bool:
            return sum(name in (None, each) for each, _ in self.came) >= times

        with self._ended:
            return self._ended.wait_for(enough, LONG)

    def ask(self, what: Callable[[], Any]) -> Any:
        came: list[Any] = []
        done = threading.Event()
        self.loop.call(lambda: (came.append(what()), done.set()))
        assert done.wait(LONG)
        return came[0]

    def stop(self) -> None:
        self.loop.call(self.courier.stop)
        self.loop.stop()
        self.pool.stop()


@pytest.fixture
def office() -> Iterator[Callable[..., Office]]:
    offices: list[Office] = []

    def start(**bounds: int) -> Office:
        offices.append(Office(**bounds))
        return offices[-1]

    yield start
    for each in offices:
        each.stop()


class Shop:
    """A receiver of any number of connections. Counts them, and holds its answers back until it is opened."""

    def __init__(self, *, opened: bool = True, closes: bool = False, backlog: int = 128) -> None:
        self.accepted = 0
        self.most = 0  # requests at one time
        self.asked = threading.Semaphore(0)
        self._now = 0
        self._lock = threading.Lock()
        self._opened = threading.Event()
        if opened:
            self._opened.set()
        self._answer = (
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + (b"Connection: close\r\n" if closes else b"") + b"\r\n"
        )
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.port = self._listener.getsockname()[1]
        self._clients: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.accepted += 1
                self._clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            while client.recv(4096):
                with self._lock:
                    self._now += 1
                    self.most = max(self.most, self._now)
                self.asked.release()
                self._opened.wait(30)
                with self._lock:
                    self._now -= 1
                client.sendall(self._answer)
                if b"close" in self._answer:
                    return

    def is_asked(self, times: int) -> bool:
        return all(self.asked.acquire(timeout=LONG) for _ in range(times))

    def open(self) -> None:
        self._opened.set()

    def close(self) -> None:
        self.open()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def shop() -> Iterator[Callable[..., Shop]]:
    shops: list[Shop] = []

    def start(**how: Any) -> Shop:
        shops.append(Shop(**how))
        return shops[-1]

    yield start
    for each in shops:
        each.close()


def statuses(office: Office) -> list[int | None]:
    return [came.status if isinstance(came, Delivery) else None for _, came in office.came]


def test_every_order_is_carried_out_once(office: Any, shop: Any) -> None:
    receiver, courier = shop(), office()

    courier.send(receiver.port, times=500)

    assert courier.has_ended(500)
    assert statuses(courier) == [200] * 500
    assert sum(1 for _ in iter(lambda: receiver.asked.acquire(blocking=False), False)) == 500


def test_what_has_ended_is_gone_without_the_collector(office: Any, shop: Any) -> None:
    receiver, courier = shop(), office()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    gc.collect()
    gc.disable()
    try:
        courier.send(receiver.port, times=20)
        courier.send(nobody, times=20)
        assert courier.has_ended(40)
        courier.ask(courier.courier.close_kept)
        courier.ask(lambda: None)  # the turn in which it was called has ended

        left = [each for each in gc.get_objects() if isinstance(each, Stream) and each._loop is courier.loop]
    finally:
        gc.enable()

    assert left == []


def test_it_needs_no_thread(office: Any, shop: Any) -> None:
    others = {*threading.enumerate()}  # of tests before, which end when they have been idle for long enough
    receiver, courier = shop(opened=False), office()
    courier.send(receiver.port, times=50)
    assert receiver.is_asked(50)

    ours = [each.name for each in {*threading.enumerate()} - others if each.name.startswith("mock-daraja-pool")]

    assert ours == []


# nobody waits for somebody else


def test_two_hundred_that_hang_hold_up_no_callback_to_another_receiver(office: Any, shop: Any) -> None:
    hanging, quick, courier = shop(opened=False), shop(), office()
    courier.send(hanging.port, times=200, name="hang")
    assert hanging.is_asked(200)

    courier.send(quick.port, times=50, name="quick")

    assert courier.has_ended(50, "quick")
    assert courier.has_ended(0, "hang")
    assert [name for name, _ in courier.came] == ["quick"] * 50


def test_those_of_one_sandbox_leave_another_sandbox_alone(office: Any, shop: Any) -> None:
    """However many wait: a sandbox never takes the last place."""
    hanging, quick, courier = shop(opened=False), shop(), office(most=40)
    courier.send(hanging.port, times=100, sandbox="a")
    assert hanging.is_asked(20)

    courier.send(quick.port, times=30, sandbox="b")

    assert courier.has_ended(30, "b")
    assert [name for name, _ in courier.came] == ["b"] * 30


def test_a_sandbox_has_as_many_at_once_as_are_left(office: Any, shop: Any) -> None:
    hanging, courier = shop(opened=False), office(most=16)

    under_way = []
    for sandbox in "abcd":
        courier.send(hanging.port, times=20, sandbox=sandbox)
        expected = sum(under_way) + (16 - sum(under_way) + 1) // 2
        while (now := courier.ask(lambda: len(courier.courier._under_way))) < expected:
            hanging.asked.acquire(timeout=0.01)
        under_way.append(now - sum(under_way))

    assert under_way == [8, 4, 2, 1]


def test_places_that_become_free_are_shared(office: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    begin = Courier._begin
    monkeypatch.setattr(Courier, "_begin", lambda self, job: (begun.append(job.order.sandbox), begin(self, job)))
    receiver, courier = shop(opened=False), office(most=2)
    for sandbox in ("a", "b", "c"):
        courier.send(receiver.port, times=20, sandbox=sandbox)
    courier.ask(lambda: None)  # all of them wait
    assert receiver.is_asked(1)

    receiver.open()

    assert courier.has_ended(60)
    assert all(begun.index(sandbox) < 40 for sandbox in ("a", "b", "c"))  # before two have had all that is theirs


def test_there_are_never_more_at_once_than_the_most(office: Any, shop: Any) -> None:
    receivers, courier = [shop(opened=False) for _ in range(4)], office(most=10)
    for sandbox in ("a", "b", "c", "d", "e"):
        for receiver in receivers:
            courier.send(receiver.port, times=10, sandbox=sandbox)
    courier.ask(lambda: None)
    most = courier.ask(lambda: len(courier.courier._under_way))
    for receiver in receivers:
        receiver.open()

    assert courier.has_ended(200)
    assert most <= 10
    assert sum(receiver.most for receiver in receivers) <= 20


def test_room_is_made_while_many_wait(office: Any, shop: Any, patient: None) -> None:
    receivers, courier = [shop() for _ in range(12)], office(most=6)
    for sandbox in ("a", "b", "c", "d"):
        for receiver in receivers:
            courier.send(receiver.port, times=5, sandbox=sandbox)

    assert courier.has_ended(240)
    assert statuses(courier) == [200] * 240


def test_there_are_never_more_to_one_receiver_than_its_bound(office: Any, shop: Any) -> None:
    hanging, other, courier = shop(opened=False), shop(), office(per_receiver=7)
    courier.send(hanging.port, times=30)
    assert hanging.is_asked(7)

    courier.send(other.port, name="other")
    arrived = courier.has_ended(1, "other")
    extra = hanging.asked.acquire(timeout=0.05)  # many looks
    hanging.open()

    assert arrived
    assert not extra
    assert courier.has_ended(31)
    assert hanging.most == 7


# connections


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, no receiver counts as slow, and connections are kept."""
    monkeypatch.setattr("mock_daraja.engine.connections._YOUNG_S", 60.0)
    monkeypatch.setattr("mock_daraja.engine.connections.IDLE_S", 60.0)
    monkeypatch.setattr("mock_daraja.engine.connections.BUSY_IDLE_S", 60.0)


def test_a_kept_connection_is_given_up_sooner_while_others_wait_for_an_answer() -> None:
    idle: list[float] = []
    loop: Any = SimpleNamespace(later=lambda seconds, *_: idle.append(seconds))
    receiver = Connections(loop, lambda: None)

    for busy in (0, 1):
        receiver.busy = busy
        receiver.keep(cast("Stream", SimpleNamespace()))

    assert idle == [IDLE_S, BUSY_IDLE_S]


def test_kept_connections_are_used_before_new_ones(office: Any, shop: Any, patient: None) -> None:
    receiver, courier = shop(), office()
    for number in range(1, 20):
        courier.send(receiver.port, times=4)
        assert courier.has_ended(4 * number)

    assert receiver.accepted <= 4


def test_no_more_new_connections_than_a_small_backlog_takes(office: Any, shop: Any, patient: None) -> None:
    receiver, courier = shop(opened=False), office()
    courier.send(receiver.port, times=50)
    assert receiver.is_asked(4)

    extra = receiver.asked.acquire(timeout=0.05)  # many looks
    receiver.open()

    assert not extra
    assert courier.has_ended(50)


def test_a_kept_connection_makes_room_for_a_new_one(office: Any, shop: Any, patient: None) -> None:
    receivers, courier = [shop() for _ in range(6)], office(most=4)
    for number, receiver in enumerate(receivers):
        courier.send(receiver.port)
        assert courier.has_ended(number + 1)

    kept = courier.ask(lambda: sum(map(len, courier.courier._receivers.values())))

    assert kept <= 4
    assert statuses(courier) == [200] * 6


def test_a_kept_connection_that_nobody_uses_is_closed(office: Any, receive: Any) -> None:
    closed = threading.Event()

    def answer(peer: Any) -> None:
        while peer.read():
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        closed.set()

    receiver, courier = receive(answer), office()
    courier.send(receiver.port)

    assert closed.wait(LONG)
    assert courier.ask(lambda: len(courier.courier._receivers)) == 0


def test_a_kept_connection_that_says_something_unasked_is_closed(office: Any, receive: Any, patient: None) -> None:
    closed = threading.Event()

    def chatter(peer: Any) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        assert courier.has_ended(1)
        peer.send(b"by the way")
        with suppress(OSError):
            if not peer.connection.recv(10):
                closed.set()

    courier = office()
    receiver = receive(chatter)
    courier.send(receiver.port)

    assert closed.wait(LONG)


def test_close_kept_closes_them_all(office: Any, shop: Any, patient: None) -> None:
    receivers, courier = [shop() for _ in range(3)], office()
    for receiver in receivers:
        courier.send(receiver.port)
    assert courier.has_ended(3)

    courier.ask(courier.courier.close_kept)

    assert courier.ask(lambda: len(courier.courier._receivers)) == 0


# a development server


class Handler(BaseHTTPRequestHandler):
    """As most people write one: HTTP/1.0, a connection for each request."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


def retransmissions(sock: socket.socket) -> int:
    """How many segments of its own the system has sent again."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int(struct.unpack_from("I", info, 100)[0])


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how often a SYN was sent")
def test_a_burst_overruns_no_development_server(office: Any, monkeypatch: pytest.MonkeyPatch, patient: None) -> None:
    class Server(ThreadingHTTPServer):
        request_queue_size = 5  # http.server's own

    again: list[int] = []
    connected = Stream._connected

    def look(stream: Stream) -> None:
        again.append(retransmissions(stream.sock))
        connected(stream)

    monkeypatch.setattr(Stream, "_connected", look)
    courier = office()
    with Server(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        courier.send(server.server_address[1], times=200)
        ended = courier.has_ended(200)
        server.shutdown()
        serving.join()

    assert ended, f"{len(courier.came)} have ended, {again} SYNs were sent again"
    assert statuses(courier) == [200] * 200
    assert again.count(0) == len(again), f"{len(again) - again.count(0)} of {len(again)} had to send their SYN again"


# mistakes and stop


def test_whoever_is_told_and_raises_holds_up_nobody(office: Any, shop: Any, caplog: pytest.LogCaptureFixture) -> None:
    receiver, courier = shop(), office(most=2)
    target = Target("http://localhost/", Url("http", "localhost", receiver.port, "/"), ("127.0.0.1",))

    def fail(_: Came) -> None:
        raise ValueError("no such thing")

    for _ in range(5):
        courier.loop.call(courier.courier.send, Order("a", target, b"{}", (), 5.0, 0, CLOCK), fail)
    courier.send(receiver.port, times=5)

    assert courier.has_ended(5)
    assert "no such thing" in caplog.text


def test_stop_ends_what_is_under_way_and_begins_no_other(office: Any, shop: Any) -> None:
    receiver, courier = shop(opened=False), office(per_receiver=3)
    courier.send(receiver.port, times=10)
    assert receiver.is_asked(3)

    left = courier.ask(courier.courier.stop)
    courier.send(receiver.port)

    assert left == 10
    assert courier.has_ended(4)
    said = [delivery_error(came) for _, came in courier.came if isinstance(came, Delivery)]
    assert sorted(said) == ["stopped before it was sent"] + ["stopped before the answer was whole"] * 3
    assert receiver.accepted == 3


def test_a_pause_lets_what_is_under_way_end_and_begins_no_other(office: Any, shop: Any) -> None:
    receiver, courier = shop(opened=False), office(per_receiver=3)
    courier.send(receiver.port, times=10)
    assert receiver.is_asked(3)

    courier.courier.pause()
    receiver.open()
    assert courier.has_ended(3)
    courier.send(receiver.port)

    assert courier.ask(courier.courier.stop) == 8
    assert receiver.accepted == 3


def test_what_waits_for_certificates_is_counted_at_a_stop(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    loading, loaded = threading.Event(), threading.Event()
    courier = office()

    def load() -> Any:
        loading.set()
        loaded.wait(LONG)
        return system_trust()

    monkeypatch.setattr(courier.courier, "_load_trust", load)
    target = Target("https://localhost/", Url("https", "localhost", 1, "/"), ("127.0.0.1",))
    for _ in range(3):
        order = Order("a", target, b"{}", (), 5.0, 0, CLOCK)
        courier.loop.call(courier.courier.send, order, lambda came: courier._put("a", came))
    assert loading.wait(LONG)

    left = courier.ask(courier.courier.stop)
    loaded.set()

    assert left == 3
    assert courier.has_ended(3)


def test_a_stop_right_after_an_order_still_tells_what_became_of_it(office: Any, shop: Any) -> None:
    receiver, courier = shop(opened=False), office()
    courier.send(receiver.port, times=20)
    assert receiver.is_asked(4)

    courier.loop.call(courier.courier.stop)
    courier.loop.stop()

    assert len(courier.came) >= 4


def test_an_order_that_cannot_even_begin_is_told_so(office: Any, shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    receiver, courier = shop(opened=False), office(per_receiver=1)
    courier.send(receiver.port, times=3)
    assert receiver.is_asked(1)
    error = MemoryError()

    def failing(*_: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("mock_daraja.engine.courier.Attempt", failing)
        receiver.open()
        assert courier.has_ended(3)
    courier.send(receiver.port)

    assert courier.has_ended(4)
    assert [each for _, each in courier.came[1:3] if each is not error] == []
    assert statuses(courier)[3] == 200
