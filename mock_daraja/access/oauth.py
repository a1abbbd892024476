"""The Authorization header in its two forms: Basic for a token, Bearer with one (requests.md §2)."""

from __future__ import annotations

from base64 import b64decode

from msgspec import Struct

from mock_daraja.quoting import shown


class BadCredentials(Struct, frozen=True):
    """Why an Authorization header can't be read, and what to do."""

    why: str
    remedy: str


def basic_credentials(header: str | None) -> tuple[str, str] | BadCredentials:
    """Consumer key and secret of `Basic base64(key:secret)`."""
    remedy = "send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"
    if not header:
        return BadCredentials("there is no Authorization header", remedy)
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return BadCredentials(f"the scheme is {shown(scheme)}, not Basic", remedy)
    try:
        key, colon, secret = b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # no base64, not ASCII, or no UTF-8 inside
        return BadCredentials("what follows Basic is not base64", remedy)
    if not colon:
        return BadCredentials("the decoded credentials have no colon between key and secret", remedy)
    return key, secret


def bearer_token(header: str | None) -> str | BadCredentials:
    """The token of `Bearer <token>`."""
    remedy = "send Authorization: Bearer <access_token>, from GET /oauth/v1/generate?grant_type=client_credentials"
    if not header:
        return BadCredentials("there is no Authorization header", remedy)
    scheme, _, token = header.partition(" ")
    if scheme.lower() == "basic":
        return BadCredentials("Basic credentials were sent where a bearer token belongs", remedy)
    if scheme.lower() != "bearer" or not token.strip():
        return BadCredentials(f"{shown(scheme)} is not a Bearer header with a token", remedy)
    return token.strip()
