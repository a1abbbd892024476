"""Faults that an app asks for, as a client meets them."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import closing
from typing import Any

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.exchange import Reply
from mock_daraja.faults import NAMES
from mock_daraja.model import FaultSpec
from mock_daraja.server import Sending
from tests.server.apps import faulty
from tests.server.clients import ask, connect


def test_a_reset_is_seen_as_a_reset(serve):
    with connect(serve(faulty(FaultSpec("reset")))) as client:
        client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")

        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_an_empty_answer_is_a_closed_connection(serve):
    with pytest.raises(http.client.RemoteDisconnected):
        ask(serve(faulty(FaultSpec("empty"))), "POST", "/fault", b"body")


def test_a_truncated_answer_promises_more_than_comes(serve):
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(serve(faulty(FaultSpec("truncated"))), "GET", "/fault")

    assert (caught.value.partial, caught.value.expected) == (b"01234", 5)


def test_latency_runs_on_the_sandbox_clock_and_keeps_the_connection(serve):
    clock = Clock(ClockSetting.parse("scaled:1000"))
    server = serve(faulty(FaultSpec.of("latency", {"ms": 5000}), clock))
    began = clock.now()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/fault")
        late = connection.getresponse().read()
        passed = clock.now() - began
        sock = connection.sock
        connection.request("GET", "/")
        after = connection.getresponse().read()

        assert late == after == b"0123456789"
        assert passed >= 5000
        assert connection.sock is sock


def test_a_bad_fault_is_a_problem_for_whoever_asked_for_it(serve, caplog):
    status, body = ask(serve(faulty(FaultSpec("latancy"))), "GET", "/fault")

    assert status == 500
    assert json.loads(body)["problem"] == "there is no fault 'latancy'"
    assert json.loads(body)["remedy"] == f"the faults are {', '.join(NAMES)}"


def test_a_hanging_request_ends_when_its_client_goes_away(serve):
    closed = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Sending:
        start_response("200 OK", [])
        return Sending(Reply(200, b"ok", fault=FaultSpec("hang")), after=closed.set)

    with connect(serve(app)) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")

    assert closed.wait(5)
