"""All connections: how many there may be, and how they end."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.model import FaultSpec
from mock_daraja.server import Server
from tests.server.apps import echo, faulty
from tests.server.clients import ask, connect, until_closed


def test_connections_beyond_the_bound_are_turned_away_and_can_read_why(serve):
    server = serve(echo, max_connections=2)
    held = [connect(server), connect(server)]
    for client in held:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.recv(1000)

    status, body = ask(server, "POST", "/", b"x" * 10_000)
    for client in held:
        client.close()

    assert status == 503
    assert json.loads(body)["problem"] == "2 connections are open"
    assert "--max-connections" in json.loads(body)["remedy"]


def test_a_hundred_turned_away_at_once_leave_the_server_well(serve):
    server = serve(echo, max_connections=1)
    with connect(server) as held:
        held.sendall(b"GET / HTTP/1.1\r\n\r\n")
        held.recv(1000)
        crowd = [connect(server) for _ in range(100)]
        answers = [client.recv(20) for client in crowd]
        held.sendall(b"GET /still HTTP/1.1\r\n\r\n")
        still = held.recv(1000)
        for client in crowd:
            client.close()

    assert set(answers) == {b"HTTP/1.1 503 Service"}
    assert still.endswith(b"GET /still  ")


def test_a_normal_request_is_answered_while_a_hundred_hang(serve):
    server = serve(faulty(FaultSpec("hang")))
    hung = [connect(server) for _ in range(100)]
    for client in hung:
        client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")

    began = time.monotonic()
    status, _ = ask(server)
    took = time.monotonic() - began
    for client in hung:
        client.close()

    assert status == 200
    assert took < 10


def test_stop_is_quick_with_hung_and_idle_clients(serve, our_threads):
    server = serve(faulty(FaultSpec("hang")))
    clients = [connect(server) for _ in range(40)]
    for client in clients[:20]:
        client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")
    for client in clients[20:]:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.recv(1000)

    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began

    assert [client.recv(1) for client in clients] == [b""] * 40
    assert took < 5
    assert our_threads() == []
    for client in clients:
        client.close()


def test_stop_wakes_whoever_waits_on_a_clock_that_stands_still(our_threads):
    clock = Clock(ClockSetting.parse("manual"))
    server = Server(faulty(FaultSpec.of("hang", {"seconds": 60}), clock)).start()
    client = connect(server)
    client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")
    while clock.next_sleeper() is None:
        threading.Event().wait(0.001)

    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began

    assert took < 5
    assert until_closed(client) == b""
    assert our_threads() == []


def test_an_app_that_never_answers_does_not_keep_a_server_from_its_end():
    entered, released = threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        entered.set()
        released.wait(30)
        start_response("200 OK", [])
        return []

    server = Server(app).start()
    client = connect(server)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert entered.wait(5)

    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began

    assert until_closed(client) == b""
    assert took < 10
    released.set()


def test_an_accept_that_fails_makes_nobody_deaf(serve):
    server = serve(echo)
    errors: list[Exception] = [MemoryError(), OSError(24, "Too many open files"), ConnectionAbortedError()]
    listening = server._listener._listening

    class Failing:
        def accept(self) -> Any:
            if errors:
                raise errors.pop()
            return listening.accept()

        def __getattr__(self, name: str) -> Any:
            return getattr(listening, name)

    server._listener._listening = Failing()  # type: ignore[assignment]  # as far as it is used

    answers = [ask(server, "GET", f"/{number}")[0] for number in range(3)]

    server._listener._listening = listening
    assert answers == [200] * 3
    assert errors == []


def test_a_connection_that_cannot_be_begun_leaves_no_trace(serve, monkeypatch, caplog):
    server = serve(echo)

    def failing(self: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("mock_daraja.server.connection.Stream.begin", failing)
        assert until_closed(connect(server)) == b""

    assert ask(server)[0] == 200
    assert "MemoryError" in caplog.text
    assert len(server._listener._open) <= 1


@pytest.mark.skipif(sys.platform != "linux", reason="counts open files as Linux shows them")
def test_stop_leaves_no_open_file(our_threads):
    def once() -> None:
        with Server(echo) as server:
            clients = [connect(server) for _ in range(5)]
            ask(server)
        for client in clients:
            client.close()

    once()
    before = len(os.listdir("/proc/self/fd"))
    once()

    assert len(os.listdir("/proc/self/fd")) == before
    assert our_threads() == []
