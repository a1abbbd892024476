"""One connection: request after request in, the app's answer to each out."""

from __future__ import annotations

import contextlib
import io
import logging
import socket
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from mock_daraja.clock import monotonic
from mock_daraja.errors import Problem
from mock_daraja.exchange import JSON, Reply, Request
from mock_daraja.faults.wire import Wire
from mock_daraja.model import changed
from mock_daraja.server.answer import AnswerWriter, http_date, sender, written_reply
from mock_daraja.server.direct import Direct, Sending
from mock_daraja.server.head import Head
from mock_daraja.server.reader import Received, RequestReader
from mock_daraja.server.refusal import RefusedError, as_reply

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_log: Final = logging.getLogger(__name__)

_CHUNK: Final = 65536  # bytes asked of a socket at once
_LINGER: Final = 2.0  # seconds a client has to read a refusal while it still sends


@dataclass(frozen=True, slots=True)
class Service:
    """What all connections of a server share. `environ` is what every request's environ begins with."""

    app: WSGIApplication
    direct: Direct | None  # the same, if it answers some paths directly
    environ: WSGIEnvironment
    max_body: int
    idle_timeout: float
    stopping: Event


class Connection:
    """`run` returns when no more requests are answered; closing the socket is the caller's."""

    def __init__(self, service: Service, wire: Wire, address: Any) -> None:
        self.service = service
        self.wire = wire
        self.remote = {"REMOTE_ADDR": address[0], "REMOTE_PORT": address[1]}
        self.reader = RequestReader(service.max_body)
        self.keeps_alive = True

    def run(self) -> None:
        with contextlib.suppress(OSError):
            self.wire.sock.settimeout(self.service.idle_timeout)
            self.wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while self.keeps_alive and self.wire.is_open and not self.service.stopping.is_set():
                    received = self._next_request()
                    if received is None:
                        return
                    self._answer(received)
            except RefusedError as refused:
                self._refuse(refused)

    def _next_request(self) -> Received | None:
        """The next whole request, or None where the client closed or idled between two. Raises RefusedError.

        The idle time-out is also what a client has for a whole head, and again for a whole body.
        """
        state, deadline = "idle", 0.0
        while (received := self.reader.next()) is None:
            if self.reader.wants_continue:
                self.reader.wants_continue = False
                self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            if self.reader.state != state:
                state, deadline = self.reader.state, monotonic() + self.service.idle_timeout
            try:
                data = self._some(None if state == "idle" else deadline)
            except TimeoutError:
                if state == "idle":
                    return None
                raise self.reader.too_slow() from None
            if not data:
                self.reader.ended()
                return None
            self.reader.feed(data)
        return received

    def _some(self, deadline: float | None) -> bytes:
        """What comes next, empty where the client closed. Raises TimeoutError."""
        sock = self.wire.sock
        if deadline is None:
            return sock.recv(_CHUNK)
        left = deadline - monotonic()
        if left <= 0:  # though more has come
            raise TimeoutError
        try:
            sock.settimeout(left)
            return sock.recv(_CHUNK)
        finally:
            sock.settimeout(self.service.idle_timeout)

    def _refuse(self, refused: RefusedError) -> None:
        """Answer and read on: closing at once would reset the connection before the client has read its answer."""
        self.wire.send(written_reply(refused.reply))
        sock = self.wire.sock
        sock.shutdown(socket.SHUT_WR)
        deadline = monotonic() + _LINGER
        while (left := deadline - monotonic()) > 0:
            sock.settimeout(left)
            if not sock.recv(_CHUNK):
                return

    def _answer(self, received: Received) -> None:
        self.keeps_alive = received.head.keeps_alive
        direct = self.service.direct
        if direct is not None and direct.takes(received.head.path):
            self._answer_directly(direct, received)
        else:
            self._answer_by_wsgi(received)

    def _answer_directly(self, direct: Direct, received: Received) -> None:
        head = received.head
        path = head.path.encode("latin-1").decode(errors="replace")
        request = Request(head.method, path, head.query, head.headers, received.body)
        sending = None
        try:
            sending = direct.answer(request)
            self._send(sending, head)
        except Exception as error:
            mistake = _our_mistake(error, head)
            if sending is None:
                self._send(Sending(mistake), head)
        finally:
            if sending is not None:
                sending.after()

    def _send(self, sending: Sending, head: Head) -> None:
        written = written_reply(sending.reply, head.method, http_date(), keeps_alive=self.keeps_alive)
        sender(self.wire, sending)(written)

    def _answer_by_wsgi(self, received: Received) -> None:
        head = received.head
        environ: WSGIEnvironment = {
            **self.service.environ,
            **self.remote,
            **head.fields,
            "REQUEST_METHOD": head.method,
            "PATH_INFO": head.path,
            "QUERY_STRING": head.query,
            "SERVER_PROTOCOL": head.version,
            "wsgi.input": io.BytesIO(received.body),
        }
        if head.length is None:
            environ["CONTENT_LENGTH"] = str(len(received.body))
        answer = AnswerWriter(self.wire, head, self.keeps_alive)
        try:
            iterable = self.service.app(environ, answer.start)
            try:
                answer.send(iterable)
            finally:
                if (close := getattr(iterable, "close", None)) is not None:
                    close()
        except Exception as error:
            answer.send_error(_our_mistake(error, head))
        self.keeps_alive = answer.keeps_alive


def _our_mistake(error: Exception, head: Head) -> Reply:
    """What a client is told when the application failed. The log has the traceback."""
    where = f"{head.method} {head.path}"
    _log.exception("%s failed", where)
    if not isinstance(error, Problem):
        remedy = "our mistake: please report it, with the traceback in the server's log"
        error = Problem(f"{type(error).__name__}: {error}", where=where, remedy=remedy)
    return changed(as_reply(error), status=500, headers=JSON)
