from __future__ import annotations

import re

import pytest

from mock_daraja.errors import Problem
from mock_daraja.faults import drawn, from_spec
from mock_daraja.faults.acts import Send, Wait
from mock_daraja.faults.latency import Latency
from mock_daraja.model import FaultSpec
from mock_daraja.quoting import shown
from tests.conftest import ids_of
from tests.faults.playing import RESPONSE, START_MS, played


def test_answers_when_the_sandbox_clock_has_moved_on():
    assert played(Latency(ms=1500)) == [Wait(START_MS + 1500), Send(RESPONSE)]


def test_leaves_what_the_client_sends_meanwhile_for_the_next_request():
    (wait, _) = played(Latency(ms=1500))

    assert wait == Wait(START_MS + 1500, reusable=True)


@pytest.mark.parametrize("ms", [-1, 1.5, "100", True, 31_536_000_001])
def test_refuses_a_time_that_is_no_whole_number(ms):
    with pytest.raises(Problem, match=re.escape(f"ms is {shown(ms)}")):
        Latency(ms=ms)


UNIFORM = FaultSpec.of("latency", {"distribution": "uniform", "min": 200, "max": 900})
LOGNORMAL = FaultSpec.of("latency", {"distribution": "lognormal", "median": 400, "sigma": 0.8, "max": 3000})


def draws(spec, seed=1, count=400):
    ids = ids_of(seed)
    return [drawn(spec, ids).attributes["ms"] for _ in range(count)]


def test_a_uniform_draw_is_anywhere_between_its_ends():
    times = draws(UNIFORM)

    assert min(times) in range(200, 230)
    assert max(times) in range(870, 901)


def test_half_of_the_lognormal_draws_are_below_the_median_and_none_above_the_most():
    times = draws(LOGNORMAL, count=2000)

    assert 900 < sum(each < 400 for each in times) < 1100
    assert max(times) == 3000


@pytest.mark.parametrize("spec", [UNIFORM, LOGNORMAL], ids=["uniform", "lognormal"])
def test_the_same_seed_draws_the_same_times(spec):
    assert draws(spec) == draws(spec)
    assert draws(spec) != draws(spec, seed=2)


def test_what_is_drawn_is_a_latency_like_any_other():
    fault = from_spec(drawn(UNIFORM, ids_of(1)))

    assert isinstance(fault, Latency)
    assert fault.distribution is None
    assert drawn(FaultSpec.of("latency", {"ms": 5}), ids_of(1)) == FaultSpec.of("latency", {"ms": 5})


@pytest.mark.parametrize(
    ("attributes", "problem", "remedy"),
    [
        ({}, "the attribute 'ms' is missing", "give ms, or distribution: uniform with"),
        ({"distribution": "normal"}, "distribution is 'normal'", "distribution takes uniform or lognormal"),
        ({"distribution": ["uniform"]}, 'distribution is ["uniform"]', "distribution takes uniform or lognormal"),
        ({"distribution": "uniform", "min": 5}, "the attribute 'max' is missing", "uniform with min and max"),
        ({"distribution": "uniform", "min": 5, "max": 4}, "max is 4", "milliseconds from 5 to"),
        ({"distribution": "uniform", "min": 5, "max": 9, "ms": 7}, "'ms' means nothing beside uniform", "give ms, or"),
        ({"ms": 5, "sigma": 1}, "'sigma' means nothing without a distribution", "lognormal with median, sigma and max"),
        ({"distribution": "lognormal", "median": 0, "sigma": 1, "max": 9}, "median is 0", "milliseconds from 1 to"),
        ({"distribution": "lognormal", "median": 9, "sigma": 1, "max": 8}, "max is 8", "milliseconds from 9 to"),
        ({"distribution": "lognormal", "median": 9, "sigma": 11, "max": 9}, "sigma is 11", "from 0 to 10"),
    ],
)
def test_a_form_that_makes_no_sense_is_a_problem(attributes, problem, remedy):
    with pytest.raises(Problem) as caught:
        from_spec(FaultSpec.of("latency", attributes))

    assert problem in caught.value.what
    assert caught.value.where == "fault latency"
    assert remedy in caught.value.remedy
