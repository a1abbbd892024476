"""The courier: attempts at callbacks side by side on the loop, bounded by sockets, and fair between sandboxes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mock_daraja.callbacks.order import Order
from mock_daraja.engine.attempt import Attempt
from mock_daraja.engine.connections import Connections
from mock_daraja.loop import Loop
from mock_daraja.model import Delivery, Failure
from mock_daraja.pool import Pool

if TYPE_CHECKING:
    from ssl import SSLContext

Came = Delivery | Exception
_Key = tuple[str, tuple[str, ...]]

MOST: Final = 1024
MOST_PER_RECEIVER: Final = 256


class _Job(Struct, frozen=True, eq=False):
    order: Order
    done: Callable[[Came], None]
    key: _Key


def stopped(order: Order) -> Delivery:
    """What becomes of an order when nothing is sent any more."""
    return Delivery(order.target.url, order.sent_ms, failure=Failure("stopped-before"))


class Courier:
    """`most` sockets in all, and to one receiver. A sandbox has at most as many as are left for others, so that none
    takes them all. `trust` loads the certificates that https receivers are checked against, which takes long.
    """

    def __init__(
        self,
        loop: Loop,
        pool: Pool,
        trust: Callable[[], SSLContext],
        most: int = MOST,
        per_receiver: int = MOST_PER_RECEIVER,
    ) -> None:
        self.loop = loop
        self._pool = pool
        self._load_trust = trust
        self._trust: SSLContext | None = None
        self._waits_for_trust: list[_Job] = []
        self._most = most
        self._per_receiver = per_receiver
        self._receivers: dict[_Key, Connections] = {}
        self._under_way: dict[Attempt, None] = {}
        self._of: Counter[str] = Counter()  # attempts under way, by sandbox
        self._waiting: dict[str, dict[_Key, deque[_Job]]] = {}
        self.is_stopped = False
        self._is_paused = False
        self._lock = Lock()
        loop.after_lack(self._look)

    def start(self) -> bool:
        """Have the loop run, from any thread. Not once the courier was closed: then it would run for ever."""
        with self._lock:
            if not self.is_stopped:
                self.loop.start()
            return not self.is_stopped

    def pause(self) -> None:
        """Begin no attempt any more: it waits for its turn. From any thread."""
        self._is_paused = True

    def close(self) -> None:
        """Begin no attempt any more. From any thread; `stop` then ends those under way."""
        with self._lock:
            self.is_stopped = True

    def send(self, order: Order, done: Callable[[Came], None]) -> None:
        """Attempt it as soon as the bounds allow; `done` is called in the loop's thread, later."""
        try:
            self._send(_Job(order, done, (order.target.place.origin, order.target.addresses)))
        except Exception as error:
            self.loop.call(done, error)

    def _send(self, job: _Job) -> None:
        order = job.order
        if self.is_stopped:
            self.loop.call(job.done, stopped(order))
        elif order.target.place.scheme == "https" and self._trust is None:
            self._await_trust(job)
        elif job.key not in self._waiting.get(order.sandbox, ()) and self._may_begin(job):
            self._begin(job)
        else:
            self._waiting.setdefault(order.sandbox, {}).setdefault(job.key, deque()).append(job)

    def close_kept(self) -> None:
        self._close_kept()

    def stop(self) -> int:
        """End every attempt, and begin none any more. How many there were, with those that waited."""
        self.close()
        left = len(self._under_way) + len(self._waits_for_trust)
        left += sum(len(queue) for queues in self._waiting.values() for queue in queues.values())
        self._waiting.clear()
        for attempt in [*self._under_way]:
            attempt.stop()
        self.close_kept()
        return left

    # beginning

    def _receiver(self, key: _Key) -> Connections:
        found = self._receivers.get(key)
        if found is None:
            found = self._receivers[key] = Connections(self.loop, partial(self._changed, key))
        return found

    def _may_begin(self, job: _Job) -> bool:
        left = self._most - len(self._under_way)
        receiver = self._receiver(job.key)
        return (
            not self._is_paused
            and left > self._of[job.order.sandbox]
            and receiver.busy < self._per_receiver
            and (len(receiver) > 0 or receiver.may_open)
        )

    def _begin(self, job: _Job) -> None:
        if not len(self._receiver(job.key)):
            self._make_room()  # before this receiver is looked at: it may be forgotten meanwhile
        receiver, order = self._receiver(job.key), job.order
        stream = receiver.take()
        trust = self._trust if order.target.place.scheme == "https" else None

        def ended(attempt: Attempt, came: Came) -> None:
            if attempt not in self._under_way:
                return
            del self._under_way[attempt]  # first: where the rest fails nobody has the job any more, and that is seen
            receiver.busy -= 1
            self._of[order.sandbox] -= 1
            try:
                receiver.ended(attempt)
                if attempt.kept is not None:
                    receiver.keep(attempt.kept)
            finally:
                self.loop.call(self._next, job, came)

        attempt = Attempt(self.loop, order, trust, ended)
        receiver.busy += 1
        self._under_way[attempt] = None
        self._of[order.sandbox] += 1
        try:
            if stream is None:
                receiver.opened(attempt)
            attempt.begin(stream)
        except Exception as error:
            attempt.crashed(error)

    def _next(self, job: _Job, came: Came) -> None:
        """The place of one that has ended is another's."""
        try:
            self._changed(job.key)
        finally:
            job.done(came)

    def _look(self) -> None:
        """After a lack of memory."""
        for attempt in [*self._under_way]:
            if attempt.is_lost:
                attempt.crashed(MemoryError())
        for receiver in self._receivers.values():
            receiver.forget_grown()
        self._dispatch()

    def _changed(self, key: _Key) -> None:
        self._dispatch()
        self._forget(key)

    def _make_room(self) -> None:
        """Kept connections are sockets too: what is to be opened comes first."""
        spare = self._most - len(self._under_way) - sum(map(len, self._receivers.values()))
        if spare <= 0:
            self._close_kept(1)

    def _close_kept(self, most: int | None = None) -> None:
        for key, receiver in [*self._receivers.items()]:
            receiver.close_kept(most)
            self._forget(key)

    def _forget(self, key: _Key) -> None:
        """What is known of a receiver, if that is nothing."""
        receiver = self._receivers.get(key)
        if receiver is not None and receiver.is_unused and not any(key in each for each in self._waiting.values()):
            del self._receivers[key]

    # waiting

    def _dispatch(self) -> None:
        """Begin what may begin. Whoever had a turn, a sandbox or one of its receivers, is behind all others then."""
        sandboxes = deque(self._waiting)
        while sandboxes and not self.is_stopped:
            sandbox = sandboxes.popleft()
            queues = self._waiting[sandbox]
            key = next((key for key, queue in queues.items() if self._may_begin(queue[0])), None)
            if key is None:
                continue
            queue, _ = queues.pop(key), self._waiting.pop(sandbox)
            job = queue.popleft()
            if queue:
                queues[key] = queue
            if queues:
                self._waiting[sandbox] = queues
                sandboxes.append(sandbox)
            try:
                self._begin(job)
            except Exception as error:  # no memory, say
                self.loop.call(job.done, error)

    # trust

    def _await_trust(self, job: _Job) -> None:
        self._waits_for_trust.append(job)
        if len(self._waits_for_trust) == 1:
            self._pool.submit(self._find_trust)

    def _find_trust(self) -> None:
        """In a thread of the pool."""
        try:
            self.loop.call(self._trusts, self._load_trust(), None)
        except Exception as error:
            self.loop.call(self._trusts, None, error)

    def _trusts(self, found: SSLContext | None, error: Exception | None) -> None:
        self._trust = found
        jobs, self._waits_for_trust = self._waits_for_trust, []
        for job in jobs:
            if error is not None:
                job.done(error)
            else:
                self._send(job)
