"""One connection: request after request in, the app's answer to each out."""

from __future__ import annotations

import contextlib
import io
import logging
import socket
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from mock_daraja.errors import Problem
from mock_daraja.exchange import JSON, Reply, Request
from mock_daraja.faults import pages
from mock_daraja.faults.wire import Wire
from mock_daraja.model import changed
from mock_daraja.server.answer import AnswerWriter, http_date, sender, written_reply
from mock_daraja.server.direct import Direct, Sending
from mock_daraja.server.head import Head, parse
from mock_daraja.server.inbound import SMALL, GoneError, Inbound, Rest
from mock_daraja.server.refusal import RefusedError, as_reply, refusal

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
        if self.unread:  # closing at once would reset the connection before the client has read its answer
            with contextlib.suppress(OSError):
                self.wire.sock.shutdown(socket.SHUT_WR)
                self.inbound.drain(_LINGER)

    def _one_request(self) -> None:
        head = parse(self.inbound.head())
        self.keeps_alive = head.keeps_alive
        if head.length is not None and head.length > self.service.max_body:
            raise RefusedError(pages.page("body-too-big", head.path))
        if head.waits_for_continue and not self.inbound.buffer:
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        direct = self.service.direct
        if direct is not None and direct.takes(head.path):
            self._answer_directly(direct, head)
        else:
            self._answer(head)

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

    def _answer(self, head: Head) -> None:
        """By WSGI, where the app may leave a large body unread."""
        rest = Rest(self.inbound, head.length) if head.length is not None and head.length > SMALL else None
        body = io.BytesIO(self._whole_body(head)) if rest is None else io.BufferedReader(rest)
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
        if rest is None:  # else Werkzeug would not notice a client that went away half-way
            environ["wsgi.input_terminated"] = True
        answer = AnswerWriter(self.wire, head, self.keeps_alive, rest)
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
        if rest is not None and rest.remaining:
            if self.keeps_alive and self.wire.is_open:
                self.inbound.exactly(rest.remaining)
            else:
                self.unread = True


def _our_mistake(error: Exception, head: Head) -> Reply:
    """What a client is told when the application failed. The log has the traceback."""
    where = f"{head.method} {head.path}"
    _log.exception("%s failed", where)
    if not isinstance(error, Problem):
        remedy = "our mistake: please report it, with the traceback in the server's log"
        error = Problem(f"{type(error).__name__}: {error}", where=where, remedy=remedy)
    return changed(as_reply(error), status=500, headers=JSON)
