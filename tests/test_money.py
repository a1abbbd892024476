"""Shillings in, cents inside, shillings out."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_daraja.money import cents, json_number, shillings


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (10, 1000),
        ("10", 1000),
        (10.0, 1000),
        ("10.0", 1000),
        ("10.50", 1050),
        (0.1, 10),
        (" 7 ", 700),
        ("-5", -500),
        ("1e2", 10_000),
        (0, 0),
    ],
)
def test_reads_what_integrators_write(written: float | str, expected: int) -> None:
    assert cents(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "ten",
        "",
        "10.005",
        0.001,
        "1e99",
        1e99,
        "1e9999999",
        "-1e9999999",
        "1e-9999999",
        "nan",
        float("nan"),
        float("inf"),
        "-Infinity",
        True,
        None,
        [1],
        "1" * 41,
        "1.0000000000000000000000000000001",
        10**20,
    ],
)
def test_refuses_what_is_no_whole_number_of_cents(written: object) -> None:
    with pytest.raises(ValueError, match=r"amount|cents"):
        cents(written)  # type: ignore[arg-type]  # wrong types as well


@given(st.integers(-(10**15), 10**15))
@example(-1)
def test_what_is_printed_reads_back(value: int) -> None:
    assert cents(shillings(value)) == value


@given(st.text(max_size=50) | st.floats() | st.integers())
def test_any_value_is_cents_or_a_value_error(written: float | str) -> None:
    try:
        value = cents(written)
    except ValueError:
        return

    assert isinstance(value, int)


@pytest.mark.parametrize(
    ("value", "text"), [(1050, "10.50"), (-5, "-0.05"), (0, "0.00"), (100, "1.00"), (-12345, "-123.45")]
)
def test_prints_like_m_pesa(value: int, text: str) -> None:
    assert shillings(value) == text


@pytest.mark.parametrize(("value", "number"), [(100, 1), (1050, 10.5), (0, 0)])
def test_a_json_number_is_whole_where_it_can_be(value: int, number: float) -> None:
    assert json_number(value) == number
    assert isinstance(json_number(value), int) == (value % 100 == 0)
