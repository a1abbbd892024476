"""All connections: accepts clients, a thread for each up to a bound, and ends them all. Knows nothing of requests."""

from __future__ import annotations

import contextlib
import errno
import logging
import selectors
import socket
from threading import RLock, Thread, current_thread
from typing import Any, Final

from mock_daraja.clock import monotonic
from mock_daraja.errors import Problem
from mock_daraja.faults.watch import Watch
from mock_daraja.faults.wire import Wire
from mock_daraja.server.answer import written_reply
from mock_daraja.server.connection import Connection, Service
from mock_daraja.server.refusal import as_reply

_log: Final = logging.getLogger(__name__)

_DISCARDED: Final = 65536  # bytes read at once and thrown away
_GRACE: Final = 0.5  # seconds that interrupt waits for an app that doesn't come back
_MAX_REFUSED: Final = 64  # clients over max_connections that are still reading their 503
_MAX_READS: Final = 64  # from each of them


class Listener:
    """`interrupt` sets the service's `stopping`, and ends the loop that `run` is."""

    def __init__(self, sock: socket.socket, max_connections: int, service: Service) -> None:
        sock.setblocking(False)
        self._listening = sock
        self._max_connections = max_connections
        self._service = service
        self._stopping = service.stopping
        self._watch = Watch()
        self._lock = RLock()  # a signal may call stop on top of the loop
        self._open: dict[Thread, Wire] = {}
        self._refused: dict[socket.socket, int] = {}  # and how often each may still be read
        self._selector = selectors.DefaultSelector()
        self._wake_receiver, self._wake_sender = socket.socketpair()  # ends the loop's select

    def run(self) -> None:
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._selector.register(self._wake_receiver, selectors.EVENT_READ)
        while not self._stopping.is_set():
            for key, _ in self._selector.select():
                if key.fileobj is self._listening:
                    self._accept()
                elif key.fileobj in self._refused:  # else dropped in this same round, for a newer one
                    self._await_close(key.fileobj)

    def _accept(self) -> None:
        try:
            sock, address = self._listening.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):  # else select would come back at once, for ever
                self._stopping.wait(0.05)
            return
        with self._lock:
            if self._stopping.is_set():
                sock.close()
                return
            if len(self._open) >= self._max_connections:
                self._refuse(sock)
                return
            wire = Wire(sock, self._watch)
            thread = Thread(target=self._connection, args=(wire, address), name="mock-daraja-connection", daemon=True)
            self._open[thread] = wire
            try:
                thread.start()
            except RuntimeError:  # the machine has no more threads
                del self._open[thread]
                self._refuse(sock)

    def _connection(self, wire: Wire, address: Any) -> None:
        try:
            Connection(self._service, wire, address).run()
        except Exception:
            _log.exception("a connection failed")
        finally:
            wire.sock.close()
            with self._lock:
                del self._open[current_thread()]

    def _refuse(self, sock: socket.socket) -> None:
        """Without a thread: the answer fits a socket's buffer, and the loop reads on until the client has taken it."""
        remedy = "close idle connections, or start with a larger --max-connections"
        problem = Problem(f"{self._max_connections} connections are open", where="server", remedy=remedy, status=503)
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.send(written_reply(as_reply(problem)))
            sock.shutdown(socket.SHUT_WR)
        self._refused[sock] = _MAX_READS
        self._selector.register(sock, selectors.EVENT_READ)
        if len(self._refused) > _MAX_REFUSED:
            self._drop(next(iter(self._refused)))

    def _await_close(self, sock: socket.socket) -> None:
        """Read on from a refused client, and close the socket once it has closed or sent too much."""
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
        self._selector.unregister(sock)
        del self._refused[sock]
        sock.close()

    def interrupt(self) -> None:
        """End the loop, every wait and every blocked read; return when their threads are gone."""
        with self._lock:
            self._stopping.set()
            threads = dict(self._open)
        self._wake_sender.send(b".")
        self._watch.stop()
        for wire in threads.values():
            wire.interrupted.set()  # all of them first: who is woken along with another one need not wait again
        for wire in threads.values():
            wire.interrupt()
        threads.pop(current_thread(), None)
        deadline = monotonic() + _GRACE
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic()))

    def close(self) -> None:
        for sock in (*self._refused, self._wake_receiver, self._wake_sender, self._listening):
            sock.close()
        self._refused.clear()
        self._selector.close()
