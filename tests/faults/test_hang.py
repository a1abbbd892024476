from __future__ import annotations

import math

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.hang import Hang


def test_answers_nothing_and_ends_when_the_client_goes_away(carry_out, client, wire):
    carrying = carry_out(Hang())

    client.close()
    carrying.join(5)

    assert not carrying.is_alive()
    assert not wire.is_open


def test_notices_the_client_going_away_behind_bytes_that_nobody_reads(carry_out, client):
    carrying = carry_out(Hang())

    client.sendall(b"GET /pipelined HTTP/1.1\r\n\r\n")
    client.close()
    carrying.join(5)

    assert not carrying.is_alive()


def test_ends_when_the_server_stops(carry_out, client, wire):
    carrying = carry_out(Hang())

    wire.interrupt()
    carrying.join(5)

    assert not carrying.is_alive()
    assert client.recv(1) == b""


def test_with_seconds_closes_when_the_sandbox_clock_has_moved_on(carry_out, client, clock):
    carrying = carry_out(Hang(seconds=2.5))
    assert clock.asked.wait(5)

    clock.come.set()
    carrying.join(5)

    assert clock.due == [clock.now() + 2500]
    assert client.recv(1) == b""


def test_with_seconds_still_notices_the_client_going_away(carry_out, client, clock):
    carrying = carry_out(Hang(seconds=2.5))
    assert clock.asked.wait(5)

    client.close()
    carrying.join(5)

    assert not carrying.is_alive()


@pytest.mark.parametrize("seconds", [-0.1, math.inf, math.nan, "2", True])
def test_refuses_a_time_that_is_no_number(seconds):
    with pytest.raises(Problem, match="seconds is"):
        Hang(seconds=seconds)
