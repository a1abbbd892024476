"""One answer in bytes: a Reply's, or what a WSGI app gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from mock_daraja.clock import http_date_of, wall_ms
from mock_daraja.exchange import Reply
from mock_daraja.model import changed
from mock_daraja.quoting import shown
from mock_daraja.server.direct import Postponed, Sending
from mock_daraja.server.head import Head

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


_LARGE: Final = 1 << 16


class Written(Struct, frozen=True):
    """An answer as it goes out; the connection may outlive it or not. `sending` has its fault, and what goes along.
    Of a large one that carries no fault `data` is the head, and `rest` its body, in the pieces that the app gave."""

    data: bytes
    keeps_alive: bool
    sending: Sending | None = None
    rest: Sequence[bytes] = ()


def http_date() -> str:
    """The Date header's value."""
    return _date_of(wall_ms() // 1000)


@lru_cache(maxsize=1)  # made once a second
def _date_of(second: int) -> str:
    return http_date_of(second)


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


def by_wsgi(app: WSGIApplication, environ: WSGIEnvironment, head: Head) -> Written | Postponed:
    """Call the app, and collect all that it answers, unless it can't answer yet. Raises what the app raises, and
    AssertionError, ValueError where it breaks WSGI's or HTTP's rules."""
    started: list[tuple[str, Sequence[tuple[str, str]]]] = []
    body: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if started and not exc_info:
            raise AssertionError("start_response was called twice")
        started[:] = [(status, headers)]
        return body.append

    iterable = app(environ, start_response)
    if isinstance(iterable, Postponed):
        return iterable
    sending = iterable if isinstance(iterable, Sending) else None
    try:
        body += iterable
        if not started:
            raise AssertionError("the app never called start_response")
        status, headers = started[0]
        written = _written(status, headers, body, head, may_be_parted=sending is None)
    except BaseException:
        sending = None  # it is not sent: closed here
        raise
    finally:
        if sending is None and (close := getattr(iterable, "close", None)) is not None:
            close()
    return changed(written, sending=sending)


def _written(
    status: str, headers: Iterable[tuple[str, str]], body: Sequence[bytes], head: Head, *, may_be_parted: bool
) -> Written:
    keeps_alive = head.keeps_alive
    is_bodiless = head.method == "HEAD" or status[:3] in ("204", "304") or status[:1] == "1"
    lines = []
    date = http_date()
    for name, value in headers:
        lower = name.lower()
        if "\n" in value or "\r" in value:
            raise ValueError(f"the header {name} holds a line break: {shown(value)}")
        if lower == "connection":
            keeps_alive = keeps_alive and "close" not in value.lower()
        elif lower != "transfer-encoding" and (is_bodiless or lower != "content-length"):
            lines.append(f"{name}: {value}")
            date = "" if lower == "date" else date
    length = sum(map(len, body))
    if not is_bodiless:
        lines.append(f"Content-Length: {length}")
    data = _head(status, lines, date, keeps_alive=keeps_alive)
    if is_bodiless:
        return Written(data, keeps_alive)
    if may_be_parted and length > _LARGE:
        return Written(data, keeps_alive, rest=body)
    return Written(data + b"".join(body), keeps_alive)
