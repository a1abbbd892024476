"""One connection: kept alive, its bodies bounded, closed when it must be."""

from __future__ import annotations

import http.client
import queue
from contextlib import closing
from typing import Any

import pytest

from tests.server.apps import deaf, echo
from tests.server.clients import ask, connect, say

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


@pytest.mark.parametrize("size", [1, 65536, 65537, 131072])
def test_a_small_unread_body_is_not_taken_for_the_next_request(serve, size):
    unread = b"POST /1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size

    def partly(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(65536)
        return deaf(environ, start_response)

    server = serve(partly)

    answer = say(server, unread + b"GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.endswith(b"/2")


def test_a_large_unread_body_closes_the_connection_after_the_answer(serve):
    server = serve(deaf)

    answer = say(server, b"POST /1 HTTP/1.1\r\nContent-Length: 500000\r\n\r\n" + b"x" * 500000)

    assert b"Connection: close\r\n" in answer
    assert answer.endswith(b"/1")


def test_a_large_body_reaches_the_app_whole(serve):
    server = serve(echo)

    status, answer = ask(server, "POST", "/", body=b"y" * 1_000_000)

    assert (status, len(answer)) == (200, len(b"POST /  ") + 1_000_000)


def test_flask_notices_a_client_that_goes_away_in_the_middle_of_a_large_body(serve):
    import flask
    from werkzeug.exceptions import ClientDisconnected

    outcomes: queue.Queue[int | ClientDisconnected] = queue.Queue()
    app = flask.Flask(__name__)

    @app.post("/")
    def answer() -> str:
        try:
            outcomes.put(len(flask.request.get_data()))
        except ClientDisconnected as error:
            outcomes.put(error)
        return ""

    with connect(serve(app)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 500000\r\n\r\n" + b"x" * 1000)

    assert isinstance(outcomes.get(timeout=5), ClientDisconnected)


def test_expect_100_continue_is_answered_before_the_body_comes(serve):
    server = serve(echo)
    with connect(server) as client, client.makefile("rb") as stream:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        interim = stream.readline() + stream.readline()
        client.sendall(b"body")
        answer = stream.read()

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.endswith(b"POST /  body")


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
