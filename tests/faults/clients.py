"""A client that sees every byte of a connection and how it ends, over each transport that the server speaks."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final, Literal

from mock_daraja.clock import Clock
from mock_daraja.server import Server

Ending = Literal["FIN", "RST", "still open"]

_PATIENCE_S: Final = 10.0  # for what is to come
_QUIET_S: Final = 0.1  # without a byte, where none is to come
_DATE: Final = re.compile(rb"\r\nDate: [^\r]{29}\r\n")
DATE: Final = b"Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"
"""What stands for each Date header in `Seen`: it is as long as any other."""


@dataclass(frozen=True)
class Transport:
    """`serve` makes a server of an app, `wrap` a client's socket of one that is connected to it by TCP.

    A wrapped socket times out and ends as a plain one does: TimeoutError, b"" behind a FIN, ConnectionResetError.
    """

    name: str
    serve: Callable[[Any], Server]
    wrap: Callable[[socket.socket], socket.socket]

    def connect(self, server: Server) -> closing[Client]:
        return closing(Client(self.wrap(socket.create_connection(("127.0.0.1", server.port)))))


TRANSPORTS: Final = (Transport("tcp", Server, lambda sock: sock),)


@dataclass(frozen=True)
class Seen:
    received: bytes
    then: Ending


class Client:
    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.close = sock.close

    def send(self, request: bytes) -> None:
        self._sock.sendall(request)

    def finish(self) -> None:
        """Say nothing more."""
        self._sock.shutdown(socket.SHUT_WR)

    def read(self, count: int) -> Seen:
        """So many bytes, or as many as come before the end."""
        return self._until(lambda received: len(received) >= count, _PATIENCE_S)

    def read_to_the_end(self) -> Seen:
        return self._until(lambda received: False, _PATIENCE_S)

    def read_until_quiet(self) -> Seen:
        return self._until(lambda received: False, _QUIET_S)

    def _until(self, is_enough: Callable[[bytes], bool], patience_s: float) -> Seen:
        received, then = b"", "still open"
        self._sock.settimeout(patience_s)
        try:
            while not is_enough(received):
                piece = self._sock.recv(65536)
                if not piece:
                    then = "FIN"
                    break
                received += piece
        except ConnectionResetError:
            then = "RST"
        except TimeoutError:
            pass
        return Seen(_DATE.sub(b"\r\n" + DATE, received), then)


def leaping(clock: Clock) -> Clock:
    """A standing clock that goes at once to whatever time somebody begins to wait for."""
    clock.on_change = lambda: clock.move_to(clock.next_sleeper() or 0)
    return clock
