from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.endless_chunks import EndlessChunks

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
@pytest.mark.usefixtures("leaping")
def test_chunks_come_without_the_last_one(client, wire, response, fault, arrives):
    fault.carry_out(wire, response)

    assert client.makefile("rb").read() == arrives
    assert not wire.is_open


def test_its_seconds_are_the_sandbox_clocks(wire, leaping, response):
    EndlessChunks(seconds=0.25).carry_out(wire, response)

    assert leaping.now() == 1_000_000 + 250


def test_an_answer_without_a_body_begins_with_blanks(client, wire, leaping):
    EndlessChunks(seconds=0.1).carry_out(wire, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    assert client.makefile("rb").read() == HEAD.replace(b"200 OK", b"404 Not Found") + BLANKS


def test_ends_when_the_client_goes_away(carry_out, client, clock, wire):
    carrying = carry_out(EndlessChunks())
    assert clock.asked.wait(5)

    client.close()
    carrying.join(5)

    assert not carrying.is_alive()
    assert not wire.is_open


@pytest.mark.parametrize(
    ("attribute", "value", "wanted"),
    [("max_bytes", 0, "a whole number of bytes"), ("max_bytes", 1.5, "a whole number"), ("seconds", -1, "a number of")],
)
def test_refuses_a_bound_that_is_none(attribute, value, wanted):
    with pytest.raises(Problem) as caught:
        EndlessChunks(**{attribute: value})

    assert caught.value.what == f"{attribute} is {value!r}"
    assert caught.value.remedy.startswith(f"{attribute} takes {wanted}")
