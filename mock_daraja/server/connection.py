"""One connection: request after request in, the app's answer to each out."""

from __future__ import annotations

import contextlib
import io
import logging
import socket
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from mock_daraja.exchange import Request
from mock_daraja.faults import pages
from mock_daraja.faults.wire import Wire
from mock_daraja.server.answer import AnswerWriter, http_date, our_mistake, sender, written_reply
from mock_daraja.server.direct import Direct
from mock_daraja.server.head import Head, parse
from mock_daraja.server.inbound import SMALL, GoneError, Inbound, Rest
from mock_daraja.server.refusal import RefusedError, refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_log: Final = logging.getLogger(__name__)

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
        self.inbound = Inbound(wire.sock, service.idle_timeout)
        self.keeps_alive = True
        self.unread = False  # bytes are coming that nobody will read
        self.rest: Rest | None = None

    def run(self) -> None:
        with contextlib.suppress(GoneError, OSError):
            self.wire.sock.settimeout(self.service.idle_timeout)
            self.wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while self.keeps_alive and self.wire.is_open and not self.service.stopping.is_set():
                    self._one_request()
            except RefusedError as refused:
                self.unread = True
                self.wire.send(written_reply(refused.reply))
        if self.unread:
            self._close_unread()

    def _close_unread(self) -> None:
        """Closing at once, with bytes unread, would reset the connection before the client has read its answer."""
        with contextlib.suppress(OSError):
            self.wire.sock.shutdown(socket.SHUT_WR)
            self.inbound.drain(_LINGER)

    def _one_request(self) -> None:
        head = parse(self.inbound.head())
        self.keeps_alive = head.keeps_alive
        self._await_body(head)
        direct = self.service.direct
        if direct is not None and direct.takes(head.path):
            self._answer_directly(direct, head)
            return
        self._answer(self._environ(head, self._body(head)))
        if self.rest is not None and self.rest.remaining:
            if self.keeps_alive and self.wire.is_open:
                self.inbound.exactly(self.rest.remaining)
            else:
                self.unread = True

    def _await_body(self, head: Head) -> None:
        self.rest = None
        if head.length is not None and head.length > self.service.max_body:
            raise RefusedError(pages.page("body-too-big", head.path))
        if head.waits_for_continue and not self.inbound.buffer:
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _body(self, head: Head) -> io.BufferedIOBase:
        if head.length is not None and head.length > SMALL:
            self.rest = Rest(self.inbound, head.length)
            return io.BufferedReader(self.rest)
        return io.BytesIO(self._whole_body(head))

    def _whole_body(self, head: Head) -> bytes:
        try:
            if head.length is not None:
                return self.inbound.exactly(head.length)
            body = self.inbound.chunked(self.service.max_body)
        except TimeoutError:
            raise refusal(
                "the request body is not complete", "request body", "send as many bytes as announced", 408
            ) from None
        if body is None:
            raise RefusedError(pages.page("body-too-big", head.path))
        head.values["content-length"] = str(len(body))
        return body

    def _answer_directly(self, direct: Direct, head: Head) -> None:
        path = head.path.encode("latin-1").decode(errors="replace")
        request = Request(head.method, path, head.query, head.headers, self._whole_body(head))
        sending = None
        try:
            sending = direct.answer(request)
            reply = sending.reply
            written = written_reply(reply, head.method, http_date(), keeps_alive=self.keeps_alive)
            sender(self.wire, sending)(written)
        except Exception as error:
            where = f"{head.method} {head.path}"
            _log.exception("%s failed", where)
            if sending is None:
                reply = our_mistake(error, where)
                self.wire.send(written_reply(reply, head.method, http_date(), keeps_alive=self.keeps_alive))
        finally:
            if sending is not None:
                sending.after()

    def _environ(self, head: Head, body: io.BufferedIOBase) -> WSGIEnvironment:
        environ: WSGIEnvironment = {
            **self.service.environ,
            **self.remote,
            **head.fields,
            "REQUEST_METHOD": head.method,
            "PATH_INFO": head.path,
            "QUERY_STRING": head.query,
            "SERVER_PROTOCOL": head.version,
            "wsgi.input": body,
        }
        if self.rest is None:  # else Werkzeug would not notice a client that went away half-way
            environ["wsgi.input_terminated"] = True
        return environ

    def _answer(self, environ: WSGIEnvironment) -> None:
        service = self.service
        answer = AnswerWriter(self.wire, environ, self.keeps_alive, self.rest)
        try:
            iterable = service.app(environ, answer.start)
            try:
                answer.send(iterable)
            finally:
                if (close := getattr(iterable, "close", None)) is not None:
                    close()
        except Exception as error:
            where = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            _log.exception("%s failed", where)
            answer.send_error(error, where)
        self.keeps_alive = answer.keeps_alive
