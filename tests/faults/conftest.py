"""Both ends of one TCP connection, and a clock whose time comes when the test says so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.faults import Fault
from mock_daraja.faults.watch import Watch
from mock_daraja.faults.wire import Wire

RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"


@dataclass
class HeldClock:
    """`asked` is set when somebody waits; `come` lets the time come."""

    due: list[int] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    come: threading.Event = field(default_factory=threading.Event)

    def now(self) -> int:
        return 1_000_000

    def wait_until(self, due_ms: int, interrupted: threading.Event) -> bool:
        self.due.append(due_ms)
        self.asked.set()
        while not self.come.wait(0.005):
            if interrupted.is_set():
                return False
        return True

    def wake(self) -> None:
        """It looks for itself, often."""


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    watch.stop()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The client's end and the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    client.settimeout(5)
    yield client, server
    client.close()
    server.close()


@pytest.fixture
def client(ends: tuple[socket.socket, socket.socket]) -> socket.socket:
    return ends[0]


@pytest.fixture
def wire(ends: tuple[socket.socket, socket.socket], watch: Watch, clock: HeldClock) -> Wire:
    wire = Wire(ends[1], watch)
    wire.clock = clock
    return wire


@pytest.fixture
def leaping(wire: Wire) -> Clock:
    """The wire's clock, which leaps to whatever time somebody begins to wait for."""
    clock = Clock(ClockSetting.parse("manual"), 1_000_000)
    clock.on_wait = lambda: clock.move_to(clock.next_sleeper() or 0)
    wire.clock = clock
    return clock


@pytest.fixture
def carry_out(wire: Wire) -> Iterator[Callable[[Fault], threading.Thread]]:
    """Carries a fault out in a thread of its own, as the server does, and lets the wire go afterwards."""
    threads: list[threading.Thread] = []

    def begin(fault: Fault) -> threading.Thread:
        thread = threading.Thread(target=fault.carry_out, args=(wire, RESPONSE), daemon=True)
        threads.append(thread)
        thread.start()
        return thread

    yield begin
    wire.interrupt()
    for thread in threads:
        thread.join(5)


@pytest.fixture
def response() -> bytes:
    return RESPONSE
