"""Requests out of bytes that come in pieces, too many, too slowly or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from mock_daraja.server.reader import MAX_HEAD, Received, RequestReader
from mock_daraja.server.refusal import RefusedError
from tests.server.pieces import CUTS

GET = b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /b HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"
CHUNKED = b"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nch\r\n4\r\nunks\r\n0\r\nA: 1\r\n\r\n"
EXPECTS = b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n"


def fed(*pieces: bytes, max_body: int = 1000) -> tuple[RequestReader, list[Received]]:
    """A reader that was asked after each piece, and what it gave."""
    reader = RequestReader(max_body)
    given = []
    for piece in pieces:
        reader.feed(piece)
        while (received := reader.next()) is not None:
            given.append(received)
    return reader, given


def seen(given: Iterable[Received]) -> list[tuple[str, bytes]]:
    return [(each.head.path, each.body) for each in given]


def refused(*pieces: bytes, max_body: int = 1000) -> tuple[int, str, str]:
    with pytest.raises(RefusedError) as caught:
        fed(*pieces, max_body=max_body)
    said = json.loads(caught.value.reply.body)
    return caught.value.reply.status, said.get("where", ""), said.get("problem", "")


@CUTS
def test_requests_that_follow_each_other_are_given_in_order(cut):
    reader, given = fed(*cut(GET + POST + CHUNKED + b"\r\n" + GET))

    assert seen(given) == [("/a", b""), ("/b", b"body"), ("/c", b"chunks"), ("/a", b"")]
    assert (reader.state, reader.has_rest) == ("idle", False)


def test_a_following_request_waits_until_it_is_asked_for():
    reader = RequestReader(1000)
    reader.feed(GET + POST)

    first = reader.next()

    assert first is not None
    assert first.head.path == "/a"
    assert reader.has_rest
    assert seen(filter(None, [reader.next(), reader.next()])) == [("/b", b"body")]


@pytest.mark.parametrize(
    ("pieces", "state"),
    [
        ([], "idle"),
        ([GET], "idle"),
        ([GET, b"\r\n\r"], "idle"),
        ([GET, b"P"], "head"),
        ([POST[:-10]], "head"),
        ([POST[:-4]], "body"),
        ([POST[:-1]], "body"),
        ([CHUNKED[:-30]], "body"),
        ([CHUNKED[:-1]], "body"),
        ([GET + POST[:-1]], "body"),
    ],
)
def test_it_says_what_it_is_in_the_middle_of(pieces, state):
    reader, _ = fed(*pieces)

    assert reader.state == state


@pytest.mark.parametrize("begun", [b"", GET, b"\r\n", b"\r", GET + POST + b"\r\n"])
def test_a_client_may_close_between_requests(begun):
    reader, _ = fed(begun)

    reader.ended()


@pytest.mark.parametrize(
    ("begun", "where"),
    [(cut, "request head") for cut in (b"G", GET[:-1], GET[:-2], GET + b"\r\n" + GET[:-3], POST[:-6])]
    + [(cut, "request body") for cut in (POST[:-4], POST[:-1], CHUNKED[:-1], CHUNKED[:-8], CHUNKED[:-20], EXPECTS)],
)
def test_a_request_that_is_cut_short_is_refused(begun, where):
    reader, _ = fed(begun)

    with pytest.raises(RefusedError) as caught:
        reader.ended()

    assert caught.value.reply.status == 400
    assert json.loads(caught.value.reply.body)["where"] == where
    assert "the connection ended inside" in json.loads(caught.value.reply.body)["problem"]


@pytest.mark.parametrize(
    ("begun", "problem"),
    [
        (b"GET", "the request head is not complete: 3 bytes came, and no empty line"),
        (POST[:-1], "the request body is not complete: 3 of 4 bytes came"),
        (CHUNKED[:-1], "the request body is not complete: 6 bytes came, and no last chunk"),
    ],
)
def test_what_is_too_slow_is_told_what_is_missing(begun, problem):
    reader, _ = fed(begun)

    reply = reader.too_slow().reply

    assert (reply.status, json.loads(reply.body)["problem"]) == (408, problem)


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_an_empty_line_or_two_may_come_before_a_request(lines):
    assert seen(fed(GET + b"\r\n" * lines + POST)[1]) == [("/a", b""), ("/b", b"body")]


@pytest.mark.parametrize("start", [b"\r\n\r\n\r\n", b"\n", b"\r\r\n", b"\r\n\n", b" ", b"\x00", b"\x16GET"])
@CUTS
def test_nothing_else_may(start, cut):
    status, where, problem = refused(*cut(start + GET))

    assert (status, where) == (400, "request line")
    assert problem.startswith("malformed request line")


@CUTS
def test_who_speaks_tls_is_refused_before_a_line_ends(cut):
    assert refused(*cut(b"\x16\x03\x01"))[2] == "a TLS hello, where a request was awaited"


@pytest.mark.parametrize(
    "begun", [b"GET / HTTP/1.1\n", b"GET / HTTP/1.1\r\nHost: h\n", b"GET / HTTP/1.1\r\nA: 1\r\n\n"]
)
@CUTS
def test_a_bare_lf_is_refused_before_the_head_ends(begun, cut):
    assert refused(*cut(begun)) == (400, "request head", "a line that ends in LF alone")


@pytest.mark.parametrize("size", [MAX_HEAD, MAX_HEAD + 1])
@CUTS
def test_a_head_may_be_as_long_as_the_bound(size, cut):
    data = b"GET / HTTP/1.1\r\nA: ".ljust(size - 2, b"x") + b"\r\n\r\n"

    if size == MAX_HEAD:
        assert len(fed(*cut(data))[1]) == 1
    else:
        assert refused(*cut(data)) == (400, "request head", "more than 32768 bytes")


@pytest.mark.parametrize(
    "data",
    [
        b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000,
        b"GET / HTTP/1.1\r\n" + b"A: 1\r\n" * 20_000 + b"\r\n",
    ],
    ids=["line", "header", "headers"],
)
def test_a_head_without_an_end_is_refused(data):
    assert refused(data) == (400, "request head", "more than 32768 bytes")


@pytest.mark.parametrize(("size", "status"), [(10, 0), (11, 413)])
def test_a_body_may_be_as_long_as_the_bound(size, status):
    announced = b"POST /x HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size
    chunked = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n%x\r\n" % (size - 8)

    if status:
        assert refused(announced, max_body=10)[0] == status
        assert refused(chunked, max_body=10)[0] == status
    else:
        assert fed(announced, b"x" * size, max_body=10)[1][0].body == b"x" * size
        assert fed(chunked, b"90\r\n0\r\n\r\n", max_body=10)[1][0].body == b"1234567890"


def test_a_body_beyond_the_bound_is_refused_as_daraja_does():
    with pytest.raises(RefusedError) as caught:
        fed(b"POST /x HTTP/1.1\r\nContent-Length: 1001\r\n\r\n")

    assert b"protocol.http.TooBigBody" in caught.value.reply.body


@pytest.mark.parametrize(
    ("pieces", "waits"),
    [
        ([EXPECTS], True),
        ([EXPECTS[:-1], EXPECTS[-1:]], True),
        ([EXPECTS + b"b"], False),
        ([EXPECTS, b"b"], True),
        ([EXPECTS, b"body"], False),
        ([EXPECTS.replace(b"4", b"0")], False),
        ([EXPECTS.replace(b"1.1", b"1.0")], False),
        ([EXPECTS.replace(b"Content-Length: 4", b"Transfer-Encoding: chunked")], True),
        ([POST[:-4]], False),
    ],
)
def test_it_says_whether_the_client_waits_for_100_continue(pieces, waits):
    reader, _ = fed(*pieces)

    assert reader.wants_continue is waits


def test_whoever_has_answered_100_continue_says_so():
    reader, _ = fed(EXPECTS)

    reader.wants_continue = False
    reader.feed(b"bo")

    assert reader.next() is None
    assert reader.wants_continue is False


def test_a_second_request_that_expects_continue_is_seen_too():
    reader, given = fed(EXPECTS, b"body", EXPECTS)

    assert len(given) == 1
    assert reader.wants_continue


def test_what_was_fed_can_be_let_go_of():
    reader = RequestReader(1 << 20)
    reader.feed(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + b"x" * 999)
    assert reader.next() is None

    reader.forget()

    assert (reader.waiting, reader.state) == (0, "idle")
