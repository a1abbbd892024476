"""Deliveries on a running clock: one attempt at each callback, on the loop, and what came of it recorded.

What may take its time is done in a thread of the pool: a name that has to be looked up, an application in this process,
a record while somebody else has the sandbox. Whatever is raised there, SystemExit too, is about that event alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final
from weakref import ref

from mock_daraja.callbacks.order import Came, LocalCall, Order
from mock_daraja.engine.courier import Courier
from mock_daraja.engine.hold import Hold, LostError
from mock_daraja.engine.work import Work
from mock_daraja.errors import SlowError
from mock_daraja.loop import Loop
from mock_daraja.model import Callback, Event, UrlRefusal
from mock_daraja.pool import Pool
from mock_daraja.sandbox import Sandbox

_log: Final = logging.getLogger("mock_daraja")

_BUSY_S: Final = 0.001  # then what the pool could not take is handed in again
_AGAIN_S: Final = 1.0  # then an event that could not be given back is


class _Lease(Hold):
    """One event, held by whoever delivers its callback, among those that are, by their numbers."""

    __slots__ = ("_among", "event")

    def __init__(self, loop: Loop, event: Event, among: _Leases) -> None:
        self._loop = loop
        self.event = event
        self._among = among
        among[event.sequence] = event, ref(self)

    def over(self) -> None:
        self._loop = None
        self._among.pop(self.event.sequence, None)


_Leases = dict[int, tuple[Event, ref[_Lease]]]


class Deliveries:
    """Of one sandbox. All but what is said to run in a thread is for the loop's own."""

    def __init__(self, sandbox: Sandbox, pool: Pool, courier: Courier, work: Work) -> None:
        self._sandbox = sandbox
        self._store = sandbox.store
        self._loop = courier.loop
        self._pool = pool
        self._courier = courier
        self._work = work
        self._leases: _Leases = {}  # a dead one was lost on its way
        self._loop.after_lack(self._find)

    def begin(self, event: Event) -> None:
        """The sandbox is locked; the attempt comes later."""
        lease = self._lease(event)
        try:
            row = self._work.claim(self._sandbox, event)
        except BaseException:
            if event not in self._store.leased():  # it is due again
                lease.over()
            raise
        if row is None:
            lease.over()
        else:
            self._loop.call(self._attempt, lease, row)

    def _lease(self, event: Event) -> _Lease:
        return _Lease(self._loop, event, self._leases)

    def _find(self) -> None:
        if self._sandbox.is_closed:
            return
        for number, entry in self._leases.copy().items():
            event, lease = entry
            if lease() is None and self._leases.get(number) is entry:  # else it is over by now, in a thread
                self._came(self._lease(event), LostError("the delivery was lost on its way"))

    def _attempt(self, lease: _Lease, row: Callback) -> None:
        try:
            self._give(lease, self._work.steps.order(self._sandbox, row, may_wait=False))
        except SlowError:
            self._in_pool(lease, partial(self._look_up, lease, row))
        except BaseException as error:
            self._came(lease, error)

    def _look_up(self, lease: _Lease, row: Callback) -> None:
        """In a thread: the name of the receiver."""
        try:
            what = self._work.steps.order(self._sandbox, row, may_wait=True)
        except BaseException as error:
            self._loop.call(self._came, lease, error)
        else:
            self._loop.call(self._give, lease, what)

    def _give(self, lease: _Lease, what: Order | LocalCall | UrlRefusal) -> None:
        if isinstance(what, Order):
            self._courier.send(what, partial(self._came, lease))
        elif isinstance(what, UrlRefusal):
            self._came(lease, what)
        else:
            self._in_pool(lease, partial(self._call, lease, what))

    def _in_pool(self, lease: _Lease, job: Callable[[], object]) -> None:
        try:
            self._pool.submit(job)
        except Exception as error:
            self._came(lease, error)

    def _call(self, lease: _Lease, call: LocalCall) -> None:
        """In a thread: an application in this process."""
        try:
            self._loop.call(self._came, lease, call())
        except BaseException as error:
            self._loop.call(self._came, lease, error)

    def _came(self, lease: _Lease, came: Came | BaseException) -> None:
        if isinstance(came, BaseException):
            pause_s = self._work.failed(self._sandbox, lease.event, came)
            if pause_s is None:
                lease.over()
            else:
                self._loop.later(pause_s, self._give_back, lease)
        elif not self._store.lock_now():
            self._record_in_thread(lease, came)
        else:
            try:
                self._record(lease, came)
            finally:
                self._store.unlock()

    def _record_in_thread(self, lease: _Lease, came: Came) -> None:
        try:
            self._pool.submit(self._record, lease, came)
        except Exception:
            _log.exception("no thread for a delivery in %s", self._sandbox.name)
            self._loop.later(_BUSY_S, self._came, lease, came)

    def _record(self, lease: _Lease, came: Came) -> None:
        """In any thread. What cannot be kept now is tried again: the attempt itself was made."""
        try:
            self._work.record(self._sandbox, lease.event, came)
            lease.over()
        except BaseException as error:
            pause_s = self._work.failed(self._sandbox, lease.event, error)
            if pause_s is None:
                lease.over()
            else:
                self._loop.call(self._loop.later, pause_s, self._came, lease, came)

    def _give_back(self, lease: _Lease) -> None:
        try:
            with self._store.view():  # nobody else leases it in between
                self._store.give_back(lease.event)
                lease.over()
        except Exception:
            self._loop.later(_AGAIN_S, self._give_back, lease)
