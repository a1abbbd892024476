"""Engines over sandboxes of their own, whose later steps only note when they were called; receivers on real sockets."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.callbacks.order import Came, LocalCall, Order
from mock_daraja.clock import ClockSetting
from mock_daraja.engine import EventEngine
from mock_daraja.loop import Loop
from mock_daraja.model import Callback, Delivery, Event, UrlRefusal
from mock_daraja.pool import Pool
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios import Library
from mock_daraja.settings import Settings
from mock_daraja.store import MemoryStore

START = "2026-11-24T10:00:00+03:00"


class World:
    """Steps that note what they did and when, by the sandbox clock. What a test puts in place of `then` (an event that
    is no delivery), `claimed`, `ordered` or `recorded` comes first, and may raise."""

    def __init__(self, clock: str, **settings: Any) -> None:
        self.ran: list[tuple[int | str, int]] = []
        self.orders: list[int] = []
        self.records: list[tuple[int, Came]] = []
        self.effect = True
        self.then: Callable[[Event], object] = lambda event: None
        self.claimed: Callable[[int], object] = lambda number: None
        self.ordered: Callable[[int], Order | LocalCall | UrlRefusal | None] = lambda number: None
        self.recorded: Callable[[int], object] = lambda number: None
        self.settings = Settings(clock=ClockSetting.parse(clock), start=START, seed=1, **settings)
        self.happened = threading.Condition()
        loop = Loop()
        self.engine = EventEngine(loop, Pool(loop), self)
        self.sandbox = self.new_sandbox("default")
        self.start = self.sandbox.now_ms

    def new_sandbox(self, name: str) -> Sandbox:
        made = Sandbox(name, self.settings, MemoryStore({}), library=Library([]), row_types={})
        self.engine.adopt(made)
        return made

    # the steps

    def run(self, sandbox: Sandbox, event: Event) -> bool:
        self.then(event)
        with self.happened:
            self.ran.append((event.subject, sandbox.now_ms - self.start))
            self.happened.notify_all()
        return self.effect

    def claim(self, sandbox: Sandbox, callback_id: int) -> Callback | None:
        self.claimed(callback_id)
        return Callback(callback_id, "stk", 1, "http://shop.test/", b"{}", (), sandbox.now_ms)

    def order(self, sandbox: Sandbox, row: Callback, *, may_wait: bool) -> Order | LocalCall | UrlRefusal:  # noqa: ARG002 - a step's signature
        self.orders.append(row.id)
        return self.ordered(row.id) or (lambda: Delivery(row.url, sandbox.now_ms, status=200))

    def record(self, sandbox: Sandbox, callback_id: int, came: Came) -> None:  # noqa: ARG002 - a step's signature
        self.recorded(callback_id)
        with self.happened:
            self.records.append((callback_id, came))
            self.happened.notify_all()

    def came(self, size: int) -> None:
        pass

    # what tests do

    def schedule(self, after_ms: int, subject: int, kind: str = "x", **how: Any) -> None:
        with self.sandbox.store.unit():
            self.sandbox.agenda.schedule(self.start + after_ms, kind, subject, **how)

    def advance(self, ms: int) -> list[Event]:
        return self.engine.advance(self.sandbox, ms)

    def until(self, holds: Callable[[], bool]) -> bool:
        """Wait until it holds: looked at whenever a step is done."""
        with self.happened:
            return self.happened.wait_for(holds, 10)

    def await_runs(self, count: int) -> bool:
        return self.until(lambda: len(self.ran) >= count)

    def await_records(self, count: int) -> bool:
        return self.until(lambda: len(self.records) >= count)

    @property
    def delivered(self) -> list[int]:
        return [number for number, _ in self.records]

    def close(self) -> None:
        self.sandbox.close()
        self.engine.stop()


MakeWorld = Callable[..., World]


@pytest.fixture
def world() -> Iterator[MakeWorld]:
    """Make a World on this clock, manual unless it is named."""
    worlds: list[World] = []

    def make(clock: str = "manual", **settings: Any) -> World:
        worlds.append(World(clock, **settings))
        return worlds[-1]

    yield make
    for each in worlds:
        each.close()


class Receiver:
    """A listening socket on 127.0.0.1. Each connection it accepts follows the next script; then it accepts no more."""

    def __init__(self, *scripts: Callable[[Peer], None], certificate: str | None = None) -> None:
        self.requests: list[bytes] = []
        self.accepted = 0
        self.released = threading.Event()  # what a script waits for that is to hang
        self._certificate = certificate
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, args=(scripts,), daemon=True)]
        self._threads[0].start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _accept(self, scripts: tuple[Callable[[Peer], None], ...]) -> None:
        for script in scripts:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            thread = threading.Thread(target=self._serve, args=(connection, script), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, script: Callable[[Peer], None]) -> None:
        with contextlib.suppress(OSError), contextlib.closing(connection):
            if self._certificate is not None:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self._certificate)
                with context.wrap_socket(connection, server_side=True) as encrypted:
                    script(Peer(self, encrypted))
            else:
                script(Peer(self, connection))

    def close(self) -> None:
        self.released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)


class Peer:
    """The receiver's end of one connection."""

    def __init__(self, receiver: Receiver, connection: socket.socket) -> None:
        self.receiver = receiver
        self.connection = connection

    def read(self) -> bytes:
        """One whole request; empty when the other end is gone."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.connection.recv(4096)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        announced = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
        if not announced:  # it is none of ours: a client of another test, for whoever had this port before
            return b""
        length = int(announced)
        while len(body) < length:
            body += self.connection.recv(4096)
        self.receiver.requests.append(head + b"\r\n\r\n" + body)
        return self.receiver.requests[-1]

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hang(self) -> None:
        self.receiver.released.wait(30)

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@pytest.fixture
def receive(certificate: str) -> Iterator[Callable[..., Receiver]]:
    """Start a receiver whose connections follow the scripts given."""
    receivers: list[Receiver] = []

    def start(*scripts: Callable[[Peer], None], tls: bool = False) -> Receiver:
        receivers.append(Receiver(*scripts, certificate=certificate if tls else None))
        return receivers[-1]

    yield start
    for receiver in receivers:
        receiver.close()
