"""The sockets of one delivery worker: opened to addresses the policy checked, kept alive, shut down from outside."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from mock_daraja.callbacks.answer import Undelivered
from mock_daraja.callbacks.policy import Target

if TYPE_CHECKING:
    from ssl import SSLContext

MOST_KEPT: Final = 8
_Key = tuple[str, tuple[str, ...]]


class Deadline(NamedTuple):
    """`seconds` for the whole of a delivery, so until `at` on the monotonic count."""

    seconds: float
    at: float


def system_trust() -> SSLContext:
    """The certificates that this computer trusts. They take long to load: whoever hands this on caches it."""
    from ssl import create_default_context

    return create_default_context()


class Connections:
    """At most one kept connection per receiver. One thread's own, but for `abort`.

    `monotonic` counts seconds; it measures deadlines and is never shown. `trust` is asked for https receivers.
    """

    def __init__(self, monotonic: Callable[[], float], trust: Callable[[], SSLContext]) -> None:
        self.monotonic = monotonic
        self.aborted = False
        self._trust = trust
        self._kept: dict[_Key, socket.socket] = {}
        self._current: socket.socket | None = None

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, target: Target) -> socket.socket | None:
        """The kept connection to this receiver. Whether it is still open only shows when it is used."""
        self._current = self._kept.pop(_key(target), None)
        return self._current

    def open(self, target: Target, deadline: Deadline) -> socket.socket:
        """A new connection, to the first address that takes it. Raises Undelivered: nothing was sent."""
        place = target.place
        where = f"{place.host} port {place.port}"
        try:
            connection = self._connect(target, deadline)
            return self._encrypt(connection, target, deadline) if place.scheme == "https" else connection
        except (OSError, ValueError) as problem:  # ValueError: a name that no certificate can hold
            if self._current is not None:
                self.drop(self._current)
            cause = ConnectionAbortedError() if self.aborted else problem
            raise _no_connection(where, deadline, cause) from None

    def _connect(self, target: Target, deadline: Deadline) -> socket.socket:
        """To the first address that takes it; if none does, a refusal tells more than what the others say."""
        failure: OSError = OSError("it has no address")
        for address in target.addresses:
            try:
                connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
                self._current = connection
                connection.settimeout(self.left(deadline))
                connection.connect((address, target.place.port))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except (TimeoutError, ConnectionAbortedError):
                raise
            except OSError as problem:
                if self._current is not None:
                    self.drop(self._current)
                if not isinstance(failure, ConnectionRefusedError):
                    failure = problem
            else:
                return connection
        raise failure

    def _encrypt(self, plain: socket.socket, target: Target, deadline: Deadline) -> socket.socket:
        name = target.place.host.rstrip(".")
        connection = self._trust().wrap_socket(plain, server_hostname=name, do_handshake_on_connect=False)
        self._current = connection  # before the handshake, so that `abort` can end it
        connection.settimeout(self.left(deadline))
        connection.do_handshake()
        return connection

    def left(self, deadline: Deadline) -> float:
        """Seconds to the deadline. Raises TimeoutError once it has passed, ConnectionAbortedError after `abort`."""
        if self.aborted:
            raise ConnectionAbortedError
        seconds = deadline.at - self.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def keep(self, target: Target, connection: socket.socket) -> None:
        self._current = None
        self._kept[_key(target)] = connection
        if len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept))).close()

    def drop(self, connection: socket.socket) -> None:
        self._current = None
        connection.close()

    def close(self) -> None:
        """Close the kept connections. New ones can be opened afterwards."""
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()

    def abort(self) -> None:
        """From any thread: end the delivery under way, and open no connection any more."""
        self.aborted = True
        current = self._current
        if current is not None:
            with contextlib.suppress(OSError):
                # Shut, not closed: the number of a closed one could be another's by the time its thread looks again.
                # An SSLSocket's own shutdown would take its TLS state from under the thread that reads.
                socket.socket.shutdown(current, socket.SHUT_RDWR)


def _key(target: Target) -> _Key:
    return target.place.origin, target.addresses


def _no_connection(where: str, deadline: Deadline, problem: Exception) -> Undelivered:
    if isinstance(problem, ConnectionAbortedError):
        return Undelivered("stopped-before")
    if isinstance(problem, ConnectionRefusedError):
        return Undelivered("connection-refused", where)
    if isinstance(problem, TimeoutError):
        return Undelivered("no-connection-in-time", where, deadline.seconds)
    untrusted = getattr(problem, "verify_message", None)
    if untrusted:
        return Undelivered("untrusted", where, str(untrusted))
    if getattr(problem, "reason", None) in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return Undelivered("no-tls", where)
    return Undelivered("no-connection", where, getattr(problem, "strerror", None) or str(problem))
