"""Names of customers nobody named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.ledger import full_name


def test_a_given_name_is_printed_in_capitals() -> None:
    assert full_name("254708374149", "John Doe") == "JOHN DOE"


@given(st.integers(254_700_000_000, 254_799_999_999).map(str))
def test_a_name_belongs_to_its_number(msisdn: str) -> None:
    name = full_name(msisdn)

    assert name == full_name(msisdn) == name.upper()
    assert len(name.split(" ")) >= 3


def test_different_numbers_have_different_names() -> None:
    assert len({full_name(f"2547123456{number:02}") for number in range(20)}) > 15
