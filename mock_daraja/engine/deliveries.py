"""Deliveries on a running clock: one attempt at each callback, on the loop, and what came of it recorded.

What may take its time is done in a thread of the pool: a name that has to be looked up, an application in this process,
a record while somebody else has the sandbox. Whatever is raised there, SystemExit too, is about that event alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from mock_daraja.callbacks.order import Came, LocalCall, Order
from mock_daraja.engine.courier import Courier
from mock_daraja.engine.work import Work
from mock_daraja.errors import SlowError
from mock_daraja.model import Callback, Event, UrlRefusal
from mock_daraja.pool import Pool
from mock_daraja.sandbox import Sandbox

_log: Final = logging.getLogger("mock_daraja")

_BUSY_S: Final = 0.001  # then what the pool could not take is handed in again
_AGAIN_S: Final = 1.0  # then an event that could not be given back is


class Deliveries:
    """Of one sandbox. All but what is said to run in a thread is for the loop's own."""

    def __init__(self, sandbox: Sandbox, pool: Pool, courier: Courier, work: Work) -> None:
        self._sandbox = sandbox
        self._store = sandbox.store
        self._loop = courier.loop
        self._pool = pool
        self._courier = courier
        self._work = work

    def begin(self, event: Event) -> None:
        """The sandbox is locked; the attempt comes later."""
        row = self._work.claim(self._sandbox, event)
        if row is not None:
            self._loop.call(self._attempt, event, row)

    def _attempt(self, event: Event, row: Callback) -> None:
        try:
            self._give(event, self._work.steps.order(self._sandbox, row, may_wait=False))
        except SlowError:
            self._in_pool(event, partial(self._look_up, event, row))
        except BaseException as error:
            self._came(event, error)

    def _look_up(self, event: Event, row: Callback) -> None:
        """In a thread: the name of the receiver."""
        try:
            what = self._work.steps.order(self._sandbox, row, may_wait=True)
        except BaseException as error:
            self._loop.call(self._came, event, error)
        else:
            self._loop.call(self._give, event, what)

    def _give(self, event: Event, what: Order | LocalCall | UrlRefusal) -> None:
        if isinstance(what, Order):
            self._courier.send(what, partial(self._came, event))
        elif isinstance(what, UrlRefusal):
            self._came(event, what)
        else:
            self._in_pool(event, partial(self._call, event, what))

    def _in_pool(self, event: Event, job: Callable[[], object]) -> None:
        try:
            self._pool.submit(job)
        except Exception as error:
            self._came(event, error)

    def _call(self, event: Event, call: LocalCall) -> None:
        """In a thread: an application in this process."""
        try:
            self._loop.call(self._came, event, call())
        except BaseException as error:
            self._loop.call(self._came, event, error)

    def _came(self, event: Event, came: Came | BaseException) -> None:
        if isinstance(came, BaseException):
            pause_s = self._work.failed(self._sandbox, event, came)
            if pause_s is not None:
                self._loop.later(pause_s, self._give_back, event)
        elif not self._store.lock_now():
            self._record_in_thread(event, came)
        else:
            try:
                self._record(event, came)
            finally:
                self._store.unlock()

    def _record_in_thread(self, event: Event, came: Came) -> None:
        try:
            self._pool.submit(self._record, event, came)
        except Exception:
            _log.exception("no thread for a delivery in %s", self._sandbox.name)
            self._loop.later(_BUSY_S, self._came, event, came)

    def _record(self, event: Event, came: Came) -> None:
        """In any thread. What cannot be kept now is tried again: the attempt itself was made."""
        try:
            self._work.record(self._sandbox, event, came)
        except BaseException as error:
            pause_s = self._work.failed(self._sandbox, event, error)
            if pause_s is not None:
                self._loop.call(self._loop.later, pause_s, self._came, event, came)

    def _give_back(self, event: Event) -> None:
        try:
            self._store.give_back(event)
        except Exception:
            self._loop.later(_AGAIN_S, self._give_back, event)
