"""What a value must be: each kind of condition, with what is said when it does not hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.scenarios.constraint import Constraint, Scalar, unmet

MISSING = object()


@pytest.mark.parametrize(
    ("wanted", "got", "said"),
    [
        ("10", 10, []),
        (10, "10", []),
        (True, "true", ["F true is not true"]),
        (None, MISSING, []),
        ("a", MISSING, ["F (none) is not a"]),
        (Constraint(matches="2547.*"), 254708374149, []),
        (Constraint(matches="2547"), "254708374149", ["F 254708374149 is not like /2547/"]),
        (Constraint(matches=".*"), MISSING, ["F (none) is not like /.*/"]),
        (Constraint(one_of=("a", 10)), "10", []),
        (Constraint(one_of=("a", "b")), "c", ["F c is not one of a, b"]),
        (Constraint(exists=True), "", []),
        (Constraint(exists=True), None, []),
        (Constraint(exists=True), MISSING, ["F is missing"]),
        (Constraint(exists=False), MISSING, []),
        (Constraint(exists=False), "x", ["F is present"]),
        (Constraint(least=10, most=20), "15.5", []),
        (Constraint(least=10, most=20), 9, ["F 9 is not at least 10 and at most 20"]),
        (Constraint(most=20), "1e3", ["F 1e3 is not at most 20"]),
        (Constraint(least=10), "ten", ["F ten is not at least 10"]),
        (Constraint(least=10), "NaN", ["F NaN is not at least 10"]),
        (Constraint(least=0), True, ["F true is not at least 0"]),
        (Constraint(matches="I.*", least=1), "X", ["F X is not like /I.*/", "F X is not at least 1"]),
    ],
)
def test_a_condition_holds_or_says_why_not(wanted: Scalar | Constraint, got: object, said: list[str]) -> None:
    value = None if got is MISSING else got

    assert list(unmet("F", wanted, value, is_there=got is not MISSING)) == said


@given(st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(-1000, 1000), st.booleans())
def test_a_range_holds_its_ends(least: int, most: int, value: int, as_text: bool) -> None:
    got = str(value) if as_text else value

    assert (not list(unmet("F", Constraint(least=least, most=most), got))) == (least <= value <= most)
