"""One HTTP attempt at a callback, on the loop: connected or over a kept connection, sent, its answer read, in time."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from mock_daraja.alarm import Alarm
from mock_daraja.callbacks.answer import LONGEST, AnswerReader, Undelivered
from mock_daraja.callbacks.delivery import broken, not_connected, request_bytes
from mock_daraja.callbacks.order import Order
from mock_daraja.engine.hold import LostError
from mock_daraja.errors import machine_lacks
from mock_daraja.loop import Loop, Timer
from mock_daraja.model import Delivery, Failure
from mock_daraja.stream import Stream

if TYPE_CHECKING:
    from ssl import SSLContext

_UNUSED: Final = ("closed", "reset")  # a kept connection that the receiver had most likely given up already


class Attempt:
    """`done` is given the delivery, or what is no fault of the receiver's: a LostError where that may have got it, or
    else what failed. Where memory lacked meanwhile, nothing that failed is a fault of the receiver's.

    The stream of an answer that allows for it is `kept` by whoever made the attempt.
    """

    def __init__(
        self, loop: Loop, order: Order, trust: SSLContext | None, done: Callable[[Attempt, Delivery | Exception], None]
    ) -> None:
        self.order = order
        self.kept: Stream | None = None
        self._loop = loop
        self._trust = trust
        self._done = done
        self._request = b""
        self._answer = AnswerReader()
        self._addresses = list(order.target.addresses)
        self._failure: OSError = OSError("it has no address")
        self._stream: Stream | None = None
        self._is_connected = False
        self._is_second_hand = False  # the connection had been used before
        self._is_begun = False  # some of the request may have been sent
        self._is_sent = False  # all of it was
        self._rests = loop.rests
        self._before: Failure | None = None  # what came of it over a kept connection
        self._is_done = False
        self._deadline: Timer | None = None
        self._pause: Alarm | None = None

    def begin(self, stream: Stream | None) -> None:
        """Over a kept connection, where there is one. Whether it is still open only shows when it is used."""
        self._stream = stream
        self._deadline = self._loop.later(self.order.timeout_s, self._too_late)
        try:
            self._request = request_bytes(self.order.target.place, self.order.body, self.order.headers)
        except Undelivered as problem:
            self.kept, self._stream = stream, None
            self._end(problem.failure)
            return
        if stream is None:
            self._connect()
        else:
            stream.user = self
            self._is_connected = self._is_second_hand = True
            self._send()

    @property
    def is_lost(self) -> bool:
        """Whether something failed half-way, and nothing more would come of it, or only that it is too late. Between
        two turns of the loop."""
        is_timed = self._deadline is not None and not self._deadline.is_off
        return not (is_timed and self._stream is not None and self._stream.is_open)

    def crashed(self, error: Exception) -> None:
        """It cannot go on, for a reason of ours."""
        self.kept = None
        if self._is_begun:
            lost = LostError(f"what came of a callback was lost: {type(error).__name__}")
            lost.__cause__ = error
            error = lost
        self._finish(error)

    def stop(self) -> None:
        self._fail(Failure("stopped" if self._is_connected else "stopped-before"))

    # connecting

    def _connect(self) -> None:
        """To the first address that takes it; if none does, a refusal tells more than what the others say."""
        place = self.order.target.place
        while self._addresses:
            address = self._addresses.pop(0)
            sock: socket.socket | None = None
            try:
                sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
                self._stream = Stream(self._loop, sock, self, self._trust, place.host.rstrip("."))
                self._stream.connect((address, place.port))
            except (OSError, ValueError, MemoryError) as error:  # ValueError: a name that no certificate can hold
                if sock is not None:
                    sock.close() if self._stream is None else self._stream.close()
                self._stream = None
                if machine_lacks(error):  # no receiver can help it
                    self._finish(error)
                    return
                self._note(error if isinstance(error, OSError) else OSError(str(error)))
            else:
                return
        self._fail(not_connected(place, self.order.timeout_s, self._failure))

    def _note(self, failure: OSError) -> None:
        if not isinstance(self._failure, ConnectionRefusedError):
            self._failure = failure.with_traceback(None)  # whose frames know this attempt

    def opened(self) -> None:
        self._is_connected = True
        self._send()

    # sending

    def _send(self) -> None:
        assert self._stream is not None
        self._is_begun = True
        if not self.order.slow_ms or self.order.clock.stands_still:  # nobody moves that one meanwhile
            self._stream.send(self._request)
            self._is_sent = True
            return
        middle = len(self._request) // 2
        self._stream.send(self._request[:middle])
        due_ms = self.order.clock.now() + self.order.slow_ms
        self._pause = Alarm(self._loop, self.order.clock, due_ms, self._send_rest)

    def _send_rest(self) -> None:
        if self._stream is not None:
            self._stream.send(self._request[len(self._request) // 2 :])
            self._is_sent = True

    def drained(self) -> None:
        pass

    # receiving

    def received(self, data: bytes) -> None:
        try:
            if self._answer.feed(data):
                self._whole()
        except Undelivered as problem:
            self._fail(problem.failure)

    def _whole(self) -> None:
        if self._answer.reusable and self._is_sent and self._stream is not None and self._stream.is_idle:
            self.kept, self._stream = self._stream, None
        self._end(None)

    def ended(self, error: Exception | None) -> None:
        """The stream is no more, or no more comes."""
        if self._is_done:
            return
        if error is not None and not isinstance(error, OSError):
            self.crashed(error)
        elif not self._is_connected:
            assert error is not None and self._stream is not None
            self._note(error)
            if self._stream.is_connected:  # but has not agreed on TLS: another address is no better
                self._fail(not_connected(self.order.target.place, self.order.timeout_s, error))
            else:
                self._stream = None
                self._connect()
        elif error is None and self._answer.ended():
            self._end(None)
        else:
            self._broken(error)

    def _broken(self, error: Exception | None) -> None:
        failure = broken(len(self._answer.raw), self.order.timeout_s, error)
        if self._is_second_hand and failure.kind in _UNUSED:
            self._before = failure if self._is_sent else None  # the receiver may have read it
            self._close()
            self._is_connected = self._is_second_hand = self._is_sent = False
            if self._pause is not None:
                self._pause.cancel()
            self._connect()
        else:
            self._fail(failure)

    # ending

    def _too_late(self) -> None:
        late = TimeoutError()
        if self._is_connected:
            self._fail(broken(len(self._answer.raw), self.order.timeout_s, late))
        else:
            self._fail(not_connected(self.order.target.place, self.order.timeout_s, late))

    def _fail(self, failure: Failure) -> None:
        if self._loop.lacked_since(self._rests):
            self.crashed(MemoryError())
        else:
            self._end(failure)

    def _end(self, failure: Failure | None) -> None:
        answer = self._answer
        raw = bytes(answer.raw[:LONGEST])
        self._finish(
            Delivery(
                self.order.target.url, self.order.sent_ms, self._request, answer.status, raw, failure, self._before
            ),
        )

    def _finish(self, came: Delivery | Exception) -> None:
        if self._is_done:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        if self._pause is not None:
            self._pause.cancel()
        self._close()
        self._done(self, came)
        self._is_done = True  # now: what fails before is done again

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None
