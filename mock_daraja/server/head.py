"""The head of a request: its line and headers, parsed strictly. No input or output."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from msgspec import Struct

from mock_daraja.exchange import by_name
from mock_daraja.journal.redact import redact_headers, redact_text
from mock_daraja.model.size import bytes_in
from mock_daraja.quoting import shown
from mock_daraja.server.refusal import RefusedError, refusal

_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_FIELD_FORM: Final = rf"{_TOKEN}:[^\x00-\x08\x0a-\x1f\x7f]*+"
_REQUEST_LINE: Final = re.compile(rf"({_TOKEN}) ([\x21-\x7e]++) HTTP/1\.([0-9])")
_FIELDS: Final = re.compile(rf"(?:\r\n{_FIELD_FORM})*+")
_BARE_LF: Final = re.compile(r"(?<!\r)\n")
_CLOSE: Final = re.compile(r"(?:^|,)[ \t]*close[ \t]*(?:,|$)", re.IGNORECASE)
_ONCE: Final = {"host": "Host", "content-length": "Content-Length", "transfer-encoding": "Transfer-Encoding"}
_ANSWERED: Final = (".safaricom.co.ke", ".localhost", ".local", ".internal", ".test")

_LONGEST_KEPT: Final = 4096  # bytes

TLS_HELLO: Final = "\x16\x03"
"""How a client begins that speaks TLS."""
FIELD: Final = re.compile(_FIELD_FORM)
"""One header, or one line of a trailer."""


class Head(Struct, frozen=True):
    """`headers` are as received, in order; `values` are theirs by name in lower case, those of one name joined.
    `length` is None for a chunked body."""

    method: str
    path: str
    query: str
    version: str
    headers: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    length: int | None
    size: int = 0  # bytes that it takes, about

    @property
    def keeps_alive(self) -> bool:
        return self.version == "HTTP/1.1" and _CLOSE.search(self.values.get("connection", "")) is None

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


@lru_cache(maxsize=128)  # most clients send the same head again and again
def parse(raw: bytes) -> Head:
    """`raw` ends before the CRLF of its last line. Raises RefusedError for what is not HTTP/1."""
    text = raw.decode("latin-1")
    first, *lines = text.split("\r\n")
    request = _REQUEST_LINE.fullmatch(first)
    if request is None or _FIELDS.fullmatch(text, len(first)) is None:
        raise malformed(text)
    method, target, minor = request.groups()
    headers = tuple(map(_header, lines))
    values = by_name(headers)
    if len(values) < len(headers):
        _refuse_repeated(headers)
    target = target.partition("#")[0]
    if method == "CONNECT":
        raise _no_proxy(target)
    if not target.startswith("/") and "://" in target:
        try:
            split = urlsplit(target)
        except ValueError:
            address = shown(redact_text(target.partition("?")[0]))
            raise refusal(f"malformed address {address}", "request line", "send a path") from None
        if _is_strange(split.hostname or ""):
            raise _no_proxy(split.hostname or "")
        values["host"] = split.netloc
        target = f"{split.path or '/'}?{split.query}"
    path, _, query = target.partition("?")
    if "%" in path:
        path = unquote_to_bytes(path).decode("latin-1")
    version = "HTTP/1.0" if minor == "0" else "HTTP/1.1"
    size = bytes_in((path, query, headers)) * (1 if path.isascii() else 2)  # it may be read as characters of four bytes
    return Head(method, path, query, version, headers, values, _body_length(values, version), size)


def parsed(raw: bytes) -> Head:
    """The same; what is long is not kept for the next time."""
    return parse(raw) if len(raw) <= _LONGEST_KEPT else parse.__wrapped__(raw)


def _is_strange(host: str) -> bool:
    """Whether it is a name that is neither Safaricom's nor this machine's or its network's, as far as that can be
    told."""
    name = host.rstrip(".")
    return "." in name and not name[-1].isdigit() and not name.endswith(_ANSWERED)


def _no_proxy(wanted: str) -> RefusedError:
    remedy = (
        "take it out of the client's proxy settings (HTTPS_PROXY, HTTP_PROXY) and make it the base URL; where "
        "Safaricom's hosts are built in, `mock-daraja docs testing#daraja_intercept` says what to do"
    )
    return refusal(f"this server is no proxy, and was asked for {shown(redact_text(wanted))}", "request line", remedy)


def malformed(text: str) -> RefusedError:
    """What is wrong with a head, or the beginning of one, that doesn't have the form of HTTP/1."""
    first, *lines = text.split("\r\n")
    if text.startswith(TLS_HELLO):
        remedy = "this port speaks plain HTTP: begin the client's base URL with http://"
        return refusal("a TLS hello, where a request was awaited", "request line", remedy)
    if text[:1] > " " and _BARE_LF.search(text):
        return refusal("a line that ends in LF alone", "request head", "end each line with CRLF")
    if _REQUEST_LINE.fullmatch(first) is None:
        remedy = "send METHOD PATH HTTP/1.1, with whatever is not ASCII percent-encoded"
        return refusal(f"malformed request line {shown(redact_text(first[:200]))}", "request line", remedy)
    line = next(line for line in lines if FIELD.fullmatch(line) is None)
    is_folded = line.startswith((" ", "\t"))
    remedy = "send each header on one line" if is_folded else "send Name: value, in printable characters"
    return refusal(f"malformed header {shown(without_secret(line))}", "request headers", remedy)


def without_secret(line: str) -> str:
    if line.startswith((" ", "\t")):  # it continues another, which may be the one with the token
        return f"{line[:5]}***"
    name, colon, value = line.partition(":")
    ((_, value),) = redact_headers([(name.strip(), value)])
    return f"{name}{colon}{value}"


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip(" \t")


def _refuse_repeated(headers: tuple[tuple[str, str], ...]) -> None:
    names = [name.lower() for name, _ in headers]
    for lower, name in _ONCE.items():
        if names.count(lower) > 1:
            raise refusal(f"more than one {name} header", "request headers", "send one")


def _body_length(values: Mapping[str, str], version: str) -> int | None:
    coding = values.get("transfer-encoding")
    length = values.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None or version == "HTTP/1.0":
            where = " besides a Content-Length" if length is not None else ""
            remedy = "send a Content-Length, or Transfer-Encoding: chunked"
            if version == "HTTP/1.0":
                where, remedy = " in HTTP/1.0", "send a Content-Length"
            raise refusal(f"Transfer-Encoding {shown(coding)}{where}", "request headers", remedy)
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit()):
        raise refusal(f"Content-Length is {shown(length)}", "request headers", "send the number of bytes of the body")
    # Python itself refuses to convert thousands of digits.
    return int(length[-19:]) if not length[:-19].strip("0") else sys.maxsize
