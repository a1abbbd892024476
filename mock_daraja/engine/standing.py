"""Standing: how a standing clock is moved, with all that falls due meanwhile. In the thread of whoever moves it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event as Signal
from typing import Final

from msgspec import Struct

from mock_daraja.callbacks.order import Came, LocalCall, Order
from mock_daraja.clock import Breaks
from mock_daraja.engine.courier import Courier, stopped
from mock_daraja.engine.work import LONGEST_S, Work, insist
from mock_daraja.errors import SlowError, prepared
from mock_daraja.model import Callback, Delivery, Event, UrlRefusal
from mock_daraja.sandbox import Sandbox

_Owed = dict[int, tuple[Event, Callback]]
"""Deliveries that are due at one instant, by callback."""
_Results = dict[int, Came | Exception]
_AT_A_TIME: Final = 20  # attempts that are handed to the courier before the loop looks at its sockets
_LAST_LOOKS: Final = 15  # at what has come, before the process ends
_LAST_S: Final = 0.01  # between two of them; where nothing comes for so long, none is taken any more
_LOOK_S: Final = 0.5  # between two looks at whether the loop still runs


class _Instant(Struct, frozen=True, eq=False):
    """Deliveries whose results are applied once all of them are there."""

    sandbox: Sandbox
    owed: _Owed
    came: _Results


class Standing:
    """Whatever is due at one instant is done before the clock moves on: events in their order, then the deliveries
    side by side, then their results in the order of the callbacks' ids."""

    def __init__(self, courier: Courier, work: Work) -> None:
        self._courier = courier
        self._work = work
        self._breaks = Breaks()
        self._open: dict[_Instant, None] = {}

    def advance(self, sandbox: Sandbox, ms: int) -> list[Event]:
        """Move by `ms`, doing what falls due at its own due time, with all that this schedules.

        Returns what had an effect, in order. Raises Problem on a running clock and while another advance runs.
        """
        sandbox.agenda.check_standing()
        with sandbox.agenda.turn(), self._breaks:
            until_ms = sandbox.now_ms + ms
            fired: list[Event] = []
            while (done := self._instant(sandbox, until_ms)) is not None:
                fired += done
            sandbox.agenda.move_to(until_ms)
            return fired

    def run_next(self, sandbox: Sandbox, until_ms: int) -> bool:
        """Do what is due at the next instant by `until_ms`. False when nothing is."""
        with sandbox.agenda.turn(), self._breaks:
            return self._instant(sandbox, until_ms) is not None

    def deliver_now(self, sandbox: Sandbox, callbacks: Iterable[int]) -> None:
        """Deliver these, though something holds them back."""
        with _leases(sandbox) as owed, self._breaks:
            for number in callbacks:
                with sandbox.store.unit():
                    if any(each.subject == number and each.kind == "deliver" for each in sandbox.store.leased()):
                        continue  # it is being delivered
                    sandbox.store.remove_events("deliver", number)
                    event = sandbox.store.add_event(sandbox.now_ms, "deliver", number)
                    row = self._work.claim(sandbox, event)
                    if row is not None:
                        owed[number] = event, row
                self._give_way(sandbox)
            self._deliver(sandbox, owed)

    def record_what_came(self) -> None:
        """From any thread: what has come of attempts by now, though others at the same instant are under way. For
        whoever ends the process, so that only these are lost: no attempt is begun any more, and what comes while the
        first are recorded, which takes its time, is recorded as well, as long as something does."""
        self._courier.pause()
        seen: set[tuple[_Instant, int]] = set()
        never = Signal()
        for _ in range(_LAST_LOOKS):
            before = len(seen)
            for instant in [*self._open]:
                for number, came in sorted(instant.came.copy().items()):
                    if (instant, number) not in seen and not isinstance(came, Exception):
                        seen.add((instant, number))
                        with suppress(Exception):  # it is unfinished then
                            prepared(self._work.record)(instant.sandbox, instant.owed[number][0], came)
            if before == len(seen):
                return
            never.wait(_LAST_S)

    def _instant(self, sandbox: Sandbox, until_ms: int) -> list[Event] | None:
        event = sandbox.store.peek()
        if event is None or event.due_ms > until_ms:
            return None
        sandbox.agenda.move_to(event.due_ms)
        fired: list[Event] = []
        with _leases(sandbox) as owed:
            while event is not None and event.due_ms <= sandbox.now_ms:
                if self._insist(sandbox, event, self._begin, owed):
                    fired.append(event)
                self._give_way(sandbox)
                event = sandbox.store.peek()
            return fired + self._deliver(sandbox, owed)

    def _give_way(self, sandbox: Sandbox) -> None:
        """Between two units: others may want the sandbox, and the loop the interpreter."""
        sandbox.store.give_way()
        if self._courier.loop.is_running:
            self._breaks.may_pause()

    def _begin(self, sandbox: Sandbox, event: Event, owed: _Owed) -> bool:
        """Whether it had an effect already."""
        if event.kind != "deliver":
            return self._work.carry_out(sandbox, event)
        row = self._work.claim(sandbox, event)
        if row is not None:
            owed[row.id] = event, row
        return False

    def _deliver(self, sandbox: Sandbox, owed: _Owed) -> list[Event]:
        if not owed:
            return []
        came: _Results = {}
        instant = _Instant(sandbox, owed, came)
        self._open[instant] = None
        try:
            self._side_by_side(sandbox, [row for _, (_, row) in sorted(owed.items())], came)
            ended: list[Event] = []
            for _, (event, row) in sorted(owed.items()):
                if self._insist(sandbox, event, self._end, row, came):
                    ended.append(event)
                self._give_way(sandbox)
            return ended
        finally:
            del self._open[instant]

    def _end(self, sandbox: Sandbox, event: Event, row: Callback, came: _Results) -> bool:
        """Raises what was no fault of the receiver's; called again, there is another attempt."""
        if row.id not in came:
            self._side_by_side(sandbox, [row], came)
        result = came[row.id]
        if isinstance(result, Exception):
            del came[row.id]
            raise result
        self._work.record(sandbox, event, result)
        return True

    def _insist(self, sandbox: Sandbox, event: Event, step: Callable[..., bool], *more: object) -> bool:
        """Five tries at once: nobody else moves this clock meanwhile. Raises what the store raises if that cannot even
        keep that the event is stuck."""
        while True:
            try:
                try:
                    return step(sandbox, event, *more)
                except SlowError as slow:
                    slow.prepare()
            except Exception as error:
                pause_s = self._work.failed(sandbox, event, error)
                if pause_s is None:
                    return False
                if pause_s >= LONGEST_S:
                    raise

    def _side_by_side(self, sandbox: Sandbox, rows: Iterable[Callback], came: _Results) -> None:
        """One attempt at each, all at once over HTTP. Applications in this process are called one after the other, in
        this thread, which their fixtures may be bound to. `came` has each result as soon as it is there."""
        calls: dict[int, LocalCall] = {}
        orders: dict[int, Order] = {}
        for row in rows:
            self._give_way(sandbox)
            try:
                what = self._work.steps.order(sandbox, row, may_wait=True)
            except Exception as error:
                came[row.id] = error
                continue
            if isinstance(what, Order):
                orders[row.id] = what
            elif isinstance(what, UrlRefusal):
                came[row.id] = what
            else:
                calls[row.id] = what
        gathering = _Gathering(self._courier, orders, came)
        for number, call in calls.items():
            self._give_way(sandbox)
            try:
                came[number] = call()
            except Exception as error:
                came[number] = error
        gathering.wait()


@contextmanager
def _leases(sandbox: Sandbox) -> Iterator[_Owed]:
    """Deliveries whose events are leased to this thread. Where it is interrupted, they are due again."""
    owed: _Owed = {}
    try:
        yield owed
    except BaseException:
        for event, _ in owed.values():
            with suppress(Exception):
                insist(sandbox.store.give_back, event)
        raise


class _Gathering:
    """Attempts under way on the loop; what came of each is put into `came`."""

    def __init__(self, courier: Courier, orders: Mapping[int, Order], came: _Results) -> None:
        self._courier = courier
        self._orders = orders
        self._left = set(orders)
        self._came = came
        self._done = Signal()
        if not orders:
            return
        try:
            if not courier.start():
                self._done.set()
                return
        except (RuntimeError, OSError, MemoryError) as error:
            self._came.update(dict.fromkeys(orders, error))
            self._left.clear()
            return
        self._unsent = deque(orders.items())
        courier.loop.call(self._send_some)

    def _send_some(self) -> None:
        """On the loop, which has other things to do as well."""
        for _ in range(min(_AT_A_TIME, len(self._unsent))):
            number, order = self._unsent.popleft()
            self._courier.send(order, partial(self._put, number))
        if self._unsent:
            self._courier.loop.call(self._send_some)

    def _put(self, number: int, came: Delivery | Exception) -> None:
        self._came[number] = came
        self._left.discard(number)
        if not self._left:
            self._courier.close_kept()
            self._done.set()

    def wait(self) -> None:
        """For all of them. Those that are left when the courier has stopped have failed."""
        while self._left and not self._done.wait(_LOOK_S):
            if not self._courier.loop.is_running:
                break
        self._came.update({number: stopped(self._orders[number]) for number in [*self._left]})
