"""Whole requests out of the bytes of one connection, as they come: bounded, strict, without input or output."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Final, Literal

from msgspec import Struct

from mock_daraja.exchange import Request, Unread
from mock_daraja.memory import Bodies
from mock_daraja.model import changed
from mock_daraja.server.chunks import chunked
from mock_daraja.server.head import TLS_HELLO, Head, malformed, parsed
from mock_daraja.server.refusal import RefusedError, no_room, refusal, too_big
from mock_daraja.server.unread import head_of

MAX_HEAD: Final = 32768  # bytes, with the CRLF of its last line
_MAX_BLANK: Final = 2  # lines before a request
_SHORT: Final = 16384  # bytes of a body for which there is always room
_SHOWN: Final = 2048  # bytes of a body that didn't come whole, and is shown
_BARE_LF: Final = re.compile(rb"(?<!\r)\n")

State = Literal["idle", "head", "body"]


class Received(Struct, frozen=True):
    """One whole request, or where it is `unread`, as much as came of it."""

    head: Head
    body: bytes
    unread: Unread | None = None

    @property
    def request(self) -> Request:
        """As a direct app is given it."""
        head = self.head
        path = head.path if head.path.isascii() else head.path.encode("latin-1").decode(errors="replace")
        known = head.values, self.unread, head.size
        return Request(head.method, path, head.query, head.headers, self.body, *known)


class RequestReader:
    """Fed with what comes; `next` gives request after request, until it says that more has to come.

    What comes behind a whole request waits. After a RefusedError nothing more can be read.
    """

    __slots__ = (
        "_blank", "_bodies", "_buffer", "_chunks", "_head", "_max_body", "_part", "_searched", "_taken",
        "wants_continue",
    )  # fmt: skip

    def __init__(self, max_body: int, bodies: Bodies | None = None) -> None:
        self._max_body = max_body
        self._bodies = bodies
        self._taken = 0  # of these, by the request that comes or was given last
        self._buffer = bytearray()
        self._searched = 0  # no end of a head before here
        self._blank = 0  # lines before the head that is awaited
        self._head: Head | None = None  # of the body that is awaited
        self._chunks: Generator[bytearray, None, bytes] | None = None
        self._part: bytes | bytearray = b""  # what has come of a chunked body, out of its chunks
        self.wants_continue = False
        """The client waits for "100 Continue" before it sends the body. Whoever has sent it sets this to False."""

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self) -> Received | None:
        """The next whole request, or None until more is fed. Raises RefusedError for what is none, or too large."""
        head = self._head or self._next_head()
        if head is None:
            return None
        body = self._body(head)
        self._head = head if body is None else None
        self.wants_continue = body is None and self.wants_continue
        return None if body is None else Received(head, body)

    @property
    def state(self) -> State:
        """What has begun and is not whole, once `next` has given None. Empty lines begin nothing."""
        if self._head is not None:
            return "body"
        return "head" if self._has_begun else "idle"

    def forget(self) -> None:
        """Let go of what was fed: nothing more is read, and the memory is wanted before the collector comes."""
        self._buffer.clear()
        self._head = self._chunks = None
        self._part = b""
        self.give_back()

    def give_back(self) -> None:
        """The request that was given last is answered."""
        if self._taken and self._bodies is not None:
            self._bodies.give_back(self._taken)
            self._taken = 0

    def _take(self, size: int) -> None:
        """Room for a body so far. Raises RefusedError where there is none; a short one needs none."""
        more = size - self._taken
        if self._bodies is None or size <= _SHORT or more <= 0:
            return
        if not self._bodies.take(more):
            raise no_room(size, self._bodies.most)
        self._taken = size

    @property
    def waiting(self) -> int:
        """How many bytes wait."""
        return len(self._buffer)

    @property
    def has_rest(self) -> bool:
        """Whether bytes wait that belong to no request given so far."""
        return bool(self._buffer)

    def ended(self, *, is_heard: bool = True) -> None:
        """The client sends no more. Raises RefusedError if it stopped in the middle of a request. One that has reset
        the connection hears no answer."""
        how = "the connection ended" if is_heard else "the connection was reset"
        if self.state == "head":
            what = f"{how} inside the request head: {self._so_far}"
            raise refusal(what, "request head", "send it whole", is_heard=is_heard)
        if self.state == "body":
            what = f"{how} inside the request body: {self._so_far}"
            raise refusal(what, "request body", "send as many bytes as announced", is_heard=is_heard)

    def too_slow(self) -> RefusedError:
        """What a client is told that took too long over what `state` says."""
        if self.state == "body":
            what, remedy = f"the request body is not complete: {self._so_far}", "send as many bytes as announced"
            return refusal(what, "request body", remedy, 408)
        what = f"the request head is not complete: {self._so_far}"
        return refusal(what, "request head", "send it in one piece", 408)

    def as_far_as_it_came(self, refused: RefusedError) -> Received:
        """What came of the request that was refused. Its body is shortened."""
        if self._head is None:
            return Received(*head_of(bytes(self._buffer[: MAX_HEAD + 2])), refused.unread)
        part = self._buffer if self._head.length is not None else self._part
        return Received(changed(self._head, version="HTTP/1.0"), bytes(part[:_SHOWN]), refused.unread)

    @property
    def _so_far(self) -> str:
        if self._head is None:
            return f"{_bytes(len(self._buffer))} came, and no empty line"
        if self._head.length is None:
            return f"{_bytes(len(self._part))} came, and no last chunk"
        return f"{len(self._buffer)} of {_bytes(self._head.length)} came"

    @property
    def _has_begun(self) -> bool:
        return bool(self._buffer) and self._buffer != b"\r"

    def _next_head(self) -> Head | None:
        buffer = self._buffer
        while buffer[:2] == b"\r\n" and self._blank < _MAX_BLANK:  # old clients send an empty line after a body
            del buffer[:2]
            self._blank += 1
        end = buffer.find(b"\r\n\r\n", self._searched, MAX_HEAD + 2)
        if end < 0:
            self._check_beginning()
            return None
        head = self._head = parsed(bytes(buffer[:end]))
        del buffer[: end + 4]
        if head.length is not None and head.length > self._max_body:
            raise too_big(head.path, self._max_body)
        if head.length is not None and head.length > _SHORT:
            self._take(head.length)
        self._searched = self._blank = 0
        self.wants_continue = head.waits_for_continue and head.length != 0 and not buffer
        return head

    def _check_beginning(self) -> None:
        """Refuse what no more bytes can make a head: else its sender would be told only after a time-out."""
        if not self._has_begun or self._buffer == TLS_HELLO[:1].encode():
            return
        buffer, most = self._buffer, MAX_HEAD + 2
        if buffer[0] <= ord(" ") or _BARE_LF.search(buffer, self._searched, most):
            raise malformed(buffer[:most].decode("latin-1"))
        if len(buffer) >= most:
            raise refusal(f"more than {MAX_HEAD} bytes", "request head", "shorten the path or the headers")
        self._searched = max(0, len(buffer) - 3)

    def _body(self, head: Head) -> bytes | None:
        if head.length is None:
            return self._chunked(head.path)
        buffer = self._buffer
        if len(buffer) < head.length:
            return None
        body = bytes(buffer) if len(buffer) == head.length else bytes(buffer[: head.length])  # one copy less
        del buffer[: head.length]
        return body

    def _chunked(self, path: str) -> bytes | None:
        self._chunks = self._chunks or chunked(self._buffer, self._max_body, path)
        try:
            self._part = next(self._chunks)
            self._take(len(self._part))
        except StopIteration as whole:
            self._chunks, self._part = None, b""
            body: bytes = whole.value
            return body
        return None


def _bytes(number: int) -> str:
    return f"{number} byte{'' if number == 1 else 's'}"
