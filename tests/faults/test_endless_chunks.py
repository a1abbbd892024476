from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.acts import Close, Send, Wait
from mock_daraja.faults.endless_chunks import EndlessChunks
from mock_daraja.quoting import shown
from tests.faults.playing import START_MS, played, sent, waits_ms

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
FIRST = b"a\r\n0123456789\r\n"
BLANKS = b"400\r\n" + b" " * 1023 + b"\n\r\n"


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (EndlessChunks(seconds=0.25), HEAD + FIRST + BLANKS * 2),
        (EndlessChunks(max_bytes=10 + 1024 + 3), HEAD + FIRST + BLANKS + b"3\r\n   \r\n"),
        (EndlessChunks(max_bytes=4), HEAD + b"4\r\n0123\r\n"),
        (EndlessChunks(seconds=0), HEAD + FIRST),
    ],
    ids=["until its seconds are over", "until its bytes are sent", "the body too is cut", "no time at all"],
)
def test_chunks_come_without_the_last_one(fault, arrives):
    acts = played(fault)

    assert sent(acts) == arrives
    assert acts[-1] == Close()


def test_its_chunks_are_a_tenth_of_a_second_apart_until_its_seconds_are_over():
    acts = played(EndlessChunks(seconds=0.25))

    assert acts == [
        Send(HEAD),
        Send(FIRST),
        Wait(START_MS + 100, reusable=False),
        Send(BLANKS),
        Wait(START_MS + 200, reusable=False),
        Send(BLANKS),
        Wait(START_MS + 250, reusable=False),
        Close(),
    ]


def test_its_seconds_begin_once_the_head_is_sent_and_a_pause_once_its_chunk_is():
    acts = played(EndlessChunks(seconds=0.5), sending_ms=40)

    assert waits_ms(acts) == [180, 320, 460, 540]


def test_waits_once_more_when_its_bytes_are_sent():
    assert played(EndlessChunks(max_bytes=4))[-2:] == [Wait(START_MS + 100, reusable=False), Close()]


def test_an_answer_without_a_body_begins_with_blanks():
    acts = played(EndlessChunks(seconds=0.1), b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    assert sent(acts) == HEAD.replace(b"200 OK", b"404 Not Found") + BLANKS


@pytest.mark.parametrize(
    ("attribute", "value", "wanted"),
    [("max_bytes", 0, "a whole number of bytes"), ("max_bytes", 1.5, "a whole number"), ("seconds", -1, "a number of")],
)
def test_refuses_a_bound_that_is_none(attribute, value, wanted):
    with pytest.raises(Problem) as caught:
        EndlessChunks(**{attribute: value})

    assert caught.value.what == f"{attribute} is {shown(value)}"
    assert caught.value.remedy.startswith(f"{attribute} takes {wanted}")
