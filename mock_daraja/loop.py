"""The selector loop: sockets, timers, and calls from other threads, all in one thread. Knows no HTTP and no M-Pesa.

What runs on it never waits: whatever may block is a Pool's.
"""

from __future__ import annotations

import logging
import selectors
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from heapq import heapify, heappop, heappush
from itertools import count
from threading import Event, Lock, Thread, get_ident
from traceback import clear_frames
from typing import Any, Final
from weakref import WeakMethod

from mock_daraja.clock import monotonic
from mock_daraja.threads import Daemon

_log: Final = logging.getLogger(__name__)

READ: Final = selectors.EVENT_READ
WRITE: Final = selectors.EVENT_WRITE
_WAKE_TRIES: Final = 3
_TOGETHER: Final = 16  # sockets that are seen to before what they called is done
_FEW: Final = 100  # timers that were called off and may lie about
_LONGEST_S: Final = 86_400.0  # a selector takes no wait of years
_AGAIN_S: Final = 0.01  # after a wait that failed: it may fail again at once
_LONGEST_END_S: Final = 1.0
_LAST_TURNS: Final = 10  # for what was called before the end, and what that has called


class Timer:
    """One call in the future. `cancel` is for the loop's thread."""

    __slots__ = ("_arguments", "_call", "_loop", "at")

    def __init__(self, loop: Loop, at: float, call: Callable[..., object], arguments: tuple[Any, ...]) -> None:
        self.at = at  # on the monotonic count
        self._loop = loop
        self._call: Callable[..., object] | None = call
        self._arguments = arguments

    @property
    def is_off(self) -> bool:
        """It was called, or called off."""
        return self._call is None

    def cancel(self) -> None:
        if self._call is not None:
            self._call, self._arguments = None, ()
            self._loop._called_off()

    def fire(self) -> None:
        call, arguments = self._call, self._arguments
        self._call, self._arguments = None, ()
        if call is not None:
            call(*arguments)


class Loop:
    """`start` gives it a thread. `call`, `rest`, `start` and `stop` are for any thread, all else is for the loop's
    own."""

    def __init__(self) -> None:
        self._calls: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._off = 0  # timers that were called off and are in the heap yet
        self._lock = Lock()  # over starting and stopping
        self._selector: selectors.BaseSelector | None = None
        self._pair: tuple[socket.socket, ...] = ()  # what is sent into the second wakes the loop, which reads the first
        self._runner: int | None = None
        self._thread: Thread | None = None
        self._sleeps = False
        self._is_ending = False
        self._lacks = False  # memory
        self.rests = 0  # for lack of it, so far
        self._after_lack: list[WeakMethod[Callable[[], object]]] = []
        self._ended = Event()
        self._ended.set()

    @property
    def is_here(self) -> bool:
        """Whether this thread is the loop's."""
        return self._runner == get_ident()

    @property
    def is_running(self) -> bool:
        return not self._ended.is_set()

    # from any thread

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have the loop call this soon: before it runs, or after it has ended, whenever it runs next."""
        try:
            self._calls.append((function, arguments))
        except MemoryError:
            self.rest()
            raise
        if self._sleeps:
            self._interrupt()

    def rest(self) -> None:
        """For a moment, before the next turn, and have looked after the lack: what failed for want of memory would fail
        again at once. From any thread. Takes no memory itself."""
        self._lacks = True
        if self._sleeps:
            self._interrupt()

    def start(self) -> None:
        """Run it in a thread of its own, unless it runs. Raises OSError, RuntimeError or MemoryError where no files or
        no thread are to be had."""
        with self._lock:
            if self._is_ending and not self.is_here:
                self._ended.wait(_LONGEST_END_S)
            if not self._ended.is_set():
                return
            try:
                self._open()
                thread = Daemon(self._run, "mock-daraja-loop")
                thread.start()
                self._thread = thread
            except BaseException:
                self._close()
                raise

    def stop(self, seconds: float = _LONGEST_END_S) -> None:
        """End it, once all that was called before is done, and wait for so long until it has: not at all where it is
        the caller."""
        if self.is_running:
            self._is_ending = True
            self.call(lambda: None)
            if not self.is_here and self._ended.wait(seconds) and self._thread is not None:
                self._thread.join()

    # from its own thread

    def later(self, seconds: float, function: Callable[..., object], *arguments: Any) -> Timer:
        at = monotonic() + seconds
        timer = Timer(self, at, function, arguments)
        heappush(self._timers, (at, next(self._order), timer))
        return timer

    def watch(self, sock: socket.socket, events: int, ready: Callable[[int], object]) -> None:
        """Call `ready` with READ, WRITE or both whenever the socket is. `events` of 0 ends that."""
        assert self._selector is not None
        known = self._selector.get_map().get(sock)
        if known is not None and known.fileobj is not sock:  # one of its number, closed while memory lacked
            self._selector.unregister(known.fileobj)
            known = None
        if known is None:
            if events:
                self._selector.register(sock, events, ready)
        elif not events:
            self._selector.unregister(sock)
        else:
            self._selector.modify(sock, events, ready)

    def lacked_since(self, rests: int) -> bool:
        """Whether memory lacked, anywhere, since there had been so many `rests`."""
        return self._lacks or self.rests != rests

    def after_lack(self, look: Callable[[], object]) -> None:
        """Have a method called, again and again, while something fails for lack of memory, and once after that: what
        was to be done then may be lost. It keeps nothing alive."""
        self._after_lack = [*(each for each in self._after_lack if each() is not None), WeakMethod(look)]

    # the run

    def _open(self) -> None:
        """All that can fail, before a thread is made."""
        self._selector = selectors.DefaultSelector()
        self._pair = socket.socketpair()
        for sock in self._pair:
            sock.setblocking(False)
        self._selector.register(self._pair[0], READ, self._woken)
        self._is_ending = False
        self._ended.clear()

    def _close(self) -> None:
        socks = {*self._pair}
        if self._selector is not None:
            socks.update(key.fileobj for key in self._selector.get_map().values())  # type: ignore[misc]  # only sockets
            self._selector.close()
        for sock in socks:
            with suppress(OSError):
                sock.close()
        self._selector, self._pair, self._runner = None, (), None
        self._ended.set()

    def _run(self) -> None:
        self._runner = get_ident()
        try:
            turns = _LAST_TURNS
            while turns:
                try:
                    self._turn()
                except MemoryError:  # between two of the things to do: the next turn does the rest
                    self._lacks = True
                if self._is_ending:
                    turns = turns - 1 if self._calls else 0
        finally:
            self._close()

    def _turn(self) -> None:
        """Wait for the next thing to do, and do all that there is."""
        for number, (key, events) in enumerate(self._wait(), 1):
            if not self._safely(key.data, events):
                self._forget(key.fileobj)
            if number % _TOGETHER == 0:
                self._run_calls()
        now = monotonic()
        while self._timers and self._timers[0][0] <= now:
            timer = heappop(self._timers)[2]
            if timer.is_off:
                self._off -= 1
            else:
                self._safely(timer.fire)
        self._run_calls()

    def _run_calls(self) -> None:
        """Those that are there by now; what they call has its turn later."""
        for _ in range(len(self._calls)):
            function, arguments = self._calls.popleft()
            self._safely(function, *arguments)

    def _wait(self) -> list[tuple[selectors.SelectorKey, int]]:
        """For what is ready, the next timer or a call."""
        assert self._selector is not None
        if self._lacks:
            self.rests += 1
            self._lacks = False
            self._ended.wait(_AGAIN_S)
            for each in self._after_lack:
                if (look := each()) is not None:
                    self._safely(look)
        self._sleeps = True  # first this, then the look at the calls: whoever adds one does it the other way round
        try:
            return self._selector.select(0.0 if self._calls or self._lacks else self._pause())
        except Exception:
            self._safely(_log.exception, "the wait for sockets failed")
            self._ended.wait(_AGAIN_S)
            return []
        finally:
            self._sleeps = False

    def _forget(self, sock: Any) -> None:
        """What failed would fail again at once, and for ever."""
        assert self._selector is not None
        with suppress(KeyError, ValueError):  # it was closed
            self._selector.unregister(sock)

    def _pause(self) -> float | None:
        while self._timers and self._timers[0][2].is_off:
            heappop(self._timers)
            self._off -= 1
        return min(_LONGEST_S, max(0.0, self._timers[0][0] - monotonic())) if self._timers else None

    def _called_off(self) -> None:
        self._off += 1
        if self._off > _FEW + len(self._timers) // 2:
            self._timers = [each for each in self._timers if not each[2].is_off]
            heapify(self._timers)
            self._off = 0

    def _interrupt(self) -> None:
        for _ in range(_WAKE_TRIES):
            try:
                self._pair[1].send(b".")
            except (OSError, IndexError, MemoryError):  # full: it wakes anyway; closed: it has ended
                continue
            return

    def _woken(self, _: int) -> None:
        with suppress(OSError, MemoryError):  # it is asked again at once: what wakes the loop must not be forgotten
            self._pair[0].recv(4096)

    def _safely(self, function: Callable[..., object], *arguments: Any) -> bool:
        """A mistake of one must not end the loop for all. Whether there was none; a lack of memory is nobody's."""
        try:
            function(*arguments)
        except Exception as error:
            with suppress(Exception):
                _log.exception("%r failed", function)
                clear_frames(error.__traceback__)  # who keeps the error is not to keep what they have in hand
            if not isinstance(error, MemoryError):
                return False
            self._lacks = True
        return True
