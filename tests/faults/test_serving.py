"""Faults on a whole server: the others are served meanwhile, and stopping ends every one of them at once."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Any

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.exchange import Reply
from mock_daraja.faults import NAMES
from mock_daraja.model import FaultSpec, Outcome
from mock_daraja.scenarios import OneShot
from mock_daraja.scenarios.model import Match
from mock_daraja.server import Sending, Server
from tests.waits import happens

LASTING = (
    FaultSpec("hang"),
    FaultSpec.of("hang", {"seconds": 3600}),
    FaultSpec.of("latency", {"ms": 3_600_000}),
    FaultSpec.of("dribble", {"bytes_per_second": 0.01, "seconds": 3600}),
    FaultSpec.of("endless-chunks", {"seconds": 3600}),
)
REQUEST = b"GET /anything HTTP/1.1\r\nHost: localhost\r\n\r\n"


def our_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("mock-daraja-")]


def send(server: Server, stack: ExitStack) -> socket.socket:
    client = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
    client.sendall(REQUEST)
    return client


def failing(spec: FaultSpec, clock: Clock, waiting: threading.Semaphore) -> Callable[..., Sending]:
    """An app with that fault in every answer; `waiting` is released when one begins to wait, or may do so."""
    clock.on_change = waiting.release

    def app(environ: dict[str, Any], start_response: Any) -> Sending:
        start_response("200 OK", [("Content-Length", "10")])
        if spec == FaultSpec("hang"):
            waiting.release()
        return Sending(Reply(200, b"0123456789", fault=spec), clock)

    return app


@pytest.mark.parametrize("mode", ["real", "manual"])
@pytest.mark.parametrize("spec", LASTING, ids=str)
def test_stop_ends_a_fault_at_once_and_leaves_no_thread(spec: FaultSpec, mode: str) -> None:
    waiting = threading.Semaphore(0)
    server = Server(failing(spec, Clock(ClockSetting.parse(mode)), waiting)).start()
    with ExitStack() as stack:
        clients = [send(server, stack) for _ in range(10)]
        assert all(waiting.acquire(timeout=5) for _ in clients)

        began = time.monotonic()
        server.stop()
        took = time.monotonic() - began

        assert our_threads() == []
        assert took < 5
        for client in clients:
            with client.makefile("rb") as stream:
                assert stream.read() != b"0123456789"  # it ends


def test_every_fault_that_lasts_is_among_those_above() -> None:
    brief = {"empty", "garbage", "reset", "truncated", "wrong-content-type", "wrong-status"}

    assert {spec.name for spec in LASTING} | brief == set(NAMES)


def test_forty_hung_requests_do_not_slow_a_health_check(mock_with: Any, capsys: pytest.CaptureFixture[str]) -> None:
    mock = mock_with(clock="real")
    for _ in range(40):
        mock.sandbox.engine.arm(OneShot(Match(), Outcome(fault=FaultSpec("hang"))))
    with Server(mock.app) as server, ExitStack() as stack:
        hung = [send(server, stack) for _ in range(40)]
        while mock.sandbox.engine.play().armed:
            threading.Event().wait(0.001)

        began = time.monotonic()
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
            connection.request("GET", "/_mock/health")
            first = connection.getresponse().read()
            took_first = time.monotonic() - began
            connection.request("GET", "/_mock/health")
            connection.getresponse().read()
            took_second = time.monotonic() - began - took_first
        for client in hung:
            client.settimeout(0)
            with pytest.raises(BlockingIOError):
                client.recv(1)

    with capsys.disabled():
        print(f"\nhealth checks beside 40 hung requests: {took_first * 1000:.1f} and {took_second * 1000:.1f} ms")
    assert b'"status":"ok"' in first.replace(b" ", b"")
    assert took_first < 5
    assert took_second < 5


@pytest.mark.parametrize("spec", LASTING[:3], ids=str)
def test_a_client_waits_no_longer_than_the_clock_has_patience(spec: FaultSpec) -> None:
    clock = Clock(ClockSetting.parse("manual"))
    clock.patience_s = 0.05
    with Server(failing(spec, clock, threading.Semaphore(0))) as server, ExitStack() as stack:
        client = send(server, stack)

        came = client.recv(1000)

    assert (came == b"") == (spec.name == "hang")


@pytest.mark.parametrize("spec", LASTING[:3], ids=str)
def test_a_client_waits_no_longer_than_there_is_a_sandbox(spec: FaultSpec) -> None:
    clock, waiting = Clock(ClockSetting.parse("manual")), threading.Semaphore(0)
    with Server(failing(spec, clock, waiting)) as server, ExitStack() as stack:
        client = send(server, stack)
        waiting.acquire(timeout=5)
        assert happens(lambda: clock._endings)

        clock.end()

        assert (client.recv(1000) == b"") == (spec.name == "hang")
