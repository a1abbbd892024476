"""Serves a WSGI app: a thread per connection, HTTP/1.1 kept alive, everything bounded, faults carried out.

Owns sockets and the framing of HTTP. Knows no sandbox and no app in particular; an app talks to it through environ:

- `mock_daraja.stopping` (from us): an Event that is set when the server stops, for whoever waits inside a request;
- `mock_daraja.fault` (from the app): the FaultSpec to carry out on this reply, or None;
- `mock_daraja.clock` (from the app): the clock on which that fault waits.

The reply is on the wire, or its fault is over, when the `close()` of the app's iterable is called.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import logging
import re
import selectors
import socket
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import chain
from threading import Event, RLock, Thread, current_thread
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast
from urllib.parse import unquote_to_bytes, urlsplit

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from mock_daraja.clock import monotonic, wall_ms
from mock_daraja.errors import Problem
from mock_daraja.exchange import JSON, Reply
from mock_daraja.faults import from_spec, pages
from mock_daraja.faults.watch import Watch
from mock_daraja.faults.wire import Wire

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_log: Final = logging.getLogger(__name__)

_CHUNK: Final = 65536  # bytes asked of a socket at once
_MAX_HEAD: Final = 32768
_MAX_LINE: Final = 4096  # of a chunked body
_SMALL: Final = 65536  # a request body up to here is read whatever the app does with it
_GOODBYE: Final = 2.0  # seconds a client has to read a refusal while it still sends
_GRACE: Final = 0.5  # seconds that stop waits for an app that doesn't come back
_BACKLOG: Final = 512
_MAX_REFUSED: Final = 64  # clients over max_connections that are still reading their 503
_MAX_READS: Final = 64  # from each of them

_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
_TOKEN: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_REQUEST_LINE: Final = re.compile(rf"({_TOKEN}) ([^\x00-\x20\x7f]+) HTTP/1\.([0-9])\r?")
_FIELD: Final = re.compile(rf"({_TOKEN}):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r?")
_PHRASES: Final = (
    (400, "Bad Request"),
    (408, "Request Timeout"),
    (413, "Request Entity Too Large"),
    (500, "Internal Server Error"),
    (503, "Service Unavailable"),
)


class _GoneError(Exception):
    """The client closed the connection."""


class _RefusedError(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def _refuse(what: str, where: str, remedy: str, status: int = 400) -> NoReturn:
    raise _RefusedError(_problem(Problem(what, where=where, remedy=remedy, status=status)))


def _problem(problem: Problem) -> Reply:
    return Reply(problem.status, json.dumps(problem.as_json()).encode())


def _as_problem(error: Exception, where: str) -> Problem:
    if isinstance(error, Problem):
        return error
    what = f"{type(error).__name__}: {error}"
    return Problem(what, where=where, remedy="our mistake: please report it, with the traceback in the server's log")


def _packed(reply: Reply) -> bytes:
    """A reply of the server's own, after which it closes."""
    lines = [f"HTTP/1.1 {reply.status} {dict(_PHRASES)[reply.status]}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    lines += [f"Content-Length: {len(reply.body)}", "Connection: close", "\r\n"]
    return "\r\n".join(lines).encode("latin-1") + reply.body


# ---------------------------------------------------------------------------------------------- what a client sends


@dataclass(slots=True)
class _Head:
    """`fields` has WSGI's keys: HTTP_HOST, CONTENT_LENGTH ... `length` is None for a chunked body."""

    method: str
    target: str
    version: str
    fields: dict[str, str]
    length: int | None = 0

    @property
    def keeps_alive(self) -> bool:
        return self.version == "HTTP/1.1" and "close" not in self.fields.get("HTTP_CONNECTION", "").lower()

    @property
    def waits_for_continue(self) -> bool:
        return self.version == "HTTP/1.1" and self.fields.get("HTTP_EXPECT", "").lower() == "100-continue"


def _parse_head(raw: bytes) -> _Head:
    first, *lines = raw.decode("latin-1").split("\n")
    request = _REQUEST_LINE.fullmatch(first)
    if request is None:
        _refuse(f"malformed request line {first[:80]!r}", "request line", "send METHOD PATH HTTP/1.1")
    method, target, minor = request.groups()
    head = _Head(method, target, "HTTP/1.0" if minor == "0" else "HTTP/1.1", {})
    fields = head.fields
    for line in lines:
        matched = _FIELD.fullmatch(line)
        if matched is None:
            _refuse(f"malformed header {line[:80]!r}", "request headers", "send Name: value, in printable characters")
        name, value = matched.groups()
        if "_" in name:
            continue  # X_Y would pass for X-Y in environ
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        fields[key] = f"{fields[key]},{value}" if key in fields else value
    head.length = _body_length(fields)
    return head


def _body_length(fields: dict[str, str]) -> int | None:
    coding = fields.get("HTTP_TRANSFER_ENCODING")
    length = fields.get("CONTENT_LENGTH")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            _refuse(
                f"Transfer-Encoding {coding[:80]!r}" + (" besides a Content-Length" if length is not None else ""),
                "request headers",
                "send a Content-Length, or Transfer-Encoding: chunked",
            )
        return None
    if length is None:
        return 0
    if not (length.isascii() and length.isdigit()):
        _refuse(f"Content-Length is {length[:80]!r}", "request headers", "send the number of bytes of the body")
    return int(length[-19:]) if not length[:-19].strip("0") else sys.maxsize


class _Inbound:
    """The bytes of one connection, in the order they come. _GoneError at their end, TimeoutError after idleness."""

    def __init__(self, sock: socket.socket, idle_timeout: float) -> None:
        self.sock = sock
        self.idle_timeout = idle_timeout
        self.buffer = bytearray()

    def more(self) -> None:
        data = self.sock.recv(_CHUNK)
        if not data:
            raise _GoneError
        self.buffer += data

    def head(self) -> bytes:
        """One request head without its blank line. TimeoutError only before its first byte."""
        for _ in range(2):
            if not self.buffer:
                self.more()
            if self.buffer[0] in b"\r\n":  # old clients send an empty line after a body
                del self.buffer[: len(self.buffer) - len(self.buffer.lstrip(b"\r\n"))]
        deadline, seen = 0.0, 0
        while (blank := _BLANK_LINE.search(self.buffer, max(0, seen - 2))) is None and len(self.buffer) <= _MAX_HEAD:
            deadline = deadline or monotonic() + self.idle_timeout
            seen = len(self.buffer)
            try:
                self.sock.settimeout(max(0.001, deadline - monotonic()))
                self.more()
            except TimeoutError:
                _refuse("the request head is not complete", "request head", "send it in one piece", 408)
            finally:
                self.sock.settimeout(self.idle_timeout)
        if blank is None or blank.start() > _MAX_HEAD:
            _refuse(f"more than {_MAX_HEAD} bytes", "request head", "shorten the path or the headers")
        head = bytes(self.buffer[: blank.start()])
        del self.buffer[: blank.end()]
        return head

    def some(self, most: int) -> bytes:
        if not self.buffer:
            self.more()
        data = bytes(self.buffer[:most])
        del self.buffer[:most]
        return data

    def exactly(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.more()
        return self.some(count) if count else b""

    def line(self) -> bytes:
        while (end := self.buffer.find(b"\n")) < 0 and len(self.buffer) <= _MAX_LINE:
            self.more()
        if not 0 <= end <= _MAX_LINE:
            _refuse(f"a line of more than {_MAX_LINE} bytes", "chunked request body", "send size, CRLF, data, CRLF")
        return self.exactly(end + 1).rstrip(b"\r\n")

    def chunked(self, most: int) -> bytes | None:
        """A whole chunked body and its trailer; None when it is longer than `most`."""
        body = bytearray()
        while True:
            size = self.line().partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", size):
                _refuse(
                    f"chunk size {size[:80].decode('latin-1')!r}",
                    "chunked request body",
                    "send the size in hexadecimal digits",
                )
            if len(body) + int(size, 16) > most:
                return None
            if int(size, 16) == 0:
                break
            body += self.exactly(int(size, 16))
            if self.line():
                _refuse("a chunk longer than its size", "chunked request body", "end a chunk with CRLF")
        for _ in range(100):
            if not self.line():
                return bytes(body)
        _refuse("more than 100 trailer lines", "chunked request body", "send fewer")


class _Rest(io.RawIOBase):
    """A large body that the app may read or leave."""

    def __init__(self, inbound: _Inbound, length: int) -> None:
        self._inbound = inbound
        self.remaining = length

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        data = b""
        if self.remaining:
            # An app sees a client that went away as the end of the body, as WSGI has it.
            with contextlib.suppress(_GoneError, OSError):
                data = self._inbound.some(min(len(target), self.remaining))
        target[: len(data)] = data
        self.remaining -= len(data)
        return len(data)


# ---------------------------------------------------------------------------------------------- one connection


@dataclass(slots=True)
class _Started:
    """What an app says through start_response, and how far its reply has got."""

    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    is_sent: bool = False
    is_whole: bool = False

    def __call__(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if self.is_sent and exc_info:
            raise exc_info[1].with_traceback(exc_info[2])
        if self.status and not exc_info:
            raise AssertionError("start_response was called twice")
        self.status, self.headers = status, headers
        return self.written.append

    def has(self, name: str) -> bool:
        return any(each.lower() == name for each, _ in self.headers)

    def is_bodiless(self, environ: WSGIEnvironment) -> bool:
        return environ["REQUEST_METHOD"] == "HEAD" or self.status[:3] in ("204", "304") or self.status[:1] == "1"


class _Connection(WSGIRequestHandler):
    """Werkzeug's own parses slowly, always closes, and writes in several pieces."""

    server: _Listener

    def setup(self) -> None:
        self.wire = self.server.wire_of(self.request)
        self.inbound = _Inbound(self.request, self.server.idle_timeout)
        self.request.settimeout(self.server.idle_timeout)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.keeps_alive = True
        self.unread = False  # bytes are coming that nobody will read
        self.rest: _Rest | None = None

    def handle(self) -> None:
        with contextlib.suppress(_GoneError, OSError):
            while self.keeps_alive and self.wire.is_open and not self.server.stopping.is_set():
                try:
                    self._one_request()
                except _RefusedError as refused:
                    self.keeps_alive = False
                    self.unread = True
                    self.wire.send(_packed(refused.reply))

    def finish(self) -> None:
        """Closing over unread bytes would reset the connection before the client has read its answer."""
        if not self.unread:
            return
        deadline = monotonic() + _GOODBYE
        with contextlib.suppress(OSError):
            self.request.shutdown(socket.SHUT_WR)
            while (left := deadline - monotonic()) > 0:
                self.request.settimeout(left)
                if not self.request.recv(_CHUNK):
                    return

    def _one_request(self) -> None:
        head = _parse_head(self.inbound.head())
        self.keeps_alive = head.keeps_alive
        self._answer(self._environ(head, self._body(head)))
        if self.rest is not None and self.rest.remaining:
            if self.keeps_alive and self.wire.is_open:
                self.inbound.exactly(self.rest.remaining)
            else:
                self.unread = True

    def _body(self, head: _Head) -> io.BufferedIOBase:
        self.rest = None
        most = self.server.max_body
        if head.length is not None and head.length > most:
            raise _RefusedError(pages.page("body-too-big", head.target))
        if head.waits_for_continue and not self.inbound.buffer:
            self.wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if head.length is not None and head.length > _SMALL:
            self.rest = _Rest(self.inbound, head.length)
            return io.BufferedReader(self.rest)
        try:
            body = self.inbound.chunked(most) if head.length is None else self.inbound.exactly(head.length)
        except TimeoutError:
            _refuse("the request body is not complete", "request body", "send as many bytes as announced", 408)
        if body is None:
            raise _RefusedError(pages.page("body-too-big", head.target))
        if head.length is None:
            head.fields["CONTENT_LENGTH"] = str(len(body))
        return io.BytesIO(body)

    def _environ(self, head: _Head, body: io.BufferedIOBase) -> WSGIEnvironment:
        target = head.target.partition("#")[0]
        if not target.startswith("/") and "://" in target:
            try:
                split = urlsplit(target)
            except ValueError:
                _refuse(f"malformed address {target[:80]!r}", "request line", "send a path")
            head.fields["HTTP_HOST"] = split.netloc
            target = f"{split.path or '/'}?{split.query}"
        path, _, query = target.partition("?")
        if "%" in path:
            path = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
        return {
            **self.server.base_environ,
            **head.fields,
            "REQUEST_METHOD": head.method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_URI": head.target,
            "RAW_URI": head.target,
            "SERVER_PROTOCOL": head.version,
            "REMOTE_ADDR": self.client_address[0],
            "REMOTE_PORT": self.client_address[1],
            "wsgi.input": body,
            "wsgi.input_terminated": self.rest is None,  # else an app notices a client that went away half-way
            "werkzeug.socket": self.request,
        }

    def _answer(self, environ: WSGIEnvironment) -> None:
        started = _Started()
        try:
            iterable = self.server.app(environ, started)
            try:
                self._reply(environ, started, iterable)
            finally:
                if (close := getattr(iterable, "close", None)) is not None:
                    close()
        except Exception as error:
            where = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
            _log.exception("%s failed", where)
            if not started.is_sent:
                apology = _Started("500 Internal Server Error", list(JSON))
                self.wire.send(self._packed(environ, apology, _problem(_as_problem(error, where)).body))
            elif not started.is_whole:
                self.keeps_alive = False

    def _reply(self, environ: WSGIEnvironment, started: _Started, iterable: Iterable[bytes]) -> None:
        pieces = iter(iterable)
        first = next(pieces, b"")  # an app that is a generator calls start_response only now
        if not (isinstance(iterable, Sized) or started.has("content-length") or environ.get("mock_daraja.fault")):
            self._stream(environ, started, chain(started.written, (first,), pieces))
            return
        response = self._packed(environ, started, b"".join((*started.written, first, *pieces)))
        spec = environ.get("mock_daraja.fault")
        fault = None if spec is None else from_spec(spec)
        started.is_sent = started.is_whole = True
        if fault is None:
            self.wire.send(response)
        else:
            self.wire.clock = environ.get("mock_daraja.clock")
            fault.carry_out(self.wire, response)

    def _packed(self, environ: WSGIEnvironment, started: _Started, body: bytes) -> bytes:
        if started.is_bodiless(environ):
            return self._head(started, "")
        return self._head(started, f"Content-Length: {len(body)}") + body

    def _stream(self, environ: WSGIEnvironment, started: _Started, pieces: Iterable[bytes]) -> None:
        """A body of unknown length, piece by piece: chunked, or until the end of the connection for HTTP/1.0."""
        is_chunked = environ["SERVER_PROTOCOL"] == "HTTP/1.1"
        self.keeps_alive = self.keeps_alive and is_chunked
        if started.is_bodiless(environ):
            waiting, pieces, end = self._head(started, ""), (), b""
        else:
            waiting = self._head(started, "Transfer-Encoding: chunked" if is_chunked else "")
            end = b"0\r\n\r\n" if is_chunked else b""
        started.is_sent = True
        for piece in pieces:
            if piece:
                self.wire.send(waiting + (b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece))
                waiting = b""
            if not self.wire.is_open:
                return
        self.wire.send(waiting + end)
        started.is_whole = True

    def _head(self, started: _Started, framing: str) -> bytes:
        """`framing` is the line that says where the body ends; where it is empty the app's own stays."""
        if not started.status:
            raise AssertionError("the app never called start_response")
        if self.rest is not None and self.rest.remaining > _SMALL:
            self.keeps_alive = False
        lines = [f"HTTP/1.1 {started.status}"]
        is_dated = False
        for name, value in started.headers:
            lower = name.lower()
            if "\n" in value or "\r" in value:
                raise ValueError(f"the header {name} holds a line break: {value[:80]!r}")
            if lower == "connection":
                self.keeps_alive = self.keeps_alive and "close" not in value.lower()
            elif lower != "transfer-encoding" and not (framing and lower == "content-length"):
                lines.append(f"{name}: {value}")
                is_dated = is_dated or lower == "date"
        if framing:
            lines.append(framing)
        if not is_dated:
            lines.append(f"Date: {self.server.date()}")
        if not self.keeps_alive:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


# ---------------------------------------------------------------------------------------------- all connections


def _listen(host: str, port: int) -> socket.socket:
    """Raises Problem for an address that can't be had. Werkzeug would print and exit."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        if sys.platform == "win32":  # where SO_REUSEADDR lets two programs have one port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        sock.close()
        raise _cannot_listen(host, port, error) from None
    return sock


def _cannot_listen(host: str, port: int, error: Exception) -> Problem:
    where = f"{host}:{port}"
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        who = {"win32": f"netstat -ano | findstr :{port}", "linux": f"ss -ltnp 'sport = :{port}'"}
        command = who.get(sys.platform, f"lsof -nP -iTCP:{port} -sTCP:LISTEN")
        remedy = f"take another with --port (--port 0 finds a free one), or see who has it: {command}"
        return Problem(f"port {port} is taken", where=where, remedy=remedy)
    if code == errno.EACCES:
        return Problem(f"port {port} needs rights we don't have", where=where, remedy="take one above 1023: --port")
    remedy = "give --host an address of this machine, e.g. 127.0.0.1, and --port a number up to 65535"
    return Problem(f"cannot listen here: {error}", where=where, remedy=remedy)


class _Listener(ThreadedWSGIServer):
    """Werkzeug's threaded server with a register of its connections, a bound on them, and a loop that needs no poll."""

    def __init__(self, app: WSGIApplication, host: str, port: int, bounds: _Bounds) -> None:
        with _listen(host, port) as sock:
            super().__init__(host, port, app, _Connection, fd=sock.fileno())
        self.socket.setblocking(False)
        self.max_connections = bounds.max_connections
        self.max_body = bounds.max_body
        self.idle_timeout = bounds.idle_timeout
        self.stopping = Event()
        self.watch = Watch()
        self.base_environ: WSGIEnvironment = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "SCRIPT_NAME": "",
            "SERVER_NAME": host,
            "SERVER_PORT": str(self.port),
            "SERVER_SOFTWARE": "mock-daraja",
            "mock_daraja.stopping": self.stopping,
        }
        self._lock = RLock()  # a signal may call stop on top of the loop
        self._open: dict[socket.socket, tuple[Wire, Thread]] = {}
        self._refused: deque[socket.socket] = deque()
        self._selector = selectors.DefaultSelector()
        self._ear, self._mouth = socket.socketpair()
        self._date = (0, "")

    def wire_of(self, sock: socket.socket) -> Wire:
        return self._open[sock][0]

    def date(self) -> str:
        second = wall_ms() // 1000
        if self._date[0] != second:
            self._date = (second, formatdate(second, usegmt=True))
        return self._date[1]

    def serve_forever(self, poll_interval: float = 0.5) -> None:  # noqa: ARG002 - Werkzeug's signature
        self._selector.register(self.socket, selectors.EVENT_READ)
        self._selector.register(self._ear, selectors.EVENT_READ)
        while not self.stopping.is_set():
            for key, _ in self._selector.select():
                if key.fileobj is self.socket:
                    self._admit()
                elif key.fileobj is not self._ear:
                    self._see_off(cast(socket.socket, key.fileobj), key.data)

    def _admit(self) -> None:
        try:
            sock, address = self.socket.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):  # else select would come back at once, for ever
                self.stopping.wait(0.05)
            return
        with self._lock:
            if self.stopping.is_set():
                sock.close()
                return
            if len(self._open) >= self.max_connections:
                self._turn_away(sock)
                return
            thread = Thread(target=self._serve, args=(sock, address), name="mock-daraja-connection", daemon=True)
            self._open[sock] = (Wire(sock, self.watch), thread)
            try:
                thread.start()
            except RuntimeError:  # the machine has no more threads
                del self._open[sock]
                self._turn_away(sock)

    def _serve(self, sock: socket.socket, address: Any) -> None:
        try:
            self.finish_request(sock, address)
        except Exception:
            _log.exception("a connection failed")
        finally:
            sock.close()
            with self._lock:
                del self._open[sock]

    def _turn_away(self, sock: socket.socket) -> None:
        """Without a thread: the answer fits a socket's buffer, and the loop reads on until the client has taken it."""
        remedy = "close idle connections, or start with a larger --max-connections"
        problem = Problem(f"{self.max_connections} connections are open", where="server", remedy=remedy, status=503)
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.send(_packed(_problem(problem)))
            sock.shutdown(socket.SHUT_WR)
        self._refused.append(sock)
        self._selector.register(sock, selectors.EVENT_READ, iter(range(_MAX_READS)))
        if len(self._refused) > _MAX_REFUSED:
            self._drop(self._refused[0])

    def _see_off(self, sock: socket.socket, reads: Iterator[int]) -> None:
        try:
            if sock.recv(_CHUNK) and next(reads, None) is not None:
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._drop(sock)

    def _drop(self, sock: socket.socket) -> None:
        self._selector.unregister(sock)
        self._refused.remove(sock)
        sock.close()

    def interrupt(self) -> None:
        """End the loop, every wait and every blocked read; return when their threads are gone."""
        with self._lock:
            self.stopping.set()
            threads = {thread: wire for wire, thread in self._open.values()}
        self._mouth.send(b".")
        self.watch.stop()
        for wire in threads.values():
            wire.interrupt()
        threads.pop(current_thread(), None)
        deadline = monotonic() + _GRACE
        for thread, wire in threads.items():
            if not wire.on_clock:  # else it ends by itself when the clock next looks up
                thread.join(max(0.0, deadline - monotonic()))

    def close(self) -> None:
        for sock in (*self._refused, self._ear, self._mouth):
            sock.close()
        self._refused.clear()
        self._selector.close()
        self.server_close()


@dataclass(frozen=True, slots=True)
class _Bounds:
    max_connections: int
    max_body: int
    idle_timeout: float


class Server:
    """One listening address, bound from the start. Use `start` and `stop`, `serve_forever`, or `with`.

    Raises Problem where the address can't be had. `max_body` is in bytes, `idle_timeout` in the computer's seconds.
    """

    def __init__(
        self,
        app: WSGIApplication,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        max_connections: int = 512,
        max_body: int = 1 << 20,
        idle_timeout: float = 30.0,
    ) -> None:
        self._listener = _Listener(app, host, port, _Bounds(max_connections, max_body, idle_timeout))
        self._background: Thread | None = None
        self._foreground: Thread | None = None
        self._is_idle = Event()  # no loop runs
        self._is_idle.set()
        self._stop_lock = RLock()  # a signal may call stop while stop runs
        self._is_closed = False
        self.host = host
        self.port = self._listener.port

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def start(self) -> Server:
        """Serve in a background thread. Connections are accepted when this returns."""
        self._is_idle.clear()
        self._background = Thread(target=self._run, name="mock-daraja-server", daemon=True)
        self._background.start()
        return self

    def serve_forever(self) -> None:
        """Serve until `stop` is called from another thread or a signal handler, or Ctrl-C, which is raised on."""
        self._is_idle.clear()
        self._foreground = current_thread()
        try:
            self._run()
        finally:
            self._foreground = None
            self.stop()

    def _run(self) -> None:
        try:
            self._listener.serve_forever()
        finally:
            self._is_idle.set()

    def stop(self) -> None:
        """Safe to call twice. Cuts what is under way: hanging faults, idle connections, answers half sent."""
        with self._stop_lock:
            if self._is_closed:
                return
            self._listener.interrupt()
            if self._foreground is current_thread():
                return  # called by a signal handler on top of the loop: serve_forever ends it
            self._is_idle.wait()
            if self._background is not None:
                self._background.join()
            self._is_closed = True
            self._listener.close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
