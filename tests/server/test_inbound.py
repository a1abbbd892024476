"""Requests that come in pieces, in chunks, too slowly or without end."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest

from mock_daraja.server.inbound import Inbound
from mock_daraja.server.refusal import RefusedError
from tests.server.apps import echo
from tests.server.clients import ask, assert_refused, connect, say, until_closed


def test_a_request_may_come_byte_by_byte(serve):
    server = serve(echo)
    client = connect(server)

    for byte in b"\r\nPOST /slow HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok":
        client.sendall(bytes([byte]))

    assert until_closed(client).endswith(b"POST /slow  ok")


@pytest.mark.parametrize("flask_reads", ["get_data", "stream"])
def test_a_chunked_body_reaches_flask_whole(serve, flask_reads):
    import flask

    app = flask.Flask(__name__)

    @app.post("/")
    def answer() -> bytes:
        return flask.request.get_data() if flask_reads == "get_data" else flask.request.stream.read()

    status, body = ask(serve(app), "POST", "/", iter([b"one", b"two"]), encode_chunked=True)

    assert (status, body) == (200, b"onetwo")


@pytest.mark.parametrize(
    ("request_bytes", "problem"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk size 'xyz'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "chunk size '-1'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", "a chunk longer than its size"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 5000, "a line of more than 4096 bytes"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: 1\r\n" * 100 + b"\r\n",
            "more than 100 trailer lines",
        ),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", "more than 32768 bytes"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000, "more than 32768 bytes"),
        (b"GET / HTTP/1.1\r\n" + b"A: 1\r\n" * 20_000 + b"\r\n", "more than 32768 bytes"),
    ],
)
def test_bytes_that_never_make_a_request_are_refused(serve, caplog, request_bytes, problem):
    assert_refused(say(serve(echo), request_bytes), problem)
    assert caplog.records == []


def test_the_trailer_of_a_chunked_body_is_read_and_left_out(serve):
    trailer = b"A: 1\r\n" * 99

    answer = say(
        serve(echo),
        b"POST /t HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"2\r\nok\r\n0\r\n" + trailer + b"\r\n",
    )

    assert answer.endswith(b"POST /t  ok")


def test_a_body_that_is_there_is_not_asked_for(serve):
    answer = say(
        serve(echo),
        b"POST /t HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
    )

    assert answer.startswith(b"HTTP/1.1 200 ")


class Pieces:
    """A socket from which these pieces are received, one at a time."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = [*pieces]

    def recv(self, count: int) -> bytes:
        piece = self._pieces.pop(0)
        assert len(piece) <= count
        return piece

    def settimeout(self, seconds: float) -> None:
        pass


@pytest.mark.parametrize("end", [(b"\n\r\n",), (b"\n", b"\r", b"\n"), (b"\n\r", b"\n")])
def test_a_head_may_be_as_long_as_the_bound_however_its_end_comes(end):
    head = b"GET / HTTP/1.1\r\nA: ".ljust(32_767, b"x") + b"\r"

    assert Inbound(Pieces(head, *end), 1.0).head() == head[:-1]


def test_a_head_may_not_be_one_byte_longer():
    head = b"GET / HTTP/1.1\r\nA: ".ljust(32_768, b"x") + b"\r"

    with pytest.raises(RefusedError):
        Inbound(Pieces(head, b"\n\r\n"), 1.0).head()


@pytest.mark.parametrize(("length", "is_taken"), [(4096, True), (4097, False)])
def test_a_line_of_a_chunked_body_may_be_as_long_as_the_bound(length, *, is_taken):
    line = b"5;".ljust(length, b"x")
    inbound = Inbound(Pieces(line, b"\n"), 1.0)

    if is_taken:
        assert inbound.line() == line
    else:
        with pytest.raises(RefusedError):
            inbound.line()


def test_an_idle_connection_is_closed_in_silence(serve):
    assert until_closed(connect(serve(echo, idle_timeout=0.05))) == b""


@pytest.mark.parametrize(
    ("slow", "where"),
    [(b"GET / HTTP/1.1\r\nHost", "request head"), (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", "request body")],
)
def test_a_request_that_never_ends_is_refused(serve, slow, where):
    head, _, body = say(serve(echo, idle_timeout=0.05), slow).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["where"] == where


def test_a_head_that_drips_is_refused_after_the_idle_timeout(serve):
    client = connect(serve(echo, idle_timeout=0.1))
    client.settimeout(0.02)

    answer = b""
    client.sendall(b"GET / HTTP/1.1\r\nDrip: ")
    while not answer:
        client.sendall(b".")
        with suppress(TimeoutError):
            answer = client.recv(1000)
    client.close()

    assert answer.startswith(b"HTTP/1.1 408 ")
