"""The Authorization header with a token."""

from __future__ import annotations

import pytest

from mock_daraja.access import BadCredentials, bearer_token


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
