"""Destination: the mock that Daraja's origins lead to for a while, and the connections made to it meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR, socket
from threading import Lock
from typing import Any, Final
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown

_HOSTS: Final = ("sandbox.safaricom.co.ke", "api.safaricom.co.ke")
_HTTPS: Final = 443
Address = tuple[str, int]
Cut = Callable[[Any], None]


class Destination:
    """A client keeps its connection pool after the redirect; a connection to the mock must not stay in it. So those
    still open are shut down at the end. Pools notice, and connect anew: to Safaricom, or to the next test's mock."""

    def __init__(self, address: Address) -> None:
        self.address: Final = address
        self._lock: Final = Lock()
        self._connections: Final = WeakKeyDictionary[Any, Cut]()
        self._ended = False

    def opened(self, connection: Any, cut: Cut) -> None:
        """`cut` is called with the connection if it is still referred to at the end, maybe by another thread."""
        with self._lock:
            ended = self._ended
            self._connections[connection] = cut
        if ended:
            self.cut()

    def cut(self) -> None:
        with self._lock:
            connections = list(self._connections.items())
            self._connections.clear()
        for connection, cut in connections:
            cut(connection)

    def end(self) -> None:
        with self._lock:
            self._ended = True
        self.cut()


Find = Callable[[str | None, int | None], Destination | None]
"""For a host and port that a client would connect to by TLS. None: it must do as it always does."""
Patch = tuple[Any, str, Callable[..., Any]]
"""A class, the name of its method, and what takes the method's place."""


def is_daraja(host: str | None, port: int | None) -> bool:
    """Whether the host and port that a client would connect to by TLS are one of Daraja's origins."""
    return host is not None and port in (None, _HTTPS) and host.lower().rstrip(".") in _HOSTS


def address_of(url: str) -> Address:
    """Of a mock's base URL. Raises Problem on anything else."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname or parts.path not in ("", "/") or parts.query:
        remedy = "give the mock's base URL, such as http://127.0.0.1:6737"
        raise Problem(f"{shown(url)} is nowhere to redirect to", where="redirect", remedy=remedy)
    return parts.hostname, parts.port or 80


def shut(connection: socket) -> None:
    """The Cut for a socket. Its owner has yet to close it."""
    with suppress(OSError):  # it is closed already
        connection.shutdown(SHUT_RDWR)
