"""Clients beyond the bound on connections: each can read that there are too many, and the app is told of them. On the
loop."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import Final

from mock_daraja.loop import READ
from mock_daraja.model import changed
from mock_daraja.server.answer import written_reply
from mock_daraja.server.connection import Service
from mock_daraja.server.reader import Received, RequestReader
from mock_daraja.server.refusal import RefusedError, refusal

_MOST: Final = 64  # that are still reading their 503; an eighth of all connections at most
_DISCARDED: Final = 65536  # bytes read at once; those that come first are shown, all others thrown away
_MAX_READS: Final = 64  # from each of them
_PAUSE_S: Final = 10  # after the app was told of some, before it is told of more: a flood is not to fill the journal


class TurnedAway:
    def __init__(self, max_connections: int, service: Service) -> None:
        remedy = "close idle connections, or start with a larger --max-connections"
        self._refusal = refusal(f"{max_connections} connections are open", "server", remedy, 503)
        self._answer = written_reply(self._refusal.reply)
        self._most = max(1, min(_MOST, max_connections // 8))
        self._service = service
        self._loop = service.loop
        self._open: dict[socket.socket, int] = {}  # and how often each may still be read
        self._untold = 0  # clients of whom the app knows nothing yet
        self._is_pausing = False

    def add(self, sock: socket.socket) -> None:
        """The answer fits a socket's buffer, and the loop reads on until the client has taken it. Under TLS there is
        none: agreeing on TLS is what a server that is full cannot afford."""
        if self._service.tls is not None:
            sock.close()
            self._note(b"")
            return
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.send(self._answer)
            sock.shutdown(socket.SHUT_WR)
        self._open[sock] = _MAX_READS
        self._loop.watch(sock, READ, self._reading(sock))
        if len(self._open) > self._most:
            self._drop(next(iter(self._open)))

    def close(self) -> None:
        self._is_pausing = True
        for sock in [*self._open]:
            self._drop(sock)
        number, self._untold = self._untold, 0
        if number:
            self._tell(number, b"")

    # a client

    def _reading(self, sock: socket.socket) -> Callable[[int], None]:
        return lambda _: self._await_close(sock)

    def _await_close(self, sock: socket.socket) -> None:
        """Read on, and close the socket once the client has closed or sent too much."""
        if sock not in self._open:
            return  # dropped in this same round, for a newer one
        data = _read(sock)
        if data is None:
            return
        if self._open[sock] == _MAX_READS:
            self._note(data)
        self._open[sock] -= 1
        if not data or self._open[sock] < 0:
            self._drop(sock)

    def _drop(self, sock: socket.socket) -> None:
        self._loop.watch(sock, 0, self._reading(sock))
        is_unread = self._open.pop(sock) == _MAX_READS
        data = _read(sock) if is_unread else None
        sock.close()
        if is_unread:
            self._note(data or b"")

    # the app

    def _note(self, data: bytes) -> None:
        """One was turned away, of whom this came first."""
        self._untold += 1
        if not self._is_pausing:
            self._tell_soon(data)

    def _tell_soon(self, data: bytes = b"") -> None:
        """Of whoever was turned away since the app was told last; of several together it is not told what came."""
        number, self._untold = self._untold, 0
        self._is_pausing = number > 0
        if number:
            self._loop.later(_PAUSE_S, self._tell_soon)
            self._loop.call(self._tell, number, data)

    def _tell(self, number: int, data: bytes) -> None:
        direct, request = self._service.direct, self._received(number, data).request
        if direct is None:
            return
        sending = direct.answer_at_once(request)
        if sending is None:
            self._service.pool.submit(lambda: direct.answer(request).after())
        else:
            sending.after()

    def _received(self, number: int, data: bytes) -> Received:
        unread = changed(self._refusal.unread, is_heard=self._service.tls is None)
        if number > 1:
            unread = changed(unread, what=f"{unread.what}: {number} clients more were turned away")
        reader, whole = RequestReader(self._service.max_body), None
        reader.feed(data)
        with contextlib.suppress(RefusedError):
            whole = reader.next()
        return reader.as_far_as_it_came(RefusedError(unread)) if whole is None else changed(whole, unread=unread)


def _read(sock: socket.socket) -> bytes | None:
    """None where nothing has come yet, b"" where nothing will."""
    try:
        return sock.recv(_DISCARDED)
    except BlockingIOError:
        return None
    except OSError:
        return b""
