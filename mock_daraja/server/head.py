"""The head of a request: its line and headers, parsed strictly. No input or output."""

from __future__ import annotations

import re
import sys
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from msgspec import Struct

from mock_daraja.exchange import by_name
from mock_daraja.server.refusal import refusal

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE: Final = re.compile(rf"({_TOKEN}) ([^\x00-\x20\x7f]+) HTTP/1\.([0-9])\r?")
_FIELD: Final = re.compile(rf"({_TOKEN}):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r?")


class Head(Struct, frozen=True):
    """`headers` are as received, in order; `values` are theirs by name in lower case, those of one name joined.
    `length` is None for a chunked body."""

    method: str
    path: str
    query: str
    version: str
    headers: tuple[tuple[str, str], ...]
    values: dict[str, str]
    length: int | None

    @property
    def keeps_alive(self) -> bool:
        return self.version == "HTTP/1.1" and "close" not in self.values.get("connection", "").lower()

    @property
    def waits_for_continue(self) -> bool:
        return self.version == "HTTP/1.1" and self.values.get("expect", "").lower() == "100-continue"

    @property
    def fields(self) -> dict[str, str]:
        """With WSGI's keys: HTTP_HOST, CONTENT_LENGTH ... A name like X_Y, which would pass for X-Y, is left out."""
        keys = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
        return {
            keys.get(name) or f"HTTP_{name.upper().replace('-', '_')}": value
            for name, value in self.values.items()
            if "_" not in name
        }


def parse(raw: bytes) -> Head:
    """Raises RefusedError for what is not HTTP/1."""
    first, *lines = raw.decode("latin-1").split("\n")
    request = _REQUEST_LINE.fullmatch(first)
    if request is None:
        raise refusal(f"malformed request line {first[:80]!r}", "request line", "send METHOD PATH HTTP/1.1")
    method, target, minor = request.groups()
    headers = tuple(map(_header, lines))
    values = by_name(headers)
    target = target.partition("#")[0]
    if not target.startswith("/") and "://" in target:
        try:
            split = urlsplit(target)
        except ValueError:
            raise refusal(f"malformed address {target[:80]!r}", "request line", "send a path") from None
        values["host"] = split.netloc
        target = f"{split.path or '/'}?{split.query}"
    path, _, query = target.partition("?")
    if "%" in path:
        path = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
    version = "HTTP/1.0" if minor == "0" else "HTTP/1.1"
    return Head(method, path, query, version, headers, values, _body_length(values))


def _header(line: str) -> tuple[str, str]:
    matched = _FIELD.fullmatch(line)
    if matched is None:
        raise refusal(f"malformed header {line[:80]!r}", "request headers", "send Name: value, in printable characters")
    return matched[1], matched[2]


def _body_length(values: dict[str, str]) -> int | None:
    coding = values.get("transfer-encoding")
    length = values.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise refusal(
                f"Transfer-Encoding {coding[:80]!r}" + (" besides a Content-Length" if length is not None else ""),
                "request headers",
                "send a Content-Length, or Transfer-Encoding: chunked",
            )
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit()):
        raise refusal(f"Content-Length is {length[:80]!r}", "request headers", "send the number of bytes of the body")
    # Python itself refuses to convert thousands of digits.
    return int(length[-19:]) if not length[:-19].strip("0") else sys.maxsize
