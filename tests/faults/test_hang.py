from __future__ import annotations

import math

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults.acts import Close, Wait
from mock_daraja.faults.hang import Hang
from tests.faults.playing import RESPONSE, START_MS, played


def test_waits_without_end_and_without_a_byte():
    assert played(Hang()) == [Wait(None, reusable=False)]


def test_closes_where_a_wait_without_end_ends_all_the_same():
    acts = Hang().acts(RESPONSE, START_MS)

    assert [next(acts), *acts] == [Wait(None, reusable=False), Close()]


def test_with_seconds_closes_when_the_sandbox_clock_has_moved_on():
    assert played(Hang(seconds=2.5)) == [Wait(START_MS + 2500, reusable=False), Close()]


@pytest.mark.parametrize("seconds", [-0.1, math.inf, math.nan, "2", True])
def test_refuses_a_time_that_is_no_number(seconds):
    with pytest.raises(Problem, match="seconds is"):
        Hang(seconds=seconds)
