"""The server under TLS: what it answers, what it refuses, and that faults bite there too."""

from __future__ import annotations

import http.client
import socket
import ssl
from contextlib import closing, suppress

import pytest

from mock_daraja.exchange import Reply
from mock_daraja.model import FaultSpec
from mock_daraja.server import Sending, Server
from tests.server.apps import Giver, echo, faulty
from tests.server.clients import connect, until_closed


def secure(server: Server, context: ssl.SSLContext) -> ssl.SSLSocket:
    return context.wrap_socket(connect(server), server_hostname="localhost")


def test_requests_are_answered_over_one_connection(serve, tls):
    server = serve(echo, tls=tls[0])
    with closing(http.client.HTTPSConnection("localhost", server.port, timeout=10, context=tls[1])) as connection:
        for number in range(3):
            connection.request("POST", f"/{number}", b"x" * 100_000)

            assert connection.getresponse().read() == f"POST /{number}  ".encode() + b"x" * 100_000
    assert server.url == f"https://127.0.0.1:{server.port}"


def test_a_large_answer_arrives_whole(serve, tls):
    body = bytes(range(256)) * 40_000
    client = secure(serve(Giver(Sending(Reply(200, body))), tls=tls[0]), tls[1])
    client.suppress_ragged_eofs = False  # the end is said, too

    client.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert until_closed(client).endswith(b"\r\n\r\n" + body)


def test_pipelined_requests_are_answered_in_order(serve, tls):
    client = secure(serve(echo, tls=tls[0]), tls[1])

    client.sendall(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")

    answer = until_closed(client)
    assert answer.index(b"GET /1 ") < answer.index(b"GET /2 ")


def test_plain_http_is_closed(serve, tls):
    client = connect(serve(echo, tls=tls[0]))
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

    with suppress(ConnectionResetError):
        assert not until_closed(client).startswith(b"HTTP")


@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01"], ids=["nothing", "a beginning"])
def test_a_handshake_that_never_ends_is_closed_in_time(serve, tls, said):
    client = connect(serve(echo, tls=tls[0], idle_timeout=0.05))
    client.sendall(said)

    with suppress(ConnectionResetError):
        assert until_closed(client) == b""


def test_a_request_that_never_ends_is_refused(serve, tls):
    client = secure(serve(echo, tls=tls[0], idle_timeout=0.2), tls[1])
    client.sendall(b"GET / HTTP/1.1\r\nDrip: ")

    assert until_closed(client).startswith(b"HTTP/1.1 408 ")


def test_a_client_too_many_is_closed(serve, tls):
    server = serve(echo, tls=tls[0], max_connections=1)
    with secure(server, tls[1]), pytest.raises((ssl.SSLError, ConnectionError)):
        secure(server, tls[1])


def strict(server: Server, context: ssl.SSLContext) -> ssl.SSLSocket:
    """A client that raises SSLEOFError where the server ends the connection without saying so."""
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    client = secure(server, context)
    client.suppress_ragged_eofs = False
    return client


def test_a_client_that_is_idle_for_too_long_is_told_the_end(serve, tls):
    client = strict(serve(echo, tls=tls[0], idle_timeout=0.1), tls[1])

    assert until_closed(client) == b""


@pytest.mark.parametrize("app", [echo, faulty(FaultSpec("hang"))], ids=["idle", "hanging"])
def test_a_server_that_stops_tells_its_clients_the_end(serve, tls, app):
    server = serve(app, tls=tls[0])
    client = strict(server, tls[1])
    client.sendall(b"GET / HTTP/1.1\r\n\r\nGET /fault HTTP/1.1\r\n\r\n")
    assert client.recv(1)

    server.stop()

    until_closed(client)


def test_a_client_that_tells_its_end_is_told_ours(serve, tls):
    client = strict(serve(echo, tls=tls[0]), tls[1])

    with client.unwrap() as raw:
        assert raw.recv(1) == b""


def ask(server: Server, context: ssl.SSLContext) -> bytes:
    """All that comes, and how it ended."""
    client = secure(server, context)
    client.suppress_ragged_eofs = False
    client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")
    return until_closed(client)


def test_a_truncated_answer_promises_more_than_comes(serve, tls):
    answer = ask(serve(faulty(FaultSpec("truncated")), tls=tls[0]), tls[1])

    assert b"Content-Length: 10\r\n" in answer
    assert answer.endswith(b"\r\n\r\n01234")


def test_an_empty_answer_is_none(serve, tls):
    assert ask(serve(faulty(FaultSpec("empty")), tls=tls[0]), tls[1]) == b""


def test_a_reset_is_one(serve, tls):
    client = secure(serve(faulty(FaultSpec("reset")), tls=tls[0]), tls[1])
    client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")

    raw = socket.socket(fileno=client.detach())
    raw.settimeout(10)
    with pytest.raises(ConnectionResetError):
        until_closed(raw)


def test_garbage_is_no_http(serve, tls):
    answer = ask(serve(faulty(FaultSpec("garbage")), tls=tls[0]), tls[1])

    assert answer
    assert not answer.startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", ["dribble", "latency", "wrong-status", "wrong-content-type"])
def test_an_answer_that_is_late_or_wrong_comes_whole(serve, tls, name):
    given = {"dribble": {"bytes_per_second": 1000}, "latency": {"ms": 5}}.get(name, {})
    server = serve(faulty(FaultSpec.of(name, given)), tls=tls[0])
    with closing(http.client.HTTPSConnection("localhost", server.port, timeout=10, context=tls[1])) as connection:
        connection.request("GET", "/fault")
        assert connection.getresponse().read()
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"0123456789"


def test_endless_chunks_end(serve, tls):
    fault = FaultSpec.of("endless-chunks", {"seconds": 60, "max_bytes": 1_000})

    assert ask(serve(faulty(fault), tls=tls[0]), tls[1]).startswith(b"HTTP/1.1 200 OK\r\n")
