"""Acts carried out on a real connection, by a thread that they block."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.faults.acts import Abort, Act, Acts, Close, Send, Wait
from mock_daraja.faults.watch import Watch
from mock_daraja.faults.wire import Wire, carry_out

START_MS = 1_000_000


@dataclass
class Listed:
    """A fault that does what it is told. `times` are what it was told of the clock; `ended` once it was closed."""

    does: tuple[Act, ...]
    times: list[int] = field(default_factory=list)
    given: list[Act] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def acts(self, response: bytes, now_ms: int) -> Acts:
        assert response == b"response"
        self.times.append(now_ms)
        try:
            for act in self.does:
                self.given.append(act)
                self.times.append((yield act))
        finally:
            self.ended.set()


@pytest.fixture
def client(ends: tuple[socket.socket, socket.socket]) -> socket.socket:
    return ends[0]


@pytest.fixture
def clock() -> Clock:
    """It stands still."""
    return Clock(ClockSetting.parse("manual"), START_MS)


@pytest.fixture
def wire(ends: tuple[socket.socket, socket.socket], watch: Watch, clock: Clock) -> Wire:
    wire = Wire(ends[1], watch)
    wire.clock = clock
    return wire


@pytest.fixture
def waiting(clock: Clock) -> threading.Event:
    """Set once somebody waits on the clock."""
    began = threading.Event()
    clock.on_wait = began.set
    return began


Begin = Callable[..., tuple[Listed, threading.Thread]]


@pytest.fixture
def begin(wire: Wire) -> Iterator[Begin]:
    """Carries acts out in a thread of its own, as the server does, and interrupts the wire afterwards."""
    threads: list[threading.Thread] = []

    def start(*acts: Act) -> tuple[Listed, threading.Thread]:
        fault = Listed(acts)
        thread = threading.Thread(target=carry_out, args=(wire, fault, b"response"), daemon=True)
        threads.append(thread)
        thread.start()
        return fault, thread

    yield start
    wire.interrupt()
    for thread in threads:
        thread.join(5)


def over(thread: threading.Thread) -> bool:
    thread.join(5)
    return not thread.is_alive()


def test_what_is_sent_arrives_and_the_wire_stays_open(wire, client):
    carry_out(wire, Listed((Send(b"a"), Send(b"b"))), b"response")

    client.shutdown(socket.SHUT_WR)
    assert wire.is_open
    wire.close()
    assert client.makefile("rb").read() == b"ab"


def test_close_is_the_end_of_what_the_client_reads(wire, client):
    carry_out(wire, Listed((Send(b"a"), Close())), b"response")

    assert client.makefile("rb").read() == b"a"
    assert not wire.is_open


def test_abort_is_a_reset_for_the_client(wire, client):
    carry_out(wire, Listed((Abort(),)), b"response")

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    assert not wire.is_open


def test_a_fault_is_told_the_time_at_the_start_and_after_each_act(wire, clock):
    clock.on_wait = lambda: clock.move_to(START_MS + 1500)
    fault = Listed((Send(b"a"), Wait(START_MS + 1000), Wait(START_MS + 1200)))

    carry_out(wire, fault, b"response")

    assert fault.times == [START_MS, START_MS, START_MS + 1500, START_MS + 1500]
    assert fault.ended.is_set()


def test_a_wait_ends_when_the_clock_is_there(begin, client, clock, wire, waiting):
    _, thread = begin(Wait(START_MS + 1000), Send(b"late"))
    assert waiting.wait(5)

    clock.move_to(START_MS + 1000)

    assert client.recv(100) == b"late"
    assert over(thread)
    assert wire.is_open


def test_without_a_clock_a_wait_runs_on_the_computers_time(ends, watch, client):
    wire = Wire(ends[1], watch)

    carry_out(wire, Listed((Wait(wire.clock.now() + 1), Send(b"late"))), b"response")

    assert client.recv(100) == b"late"


@pytest.mark.parametrize("until_ms", [None, START_MS + 1000])
@pytest.mark.parametrize("reusable", [True, False])
def test_a_client_that_goes_away_ends_the_fault_and_the_connection(begin, client, wire, until_ms, reusable):
    fault, thread = begin(Wait(until_ms, reusable), Send(b"never"), Close())

    client.close()

    assert over(thread)
    assert fault.given == [Wait(until_ms, reusable)]
    assert fault.ended.is_set()
    assert not wire.is_open


def test_a_client_that_goes_away_is_seen_behind_bytes_that_nobody_reads(begin, client):
    _, thread = begin(Wait(None, reusable=False))

    client.sendall(b"GET /pipelined HTTP/1.1\r\n\r\n")
    client.close()

    assert over(thread)


def test_a_reusable_wire_keeps_what_the_client_sends_for_the_next_request(begin, client, clock, wire, waiting):
    _, thread = begin(Wait(START_MS + 1000))
    assert waiting.wait(5)

    client.sendall(b"GET /next")
    clock.move_to(START_MS + 1000)

    assert over(thread)
    assert wire.sock.recv(100) == b"GET /next"


@pytest.mark.parametrize("until_ms", [None, START_MS + 1000])
def test_a_server_that_stops_ends_the_fault_and_the_connection(begin, client, wire, until_ms):
    fault, thread = begin(Wait(until_ms), Send(b"never"))

    wire.interrupt()

    assert over(thread)
    assert fault.ended.is_set()
    assert not wire.is_open
    assert client.recv(100) == b""


def test_a_client_that_does_not_take_what_is_sent_ends_the_fault(wire):
    wire.sock.close()
    fault = Listed((Send(b"a"), Wait(START_MS + 1000), Close()))

    carry_out(wire, fault, b"response")

    assert fault.given == [Send(b"a")]
    assert fault.ended.is_set()
    assert not wire.is_open
