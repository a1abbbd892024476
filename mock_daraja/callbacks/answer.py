"""One HTTP/1.1 answer out of whatever bytes arrive: bounded, and without I/O."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct

from mock_daraja.model.failure import Failure, FailureKind
from mock_daraja.quoting import beginning
from mock_daraja.regexes import later

LONGEST: Final = 1 << 16
"""Bytes of an answer that are read and kept."""

_HEAD_END: Final = later(rb"\r?\n\r?\n")
_STATUS_LINE: Final = later(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\Z")
_CHUNK_SIZE: Final = later(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\Z")
_LONGEST_SIZE_LINE: Final = 1024
_LONGEST_NUMBER: Final = 15  # digits of a Content-Length


class Undelivered(Exception):  # noqa: N818 - what happened, not an error of the program
    """What ends an attempt at a callback without a whole answer: `failure` says why."""

    def __init__(self, kind: FailureKind, *details: str | float) -> None:
        super().__init__(kind)
        self.failure = Failure(kind, details)


class _Head(Struct, frozen=True):
    status: int
    keeps_alive: bool
    is_chunked: bool
    length: int | None  # of the body; None where it is chunked, or ends with the connection
    wrong: Failure | None = None  # in what was said of the length

    @property
    def is_final(self) -> bool:
        return self.status >= 200 or self.status == 101  # Switching Protocols


@lru_cache(maxsize=128)  # most receivers say the same again and again
def _parsed(raw: bytes) -> _Head:
    """Raises Undelivered."""
    lines = raw.split(b"\n")
    match = _STATUS_LINE.match(lines[0])
    if match is None:
        raise _not_http(lines[0])
    status = int(match[2])
    if 100 <= status < 200 and status != 101:
        return _Head(status, keeps_alive=True, is_chunked=False, length=None)
    length: bytes | None = None
    connection, coding = b"", b""
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        name = name.lower()
        if name == b"content-length":
            if length is not None and length != value.strip():
                return _Head(status, False, False, None, Failure("two-lengths"))
            length = value.strip()
        elif name == b"connection":
            connection += b"," + value.lower()
        elif name == b"transfer-encoding":
            coding = value.lower()
    options = {each.strip() for each in connection.split(b",")}
    keeps_alive = b"close" not in options if match[1] == b"1" else b"keep-alive" in options
    is_chunked = False
    if status in (101, 204, 304):  # where the body ends: RFC 9112 §6.3
        length = b"0"
    elif coding:
        is_chunked, length = coding.rpartition(b",")[2].strip() == b"chunked", None
    elif length is not None and (not length.isdigit() or len(length) > _LONGEST_NUMBER):
        wrong = Failure("bad-length", (beginning(length.decode("latin-1"), 64),))
        return _Head(status, keeps_alive, is_chunked, None, wrong)
    return _Head(status, keeps_alive, is_chunked, None if length is None else int(length))


class AnswerReader:
    """Fed with what arrives. `raw` is every byte of it, `status` is known as soon as the head is whole."""

    __slots__ = ("_at", "_chunked", "_chunks", "_end", "_searched", "raw", "reusable", "status")

    def __init__(self) -> None:
        self.raw = bytearray()
        self.status: int | None = None
        self.reusable = False  # whether the connection can carry another request after this answer
        self._at = 0  # where the next thing to read starts: a head, a chunk's size line, or else the body
        self._searched = 0  # no end of a head before here
        self._chunked = False
        self._chunks: list[tuple[int, int]] = []  # where the whole ones are, without their size lines
        self._end: int | None = None  # where the body ends; None while only the sender knows

    def feed(self, data: bytes) -> bool:
        """Whether the answer is whole. Raises Undelivered: no HTTP answer, or more of one than is read."""
        self.raw += data
        if self.status is None:
            self._read_heads()
        if self._chunked and self._end is None:
            self._walk_chunks()
        if len(self.raw) > LONGEST:
            raise Undelivered("too-long", LONGEST // 1024)
        if self.status is None or self._end is None or len(self.raw) < self._end:
            return False
        if len(self.raw) > self._end:  # the receiver sent more than one answer
            self.reusable = False
        return True

    @property
    def body(self) -> bytes:
        """What of it has arrived, out of its chunks if it comes in any."""
        if self._chunked:
            return b"".join(bytes(self.raw[start:end]) for start, end in self._chunks)
        return bytes(self.raw[self._at : self._end]) if self.status is not None else b""

    def ended(self) -> bool:
        """Whether the answer is whole now that the sender has closed the connection."""
        return self.status is not None and self._end is None and not self._chunked

    def _read_heads(self) -> None:
        """The final head, past any 1xx before it."""
        while self.status is None:
            start = bytes(self.raw[self._at : self._at + 5])
            if not b"HTTP/".startswith(start):
                raise _not_http(bytes(self.raw[self._at : self._at + 32]))
            match = _HEAD_END.search(self.raw, self._searched)
            if match is None:
                self._searched = max(self._at, len(self.raw) - 3)
                return
            self._read_head(bytes(self.raw[self._at : match.start()]), match.end())
            self._at = self._searched = match.end()

    def _read_head(self, raw: bytes, body: int) -> None:
        head = _parsed(raw)
        if head.is_final:
            self.status, self._chunked = head.status, head.is_chunked
            if head.wrong is not None:
                raise Undelivered(head.wrong.kind, *head.wrong.details)
            self._end = None if head.length is None else body + head.length
            framed = head.is_chunked or head.length is not None
            self.reusable = head.keeps_alive and head.status != 101 and framed

    def _walk_chunks(self) -> None:
        """Move on to the first chunk that is not whole yet, or find the end."""
        while True:
            line_end = self.raw.find(b"\r\n", self._at)
            if line_end < 0 and len(self.raw) - self._at < _LONGEST_SIZE_LINE:
                return
            line = bytes(self.raw[self._at : max(line_end, self._at)])
            match = _CHUNK_SIZE.match(line)
            if match is None:
                raise Undelivered("bad-chunk", beginning(line.decode("latin-1"), 64))
            size = int(match[1], 16)
            if size == 0:
                end = self.raw.find(b"\r\n\r\n", line_end)  # past the trailers, if there are any
                self._end = None if end < 0 else end + 4
                return
            following = line_end + 2 + size + 2
            if len(self.raw) < following:
                return
            self._chunks.append((line_end + 2, following - 2))
            self._at = following


def body_of(raw: bytes) -> bytes:
    """The body of a whole answer."""
    answer = AnswerReader()
    answer.feed(raw)
    return answer.body


def _not_http(start: bytes) -> Undelivered:
    if start.startswith((b"\x15\x03", b"\x16\x03")):
        return Undelivered("tls")
    return Undelivered("not-http", beginning(start.decode("latin-1"), 64))
