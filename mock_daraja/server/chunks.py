"""A chunked body, taken from the front of a buffer as it comes. No input or output."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final

from mock_daraja.quoting import shown
from mock_daraja.server.head import FIELD, without_secret
from mock_daraja.server.refusal import refusal, too_big

MAX_LINE: Final = 4096  # bytes, without its LF
MAX_TRAILER: Final = 100  # lines, with the empty one
_FAIR: Final = 64  # bytes of a chunk that is worth reading
MAX_UNFAIR: Final = 1 << 18  # bytes that all chunks of a body may be short of that; what longer ones have more counts

_WHERE: Final = "chunked request body"
_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
_QUOTED: Final = rb'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*+"'
_SIZE_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;%b(?:=(?:%b|%b))?)*+" % (_TOKEN, _TOKEN, _QUOTED))
_ONLY_IN_HEADS: Final = ("connection", "content-length", "transfer-encoding")  # others read them in trailers too


def chunked(buffer: bytearray, most: int, path: str) -> Generator[bytearray, None, bytes]:
    """Takes what belongs to the body out of `buffer`, and yields the body so far whenever more has to come into it.

    Returns the body without the trailer, which is read and left out. Raises RefusedError, also for more than `most`
    bytes in a request for `path`, and for chunks so small that reading them would hold others up.
    """
    body = bytearray()
    unfair = 0
    while True:
        while (line := _line(buffer)) is None:
            yield body
        size = _size(line)
        if not size:
            break
        if len(body) + size > most:
            raise too_big(path, most)
        unfair = max(0, unfair + _FAIR - size)
        if unfair > MAX_UNFAIR:
            raise refusal("thousands of chunks of some bytes", _WHERE, "send larger ones, or a Content-Length")
        while len(buffer) < size:
            size -= len(buffer)
            body += buffer
            buffer.clear()
            yield body
        body += buffer[:size]
        del buffer[:size]
        while not _took_end_of_chunk(buffer):
            yield body
    for _ in range(MAX_TRAILER):
        while (line := _line(buffer)) is None:
            yield body
        if not line:
            return bytes(body)
        _check_trailer(line.decode("latin-1"))
    raise refusal(f"more than {MAX_TRAILER} trailer lines", _WHERE, "send fewer")


def _line(buffer: bytearray) -> bytes | None:
    """The next line without its CRLF, or None where it is not whole."""
    most = MAX_LINE + 1
    end = buffer.find(b"\r\n", 0, most)
    if buffer.find(b"\n", 0, end if end >= 0 else most) >= 0:
        raise refusal("a line that ends in LF alone", _WHERE, "end each line with CRLF")
    if end < 0:
        if len(buffer) >= most:
            raise refusal(f"a line of more than {MAX_LINE} bytes", _WHERE, "send size, CRLF, data, CRLF")
        return None
    line = bytes(buffer[:end])
    del buffer[: end + 2]
    return line


def _size(line: bytes) -> int:
    matched = _SIZE_LINE.fullmatch(line)
    if matched is None:
        raise refusal(f"chunk size {shown(line)}", _WHERE, "send the size in hexadecimal digits")
    return int(matched[1], 16)


def _took_end_of_chunk(buffer: bytearray) -> bool:
    if buffer.startswith(b"\r\n"):
        del buffer[:2]
        return True
    if not b"\r\n".startswith(buffer):
        raise refusal("a chunk longer than its size", _WHERE, "end a chunk with CRLF")
    return False


def _check_trailer(line: str) -> None:
    if FIELD.fullmatch(line) is None:
        remedy = "send Name: value, in printable characters"
        raise refusal(f"malformed trailer {shown(without_secret(line))}", _WHERE, remedy)
    name = line.partition(":")[0]
    if name.lower() in _ONLY_IN_HEADS:
        raise refusal(f"{name} in the trailer", _WHERE, "send it in the head")
