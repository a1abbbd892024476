"""One answer of the app: from start_response to bytes on the wire, whole, in chunks or by way of a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache, partial
from http import HTTPStatus
from itertools import chain
from typing import Any, Final

from mock_daraja.clock import wall_ms
from mock_daraja.exchange import Reply
from mock_daraja.faults import from_spec
from mock_daraja.faults.wire import Wire, carry_out
from mock_daraja.server.direct import Sending
from mock_daraja.server.head import Head


def http_date() -> str:
    """The Date header's value."""
    return _date_of(wall_ms() // 1000)


@lru_cache(maxsize=1)  # made once a second
def _date_of(second: int) -> str:
    return formatdate(second, usegmt=True)


_STATUS_LINES: Final = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus} | {
    413: "413 Request Entity Too Large"  # from Python 3.13 on it has another phrase
}


def status_line(status: int) -> str:
    return _STATUS_LINES.get(status) or f"{status} Unknown"


def written_reply(reply: Reply, method: str = "", date: str = "", *, keeps_alive: bool = False) -> bytes:
    """The whole answer in bytes. By default a refusal: with its body whatever was asked, undated, then the end."""
    lines = [f"{name}: {value}" for name, value in reply.headers]
    lines.append(f"Content-Length: {len(reply.body)}")
    head = _head(status_line(reply.status), lines, date, keeps_alive=keeps_alive)
    return head if method == "HEAD" or reply.status in (204, 304) else head + reply.body


def _head(status: str, lines: Iterable[str], date: str, *, keeps_alive: bool) -> bytes:
    whole = [f"HTTP/1.1 {status}", *lines]
    if date:
        whole.append(f"Date: {date}")
    if not keeps_alive:
        whole.append("Connection: close")
    return ("\r\n".join(whole) + "\r\n\r\n").encode("latin-1")


def sender(wire: Wire, sending: Sending) -> Callable[[bytes], None]:
    """What takes the bytes of the reply: the wire, or its fault, on the wire. Raises Problem on a bad fault."""
    spec = sending.reply.fault
    if spec is None:
        return wire.send
    fault = from_spec(spec)
    wire.clock = sending.clock or wire.clock
    return partial(carry_out, wire, fault)


@dataclass(slots=True)
class AnswerWriter:
    """`keeps_alive` says, once the head is made, whether the connection outlives this answer."""

    wire: Wire
    head: Head
    keeps_alive: bool
    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    written: list[bytes] = field(default_factory=list)
    is_sent: bool = False
    is_whole: bool = False

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], Any]:
        """WSGI's start_response."""
        if self.is_sent and exc_info:
            raise exc_info[1].with_traceback(exc_info[2])
        if self.status and not exc_info:
            raise AssertionError("start_response was called twice")
        self.status, self.headers = status, headers
        return self.written.append

    def send(self, iterable: Iterable[bytes]) -> None:
        pieces = iter(iterable)
        first = next(pieces, b"")  # an app that is a generator calls start_response only now
        has_length = isinstance(iterable, Sized) or any(name.lower() == "content-length" for name, _ in self.headers)
        if not has_length:
            self._stream(chain(self.written, (first,), pieces))
            return
        response = self._packed(b"".join((*self.written, first, *pieces)))
        send = sender(self.wire, iterable) if isinstance(iterable, Sending) else self.wire.send
        self.is_sent = self.is_whole = True
        send(response)

    def send_error(self, reply: Reply) -> None:
        """A 500 that says what went wrong, unless the answer has begun: then the client sees that it is incomplete."""
        if self.is_sent:
            self.keeps_alive = self.keeps_alive and self.is_whole
            return
        self.status, self.headers = status_line(reply.status), list(reply.headers)
        self.wire.send(self._packed(reply.body))

    @property
    def _is_bodiless(self) -> bool:
        return self.head.method == "HEAD" or self.status[:3] in ("204", "304") or self.status[:1] == "1"

    def _packed(self, body: bytes) -> bytes:
        if self._is_bodiless:
            return self._head("")
        return self._head(f"Content-Length: {len(body)}") + body

    def _stream(self, pieces: Iterable[bytes]) -> None:
        """A body of unknown length, piece by piece: chunked, or until the end of the connection for HTTP/1.0."""
        is_chunked = self.head.version == "HTTP/1.1"
        self.keeps_alive = self.keeps_alive and is_chunked
        if self._is_bodiless:
            waiting, pieces, end = self._head(""), (), b""
        else:
            waiting = self._head("Transfer-Encoding: chunked" if is_chunked else "")
            end = b"0\r\n\r\n" if is_chunked else b""
        self.is_sent = True
        for piece in pieces:
            if piece:
                self.wire.send(waiting + (b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece))
                waiting = b""
            if not self.wire.is_open:
                return
        self.wire.send(waiting + end)
        self.is_whole = True

    def _head(self, framing: str) -> bytes:
        """`framing` is the line that says where the body ends; where it is empty the app's own stays."""
        if not self.status:
            raise AssertionError("the app never called start_response")
        lines = []
        date = http_date()
        for name, value in self.headers:
            lower = name.lower()
            if "\n" in value or "\r" in value:
                raise ValueError(f"the header {name} holds a line break: {value[:80]!r}")
            if lower == "connection":
                self.keeps_alive = self.keeps_alive and "close" not in value.lower()
            elif lower != "transfer-encoding" and not (framing and lower == "content-length"):
                lines.append(f"{name}: {value}")
                date = "" if lower == "date" else date
        if framing:
            lines.append(framing)
        return _head(self.status, lines, date, keeps_alive=self.keeps_alive)
