"""One HTTP attempt at a callback, with every byte of request and answer.

The real User-Agent was never captured (callbacks.md §6), so none is sent unless the callback's row carries one.
No redirect is followed, no proxy of the environment used, no name looked up: policy.py has said where it goes.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from mock_daraja.callbacks.answer import LONGEST, AnswerReader, Undelivered
from mock_daraja.callbacks.connections import Connections, Deadline
from mock_daraja.callbacks.policy import Target
from mock_daraja.callbacks.url import Url
from mock_daraja.model.callback import Delivery

CONTENT_TYPE: Final = "application/json;charset=UTF-8"  # callbacks.md §6
_OURS: Final = frozenset({"host", "content-length", "connection", "transfer-encoding"})
_RECEIVE: Final = 1 << 14
_UNUSED: Final = ("closed", "reset")  # a kept connection that the receiver had given up before the request came


class Receiver(Protocol):
    """An application in this process, say, that is called instead. It is asked before a callback goes out over HTTP.
    Where the callback goes is not checked: it stays in this process."""

    def takes(self, url: str) -> bool: ...

    def deliver(
        self, url: str, body: bytes, headers: Sequence[tuple[str, str]], *, timeout_s: float, sent_ms: int
    ) -> Delivery:
        """As `deliver` does: raises nothing for what a receiver may do."""


def deliver(
    target: Target,
    body: bytes,
    headers: Sequence[tuple[str, str]],
    *,
    timeout_s: float,
    connections: Connections,
    sent_ms: int,
    pause: Callable[[], None] | None = None,
) -> Delivery:
    """Send it once and wait for the whole answer, `timeout_s` in all. Raises nothing for what a receiver may do.

    `status` is set as soon as the answer's head was whole; `failure` says why the answer was not. A kept-alive
    connection that turns out closed before any byte of an answer is no attempt: the request goes over a new one, once.
    `pause` is called in the middle of sending.
    """
    request, answer, failure = b"", AnswerReader(), None
    deadline = Deadline(timeout_s, connections.monotonic() + timeout_s)
    try:
        request = request_bytes(target.place, body, headers)
        _Attempt(target, request, pause, answer, deadline, connections).run()
    except Undelivered as problem:
        failure = problem.failure
    return Delivery(target.url, sent_ms, request, answer.status, bytes(answer.raw[:LONGEST]), failure)


@dataclass(slots=True)
class _Attempt:
    """Raises Undelivered where `answer` is not whole at the end."""

    target: Target
    request: bytes
    pause: Callable[[], None] | None
    answer: AnswerReader
    deadline: Deadline
    connections: Connections

    def run(self) -> None:
        """Over the kept connection to this receiver, or a new one."""
        kept = self.connections.take(self.target)
        if kept is not None:
            try:
                self._exchange(kept)
            except Undelivered as problem:
                if problem.failure.kind not in _UNUSED:
                    raise
            else:
                return
        self._exchange(self.connections.open(self.target, self.deadline))

    def _exchange(self, connection: socket.socket) -> None:
        """Send and receive over one connection, and keep it if it can carry more."""
        try:
            self._send_and_receive(connection)
        except (OSError, Undelivered) as problem:
            self.connections.drop(connection)
            if self.connections.aborted:
                raise Undelivered("stopped") from None
            raise problem if isinstance(problem, Undelivered) else self._failed(problem) from None
        if self.answer.reusable:
            self.connections.keep(self.target, connection)
        else:
            self.connections.drop(connection)

    def _send_and_receive(self, connection: socket.socket) -> None:
        connection.settimeout(self.connections.left(self.deadline))
        if self.pause is None:
            connection.sendall(self.request)
        else:
            middle = len(self.request) // 2
            connection.sendall(self.request[:middle])
            self.pause()
            connection.sendall(self.request[middle:])
        whole = False
        while not whole:
            connection.settimeout(self.connections.left(self.deadline))
            data = connection.recv(_RECEIVE)
            whole = self.answer.feed(data) if data else self.answer.ended()
            if not data and not whole:
                received = len(self.answer.raw)
                raise Undelivered("closed-early", received) if received else Undelivered("closed")

    def _failed(self, problem: OSError) -> Undelivered:
        """What an error of the socket means."""
        received = len(self.answer.raw)
        if isinstance(problem, TimeoutError):
            return Undelivered("not-whole-in-time" if received else "no-answer-in-time", self.deadline.seconds)
        if isinstance(problem, ConnectionError):
            return Undelivered("reset-early", received) if received else Undelivered("reset")
        return Undelivered("connection-failed", problem.strerror or str(problem))


def request_bytes(place: Url, body: bytes, headers: Sequence[tuple[str, str]]) -> bytes:
    """Request line, headers and body. Raises Undelivered for a header that HTTP can't carry."""
    given = {name.lower() for name, _ in headers}
    lines = [f"POST {place.path_and_query} HTTP/1.1", f"Host: {place.host_header}"]
    if "content-type" not in given:
        lines.append(f"Content-Type: {CONTENT_TYPE}")
    lines += [f"{name}: {value}" for name, value in headers if name.lower() not in _OURS]
    lines.append(f"Content-Length: {len(body)}")
    lines.append("Connection: keep-alive\r\n\r\n")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) + 1 or "\0" in head:
        raise Undelivered("header-break")
    try:
        return head.encode("latin-1") + body
    except UnicodeEncodeError as problem:
        raise Undelivered("header-letter", head[problem.start]) from None
