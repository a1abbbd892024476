"""The Authorization header in its two forms."""

from __future__ import annotations

from base64 import b64encode

import pytest

from mock_daraja.access import BadCredentials, basic_credentials, bearer_token


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


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", "Bearer  abc ", "BEARER abc"])
def test_a_bearer_token_is_read(header: str) -> None:
    assert bearer_token(header) == "abc"


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (None, "no Authorization header"),
        ("Basic abc", "Basic credentials were sent"),
        ("Bearer", "no token follows Bearer"),
        ("Bearer ", "no token follows Bearer"),
        ("abc", "does not begin with Bearer"),
        ("Token abc", "the scheme is Token, not Bearer"),
    ],
)
def test_anything_else_is_no_token_and_says_why(header: str | None, why: str) -> None:
    given = bearer_token(header)

    assert isinstance(given, BadCredentials)
    assert why in given.why
    assert "/oauth/v1/generate" in given.remedy
