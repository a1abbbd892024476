"""The head of a request: its line and headers, parsed strictly and named as WSGI names them. No input or output."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from mock_daraja.server.refusal import refusal

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE: Final = re.compile(rf"({_TOKEN}) ([^\x00-\x20\x7f]+) HTTP/1\.([0-9])\r?")
_FIELD: Final = re.compile(rf"({_TOKEN}):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r?")


@dataclass(frozen=True, slots=True)
class Head:
    """`fields` has WSGI's keys: HTTP_HOST, CONTENT_LENGTH ... `length` is None for a chunked body."""

    method: str
    path: str
    query: str
    version: str
    fields: dict[str, str]
    length: int | None

    @property
    def keeps_alive(self) -> bool:
        return self.version == "HTTP/1.1" and "close" not in self.fields.get("HTTP_CONNECTION", "").lower()

    @property
    def waits_for_continue(self) -> bool:
        return self.version == "HTTP/1.1" and self.fields.get("HTTP_EXPECT", "").lower() == "100-continue"


def parse(raw: bytes) -> Head:
    """Raises RefusedError for what is not HTTP/1."""
    first, *lines = raw.decode("latin-1").split("\n")
    request = _REQUEST_LINE.fullmatch(first)
    if request is None:
        raise refusal(f"malformed request line {first[:80]!r}", "request line", "send METHOD PATH HTTP/1.1")
    method, target, minor = request.groups()
    fields = _fields(lines)
    target = target.partition("#")[0]
    if not target.startswith("/") and "://" in target:
        try:
            split = urlsplit(target)
        except ValueError:
            raise refusal(f"malformed address {target[:80]!r}", "request line", "send a path") from None
        fields["HTTP_HOST"] = split.netloc
        target = f"{split.path or '/'}?{split.query}"
    path, _, query = target.partition("?")
    if "%" in path:
        path = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
    return Head(method, path, query, "HTTP/1.0" if minor == "0" else "HTTP/1.1", fields, _body_length(fields))


def _fields(lines: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        matched = _FIELD.fullmatch(line)
        if matched is None:
            raise refusal(
                f"malformed header {line[:80]!r}", "request headers", "send Name: value, in printable characters"
            )
        name, value = matched.groups()
        if "_" in name:
            continue  # X_Y would pass for X-Y in environ
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        fields[key] = f"{fields[key]},{value}" if key in fields else value
    return fields


def _body_length(fields: dict[str, str]) -> int | None:
    coding = fields.get("HTTP_TRANSFER_ENCODING")
    length = fields.get("CONTENT_LENGTH")
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
