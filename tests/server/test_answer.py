"""What an app answers, as it goes over the wire."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from mock_daraja.server.answer import by_wsgi
from mock_daraja.server.head import Head
from tests.server.apps import deaf
from tests.server.clients import ask, say


def test_says_no_more_about_itself_than_it_must(serve):
    server = serve(deaf)

    lines = say(server, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")[0].split(b"\r\n")

    assert [line.partition(b":")[0] for line in lines[1:]] == [b"Content-Length", b"Date", b"Connection"]


def test_the_apps_own_date_and_server_stay(serve):
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Date", "then"), ("Server", "Apigee"), ("Content-Length", "2")])
        return [b"ok"]

    head, _, _ = say(serve(app), b"GET / HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")

    assert head == b"HTTP/1.1 200 OK\r\nDate: then\r\nServer: Apigee\r\nContent-Length: 2\r\nConnection: close"


def test_a_body_that_comes_in_pieces_goes_out_in_one(serve):
    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"one"
        yield b""
        yield b"three"

    server = serve(app)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        for _ in range(2):
            connection.request("GET", "/")
            response = connection.getresponse()

            assert response.getheader("Content-Length") == "8"
            assert response.read() == b"onethree"
    assert say(server, b"GET / HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\nonethree")


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_answers_without_a_body_have_none(serve, method, status):
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, [("ETag", "1")])
        return [b"never"] if environ["PATH_INFO"] == "/1" else []

    answer = say(serve(app), f"{method} /1 HTTP/1.1\r\n\r\n{method} /2 HTTP/1.1\r\nConnection: close\r\n\r\n".encode())

    assert answer.count(f"HTTP/1.1 {status}".encode()) == 2
    assert b"never" not in answer


@pytest.mark.parametrize("fails", [False, True])
def test_close_is_called_once_whatever_the_app_does(serve, fails):
    closed = []

    class Reply:
        def __iter__(self) -> Iterator[bytes]:
            yield b"ok"
            if fails:
                raise RuntimeError("half-way")

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Any) -> Reply:
        start_response("200 OK", [])
        return Reply()

    status, _ = ask(serve(app))

    assert status == (500 if fails else 200)
    assert closed == [True]


def no_response(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    return [b"x"]


def line_break(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-Why", "a\r\nSet-Cookie: b")])
    return [b"x"]


def arrow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-Why", "a \u2192 b")])
    return [b"x"]


def raises(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise FileNotFoundError("no such scenario")


def raises_late(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Length", "6")])
    yield b"one"
    raise RuntimeError("half-way")


@pytest.mark.parametrize(
    ("app", "problem"),
    [
        (no_response, "AssertionError: the app never called start_response"),
        (line_break, "ValueError: the header X-Why holds a line break"),
        (arrow, "UnicodeEncodeError: "),
        (raises, "FileNotFoundError: no such scenario"),
        (raises_late, "RuntimeError: half-way"),
    ],
)
def test_an_exception_is_a_500_with_its_traceback_in_the_log_and_the_connection_lives(serve, caplog, app, problem):
    server = serve(app)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.connect()
        sock = connection.sock
        for path in ("/a", "/b"):
            with caplog.at_level(logging.ERROR):
                connection.request("GET", path)
                response = connection.getresponse()
                body = json.loads(response.read())

            assert response.status == 500
            assert body["problem"].startswith(problem)
            assert body["where"] == f"GET {path}"
            assert connection.sock is sock
    assert "Traceback" in caplog.text


def test_a_large_answer_in_pieces_is_never_copied_into_one():
    pieces = [b"x" * 100_000] * 3

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return pieces

    written = by_wsgi(app, {}, Head("GET", "/", "", "HTTP/1.1", (), {}, 0))

    assert b"\r\nContent-Length: 300000\r\n" in written.data
    assert written.data.endswith(b"\r\n\r\n")
    assert all(sent is given for sent, given in zip(written.rest, pieces, strict=True))
