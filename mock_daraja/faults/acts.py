"""What a fault does to a connection, as values. A fault gives its acts one by one and does no I/O: whoever owns the
socket carries them out. Their names are TCP's own (RFC 9293 §3.9.1).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Protocol, TypeAlias

from msgspec import Struct


class Send(Struct, frozen=True):
    data: bytes


class Wait(Struct, frozen=True):
    """Until the sandbox's clock is there; None waits without end.

    While it is reusable the connection keeps what the client sends for the next request, and goes on though the client
    has ended its side: it may read yet. One that is not throws it away, so that unread bytes never hide that the
    client has closed, and ends then.
    """

    until_ms: int | None
    reusable: bool = True


class Close(Struct, frozen=True):
    """End our side in order, with a FIN behind all that was sent. Nothing comes after it."""


class Abort(Struct, frozen=True):
    """Drop the connection with an RST. Nothing comes after it."""


Act: TypeAlias = Send | Wait | Close | Abort
Acts: TypeAlias = Generator[Act, int, None]
"""Whoever takes an act sends back the sandbox clock's time, in milliseconds, once the act is done."""


class Fault(Protocol):
    def acts(self, response: bytes, now_ms: int) -> Acts:
        """What to do in place of sending `response`: the whole answer, head and body, as it would have gone out.

        A generator that ends without Close or Abort leaves the connection to the next request. One that is closed
        early, since the client has gone or the server stops, needs no tidying: its connection is to be closed too.
        """
