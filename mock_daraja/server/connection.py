"""One connection on the loop: request after request in, the app's answer to each out, in order."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from mock_daraja.clock import Clock, ClockSetting, monotonic
from mock_daraja.faults.acts import Fault
from mock_daraja.loop import Loop, Timer
from mock_daraja.memory import Bodies
from mock_daraja.pool import Pool
from mock_daraja.server.answer import Written, written_reply
from mock_daraja.server.answering import Answer, directly, in_bytes, mistake, through_wsgi
from mock_daraja.server.direct import WAITED, Direct, Postponed
from mock_daraja.server.misbehaving import Misbehaviour
from mock_daraja.server.reader import Received, RequestReader
from mock_daraja.server.refusal import RefusedError
from mock_daraja.stream import Stream

if TYPE_CHECKING:
    from ssl import SSLContext

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

_log: Final = logging.getLogger(__name__)

_LINGER_S: Final = 2.0  # that a client has to read what ends a connection, while it still sends
_MOST_AHEAD: Final = 1 << 17  # bytes of requests that wait for the answer to the one before
_FOR_EVER: Final = float("inf")


class Service(Struct, frozen=True):
    """What all connections of a server share. `environ` is what every request's environ begins with."""

    loop: Loop
    pool: Pool
    woken: Pool  # for requests that have waited: many may be woken at once, and take no more threads than these
    quick: Pool  # for those that take no time, and are to wait for no other
    quick_paths: Collection[str]
    app: WSGIApplication
    direct: Direct | None  # the same, if it answers some paths directly
    environ: WSGIEnvironment
    max_body: int
    bodies: Bodies | None
    idle_timeout: float
    tls: SSLContext | None


class Connection:
    """`closed` is called once, when its socket is. The idle time-out is also what a client has for a whole head, for a
    whole body, and to take a whole answer."""

    def __init__(
        self, service: Service, sock: socket.socket, address: Any, closed: Callable[[Connection], None]
    ) -> None:
        self._service = service
        self._remote = {"REMOTE_ADDR": address[0], "REMOTE_PORT": address[1]}
        self._closed = closed
        self._reader = RequestReader(service.max_body, service.bodies)
        self._stream = Stream(service.loop, sock, self, service.tls)
        self._state = "idle"
        self._until = monotonic() + service.idle_timeout
        self._timer: Timer = service.loop.later(service.idle_timeout, self._look)
        self._is_closed = False
        self._is_answering = False
        self._is_leaving = False  # nothing more is answered; the client may still read
        self._end_wait: Callable[[], object] | None = None  # the app is to be asked again, and not yet
        self._fault: Misbehaviour | None = None
        self._after: Callable[[], None] | None = None  # to be called once the answer is out, or never will be

    def begin(self) -> None:
        self._stream.begin()

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._fault is not None:
            self._fault.stop()
        if self._end_wait is not None:
            self._end_wait()
        self._stream.close()
        self._reader.forget()
        self._timer.cancel()
        self._closed(self)
        self._release()

    # the stream's side

    def opened(self) -> None:
        pass

    def received(self, data: bytes) -> None:
        if self._is_leaving or (self._fault is not None and self._fault.is_deaf):
            return
        self._reader.feed(data)
        if not self._is_answering:
            self._go_on()
        elif self._reader.waiting > _MOST_AHEAD:
            self._stream.pause()

    def ended(self, error: Exception | None) -> None:
        is_over = self._is_leaving and self._stream.is_idle  # else the rest of the answer is still on its way
        is_waiting = self._end_wait is not None or (self._fault is not None and self._fault.is_deaf)
        if isinstance(error, OSError) and not (self._is_answering or self._is_leaving):
            if not self._was_cut_short(is_heard=False):
                self.close()
            return
        if error is not None or is_over or is_waiting:
            self.close()
            return
        if self._fault is not None:
            self._release()  # it may have gone: what was accepted goes on, whether the late answer is read or not
        self._go_on()

    def drained(self) -> None:
        if self._fault is not None:
            self._guarded(self._fault.drained)
        elif self._is_answering:
            self._guarded(self._answered)
            self._guarded(self._resume)

    def _guarded(self, step: Callable[..., None], *arguments: Any) -> None:
        """A mistake of ours, or no memory, ends this connection, with whatever is to be done then."""
        try:
            step(*arguments)
        except BaseException:
            self.close()
            raise

    def _look(self) -> None:
        """The time that something may take is over, or was prolonged meanwhile."""
        left = self._until - monotonic()
        if self._fault is not None and self._fault.is_stuck(self._service.idle_timeout):
            self.close()
        elif left > 0:
            self._timer = self._service.loop.later(min(left, self._service.idle_timeout), self._look)
        elif self._state in ("head", "body"):
            self._timer = self._service.loop.later(self._service.idle_timeout, self._look)
            self._refuse(self._reader.too_slow())
        else:
            self.close()

    def _expect(self, state: str, seconds: float) -> None:
        self._state, self._until = state, monotonic() + seconds

    # a request

    def _go_on(self) -> None:
        """With the next request, if it is whole."""
        if self._is_answering or self._is_leaving or not self._stream.is_open:
            return
        try:
            received = self._reader.next()
        except RefusedError as refused:
            self._refuse(refused)
            return
        if received is None:
            self._await_more()
            return
        self._is_answering = True
        self._answer(received)

    def _await_more(self) -> None:
        if self._reader.wants_continue:
            self._reader.wants_continue = False
            self._stream.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        state = self._reader.state
        if state != self._state or state == "idle":
            self._expect(state, self._service.idle_timeout)
        if self._stream.has_ended and not self._was_cut_short():
            self.close()

    def _was_cut_short(self, *, is_heard: bool = True) -> bool:
        """Whether a request was begun and not ended, which is refused then."""
        try:
            self._reader.ended(is_heard=is_heard)
        except RefusedError as refused:
            self._refuse(refused)
            return True
        return False

    def _refuse(self, refused: RefusedError) -> None:
        """A direct app is told of it, and waited for: no more of them are under way than there are connections."""
        if self._service.direct is not None:
            self._is_answering = True
            self._answer(self._reader.as_far_as_it_came(refused))
        else:
            self._stream.send(written_reply(refused.reply))
            self._leave()

    def _leave(self) -> None:
        """End our side, and read on: closing at once would reset the connection before the client has read it all."""
        self._is_leaving = True
        self._stream.finish()
        if self._stream.has_ended or not self._stream.is_open:
            self.close()
            return
        self._stream.resume()
        self._timer.cancel()
        self._expect("leaving", _LINGER_S)
        self._timer = self._service.loop.later(_LINGER_S, self._look)

    def _answer(self, received: Received) -> None:
        head, service = received.head, self._service
        self._until = _FOR_EVER
        direct = service.direct
        if direct is None or not (received.unread is not None or direct.takes(head.path)):
            self._ask(service.quick if head.path in service.quick_paths else service.pool, received)
            return
        request = received.request
        sending = data = None
        try:
            sending = direct.answer_at_once(request)
            if sending is None:
                service.pool.submit(self._in_thread, partial(directly, head, partial(direct.answer, request)))
                return
            if sending.before is not None or sending.reply.fault is not None:
                slow = sending
                service.pool.submit(self._in_thread, partial(directly, head, lambda: slow))
                return
            data = in_bytes(sending, head)
        except Exception as error:
            sending = mistake(error, head, sending)
            data = in_bytes(sending, head)
        self._after = sending.after
        self._service.loop.call(self._guarded, self._deliver, data, head.keeps_alive)

    def _deliver(self, data: bytes, keeps_alive: bool) -> None:
        """Behind the other requests of this turn of the loop: a client that is woken by each answer alone takes the
        processor from the next one."""
        if self._stream.is_open:
            self._send(keeps_alive, data)
        else:
            self._end_unheard()
        self._resume()

    def _end_unheard(self) -> None:
        self._release()
        self.close()

    def _in_thread(self, answer: Callable[[], Answer]) -> None:
        self._service.loop.call(self._guarded, self._take, *answer())

    # an app of WSGI

    def _ask(self, pool: Pool, received: Received, **more: Any) -> None:
        pool.submit(self._ask_in_thread, received, {**self._service.environ, **self._remote, **more})

    def _ask_in_thread(self, received: Received, environ: WSGIEnvironment) -> None:
        call = self._service.loop.call
        answer = through_wsgi(self._service.app, environ, received)
        if isinstance(answer, Postponed):
            call(self._guarded, self._wait, answer, received)
        else:
            call(self._guarded, self._take, *answer)

    def _wait(self, postponed: Postponed, received: Received) -> None:
        if self._stream.has_ended:  # the client has gone meanwhile
            self.close()
        elif not self._is_closed:
            ready = partial(self._guarded, self._ask_again, received, postponed.awaited)
            self._end_wait = postponed.begin(ready)

    def _ask_again(self, received: Received, awaited: Any) -> None:
        self._end_wait = None
        if not self._is_closed:
            self._ask(self._service.woken, received, **{WAITED: awaited})

    # its answer

    def _take(self, written: Written, fault: Fault | None) -> None:
        sending = written.sending
        self._after = None if sending is None else sending.after
        if not self._stream.is_open:
            self._end_unheard()
        elif fault is None:
            self._send(written.keeps_alive, written.data, *written.rest)
        else:
            assert sending is not None
            clock = sending.clock or Clock(ClockSetting())
            over = partial(self._misbehaved, written.keeps_alive)
            self._fault = Misbehaviour(self._service.loop, self._stream, clock, over)
            if self._stream.has_ended:
                self._release()
            self._fault.begin(fault, written.data)
        self._resume()

    def _send(self, keeps_alive: bool, *parts: bytes) -> None:
        self._stream.send(*parts)
        self._sent(keeps_alive)

    def _sent(self, keeps_alive: bool) -> None:
        self._is_leaving = not keeps_alive
        if self._stream.is_idle or not self._stream.is_open:
            self._answered()
        else:
            self._expect("sending", self._service.idle_timeout)

    def _misbehaved(self, keeps_alive: bool) -> None:
        self._fault = None
        self._sent(keeps_alive and self._stream.is_writable)
        self._service.loop.call(self._guarded, self._resume)

    def _answered(self) -> None:
        self._release()
        self._reader.give_back()
        self._is_answering = False
        if not self._stream.is_open:
            self.close()
        elif self._is_leaving:
            self._leave()
        elif self._stream.has_ended and not self._reader.has_rest:
            self.close()
        else:
            self._expect("idle", self._service.idle_timeout)

    def _resume(self) -> None:
        """Read the next request, unless this one is not over."""
        if not (self._is_answering or self._is_leaving or self._is_closed):
            self._stream.resume()
            self._go_on()

    def _release(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            try:
                after()
            except Exception:
                _log.exception("what was to be done after an answer failed")
