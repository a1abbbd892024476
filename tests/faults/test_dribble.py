from __future__ import annotations

import math

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.dribble import Dribble

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"


def watched(client, clock):
    """What the client has received at each wait, and the milliseconds from the first one to it."""
    seen, began_ms = [], clock.now()

    def look():
        seen.append((clock.now() - began_ms, client.recv(1000)))
        clock.move_to(clock.next_sleeper())

    clock.on_wait = look
    return seen


def test_the_body_comes_byte_by_byte_on_the_sandbox_clock(client, wire, leaping, response):
    seen = watched(client, leaping)

    Dribble(bytes_per_second=4).carry_out(wire, response)

    assert seen == [(0, HEAD)] + [(250 * (at + 1), b"%d" % at) for at in range(9)]
    assert client.recv(10) == b"9"
    assert wire.is_open


def test_a_leap_of_the_clock_brings_all_that_is_due(client, wire, leaping, response):
    leaping.on_wait = lambda: leaping.move_to(leaping.now() + 2000)

    Dribble(bytes_per_second=2, seconds=60).carry_out(wire, response)

    assert client.recv(1000) == response
    assert leaping.now() == 1_000_000 + 3 * 2000


def test_after_its_seconds_the_rest_comes_at_once(client, wire, leaping, response):
    seen = watched(client, leaping)

    Dribble(bytes_per_second=1, seconds=2.5).carry_out(wire, response)

    assert seen == [(0, HEAD), (1000, b"0"), (2000, b"1")]
    assert client.recv(100) == b"23456789"
    assert leaping.now() == 1_000_000 + 2500


def test_ends_when_the_client_goes_away(carry_out, client, clock, wire):
    carrying = carry_out(Dribble())
    assert clock.asked.wait(5)

    client.close()
    carrying.join(5)

    assert not carrying.is_alive()
    assert not wire.is_open


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("bytes_per_second", 0), ("bytes_per_second", "10"), ("seconds", -1), ("seconds", math.inf), ("seconds", True)],
)
def test_refuses_a_number_that_is_none(attribute, value):
    with pytest.raises(Problem) as caught:
        Dribble(**{attribute: value})

    assert caught.value.what == f"{attribute} is {value!r}"
    assert caught.value.remedy.startswith(f"{attribute} takes a number of ")
