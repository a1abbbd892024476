"""What must not be read in a log: tokens, secrets, passwords. Enough is left to tell two of them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_NAMES: Final = "(?:Initiator)?Password|SecurityCredential|access_token|pin|passkey|(?:(?:consumer|client)_?)?secret"
_LETTER: Final = r'(?:[^"\\]|\\.)'  # of a JSON string
_LETTERS: Final = r'[^"\\]*(?:\\.[^"\\]*)*'  # as many as there are: quicker than one by one
SECRET_FIELDS: Final = re.compile(rf'("({_NAMES})"\s*:\s*")({_LETTER}{{0,4}}){_LETTERS}(?:\\\Z)?("|\Z)', re.IGNORECASE)
"""What comes before the value with its quote, the name, the value's first characters, and its last quote, or the end of
a body that was cut short."""
_SECRET_PAIRS: Final = re.compile(rf"((?:^|[&?])(?:{_NAMES})=)([^&\s]{{0,4}})[^&\s]*", re.IGNORECASE)
_QUOTED: Final = re.compile(
    rf"""(\b(?:\w*_)?(?:{_NAMES}|token)["']?\s*[:=]\s*b?)(?:"{_LETTERS}"?|'(?:[^'\\]|\\.)*'?)""", re.IGNORECASE
)
_QUERY_ANYWHERE: Final = re.compile(rf"([?&](?:{_NAMES})=)[^&\s'\"]*", re.IGNORECASE)
_CREDENTIALS: Final = re.compile(r"\b(Bearer|Basic) [\w+/=.~-]{8,}")
_SHOWN: Final = 4


def redact_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, _header(value) if name.lower() in _SECRET_HEADERS else value) for name, value in headers]


def _header(value: str) -> str:
    scheme, blank, secret = value.partition(" ")
    return f"{scheme} {secret[:_SHOWN]}***" if blank else "***"


def redact_body(body: bytes) -> str:
    """The body as text, with the values of secret fields cut to their first characters."""
    return redact_form(SECRET_FIELDS.sub(r"\1\3***\4", body.decode(errors="replace")))


def redact_form(text: str) -> str:
    """The same for a body that may be a form, sent in place of JSON."""
    return text if text.lstrip().startswith(("{", "[")) else redact_query(text)


def redact_query(query: str) -> str:
    """The same for a query string."""
    return _SECRET_PAIRS.sub(r"\1\2***", query)


def redact_text(text: str) -> str:
    """The same for a traceback or another text for people, which may show any of these as Python does. Nothing is left
    of a value."""
    text = _CREDENTIALS.sub(r"\1 ***", text)
    return _QUERY_ANYWHERE.sub(r"\1***", _QUOTED.sub(r"\1'***'", text))
