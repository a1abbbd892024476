"""A fault carried out on a connection: act after act, with the sandbox's clock in between."""

from __future__ import annotations

from collections.abc import Callable

from mock_daraja.alarm import Alarm
from mock_daraja.clock import Clock, monotonic
from mock_daraja.faults.acts import Abort, Acts, Close, Fault, Send, Wait
from mock_daraja.loop import Loop, Timer
from mock_daraja.stream import Stream


class Misbehaviour:
    """`done` is called when the fault is over, and the connection may go on; where it ends the connection, the stream
    is finished or closed by then. `is_deaf` says that what the client sends meanwhile is to be thrown away, and that
    there is nothing more to do once it has ended its side."""

    def __init__(self, loop: Loop, stream: Stream, clock: Clock, done: Callable[[], None]) -> None:
        self.is_deaf = False
        self._sending_since: float | None = None  # the client has to read before the next act
        self._loop = loop
        self._stream = stream
        self._clock = clock
        self._done = done
        self._acts: Acts | None = None
        self._alarm: Alarm | None = None
        self._patience: Timer | None = None

    def begin(self, fault: Fault, response: bytes) -> None:
        self._acts = fault.acts(response, self._clock.now())
        self._go_on(first=True)

    def drained(self) -> None:
        """All that was sent is with the system."""
        if self._sending_since is not None:
            self._go_on()

    def is_stuck(self, seconds: float) -> bool:
        """Whether the client has taken nothing of what was sent for so long."""
        return self._sending_since is not None and monotonic() - self._sending_since >= seconds

    def stop(self) -> None:
        """The client has gone, or the server stops."""
        self._wake()
        if self._acts is not None:
            self._acts.close()
            self._acts = None

    def _wait(self, until_ms: int | None) -> None:
        """Until that time; no longer than the clock's patience, or than there is anybody for whom it could matter."""
        clock, loop = self._clock, self._loop
        if until_ms is not None:
            self._alarm = Alarm(loop, clock, until_ms, self._go_on)
        if clock.patience_s is not None:
            self._patience = loop.later(clock.patience_s, self._go_on)
        clock.at_end(self, lambda: loop.call(self._go_on))

    def _wake(self) -> None:
        self._clock.at_end(self, None)
        for waiting in (self._alarm, self._patience):
            if waiting is not None:
                waiting.cancel()
        self._alarm = self._patience = None

    def _go_on(self, *, first: bool = False) -> None:
        self._wake()
        self._sending_since = None
        self.is_deaf = False
        try:
            is_over = self._act(first=first)
        except BaseException:  # no memory, say: nobody would go on with it
            self._stream.reset()
            self._end()
            raise
        if is_over:
            self._end()

    def _end(self) -> None:
        if self._acts is not None:
            self.stop()
            self._done()

    def _act(self, *, first: bool) -> bool:
        """Until there is something to wait for. Whether all is done."""
        while self._acts is not None:
            try:
                act = next(self._acts) if first else self._acts.send(self._clock.now())
            except StopIteration:
                break
            first = False
            match act:
                case Send(data):
                    self._stream.send(data)
                    if not self._stream.is_idle:
                        self._sending_since = monotonic()
                        return False
                case Wait(until_ms, reusable):
                    if self._stream.has_ended and not reusable:  # the client has gone meanwhile
                        self._stream.close()
                        break
                    self.is_deaf = not reusable
                    if self.is_deaf:
                        self._stream.resume()  # whatever waits there
                    self._wait(until_ms)
                    return False
                case Close():
                    self._stream.finish()
                    break
                case Abort():
                    self._stream.reset()
                    break
        return True
