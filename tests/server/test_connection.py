"""One connection: kept alive, its bodies bounded, closed when it must be."""

from __future__ import annotations

import http.client
import json
import socket
from contextlib import closing, suppress
from typing import Any

import pytest

from mock_daraja.exchange import Reply
from mock_daraja.server import Sending
from tests.server.apps import Giver, deaf, echo
from tests.server.clients import ask, assert_refused, connect, say, until_closed

TOO_BIG = b'{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"protocol.http.TooBigBody"}}}'


def test_keeps_a_connection_alive(serve):
    server = serve(echo)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.connect()
        sock = connection.sock

        answers = []
        for number in range(3):
            connection.request("POST", f"/{number}", body=b"x")
            answers.append(connection.getresponse().read())

        assert answers == [b"POST /0  x", b"POST /1  x", b"POST /2  x"]
        assert connection.sock is sock


def test_answers_pipelined_requests_in_order(serve):
    server = serve(echo)

    answer = say(server, b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.index(b"GET /1 ") < answer.index(b"GET /2 ")
    assert answer.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /x HTTP/1.0\r\n\r\n",
        b"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /x HTTP/1.1\r\nconnection: Close\r\n\r\n",
    ],
    ids=["HTTP/1.0", "Connection: close", "in other letters"],
)
def test_closes_when_asked_to(serve, request_bytes):
    server = serve(echo)

    head, _, body = say(server, request_bytes).partition(b"\r\n\r\n")

    assert b"\r\nConnection: close" in head
    assert b"\r\nContent-Length: 8" in head
    assert body == b"GET /x  "


@pytest.mark.parametrize("size", [1, 65536, 65537, 500_000])
def test_an_unread_body_is_not_taken_for_the_next_request(serve, size):
    unread = b"POST /1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size

    def partly(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(65536)
        return deaf(environ, start_response)

    server = serve(partly)

    answer = say(server, unread + b"GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.endswith(b"/2")


def test_a_large_body_reaches_the_app_whole(serve):
    server = serve(echo)

    status, answer = ask(server, "POST", "/", body=b"y" * 1_000_000)

    assert (status, len(answer)) == (200, len(b"POST /  ") + 1_000_000)


CUT_SHORT = [
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nbody",
    b"POST / HTTP/1.1\r\nContent-Length: 500000\r\n\r\n" + b"x" * 100_000,
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n",
]


@pytest.mark.parametrize("request_bytes", CUT_SHORT, ids=["small", "large", "between chunks", "without a trailer"])
def test_a_request_that_is_cut_short_is_never_executed(serve, request_bytes):
    called = []
    direct = Giver(Sending(Reply(200, b"")))
    for app, calls in ((lambda environ, start: called.append(environ), called), (direct, direct.asked)):
        client = connect(serve(app))
        client.sendall(request_bytes)
        client.shutdown(socket.SHUT_WR)

        assert_refused(until_closed(client), "the connection ended inside the request body")
        assert calls == []


def test_a_chunked_body_has_a_length_for_wsgi(serve):
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        return echo(environ, start_response)

    assert ask(serve(app), "POST", "/", iter([b"one", b"two"]), encode_chunked=True) == (200, b"POST /  onetwo")
    assert seen["CONTENT_LENGTH"] == "6"


@pytest.mark.parametrize("flask_reads", ["get_data", "stream"])
def test_a_chunked_body_reaches_flask_whole(serve, flask_reads):
    import flask

    app = flask.Flask(__name__)

    @app.post("/")
    def answer() -> bytes:
        return flask.request.get_data() if flask_reads == "get_data" else flask.request.stream.read()

    status, body = ask(serve(app), "POST", "/", iter([b"one", b"two"]), encode_chunked=True)

    assert (status, body) == (200, b"onetwo")


def test_a_request_may_come_byte_by_byte(serve):
    client = connect(serve(echo))

    for byte in b"\r\nPOST /slow HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok":
        client.sendall(bytes([byte]))

    assert until_closed(client).endswith(b"POST /slow  ok")


@pytest.mark.parametrize(
    ("request_bytes", "problem"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk size 'xyz'"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", "more than 32768 bytes"),
        (b"GET / HTTP/1.1\nHost: h\n\n", "a line that ends in LF alone"),
    ],
    ids=["chunks", "too long", "bare LF"],
)
def test_bytes_that_never_make_a_request_are_refused(serve, caplog, request_bytes, problem):
    assert_refused(say(serve(echo), request_bytes), problem)
    assert caplog.records == []


def test_an_idle_connection_is_closed_in_silence(serve):
    assert until_closed(connect(serve(echo, idle_timeout=0.05))) == b""


HEAD = b"GET / HTTP/1.1\r\nDrip: "
BODY = b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize(("slow", "where"), [(HEAD, "request head"), (BODY, "request body")])
def test_a_request_that_never_ends_is_refused(serve, slow, where):
    answer = say(serve(echo, idle_timeout=0.05), slow)

    assert_refused(answer, f"the {where} is not complete", "408 Request Timeout")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["where"] == where


@pytest.mark.parametrize("pause", [0.02, 0.0001], ids=["slowly", "without a pause"])
@pytest.mark.parametrize("begun", [HEAD, BODY], ids=["head", "body"])
def test_what_drips_is_refused_when_its_time_is_over(serve, begun, pause):
    client = connect(serve(echo, idle_timeout=0.1))
    client.settimeout(pause)

    answer = b""
    client.sendall(begun)
    while not answer:
        client.sendall(b".")
        with suppress(TimeoutError):
            answer = client.recv(1000)
    client.close()

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_expect_100_continue_is_answered_before_the_body_comes(serve):
    server = serve(echo)
    with connect(server) as client, client.makefile("rb") as stream:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        interim = stream.readline() + stream.readline()
        client.sendall(b"body")
        answer = stream.read()

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.endswith(b"POST /  body")


def test_a_body_that_is_there_is_not_asked_for(serve):
    answer = say(
        serve(echo),
        b"POST /t HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
    )

    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_client_that_expects_100_continue_is_spared_sending_too_much(serve):
    answer = say(serve(echo), b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 Request Entity Too Large\r\n")


def test_a_body_beyond_the_bound_is_refused_by_its_content_length(serve):
    assert ask(serve(echo), "POST", "/", b"x" * 2_000_000) == (413, TOO_BIG)


def test_a_body_beyond_the_bound_is_refused_in_chunks(serve):
    assert ask(serve(echo), "POST", "/", iter([b"x" * 50_000] * 40), encode_chunked=True) == (413, TOO_BIG)


def test_a_body_of_just_the_bound_is_taken(serve):
    server = serve(echo, max_body=100)

    assert ask(server, "POST", "/", b"x" * 100)[0] == 200
    assert ask(server, "POST", "/", iter([b"x" * 100]), encode_chunked=True)[0] == 200
    assert ask(server, "POST", "/", b"x" * 101)[0] == 413
