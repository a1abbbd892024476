"""Every fault over a real socket: the bytes that a client receives, when they come, and how its connection ends.

The same tables hold for each transport of tests/faults/clients.py.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event, Semaphore
from typing import Any

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.exchange import JSON, Reply, Request
from mock_daraja.faults import NAMES
from mock_daraja.model import FaultSpec
from mock_daraja.server import Sending
from tests.faults.clients import DATE, Ending, Seen, Transport, leaping
from tests.faults.conftest import Connect

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n" + DATE + b"\r\n"
WHOLE = HEAD + b"0123456789"
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n" + DATE + b"\r\n"
FIRST = b"a\r\n0123456789\r\n"
BLANKS = b"400\r\n" + b" " * 1023 + b"\n\r\n"
NOISE = b"\x15\x03\x03\x00\x02\x02P" + bytes(range(128, 256)) + b"\r\n"
REQUEST = b"GET /fault HTTP/1.1\r\nHost: localhost\r\n\r\n"
LAST_REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
LAST_ANSWER = HEAD.removesuffix(b"\r\n") + b"Connection: close\r\n\r\n0123456789"


@dataclass(frozen=True)
class Bite:
    """A fault, what a client receives of an answer with it, and how it finds the connection then."""

    fault: FaultSpec
    received: bytes
    then: Ending

    def __str__(self) -> str:
        return str(self.fault)


def bite(name: str, received: bytes, then: Ending, **attributes: object) -> Bite:
    return Bite(FaultSpec.of(name, attributes), received, then)


BITES = (
    bite("dribble", WHOLE, "still open"),
    bite("dribble", WHOLE, "still open", bytes_per_second=4, seconds=1.1),
    bite("dribble", WHOLE, "still open", seconds=0),
    bite("empty", b"", "FIN"),
    bite("endless-chunks", CHUNKED + FIRST + BLANKS * 599, "FIN"),
    bite("endless-chunks", CHUNKED + FIRST + BLANKS * 2, "FIN", seconds=0.25),
    bite("endless-chunks", CHUNKED + FIRST + BLANKS + b"3\r\n   \r\n", "FIN", max_bytes=1037),
    bite("endless-chunks", CHUNKED + b"4\r\n0123\r\n", "FIN", max_bytes=4),
    bite("garbage", NOISE, "FIN"),
    bite("hang", b"", "still open"),
    bite("hang", b"", "FIN", seconds=30),
    bite("latency", WHOLE, "still open", ms=0),
    bite("latency", WHOLE, "still open", ms=30_000),
    bite("reset", b"", "RST"),
    bite("truncated", HEAD + b"01234", "FIN"),
    bite("wrong-content-type", WHOLE.replace(b"application/json", b"text/html"), "still open"),
    bite("wrong-content-type", WHOLE.replace(b"application/json", b"a/b; c=d"), "still open", type="a/b; c=d"),
    bite("wrong-status", WHOLE.replace(b"200 OK", b"500 Internal Server Error"), "still open", status=500),
    bite("wrong-status", WHOLE.replace(b"200 OK", b"299 Unknown"), "still open", status=299),
)
GOES_ON = tuple(each for each in BITES if each.then == "still open" and each.received)
ENDS_OR_HANGS = tuple(each for each in BITES if each not in GOES_ON)

BEFORE_THE_CLOCK_MOVES = (
    bite("dribble", HEAD, "still open"),
    bite("endless-chunks", CHUNKED + FIRST, "still open"),
    bite("hang", b"", "still open"),
    bite("hang", b"", "still open", seconds=30),
    bite("latency", b"", "still open", ms=30_000),
)

# What has come by which time, in milliseconds from the request, and how the connection is then.
STEPS: dict[FaultSpec, tuple[list[tuple[int, bytes]], Ending]] = {
    FaultSpec.of("dribble", {"bytes_per_second": 4, "seconds": 1.1}): (
        [(0, HEAD), (250, b"0"), (500, b"1"), (750, b"2"), (1000, b"3"), (1100, b"456789")],
        "still open",
    ),
    FaultSpec.of("endless-chunks", {"seconds": 0.25}): (
        [(0, CHUNKED + FIRST), (100, BLANKS), (200, BLANKS), (250, b"")],
        "FIN",
    ),
    FaultSpec.of("hang", {"seconds": 2.5}): ([(0, b""), (2500, b"")], "FIN"),
    FaultSpec.of("latency", {"ms": 1500}): ([(0, b""), (1500, WHOLE)], "still open"),
}


@dataclass
class Faulty:
    """An app with that fault in its answer at /fault.

    `asked` is set when a request for it was read, `over` when the server has done with the answer.
    """

    fault: FaultSpec
    clock: Clock
    asked: Event = field(default_factory=Event)
    over: Event = field(default_factory=Event)

    def __call__(self, *_: Any) -> list[bytes]:
        raise AssertionError("every path is answered directly")

    def takes(self, path: str) -> bool:
        return path.startswith("/")

    def answer(self, request: Request) -> Sending:
        if request.path != "/fault":
            return Sending(Reply(200, b"0123456789", JSON))
        self.asked.set()
        return Sending(Reply(200, b"0123456789", JSON, self.fault), self.clock, after=self.over.set)

    def answer_at_once(self, request: Request) -> Sending:
        return self.answer(request)


@pytest.fixture
def clock() -> Clock:
    """It stands still."""
    return Clock(ClockSetting.parse("manual"), 1_000_000)


def test_every_fault_is_among_those_above() -> None:
    assert {each.fault.name for each in BITES} == set(NAMES)


@pytest.mark.parametrize("expected", ENDS_OR_HANGS, ids=str)
def test_a_fault_that_ends_the_connection_or_hangs_on_it(connect: Connect, clock: Clock, expected: Bite) -> None:
    client = connect(Faulty(expected.fault, leaping(clock)))

    client.send(REQUEST)

    read = client.read_until_quiet if expected.then == "still open" else client.read_to_the_end
    assert read() == Seen(expected.received, expected.then)


@pytest.mark.parametrize("expected", GOES_ON, ids=str)
def test_a_fault_that_leaves_the_connection_to_the_next_request(connect: Connect, clock: Clock, expected: Bite) -> None:
    client = connect(Faulty(expected.fault, leaping(clock)))

    client.send(REQUEST)

    assert client.read(len(expected.received)) == Seen(expected.received, "still open")
    client.send(LAST_REQUEST)
    assert client.read_to_the_end() == Seen(LAST_ANSWER, "FIN")


@pytest.mark.parametrize("expected", GOES_ON, ids=str)
def test_it_ends_the_connection_of_a_client_that_asked_for_that(connect: Connect, clock: Clock, expected: Bite) -> None:
    client = connect(Faulty(expected.fault, leaping(clock)))

    client.send(REQUEST.removesuffix(b"\r\n") + b"Connection: close\r\n\r\n")

    whole = expected.received.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert client.read_to_the_end() == Seen(whole, "FIN")


@pytest.mark.parametrize("fault", STEPS, ids=str)
def test_what_comes_in_steps_comes_when_the_clock_is_there(connect: Connect, clock: Clock, fault: FaultSpec) -> None:
    waits = Semaphore(0)
    clock.on_change = waits.release
    client, began_ms = connect(Faulty(fault, clock)), clock.now()
    (*steps, last), then = STEPS[fault]

    client.send(REQUEST)

    for at_ms, data in steps:
        assert waits.acquire(timeout=10)
        assert (clock.now() - began_ms, client.read(len(data)).received) == (at_ms, data)
        clock.move_to(clock.next_sleeper() or 0)
    seen = client.read(len(last[1])) if then == "still open" else client.read_to_the_end()
    assert (clock.now() - began_ms, seen) == (last[0], Seen(last[1], then))


slow = pytest.mark.parametrize("fault", [FaultSpec("dribble"), FaultSpec.of("latency", {"ms": 30_000})], ids=str)


@slow
def test_a_request_that_comes_meanwhile_is_answered_behind_the_fault(
    connect: Connect, clock: Clock, fault: FaultSpec
) -> None:
    waits = Semaphore(0)
    clock.on_change = waits.release
    client = connect(Faulty(fault, clock))
    client.send(REQUEST)
    assert waits.acquire(timeout=10)

    client.send(LAST_REQUEST)
    leaping(clock).move_to(clock.next_sleeper() or 0)

    assert client.read_to_the_end() == Seen(WHOLE + LAST_ANSWER, "FIN")


@pytest.mark.parametrize("expected", GOES_ON, ids=str)
def test_a_client_that_has_said_all_gets_the_whole_answer(connect: Connect, clock: Clock, expected: Bite) -> None:
    client = connect(Faulty(expected.fault, leaping(clock)))

    client.send(REQUEST)
    client.finish()

    assert client.read_to_the_end() == Seen(expected.received, "FIN")


@slow
def test_a_client_that_says_meanwhile_that_it_has_said_all_gets_the_whole_answer(
    connect: Connect, clock: Clock, fault: FaultSpec
) -> None:
    waits = Semaphore(0)
    clock.on_change = waits.release
    app = Faulty(fault, clock)
    client = connect(app)
    client.send(REQUEST)
    assert waits.acquire(timeout=10)

    client.finish()
    assert app.over.wait(10)  # it may have gone, so what was accepted goes on
    leaping(clock).move_to(clock.next_sleeper() or 0)

    assert client.read_to_the_end() == Seen(WHOLE, "FIN")


@pytest.mark.parametrize("expected", BEFORE_THE_CLOCK_MOVES, ids=str)
def test_until_the_clock_moves_the_connection_stays_open(connect: Connect, clock: Clock, expected: Bite) -> None:
    app = Faulty(expected.fault, clock)
    client = connect(app)

    client.send(REQUEST)

    assert app.asked.wait(10)
    assert client.read(len(expected.received)).received == expected.received
    assert client.read_until_quiet() == Seen(b"", "still open")


@pytest.mark.parametrize("expected", BEFORE_THE_CLOCK_MOVES, ids=str)
def test_a_server_that_stops_ends_the_connection_in_order(
    transport: Transport, stack: ExitStack, clock: Clock, expected: Bite
) -> None:
    app = Faulty(expected.fault, clock)
    server = stack.enter_context(transport.serve(app))
    client = stack.enter_context(transport.connect(server))
    client.send(REQUEST)
    assert app.asked.wait(10)
    assert client.read(len(expected.received)).received == expected.received

    server.stop()

    assert client.read_to_the_end() == Seen(b"", "FIN")


@pytest.mark.parametrize("expected", BEFORE_THE_CLOCK_MOVES, ids=str)
def test_a_client_that_goes_away_ends_the_fault(connect: Connect, clock: Clock, expected: Bite) -> None:
    app = Faulty(expected.fault, clock)
    client = connect(app)
    client.send(REQUEST)
    assert app.asked.wait(10)
    assert client.read(len(expected.received)).received == expected.received

    client.close()

    assert app.over.wait(10)


@pytest.mark.parametrize("expected", BEFORE_THE_CLOCK_MOVES[1:4], ids=str)
def test_unread_bytes_hide_no_client_that_goes_away_from_a_fault_that_ends_the_connection(
    connect: Connect, clock: Clock, expected: Bite
) -> None:
    app = Faulty(expected.fault, clock)
    client = connect(app)
    client.send(REQUEST)
    assert app.asked.wait(10)
    assert client.read(len(expected.received)).received == expected.received

    client.send(LAST_REQUEST)
    client.close()

    assert app.over.wait(10)
