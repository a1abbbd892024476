"""What must not be read in a log: tokens, secrets, passwords. Enough is left to tell two of them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_SECRET_HEADERS: Final = frozenset({"authorization", "cookie", "proxy-authorization"})
_SECRET_FIELDS: Final = re.compile(
    r'("(?:Password|SecurityCredential|access_token|pin|secret)"\s*:\s*")([^"]{0,4})[^"]*(")', re.IGNORECASE
)
_SHOWN: Final = 4


def redact_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, _header(value) if name.lower() in _SECRET_HEADERS else value) for name, value in headers]


def _header(value: str) -> str:
    scheme, blank, secret = value.partition(" ")
    return f"{scheme} {secret[:_SHOWN]}***" if blank else "***"


def redact_body(body: bytes) -> str:
    """The body as text, with the values of secret fields cut to their first characters."""
    return _SECRET_FIELDS.sub(r"\1\2***\3", body.decode(errors="replace"))
