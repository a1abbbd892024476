"""One HTTP attempt at a callback, with every byte of request and answer.

The real User-Agent was never captured (callbacks.md §6), so none is sent unless the callback's row carries one.
No redirect is followed, no proxy of the environment used, no name looked up: policy.py has said where it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from mock_daraja.callbacks.answer import LONGEST, Answer, Garbled
from mock_daraja.callbacks.connections import Connections, Deadline, NoConnection
from mock_daraja.callbacks.policy import Target
from mock_daraja.model.callback import Delivery

if TYPE_CHECKING:
    import socket

CONTENT_TYPE: Final = "application/json;charset=UTF-8"  # callbacks.md §6
_OURS: Final = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_RECEIVE: Final = 1 << 14
_CLOSED: Final = "the receiver closed the connection without an answer"
_RESET: Final = "the receiver reset the connection without an answer"


def deliver(
    target: Target,
    method: str,
    body: bytes,
    headers: Iterable[tuple[str, str]],
    *,
    timeout_s: float,
    connections: Connections,
    sent_ms: int,
    pause: Callable[[], None] | None = None,
) -> Delivery:
    """Send it once and wait for the whole answer, `timeout_s` in all. Raises nothing for what a receiver may do.

    `status` is set as soon as the answer's head was whole; `error` says why the answer was not, so a receiver has taken
    the callback when the status is 2xx and there is no error. A kept-alive connection that turns out closed before any
    byte of an answer is no attempt: the request goes over a new one, once. `pause` is called in the middle of sending.
    """
    try:
        request = request_bytes(target, method, body, headers)
    except ValueError as problem:
        return Delivery(target.url, sent_ms, b"", error=str(problem))
    deadline = Deadline(timeout_s, connections.monotonic() + timeout_s)
    answer, error = Answer(), None
    parts = (request,) if pause is None else _Halves(request, pause)
    connection = connections.take(target)
    if connection is not None:
        error = _exchange(connection, parts, answer, deadline, connections)
        if error in (_CLOSED, _RESET):
            connections.drop(connection)
            connection = None
    if connection is None:
        try:
            connection = connections.open(target, deadline)
        except NoConnection as problem:
            return Delivery(target.url, sent_ms, request, error=str(problem))
        error = _exchange(connection, parts, answer, deadline, connections)
    if error is None and answer.reusable:
        connections.keep(target, connection)
    else:
        connections.drop(connection)
    return Delivery(target.url, sent_ms, request, answer.status, bytes(answer.raw[:LONGEST]), error)


class _Halves:
    """A request in two parts, with a pause before the second; each iteration starts over."""

    def __init__(self, request: bytes, pause: Callable[[], None]) -> None:
        self._request = request
        self._pause = pause

    def __iter__(self) -> Iterator[bytes]:
        middle = len(self._request) // 2
        yield self._request[:middle]
        self._pause()
        yield self._request[middle:]


def _exchange(
    connection: socket.socket, parts: Iterable[bytes], answer: Answer, deadline: Deadline, connections: Connections
) -> str | None:
    """Send and receive over one connection; what went wrong, in words."""
    error: str | None = None
    try:
        connection.settimeout(connections.left(deadline))
        for part in parts:
            connection.sendall(part)
        whole = False
        while not whole:
            connection.settimeout(connections.left(deadline))
            data = connection.recv(_RECEIVE)
            whole = answer.feed(data) if data else answer.ended()
            if not data and not whole:
                error = _CLOSED if not answer.raw else f"the connection ended {len(answer.raw)} bytes into the answer"
                break
    except TimeoutError:
        error = f"{'the answer was not whole' if answer.raw else 'no answer'} within {deadline.seconds:g} s"
    except ConnectionError:
        error = _RESET if not answer.raw else f"the connection was reset {len(answer.raw)} bytes into the answer"
    except OSError as problem:
        error = f"the connection failed: {problem.strerror or problem}"
    except Garbled as problem:
        error = str(problem)
    if connections.aborted and error is not None:
        return "stopped before the answer was whole"
    return error


def request_bytes(target: Target, method: str, body: bytes, headers: Iterable[tuple[str, str]]) -> bytes:
    """Request line, headers and body. Raises ValueError on a header that HTTP can't carry."""
    lines = [f"{method} {target.path_and_query} HTTP/1.1", f"Host: {target.host_header}"]
    typed = False
    for name, value in headers:
        small = name.lower()
        if small in _OURS:
            continue
        typed = typed or small == "content-type"
        lines.append(f"{name}: {value}")
    if not typed:
        lines.insert(2, f"Content-Type: {CONTENT_TYPE}")
    lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: keep-alive\r\n\r\n")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) + 1 or "\0" in head:
        raise ValueError("a header of the callback holds a line break or a null character, so it was not sent")
    try:
        return head.encode("latin-1") + body
    except UnicodeEncodeError as problem:
        letter = head[problem.start]
        raise ValueError(f"a header of the callback holds {letter!r}, so it was not sent") from None
