"""Kenyan mobile numbers, as Daraja wants them and as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.msisdn import is_msisdn, normalise


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("254708374149", True),
        ("254110374149", True),
        ("0708374149", False),
        ("+254708374149", False),
        ("254208374149", False),
        ("25470837414", False),
        ("2547083741499", False),
        ("254708374149\n", False),
        ("", False),
    ],
)
def test_daraja_takes_only_twelve_digits(text: str, verdict: bool) -> None:
    assert is_msisdn(text) is verdict


@pytest.mark.parametrize(
    "written",
    ["254708374149", "+254708374149", "0708374149", "708374149", "0708 374 149", "+254-708-374-149", " 254708374149 "],
)
def test_every_way_of_writing_it_is_one_number(written: str) -> None:
    assert normalise(written) == "254708374149"


@pytest.mark.parametrize("written", ["", "0812345678", "12345", "255708374149", "07083741499", "john", "٢٥٤٧٠٨٣٧٤١٤٩"])
def test_anything_else_is_refused_by_name(written: str) -> None:
    with pytest.raises(ValueError, match="Kenyan mobile number") as caught:
        normalise(written)

    assert repr(written) in str(caught.value)


@given(st.from_regex(r"(\+?254|0)?[17][0-9]{8}", fullmatch=True))
def test_what_is_normalised_is_what_daraja_takes(written: str) -> None:
    assert is_msisdn(normalise(written))
    assert normalise(normalise(written)) == normalise(written)
