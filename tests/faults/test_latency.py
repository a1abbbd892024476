from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.latency import Latency


def test_answers_when_the_sandbox_clock_has_moved_on(carry_out, client, clock, wire, response):
    carrying = carry_out(Latency(ms=1500))
    assert clock.asked.wait(5)

    clock.come.set()
    carrying.join(5)

    assert clock.due == [clock.now() + 1500]
    assert client.recv(1000) == response
    assert wire.is_open


def test_ends_without_an_answer_when_the_client_goes_away(carry_out, client, clock, wire):
    carrying = carry_out(Latency(ms=1500))
    assert clock.asked.wait(5)

    client.close()
    carrying.join(5)

    assert not carrying.is_alive()
    assert not wire.is_open


def test_leaves_what_the_client_sends_meanwhile_for_the_next_request(carry_out, client, clock, wire):
    carrying = carry_out(Latency(ms=1500))
    assert clock.asked.wait(5)

    client.sendall(b"GET /next")
    clock.come.set()
    carrying.join(5)

    assert wire.sock.recv(100) == b"GET /next"


def test_without_a_clock_runs_on_the_computers_time(client, wire, response):
    wire.clock = None

    Latency(ms=1).carry_out(wire, response)

    assert client.recv(1000) == response


@pytest.mark.parametrize("ms", [-1, 1.5, "100", True, None])
def test_refuses_a_time_that_is_no_whole_number(ms):
    with pytest.raises(Problem, match=f"ms is {ms!r}"):
        Latency(ms=ms)
