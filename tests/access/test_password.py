"""The STK Password, checked part by part."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.access import PasswordFault, check_password
from mock_daraja.access.password import password
from mock_daraja.defaults import PASSKEY

STAMP = "20261124100000"


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def fault(given: str) -> PasswordFault:
    found = check_password(given, "174379", PASSKEY, STAMP)
    assert found is not None
    return found


def test_the_right_one_has_no_fault() -> None:
    assert check_password(password("174379", PASSKEY, STAMP), "174379", PASSKEY, STAMP) is None


def test_is_base64_of_shortcode_passkey_and_timestamp() -> None:
    assert password("174379", "key", STAMP) == encoded(f"174379key{STAMP}")


@pytest.mark.parametrize(
    ("given", "part", "why"),
    [
        ("%%%", "encoding", "not base64"),
        ("MTc0Mzc5Y", "encoding", "Password is cut: it has 9 of 112 characters"),
        (b64encode(b"\xff\xfe").decode(), "encoding", "not base64"),
        (encoded(f"600000{PASSKEY}{STAMP}"), "shortcode", "begins with 600000, BusinessShortCode is 174379"),
        (encoded(f"{PASSKEY}{STAMP}"), "shortcode", "begins with"),
        (encoded(f"174379{PASSKEY}20261124100001"), "timestamp", "20261124100001, the body says 20261124100000"),
        (encoded(f"174379{PASSKEY}"), "timestamp", "no Timestamp behind the passkey"),
        (encoded(f"174379{PASSKEY}99999999999999"), "timestamp", "99999999999999"),
        (encoded(f"174379{PASSKEY}{STAMP} "), "timestamp", "Timestamp"),
        (encoded(f"174379wrong{STAMP}"), "passkey", "not that of 174379"),
        (encoded(f"174379wrong{STAMP[:-1]}1"), "passkey", "neither passkey nor Timestamp"),
        (encoded("174379"), "passkey", "neither"),
    ],
)
def test_the_first_wrong_part_is_named(given: str, part: str, why: str) -> None:
    found = fault(given)

    assert found.part == part
    assert why in found.why
    assert found.remedy


@pytest.mark.parametrize("inside", ["20261124070000", "20261124130000"])
def test_three_hours_apart_is_told_to_be_utc_and_nairobi(inside: str) -> None:
    found = fault(encoded(f"174379{PASSKEY}{inside}"))

    assert "one was made in UTC and the other in East Africa Time (UTC+3)" in found.why


@given(st.text(max_size=120), st.booleans())
def test_any_other_text_is_a_fault_and_no_crash(text: str, is_encoded: bool) -> None:
    given = encoded(text) if is_encoded else text

    found = check_password(given, "174379", PASSKEY, STAMP)

    assert (found is None) == (given == password("174379", PASSKEY, STAMP))
    assert found is None or PASSKEY not in found.why + found.remedy


@given(st.permutations(["174379", "secret-passkey", STAMP]), st.sampled_from(["", ":", "\n"]))
def test_a_passkey_that_is_not_public_is_shown_in_no_form(parts: list[str], between: str) -> None:
    found = check_password(encoded(between.join(parts)), "174379", "secret-passkey", STAMP)

    said = "" if found is None else found.why + found.remedy
    assert "secret" not in said
    assert password("174379", "secret-passkey", STAMP) not in said
