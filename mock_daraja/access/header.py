"""The Authorization header: what its two forms, Basic and Bearer, have in common (requests.md §2).

Whatever is wrong with it is said without any part of a secret: a secret may stand where another thing belongs.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

GRANT: Final = "client_credentials"
GENERATE: Final = f"GET /oauth/v1/generate?grant_type={GRANT}"
BASIC: Final = "send Authorization: Basic base64(ConsumerKey:ConsumerSecret)"
NEW_TOKEN: Final = f"get a new token: {GENERATE}"
_SCHEMES: Final = ("basic", "bearer", "digest", "token", "apikey", "jwt")


class BadCredentials(Struct, frozen=True):
    """Why an Authorization header, or what asks for a token, won't do, and what to do."""

    why: str
    remedy: str


def wrong_scheme(word: str, wanted: str) -> str:
    if word[:1] in "\"'`" and word[1:].lower() == wanted.lower():
        return "the whole header stands in quotes"
    if word.lower() == f"{wanted.lower()}:":
        return f"a colon stands behind {wanted}"
    if word.lower().startswith(wanted.lower()):
        return f"no blank stands behind {wanted}"
    if word.lower() in _SCHEMES:
        return f"the scheme is {word}, not {wanted}"
    return f"the header does not begin with {wanted} and a blank"


def brackets(text: str) -> str | None:
    """What encloses it, if anything does."""
    closed = {'"': '"', "'": "'", "`": "`", "<": ">"}.get(text[:1])
    if closed is None or not text.endswith(closed):
        return None
    return "angle brackets" if closed == ">" else "quotes"
