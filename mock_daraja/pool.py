"""The threads beside the loop, for what may block: look-ups, RSA, imports, files, a user's code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread, current_thread
from typing import Any, Final

from mock_daraja.clock import monotonic
from mock_daraja.loop import Loop
from mock_daraja.threads import Daemon

_log: Final = logging.getLogger(__name__)

_PATIENCE_S: Final = 0.01  # a job that has waited for longer waits for others that block: more threads help
_AT_ONCE: Final = 32  # threads added by one look, since the loop waits for each to start
_IDLE_S: Final = 2.0

_Job = tuple[Callable[..., object], tuple[Any, ...]]


class Pool:
    """Jobs are begun in the order in which they came, by `few` threads; more, up to `most`, while all of them block."""

    def __init__(self, loop: Loop, few: int = 4, most: int = 512) -> None:
        self._loop = loop
        self._few = few
        self._most = most
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = Lock()
        self._threads: set[Thread] = set()
        self._pending = 0  # jobs that are not done; each needs a thread
        self._kept = 0  # threads that stay though nobody needs them
        self._watched = False  # a look at whether the threads keep up is due
        self._stopped = False
        loop.after_lack(self._look)

    def submit(self, job: Callable[..., object], *arguments: Any) -> None:
        """From any thread. A job that raises is logged."""
        with self._lock:
            self._jobs.put((job, arguments))
            self._pending += 1
            self._add_threads(self._few)
            if self._pending <= len(self._threads) or self._watched:
                return
            self._watched = True
        self._loop.call(self._loop.later, _PATIENCE_S, self._look)

    def keep(self) -> None:
        """Have one thread from now on until `stop`, so that jobs are done though no other is to be had. Raises
        NoThreadError where this one is not."""
        with self._lock:
            self._kept = 1
            if not self._threads and not self._stopped:
                self._add_thread()

    def stop(self, seconds: float = 0.5) -> None:
        """End the threads, each when its job is done, and wait so long for that. Jobs not begun are dropped."""
        with self._lock:
            self._stopped = True
            threads = self._threads - {current_thread()}
            for _ in threads:
                self._jobs.put(None)
        deadline = monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, deadline - monotonic()))

    def _add_threads(self, most: int) -> None:
        """One for each job, if they are to be had: else the next look tries again."""
        with suppress(RuntimeError, MemoryError, OSError):
            while len(self._threads) < min(self._pending, most) and not self._stopped:
                self._add_thread()

    def _add_thread(self) -> None:
        thread = Daemon(self._work, "mock-daraja-pool")
        self._threads.add(thread)
        try:
            thread.start()
        except BaseException:
            if not thread.is_alive():  # else it began, and `stop` has to end it
                self._threads.discard(thread)
            raise

    def _look(self) -> None:
        with self._lock:
            self._add_threads(min(self._most, len(self._threads) + _AT_ONCE))
            self._watched = self._pending > len(self._threads) and not self._stopped
        if self._watched:
            self._loop.later(_PATIENCE_S, self._look)

    def _work(self) -> None:
        while (job := self._next()) is not None:
            function, arguments = job
            try:
                function(*arguments)
            except BaseException as error:  # SystemExit too: sys.exit() in a thread ends nothing else either
                if isinstance(error, MemoryError):
                    self._loop.rest()
                with suppress(Exception):
                    _log.exception("%r failed", function)
            del job, function, arguments  # a thread that waits keeps nothing alive
            with self._lock:
                self._pending -= 1

    def _next(self) -> _Job | None:
        """None where the thread may go."""
        while not self._stopped:
            try:
                return self._jobs.get(timeout=_IDLE_S)
            except (Empty, MemoryError):
                with self._lock:
                    if len(self._threads) > max(self._pending, self._kept):
                        self._threads.discard(current_thread())
                        return None
        return None
