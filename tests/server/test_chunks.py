"""Chunked bodies: their lines, sizes, ends and trailers."""

from __future__ import annotations

import json

import pytest

from mock_daraja.server.chunks import MAX_LINE, MAX_TRAILER, MAX_UNFAIR, chunked
from mock_daraja.server.refusal import RefusedError
from tests.server.pieces import CUTS


def read(*pieces: bytes, most: int = 1000) -> tuple[bytes | None, bytes]:
    """The body, or None where it is not whole, and what is left of the pieces."""
    buffer = bytearray()
    reading = chunked(buffer, most, "/x")
    for piece in pieces:
        buffer += piece
        try:
            next(reading)
        except StopIteration as whole:
            return whole.value, bytes(buffer)
    return None, bytes(buffer)


def refused(*pieces: bytes, most: int = 1000) -> str:
    with pytest.raises(RefusedError) as caught:
        read(*pieces, most=most)
    said = json.loads(caught.value.reply.body)
    assert (caught.value.reply.status, said["where"]) == (400, "chunked request body")
    assert said["remedy"]
    return str(said["problem"])


@CUTS
@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"0\r\n\r\n", b""),
        (b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", b"onetwo"),
        (b"1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", b"abcdefghijklmnopqrstuvwxyz"),
        (b"A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (b"0000000000000002\r\n\r\n\r\n00\r\n\r\n", b"\r\n"),
        (b'2;a;b=c;d="e;\\"\t";f\r\nok\r\n0;last\r\n\r\n', b"ok"),
        (b"2\r\nok\r\n0\r\nA: 1\r\nhost: x\r\nB:\r\n\r\n", b"ok"),
    ],
)
def test_a_body_is_put_together(data, body, cut):
    assert read(*cut(data)) == (body, b"")


def test_what_comes_behind_it_is_left():
    assert read(b"2\r\nok\r\n0\r\n\r\nGET /") == (b"ok", b"GET /")


@CUTS
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"xyz\r\n", "chunk size 'xyz'"),
        (b"\r\n", "chunk size ''"),
        (b"-1\r\n", "chunk size '-1'"),
        (b"+1\r\n", "chunk size '+1'"),
        (b"0x2\r\nok\r\n", "chunk size '0x2'"),
        (b"1_0\r\n", "chunk size '1_0'"),
        (b" 2\r\nok\r\n", "chunk size ' 2'"),
        (b"2 \r\nok\r\n", "chunk size '2 '"),
        (b"2 ;a\r\nok\r\n", "chunk size '2 ;a'"),
        (b"2;\r\nok\r\n", "chunk size '2;'"),
        (b"2;a=\r\nok\r\n", "chunk size '2;a='"),
        (b'2;a="b\r\nok\r\n', "chunk size '2;a=\"b'"),
        (b"2;a\x00\r\nok\r\n", r"chunk size '2;a\x00'"),
        (b"2;a\rb\r\nok\r\n", r"chunk size '2;a\rb'"),
        (b"2\r\r\nok\r\n", r"chunk size '2\r'"),
        (b"11111111111111111\r\n", "chunk size '11111111111111111'"),
        (b"2\nok\r\n0\r\n\r\n", "a line that ends in LF alone"),
        (b"2;a\nb\r\nok\r\n0\r\n\r\n", "a line that ends in LF alone"),
        (b"2\r\nok\n0\r\n\r\n", "a chunk longer than its size"),
        (b"2\r\nok\r0\r\n\r\n", "a chunk longer than its size"),
        (b"2\r\nok!\r\n", "a chunk longer than its size"),
        (b"2\r\nok0\r\n\r\n", "a chunk longer than its size"),
        (b"2\r\nok\r\n0\r\n\n", "a line that ends in LF alone"),
        (b"2\r\nok\r\n0\r\nA: 1\n\r\n", "a line that ends in LF alone"),
        (b"0\r\nno colon\r\n\r\n", "malformed trailer 'no colon'"),
        (b"0\r\nA: 1\r\n folded\r\n\r\n", "malformed trailer ' fold***'"),
        (b"0\r\nA : 1\r\n\r\n", "malformed trailer 'A : 1'"),
        (b"0\r\nA: \x00\r\n\r\n", r"malformed trailer 'A: \x00'"),
        (b"0\r\nContent-Length: 5\r\n\r\n", "Content-Length in the trailer"),
        (b"0\r\nconnection: close\r\n\r\n", "connection in the trailer"),
        (b"0\r\ntransfer-encoding: chunked\r\n\r\n", "transfer-encoding in the trailer"),
    ],
)
def test_what_is_no_chunked_body_is_refused(data, problem, cut):
    assert refused(*cut(data)) == problem


@CUTS
@pytest.mark.parametrize("length", [MAX_LINE, MAX_LINE + 1])
def test_a_line_may_be_as_long_as_the_bound(length, cut):
    data = b"2;".ljust(length - 1, b"x") + b"\r\nok\r\n0\r\n\r\n"

    if length == MAX_LINE:
        assert read(*cut(data)) == (b"ok", b"")
    else:
        assert refused(*cut(data)) == "a line of more than 4096 bytes"


def test_a_line_without_an_end_is_refused():
    assert refused(b"1" * 5000) == "a line of more than 4096 bytes"


@pytest.mark.parametrize("lines", [MAX_TRAILER - 1, MAX_TRAILER])
def test_a_trailer_may_be_as_long_as_the_bound(lines):
    data = b"2\r\nok\r\n0\r\n" + b"A: 1\r\n" * lines + b"\r\n"

    if lines < MAX_TRAILER:
        assert read(data) == (b"ok", b"")
    else:
        assert refused(data) == "more than 100 trailer lines"


@pytest.mark.parametrize("size", [b"6", b"7fffffffffffffff", b"ffffffffffffffff"])
def test_a_size_beyond_the_bound_is_refused_before_its_bytes_come(size):
    with pytest.raises(RefusedError) as caught:
        read(b"5\r\n12345\r\n" + size + b"\r\n", most=10)

    assert caught.value.reply.status == 413


def test_chunks_may_be_small_but_not_by_the_thousand() -> None:
    small = b"1\r\na\r\n" * (MAX_UNFAIR // 63)

    body, _ = read(small + b"0\r\n\r\n", most=1 << 20)
    whole, _ = read((small + b"400\r\n" + b"x" * 1024 + b"\r\n") + b"1\r\na\r\n" * 15 + b"0\r\n\r\n", most=1 << 20)

    assert body == b"a" * (MAX_UNFAIR // 63)
    assert whole is not None  # long chunks make up for it
    assert "thousands of chunks" in refused(small + b"1\r\na\r\n", most=1 << 20)
