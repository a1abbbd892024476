"""Requests kept as they went over the wire."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.cli.recorder import Recorded, record
from mock_daraja.errors import Problem
from mock_daraja.server import Server


def test_request_and_answer_are_kept_whole() -> None:
    seen: list[Any] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["QUERY_STRING"], environ["HTTP_X_A"]))
        seen.append(environ["wsgi.input"].read())
        start_response("418 I'm a teapot", [("Content-Type", "application/json")])
        return [b'{"a": 1}']

    with Server(app) as server:
        recorded = record(server.url, "POST", "/p?q=1", {"X-A": "b"}, {"n": 1})

    host = server.url.removeprefix("http://")
    assert (
        recorded.request
        == (
            f"POST /p?q=1 HTTP/1.1\r\nHost: {host}\r\nX-A: b\r\nContent-Type: application/json\r\nContent-Length: 8\r\n"
            'Connection: close\r\n\r\n{"n": 1}'
        ).encode()
    )
    assert recorded.answer.startswith(b"HTTP/1.1 418 I'm a teapot\r\nContent-Type: application/json\r\n")
    assert recorded.answer.endswith(b'\r\n\r\n{"a": 1}')
    assert recorded.status == 418
    assert recorded.field("a") == 1
    assert seen == [("POST", "/p", "q=1", "b"), b'{"n": 1}']


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"{}"])
def test_a_field_that_is_not_there_is_none(body: bytes) -> None:
    assert Recorded(b"", b"HTTP/1.1 200 OK\r\n\r\n" + body, 200).field("a") is None


def test_no_answer_is_a_problem_that_names_the_request() -> None:
    with pytest.raises(Problem, match=r"http://127\.0\.0\.1:9 gave no answer to GET /a"):
        record("http://127.0.0.1:9", "GET", "/a", {})
