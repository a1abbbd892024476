from __future__ import annotations

import math
from itertools import chain

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.acts import Send, Wait
from mock_daraja.faults.dribble import Dribble
from mock_daraja.quoting import shown
from tests.faults.playing import HEAD, RESPONSE, START_MS, played, waits_ms

BODY = [b"%d" % at for at in range(10)]


def test_the_body_comes_byte_by_byte_on_the_sandbox_clock():
    acts = played(Dribble(bytes_per_second=4))

    pairs = [(Wait(START_MS + 250 * (at + 1)), Send(byte)) for at, byte in enumerate(BODY)]
    assert acts == [Send(HEAD), *chain(*pairs)]


def test_its_time_begins_once_the_head_is_sent():
    acts = played(Dribble(bytes_per_second=1, seconds=2.5), sending_ms=100)

    assert waits_ms(acts) == [1100, 2100, 2600]


def test_a_leap_of_the_clock_brings_all_that_is_due():
    acts = played(Dribble(bytes_per_second=2, seconds=60), late_ms=1500)

    assert acts == [
        Send(HEAD),
        Wait(START_MS + 500),
        Send(b"0123"),
        Wait(START_MS + 2500),
        Send(b"4567"),
        Wait(START_MS + 4500),
        Send(b"89"),
    ]


def test_after_its_seconds_the_rest_comes_at_once():
    acts = played(Dribble(bytes_per_second=1, seconds=2.5))

    assert acts == [
        Send(HEAD),
        Wait(START_MS + 1000),
        Send(b"0"),
        Wait(START_MS + 2000),
        Send(b"1"),
        Wait(START_MS + 2500),
        Send(b"23456789"),
    ]


def test_a_clock_that_was_put_back_does_not_stop_it():
    acts = Dribble(bytes_per_second=1).acts(RESPONSE, START_MS)
    assert [next(acts), acts.send(START_MS)] == [Send(HEAD), Wait(START_MS + 1000)]

    assert acts.send(0) == Send(b"0")


def test_an_answer_without_a_body_comes_at_once():
    assert played(Dribble(), HEAD) == [Send(HEAD)]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("bytes_per_second", 0), ("bytes_per_second", "10"), ("seconds", -1), ("seconds", math.inf), ("seconds", True)],
)
def test_refuses_a_number_that_is_none(attribute, value):
    with pytest.raises(Problem) as caught:
        Dribble(**{attribute: value})

    assert caught.value.what == f"{attribute} is {shown(value)}"
    assert caught.value.remedy.startswith(f"{attribute} takes a number of ")
