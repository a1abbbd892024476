"""Request lines and headers, as they are parsed and as WSGI has them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mock_daraja.server.head import parse, parsed
from mock_daraja.server.refusal import RefusedError
from tests.server.apps import echo
from tests.server.clients import ask, assert_refused, say


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a%20b/%2F?x=%20", "/a b//", "x=%20"),
        ("/caf%C3%A9", "/caf\u00c3\u00a9", ""),
        ("//double", "//double", ""),
        ("http://mock:6737/p?q=1", "/p", "q=1"),
        ("http://127.0.0.1:6737", "/", ""),
        ("http://mock.test", "/", ""),
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
    ("head", "problem"),
    [
        (b"GET", "malformed request line 'GET'"),
        (b"GET / HTTP/1.1 x", "malformed request line"),
        (b"GET /a b HTTP/1.1", "malformed request line"),
        (b"GET  / HTTP/1.1", "malformed request line"),
        (b"GET\t/ HTTP/1.1", "malformed request line"),
        (b"GET / HTTP/1.1 ", "malformed request line"),
        (b" GET / HTTP/1.1", "malformed request line"),
        (b"GET / http/1.1", "malformed request line"),
        (b"GET / HTTP/1.10", "malformed request line"),
        (b"PRI * HTTP/2.0", "malformed request line"),
        (b"GET /caf\xc3\xa9 HTTP/1.1", "malformed request line"),
        (b"GET /\x7f HTTP/1.1", "malformed request line"),
        (b"GET /\x00 HTTP/1.1", "malformed request line"),
        (b"G@T / HTTP/1.1", "malformed request line"),
        (b"\x16\x03\x01\x02\x00\x01\x00\n", "a TLS hello"),
        (b"GET /?secret=letmein HTTP/1.1 x", "malformed request line 'GET /?secret=*** HTTP/1.1 x'"),
        (b"GET / HTTP/1.1\r\nAuthorization : Bearer letmein", "malformed header 'Authorization : Bearer ***'"),
        (b"GET http://[::1 HTTP/1.1", "malformed address"),
        (b"CONNECT api.mine.io:443 HTTP/1.1", "this server is no proxy, and was asked for 'api.mine.io:443'"),
        (b"GET http://me:pw@api.mine.io./p HTTP/1.1", "this server is no proxy, and was asked for 'api.mine.io.'"),
        (b"GET / HTTP/1.1\r\nno colon", "malformed header 'no colon'"),
        (b"GET / HTTP/1.1\r\n: nameless", "malformed header ': nameless'"),
        (b"GET / HTTP/1.1\r\nName : value", "malformed header 'Name : value'"),
        (b"GET / HTTP/1.1\r\nN(me: value", "malformed header 'N(me: value'"),
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded", "malformed header ' fold***'"),
        (b"GET / HTTP/1.1\r\nA: 1\r\n\tfolded: 2", "malformed header"),
        (b"GET / HTTP/1.1\r\n A: first", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: nul\x00", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: escape\x1b[m", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: delete\x7f", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: carriage\rreturn", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: at its end\r", "malformed header"),
        (b"GET / HTTP/1.1\rA: 1", "malformed request line"),
        (b"GET / HTTP/1.1\nHost: h", "a line that ends in LF alone"),
        (b"GET / HTTP/1.1\r\nA: 1\nHost: h", "a line that ends in LF alone"),
        (b"GET / HTTP/1.1\r\nA: 1\n folded", "a line that ends in LF alone"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nhost: a", "more than one Host header"),
        (b"POST / HTTP/1.1\r\nContent-Length: -5", "Content-Length is '-5'"),
        (b"POST / HTTP/1.1\r\nContent-Length: +5", "Content-Length is '+5'"),
        (b"POST / HTTP/1.1\r\nContent-Length:", "Content-Length is ''"),
        (b"POST / HTTP/1.1\r\nContent-Length: ten", "Content-Length is 'ten'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 0x10", "Content-Length is '0x10'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0", "Content-Length is '1_0'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1 0", "Content-Length is '1 0'"),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2", "Content-Length is '\u00b2'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1, 1", "Content-Length is '1, 1'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2", "more than one Content-Length header"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 1", "more than one Content-Length header"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip", "Transfer-Encoding 'gzip'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked", "Transfer-Encoding 'gzip, chunked'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity", "Transfer-Encoding 'chunked, identity'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: identity", "Transfer-Encoding 'identity'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: xchunked", "Transfer-Encoding 'xchunked'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked;q=1", "Transfer-Encoding 'chunked;q=1'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding:", "Transfer-Encoding ''"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "more than one Transfer-Encoding header",
        ),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked", "Transfer-Encoding 'chunked' in HTTP/1.0"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1",
            "Transfer-Encoding 'chunked' besides a Content-Length",
        ),
        (
            b"POST / HTTP/1.1\r\nContent-Length: 0\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding 'chunked' besides a Content-Length",
        ),
    ],
)
def test_a_malformed_head_is_refused(head, problem):
    with pytest.raises(RefusedError) as caught:
        parse(head)

    said = json.loads(caught.value.reply.body)
    assert caught.value.reply.status == 400
    assert said["problem"].startswith(problem)
    assert said["where"] in ("request line", "request headers", "request head")
    assert said["remedy"]


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nno colon", b"GET / HTTP/1.1\nHost: h"])
def test_whoever_sent_it_is_told(serve, caplog, head):
    assert_refused(say(serve(echo), head + b"\r\n\r\n"), "")
    assert caplog.records == []


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        (b" folded", "send each header on one line"),
        (b"Name : value", "send Name: value, in printable characters"),
    ],
)
def test_the_remedy_fits_what_is_wrong_with_a_header(line, remedy):
    with pytest.raises(RefusedError) as caught:
        parse(b"GET / HTTP/1.1\r\nA: 1\r\n" + line)

    assert json.loads(caught.value.reply.body)["remedy"] == remedy


@pytest.mark.parametrize(
    ("head", "version", "length"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: Chunked", "HTTP/1.1", None),
        (b"POST / HTTP/1.1\r\nContent-Length: 007", "HTTP/1.1", 7),
        (b"POST / HTTP/1.0\r\nContent-Length: 7", "HTTP/1.0", 7),
        (b"GET / HTTP/1.9", "HTTP/1.1", 0),
        (b"ANY-TOKEN! * HTTP/1.1\r\nContent-Length: " + b"0" * 5000 + b"7", "HTTP/1.1", 7),
    ],
)
def test_what_else_is_allowed_is_taken(head, version, length):
    parsed = parse(head)

    assert (parsed.version, parsed.length) == (version, length)


@pytest.mark.parametrize(
    ("value", "keeps_alive"),
    [("close", False), ("Upgrade, \tCLOSE ,x", False), ("x-close-y", True), ("keep-alive, closed", True), ("", True)],
)
def test_the_word_close_ends_a_connection_and_no_other(value, keeps_alive):
    assert parse(f"GET / HTTP/1.1\r\nConnection: {value}".encode()).keeps_alive is keeps_alive


def test_headers_are_kept_as_they_came_but_for_the_space_around_them():
    parsed = parse(b"GET / HTTP/1.1\r\nhOST:h\r\nA: \t two  words\t \r\nEmpty:\r\na:\xe9:\xa0")

    assert parsed.headers == (("hOST", "h"), ("A", "two  words"), ("Empty", ""), ("a", "\xe9:\xa0"))
    assert parsed.values == {"host": "h", "a": "two  words,\xe9:\xa0", "empty": ""}


def test_an_absurd_content_length_is_too_big_not_malformed(serve):
    answer = say(serve(echo), b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "host", ["sandbox.safaricom.co.ke", "api.safaricom.co.ke:80", "localhost:6737", "127.0.0.1", "web"]
)
def test_a_whole_url_of_a_host_that_is_mimicked_or_near_is_answered(host: str) -> None:
    head = parse(f"GET http://{host}/oauth/v1/generate?a=b HTTP/1.1\r\nHost: x".encode())

    assert (head.path, head.query, head.values["host"]) == ("/oauth/v1/generate", "a=b", host)


def test_a_long_head_is_not_kept_for_the_next_time() -> None:
    short, long = (b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"x" * size for size in (10, 10_000))

    assert parsed(short) is parsed(short)
    assert parsed(long) == parsed(long)
    assert parsed(long) is not parsed(long)
    assert parsed(long).size > 10_000
