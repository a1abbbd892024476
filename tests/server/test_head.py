"""Request lines and headers, as they are parsed and as WSGI has them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.apps import echo
from tests.server.clients import ask, assert_refused, say


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a%20b/%2F?x=%20", "/a b//", "x=%20"),
        ("/caf%C3%A9", "/caf\u00c3\u00a9", ""),
        ("//double", "//double", ""),
        ("http://other.example/p?q=1", "/p", "q=1"),
        ("http://other.example", "/", ""),
        ("/x#fragment", "/x", ""),
    ],
)
def test_targets_reach_the_app_as_wsgi_has_them(serve, target, path, query):
    answer = say(serve(echo), f"GET {target} HTTP/1.0\r\n\r\n".encode())

    assert answer.decode("latin-1").endswith(f"\r\n\r\nGET {path} {query} ")


def test_headers_reach_the_app_as_wsgi_has_them(serve):
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("200 OK", [])
        return []

    say(
        serve(app),
        b"GET / HTTP/1.0\r\nHost: h\r\nX-A:  1 \r\nx-a: 2\r\nX_A: 3\r\nContent-Type: text/x\r\nUpgrade: h2c\r\n\r\n",
    )

    assert (seen["HTTP_HOST"], seen["HTTP_X_A"], seen["CONTENT_TYPE"]) == ("h", "1,2", "text/x")
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_an_upgrade_to_http2_is_ignored(serve):
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}

    assert ask(serve(echo), "POST", "/u", b"x", headers=upgrade) == (200, b"POST /u  x")


@pytest.mark.parametrize(
    ("request_bytes", "problem"),
    [
        (b"GET\r\n\r\n", "malformed request line"),
        (b"GET / HTTP/1.1 x\r\n\r\n", "malformed request line"),
        (b"GET /a b HTTP/1.1\r\n\r\n", "malformed request line"),
        (b"PRI * HTTP/2.0\r\n\r\n", "malformed request line"),
        (b"\x16\x03\x01\x02\x00\x01\x00\n\n", "malformed request line"),
        (b"GET http://[::1 HTTP/1.1\r\n\r\n", "malformed address"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "malformed header 'no colon"),
        (b"GET / HTTP/1.1\r\nName : value\r\n\r\n", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: nul\x00\r\n\r\n", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: carriage\rreturn\r\n\r\n", "malformed header"),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "Content-Length is '-5'"),
        (b"POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n", "Content-Length is 'ten'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", "Content-Length is '1_0'"),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", "Content-Length is '\u00b2'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "Content-Length is '1,2'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "Transfer-Encoding 'gzip'"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "Transfer-Encoding 'chunked' besides a Content-Length",
        ),
    ],
)
def test_a_malformed_head_is_refused(serve, caplog, request_bytes, problem):
    assert_refused(say(serve(echo), request_bytes), problem)
    assert caplog.records == []


def test_an_absurd_content_length_is_too_big_not_malformed(serve):
    answer = say(serve(echo), b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")
