"""All connections: how many there may be, and how they end."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

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
    assert took < 2


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
    assert took < 0.5
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

    assert took < 0.5
    assert until_closed(client) == b""
    assert our_threads() == []


def test_stop_tells_whoever_waits_inside_the_app(serve):
    entered = threading.Event()
    told = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        entered.set()
        if environ["mock_daraja.stopping"].wait(5):
            told.set()
        start_response("200 OK", [])
        return []

    server = serve(app)
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert entered.wait(5)

        server.stop()

        assert told.is_set()
