from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.callbacks.answer import LONGEST, AnswerReader, Undelivered, body_of
from mock_daraja.reasons import failure_text

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (OK + b"Content-Length: 2\r\n\r\nok", b"ok"),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\nContent-Length: 6\n\na\r\n\r\nb", b"a\r\n\r\nb"),
        (OK + b"\r\nuntil the connection ends", b"until the connection ends"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nx", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b""),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n01234\r\n\r\n9\r\n0\r\nTrailer: x\r\n\r\n",
            b"abc01234\r\n\r\n9",
        ),
    ],
)
def test_the_body_is_taken_out_of_head_and_chunks(raw: bytes, body: bytes) -> None:
    assert body_of(raw) == body


@pytest.mark.parametrize("step", [1, 2, 7, 100_000])
@pytest.mark.parametrize(
    ("raw", "status", "reusable"),
    [
        (OK + b"Content-Length: 2\r\n\r\nok", 200, True),
        (OK + b"content-length:0\r\n\r\n", 200, True),
        (OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", 200, True),
        (OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok", 200, False),
        (OK + b"Connection: a , Close\r\nContent-Length: 2\r\n\r\nok", 200, False),
        (OK + b"Connection: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 200, False),
        (OK + b'Connection: x-close-y, "close"\r\nContent-Length: 2\r\n\r\nok', 200, True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, False),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok", 200, True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, True),
        (b"HTTP/1.1 304\r\n\r\n", 304, True),
        (b"HTTP/1.1 500 \r\nContent-Length: 0\r\n\r\n", 500, True),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok", 200, True),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nx",
            200,
            True,
        ),
        (b"HTTP/1.1 101 Switching\r\n\r\n", 101, False),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, True),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
            200,
            True,
        ),
        (OK + b"Transfer-Encoding: gzip, Chunked\r\nContent-Length: 999\r\n\r\n1\r\nx\r\n0\r\n\r\n", 200, True),
    ],
)
def test_answer_is_whole_with_its_last_byte(raw: bytes, status: int, reusable: bool, step: int) -> None:
    answer = AnswerReader()

    wholes = [answer.feed(raw[at : at + step]) for at in range(0, len(raw), step)]

    assert wholes == [False] * (len(wholes) - 1) + [True]
    assert (answer.status, answer.reusable, bytes(answer.raw)) == (status, reusable, raw)


def test_answer_without_a_length_ends_with_its_connection() -> None:
    answer = AnswerReader()

    assert not answer.feed(OK + b"\r\nsome text")
    assert answer.ended()
    assert not answer.reusable


@pytest.mark.parametrize(
    "raw", [b"", OK, OK + b"Content-Length: 9\r\n\r\nok", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"]
)
def test_connection_that_ends_too_early_leaves_the_answer_incomplete(raw: bytes) -> None:
    answer = AnswerReader()

    assert not answer.feed(raw)
    assert not answer.ended()


def test_receiver_that_speaks_out_of_turn_loses_its_connection() -> None:
    answer = AnswerReader()

    assert answer.feed(OK + b"Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK")
    assert not answer.reusable


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "starts with 'SSH-2.0-OpenSSH_9.6"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "https://"),
        (b"HTTP/2 200\r\n\r\n", "'HTTP/2 200"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "'HTTP/1.1 2000 OK"),
        (b"HTTP/1.1 OK\r\n\r\n", "'HTTP/1.1 OK"),
        (OK + b"Content-Length: -5\r\n\r\n", "Content-Length is '-5'"),
        (OK + b"Content-Length: ten\r\n\r\n", "Content-Length is 'ten'"),
        (OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", "Content-Length is '999"),
        (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "two different Content-Length"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk of size 'xyz'"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", "chunk of size '-1'"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 2000, "chunk of size"),
        (OK + b"X: " + b"y" * LONGEST, "longer than 64 KiB"),
        (OK + b"\r\n" + b"y" * LONGEST, "longer than 64 KiB"),
        (OK + b"Content-Length: 99999999\r\n\r\n" + b"y" * LONGEST, "longer than 64 KiB"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000, "longer than 64 KiB"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 20_000, "longer than 64 KiB"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", "longer than 64 KiB"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 4_000, "longer than 64 KiB"),
    ],
)
def test_garbage_is_named(raw: bytes, words: str) -> None:
    with pytest.raises(Undelivered) as caught:
        AnswerReader().feed(raw)

    assert words in failure_text(caught.value.failure)


@pytest.mark.parametrize("lengths", [b"Content-Length: ten\r\n", b"Content-Length: 1\r\nContent-Length: 2\r\n"])
def test_the_status_is_known_though_the_length_is_none(lengths: bytes) -> None:
    for _ in range(2):  # the head of the second one is known already
        answer = AnswerReader()
        with pytest.raises(Undelivered):
            answer.feed(b"HTTP/1.1 503 Busy\r\n" + lengths + b"\r\n")

        assert answer.status == 503


def test_what_an_informational_head_says_of_a_body_means_nothing() -> None:
    answer = AnswerReader()

    whole = answer.feed(
        b"HTTP/1.1 103 Early Hints\r\nContent-Length: ten\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok"
    )

    assert (whole, answer.status, answer.body) == (True, 200, b"ok")


@given(
    st.lists(st.binary(max_size=60) | st.sampled_from([OK, b"\r\n\r\n", b"Transfer-Encoding: chunked\r\n", b"0\r\n"]))
)
def test_any_bytes_are_an_answer_or_none(pieces: list[bytes]) -> None:
    answer = AnswerReader()

    with contextlib.suppress(Undelivered):
        for piece in pieces:
            answer.feed(piece)
        answer.ended()

    assert b"".join(pieces).startswith(bytes(answer.raw))


def test_an_answer_may_be_as_long_as_the_bound() -> None:
    length = LONGEST - len(OK + b"Content-Length: 65000\r\n\r\n")
    raw = OK + f"Content-Length: {length}\r\n\r\n".encode() + b"y" * length

    assert len(raw) == LONGEST
    assert AnswerReader().feed(raw)
