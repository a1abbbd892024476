"""The bytes a client sends, cut into heads and bodies, in bounded memory. Knows no header's meaning."""

from __future__ import annotations

import contextlib
import io
import re
import socket
from typing import Any, Final

from mock_daraja.clock import monotonic
from mock_daraja.server.refusal import refusal

_CHUNK: Final = 65536  # bytes asked of a socket at once
SMALL: Final = 65536  # a body up to here is read whatever the app does with it
_MAX_HEAD: Final = 32768
_MAX_LINE: Final = 4096  # of a chunked body
_MAX_TRAILER: Final = 100  # lines

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,16}")


class GoneError(Exception):
    """The client closed the connection."""


class Inbound:
    """The bytes of one connection, in the order they come. GoneError at their end, TimeoutError after idleness."""

    def __init__(self, sock: socket.socket, idle_timeout: float) -> None:
        self.sock = sock
        self.idle_timeout = idle_timeout
        self.buffer = bytearray()

    def more(self) -> None:
        data = self.sock.recv(_CHUNK)
        if not data:
            raise GoneError
        self.buffer += data

    def head(self) -> bytes:
        """One request head without its blank line. TimeoutError only before its first byte."""
        for _ in range(2):
            if not self.buffer:
                self.more()
            if self.buffer[0] in b"\r\n":  # old clients send an empty line after a body
                del self.buffer[: len(self.buffer) - len(self.buffer.lstrip(b"\r\n"))]
        deadline, seen = 0.0, 0
        most = _MAX_HEAD + len(b"\n\r\n")
        while (blank := _BLANK_LINE.search(self.buffer, max(0, seen - 2))) is None and len(self.buffer) < most:
            deadline = deadline or monotonic() + self.idle_timeout
            seen = len(self.buffer)
            try:
                self.sock.settimeout(max(0.001, deadline - monotonic()))
                self.more()
            except TimeoutError:
                raise refusal("the request head is not complete", "request head", "send it in one piece", 408) from None
            finally:
                self.sock.settimeout(self.idle_timeout)
        if blank is None or blank.start() > _MAX_HEAD:
            raise refusal(f"more than {_MAX_HEAD} bytes", "request head", "shorten the path or the headers")
        head = bytes(self.buffer[: blank.start()]).removesuffix(b"\r")
        del self.buffer[: blank.end()]
        return head

    def some(self, most: int) -> bytes:
        if not self.buffer:
            self.more()
        data = bytes(self.buffer[:most])
        del self.buffer[:most]
        return data

    def exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.more()
        return self.some(count) if count else b""

    def line(self) -> bytes:
        while (end := self.buffer.find(b"\n")) < 0 and len(self.buffer) <= _MAX_LINE:
            self.more()
        if not 0 <= end <= _MAX_LINE:
            raise refusal(
                f"a line of more than {_MAX_LINE} bytes", "chunked request body", "send size, CRLF, data, CRLF"
            )
        return self.exactly(end + 1).rstrip(b"\r\n")

    def chunked(self, most: int) -> bytes | None:
        """A whole chunked body and its trailer; None when it is longer than `most`."""
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > most:
                return None
            body += self.exactly(size)
            if self.line():
                raise refusal("a chunk longer than its size", "chunked request body", "end a chunk with CRLF")
        for _ in range(_MAX_TRAILER):
            if not self.line():
                return bytes(body)
        raise refusal(f"more than {_MAX_TRAILER} trailer lines", "chunked request body", "send fewer")

    def _chunk_size(self) -> int:
        size = self.line().partition(b";")[0].strip()
        if not _CHUNK_SIZE.fullmatch(size):
            shown = size[:80].decode("latin-1")
            raise refusal(f"chunk size {shown!r}", "chunked request body", "send the size in hexadecimal digits")
        return int(size, 16)

    def drain(self, seconds: float) -> None:
        """Throw away what comes until the client closes, for so long at most."""
        deadline = monotonic() + seconds
        while (left := deadline - monotonic()) > 0:
            self.sock.settimeout(left)
            if not self.sock.recv(_CHUNK):
                return


class Rest(io.RawIOBase):
    """A large body that the app may read or leave."""

    def __init__(self, inbound: Inbound, length: int) -> None:
        self._inbound = inbound
        self.remaining = length

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        data = b""
        if self.remaining:
            # An app sees a client that went away as the end of the body, as WSGI has it.
            with contextlib.suppress(GoneError, OSError):
                data = self._inbound.some(min(len(target), self.remaining))
        target[: len(data)] = data
        self.remaining -= len(data)
        return len(data)
