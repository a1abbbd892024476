"""Callbacks to this server's own sinks, answered in this process while the clocks stand.

The bytes are those of a connection, and so is what comes of them. But how long a sink takes is known at once, on the
sandbox's clock: an answer in time is heard now, and for one that comes too late nobody's time-out has to pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from mock_daraja.callbacks.address import literal
from mock_daraja.callbacks.answer import LONGEST, AnswerReader, Undelivered
from mock_daraja.callbacks.delivery import Receiver, broken, request_bytes
from mock_daraja.callbacks.url import Url, parse
from mock_daraja.clock import Clock, http_date_of
from mock_daraja.exchange import Request
from mock_daraja.faults import Fault, from_spec
from mock_daraja.faults.acts import Abort, Close, Send, Wait
from mock_daraja.model import Delivery, Failure, UrlRefusal
from mock_daraja.server import Sending, Server
from mock_daraja.server.answer import written_reply
from mock_daraja.server.reader import RequestReader
from mock_daraja.server.refusal import RefusedError

SINK: Final = re.compile(r"/_mock(?:/sandboxes/([^/]+))?/sink/([^/]+)(?:/.*)?\Z", re.DOTALL)
_EVERY_ADDRESS: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with
_PLAIN: Final = re.compile(r"[A-Za-z0-9._/-]+\Z")


class OwnSinks(Receiver):
    """A receiver of callbacks (see `callbacks.delivery.Receiver`). `stands` says whether the clock of the sandbox of
    that name stands still; `answer` answers a request to a sink."""

    def __init__(
        self, server: Server, max_body: int, stands: Callable[[str | None], bool], answer: Callable[[Request], Sending]
    ) -> None:
        self._server = server
        self._max_body = max_body
        self._stands = stands
        self._answer = answer

    def takes(self, url: str) -> bool:
        place = parse(url)
        if isinstance(place, UrlRefusal) or not self._server.is_serving or not self._is_here(place):
            return False
        path = place.path_and_query.partition("?")[0]
        sink = SINK.match(path)
        return sink is not None and _PLAIN.match(path) is not None and self._stands(sink[1])

    def _is_here(self, place: Url) -> bool:
        server = self._server
        if (place.scheme, place.port) != (server.scheme, server.port):
            return False
        if place.host == "localhost":
            return server.host in ("localhost", "127.0.0.1", *_EVERY_ADDRESS)
        address = literal(place.host)
        if address is None:
            return False
        return str(address) == server.host or (address.is_loopback and server.host in _EVERY_ADDRESS)

    def deliver(
        self, url: str, body: bytes, headers: Sequence[tuple[str, str]], *, timeout_s: float, sent_ms: int
    ) -> Delivery:
        """`timeout_s` is on the sandbox's clock."""
        place = parse(url)
        assert isinstance(place, Url)  # takes() has read it
        try:
            request = request_bytes(place, body, headers)
        except Undelivered as problem:
            return Delivery(url, sent_ms, failure=problem.failure)
        answer = AnswerReader()
        failure = self._exchange(request, answer, timeout_s, http_date_of(sent_ms // 1000))
        return Delivery(url, sent_ms, request, answer.status, bytes(answer.raw[:LONGEST]), failure)

    def _exchange(self, request: bytes, answer: AnswerReader, timeout_s: float, date: str) -> Failure | None:
        """What the server does with the request, and the answer's reader with what comes back. The failure, if any.

        The answer is dated by the sandbox clock: the same calls give the same bytes.
        """
        reader = RequestReader(self._max_body)
        reader.feed(request)
        fault = clock = None
        try:
            received = reader.next()
            assert received is not None  # it is whole
            head = received.head
            sending = self._answer(Request(head.method, head.path, head.query, head.headers, received.body))
            data = written_reply(sending.reply, head.method, date, keeps_alive=head.keeps_alive)
            fault, clock = sending.reply.fault, sending.clock
        except RefusedError as refused:
            data = written_reply(refused.reply)
        try:
            if fault is None or clock is None:
                return None if answer.feed(data) else broken(len(answer.raw), timeout_s, TimeoutError())
            return _misbehave(from_spec(fault), data, clock, answer, timeout_s)
        except Undelivered as problem:
            return problem.failure


def _misbehave(fault: Fault, data: bytes, clock: Clock, answer: AnswerReader, timeout_s: float) -> Failure | None:
    """As if the clock went on until the answer is whole, or the time is over."""
    now_ms = clock.now()
    late_ms = now_ms + round(timeout_s * 1000)
    acts = fault.acts(data, now_ms)
    act = next(acts, None)
    ending: Exception | None = TimeoutError()  # a fault that leaves the connection open
    while act is not None:
        match act:
            case Send(piece):
                if answer.feed(piece):
                    return None
            case Wait(until_ms):
                if until_ms is None or until_ms >= late_ms:
                    break
                now_ms = max(now_ms, until_ms)
            case Abort():
                ending = ConnectionResetError()
                break
            case Close():
                if answer.ended():
                    return None
                ending = None
                break
        try:
            act = acts.send(now_ms)
        except StopIteration:
            break
    acts.close()
    return broken(len(answer.raw), timeout_s, ending)
