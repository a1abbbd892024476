"""Names of customers nobody named."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.ledger.people import full_name


def test_a_given_name_is_printed_in_capitals() -> None:
    assert full_name("254708374149", "John Doe") == "JOHN DOE"


@pytest.mark.parametrize(
    ("msisdn", "name"),
    [
        ("254708374149", "John Doe"),  # Safaricom's test numbers, as captured
        ("254705912645", "NICHOLAS JOHN SONGOK"),
        ("254700000000", "STACY KEITH KIPNGENO"),
        ("254712345678", "CONSOLATA YUNIS NAFUNA"),
        ("254799999999", "BARASA DENNIS OKOTH"),
        ("254110000001", "TOM JACINTA MUMBUA"),
    ],
)
def test_a_number_keeps_its_name_whatever_is_upgraded(msisdn: str, name: str) -> None:
    assert full_name(msisdn) == name


@given(st.integers(254_700_000_000, 254_799_999_999).map(str))
def test_a_name_belongs_to_its_number(msisdn: str) -> None:
    name = full_name(msisdn)

    assert name == full_name(msisdn) == name.upper()
    assert len(name.split(" ")) >= 3


def test_different_numbers_have_different_names() -> None:
    assert len({full_name(f"2547123456{number:02}") for number in range(20)}) > 15


def test_ready_has_faker_imported_and_may_be_called_again() -> None:
    source = """
import sys
from mock_daraja.ledger.people import full_name, ready
assert full_name("254712345678", "Jane") and full_name("254708374149") and "faker" not in sys.modules
ready()
before = set(sys.modules)
ready()
assert full_name("254712345678") == "CONSOLATA YUNIS NAFUNA" and set(sys.modules) == before
"""

    subprocess.run([sys.executable, "-c", source], check=True, timeout=30)
