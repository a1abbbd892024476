"""The Authorization header with key and secret."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mock_daraja.access import BadCredentials, basic_credentials


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"Basic {encoded('key:secret')}", ("key", "secret")),
        (f"basic {encoded('key:secret')}", ("key", "secret")),
        (f"Basic   {encoded('key:secret')} ", ("key", "secret")),
        (f"Basic {encoded('key:a:b')}", ("key", "a:b")),
        (f"Basic {encoded(':')}", ("", "")),
    ],
)
def test_basic_credentials_are_key_and_secret(header: str, expected: tuple[str, str]) -> None:
    assert basic_credentials(header) == expected


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (None, "no Authorization header"),
        ("", "no Authorization header"),
        ("Bearer abc", "Bearer, not Basic"),
        ("Digest x", "Digest, not Basic"),
        ("Basic ???", "not base64"),
        ("Basic key:secret", "not in base64"),
        ("Basic kéy", "not base64"),
        (f"Basic {b64encode(bytes([255, 254])).decode()}", "not base64"),
        (f"Basic {encoded('no colon')}", "no colon"),
        ("Basic", "nothing follows Basic"),
    ],
)
def test_anything_else_is_no_credentials_and_says_why(header: str | None, why: str) -> None:
    given = basic_credentials(header)

    assert isinstance(given, BadCredentials)
    assert why in given.why
    assert "Basic base64(ConsumerKey:ConsumerSecret)" in given.remedy
