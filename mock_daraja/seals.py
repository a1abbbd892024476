"""TLS of one stream, apart from its socket: sealed bytes in and out, plain ones in and out. Knows no socket."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ssl import SSLContext

CHUNK: Final = 1 << 16  # bytes asked for at once


class Seals:
    """`name` is that of the server to be verified; None: this is the server."""

    __slots__ = ("_incoming", "_session", "is_agreed", "is_ended", "outgoing")

    def __init__(self, context: SSLContext, name: str | None) -> None:
        from ssl import MemoryBIO

        self._incoming, self.outgoing = MemoryBIO(), MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self.outgoing, server_side=name is None, server_hostname=name)
        self.is_agreed = False
        self.is_ended = False

    def shake_hands(self) -> bool:
        from ssl import SSLWantReadError

        with suppress(SSLWantReadError):
            self._session.do_handshake()
            self.is_agreed = True
        return self.is_agreed

    def feed(self, data: bytes) -> None:
        """With what has come: nothing where the other side has closed."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def seal(self, data: bytes | memoryview) -> bytes:
        with memoryview(data) as left:
            sent = 0
            while sent < len(data):  # at most one record each time
                sent += self._session.write(left[sent:])
        return self.outgoing.read()

    def opened(self) -> bytes:
        """What of the incoming can be read: nothing where more is needed, or where the other side has ended."""
        from ssl import SSLEOFError, SSLWantReadError, SSLZeroReturnError

        try:
            data = self._session.read(CHUNK)
        except SSLWantReadError:
            return b""
        except (SSLZeroReturnError, SSLEOFError):
            data = b""
        self.is_ended = not data
        return data

    def close(self) -> bytes:
        """What says to the other side that nothing more comes."""
        from ssl import SSLError

        with suppress(SSLError):
            self._session.unwrap()
        return self.outgoing.read()
