"""All connections: accepts clients up to a bound, and ends them all. On the loop. Knows nothing of requests."""

from __future__ import annotations

import logging
import socket
from typing import Any, Final

from mock_daraja.loop import READ
from mock_daraja.server.connection import Connection, Service
from mock_daraja.server.turned_away import TurnedAway

_log: Final = logging.getLogger(__name__)

_AT_A_TIME: Final = 32  # clients accepted before the loop looks at the others
_PAUSE_S: Final = 0.05  # while the machine has no more files to open


class Listener:
    def __init__(self, sock: socket.socket, max_connections: int, service: Service) -> None:
        sock.setblocking(False)
        self._listening = sock
        self._max_connections = max_connections
        self._turned_away = TurnedAway(max_connections, service)
        self._service = service
        self._loop = service.loop
        self._open: dict[Connection, None] = {}
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
        self._turned_away.close()

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
            self._turned_away.add(sock)
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
