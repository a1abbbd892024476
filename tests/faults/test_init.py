from __future__ import annotations

import pytest

from mock_daraja import faults
from mock_daraja.errors import Problem
from mock_daraja.faults.hang import Hang
from mock_daraja.faults.latency import Latency
from mock_daraja.model import FaultSpec


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (FaultSpec.of("latency", {"ms": 250}), Latency(ms=250)),
        (FaultSpec("hang"), Hang()),
        (FaultSpec.of("hang", {"seconds": 3}), Hang(seconds=3)),
    ],
)
def test_a_spec_becomes_its_fault(spec, fault):
    assert faults.from_spec(spec) == fault


def test_every_name_has_a_fault_of_that_name():
    attributes = {"latency": {"ms": 1}, "wrong-status": {"status": 500}}

    made = [faults.from_spec(FaultSpec.of(name, attributes.get(name, {}))) for name in faults.NAMES]

    assert [type(fault).__name__.lower() for fault in made] == [name.replace("-", "") for name in faults.NAMES]
    assert sorted(faults.NAMES) == list(faults.NAMES)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            FaultSpec.of("latancy", {"ms": 1}),
            f"fault: there is no fault 'latancy'\n  remedy: the faults are {', '.join(faults.NAMES)}",
        ),
        (
            FaultSpec.of("latency", {"seconds": 1}),
            "fault latency: there is no attribute 'seconds'\n"
            "  remedy: its attributes are ms, distribution, min, max, median, sigma",
        ),
        (
            FaultSpec("wrong-status"),
            "fault wrong-status: the attribute 'status' is missing\n  remedy: its attributes are status",
        ),
        (FaultSpec.of("reset", {"ms": 1}), "fault reset: there is no attribute 'ms'\n  remedy: it takes no attributes"),
        (
            FaultSpec.of("latency", {"ms": "soon"}),
            "fault latency: ms is 'soon'\n  remedy: ms takes a whole number of milliseconds from 0 to 31536000000",
        ),
    ],
    ids=["unknown fault", "unknown attribute", "missing attribute", "no attributes", "bad value"],
)
def test_a_bad_spec_is_a_problem_that_lists_what_is_valid(spec, message):
    with pytest.raises(Problem) as caught:
        faults.from_spec(spec)

    assert str(caught.value) == message
