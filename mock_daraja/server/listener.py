"""All connections: accepts clients up to a bound, and ends them all. On the loop. Knows nothing of requests."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Callable
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.loop import READ
from mock_daraja.server.answer import written_reply
from mock_daraja.server.connection import Connection, Service
from mock_daraja.server.refusal import as_reply

_log: Final = logging.getLogger(__name__)

_DISCARDED: Final = 65536  # bytes read at once and thrown away
_AT_A_TIME: Final = 32  # clients accepted before the loop looks at the others
_PAUSE_S: Final = 0.05  # while the machine has no more files to open
_MAX_REFUSED: Final = 64  # clients over max_connections that are still reading their 503; an eighth of these at most
_MAX_READS: Final = 64  # from each of them


class Listener:
    def __init__(self, sock: socket.socket, max_connections: int, service: Service) -> None:
        sock.setblocking(False)
        self._listening = sock
        self._max_connections = max_connections
        self._max_refused = max(1, min(_MAX_REFUSED, max_connections // 8))
        self._service = service
        self._loop = service.loop
        self._open: dict[Connection, None] = {}
        self._refused: dict[socket.socket, int] = {}  # and how often each may still be read
        self._is_closed = False

    def begin(self) -> None:
        if not self._is_closed:
            try:
                self._loop.watch(self._listening, READ, self._accept)
            except (OSError, MemoryError):
                self._loop.later(_PAUSE_S, self.begin)

    def close(self) -> None:
        """Accept nobody any more, and end every connection, whatever it is doing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._loop.watch(self._listening, 0, self._accept)
        self._listening.close()
        for connection in [*self._open]:
            connection.close()
        for sock in [*self._refused]:
            self._drop(sock)

    def _accept(self, _: int) -> None:
        for _number in range(_AT_A_TIME):
            try:
                sock, address = self._listening.accept()
            except BlockingIOError:
                return
            except ConnectionError:  # a client that has gone already
                continue
            except (OSError, MemoryError):  # no more files, say: the loop would come back at once, for ever
                self._loop.later(_PAUSE_S, self.begin)
                self._loop.watch(self._listening, 0, self._accept)
                return
            try:
                self._take(sock, address)
            except Exception:  # no memory for one client must not make the server deaf to all
                _log.exception("a connection could not be taken")

    def _take(self, sock: socket.socket, address: Any) -> None:
        if len(self._open) >= self._max_connections:
            self._refuse(sock)
            return
        connection = None
        try:
            connection = Connection(self._service, sock, address, self._ended)
            self._open[connection] = None
            connection.begin()
        except BaseException:
            sock.close() if connection is None else connection.close()
            raise

    def _ended(self, connection: Connection) -> None:
        self._open.pop(connection, None)

    def _refuse(self, sock: socket.socket) -> None:
        """The answer fits a socket's buffer, and the loop reads on until the client has taken it. Under TLS there is
        none: agreeing on TLS is what a server that is full cannot afford."""
        if self._service.tls is not None:
            sock.close()
            return
        remedy = "close idle connections, or start with a larger --max-connections"
        problem = Problem(f"{self._max_connections} connections are open", where="server", remedy=remedy, status=503)
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.send(written_reply(as_reply(problem)))
            sock.shutdown(socket.SHUT_WR)
        self._refused[sock] = _MAX_READS
        self._loop.watch(sock, READ, self._reading(sock))
        if len(self._refused) > self._max_refused:
            self._drop(next(iter(self._refused)))

    def _reading(self, sock: socket.socket) -> Callable[[int], None]:
        return lambda _: self._await_close(sock)

    def _await_close(self, sock: socket.socket) -> None:
        """Read on from a refused client, and close the socket once it has closed or sent too much."""
        if sock not in self._refused:
            return  # dropped in this same round, for a newer one
        try:
            data = sock.recv(_DISCARDED)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._refused[sock] -= 1
        if not data or self._refused[sock] < 0:
            self._drop(sock)

    def _drop(self, sock: socket.socket) -> None:
        self._loop.watch(sock, 0, self._reading(sock))
        del self._refused[sock]
        sock.close()
