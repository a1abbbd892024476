"""The threads that deliver due callbacks: first in, first out; one that hangs delays the others only for a moment."""

from __future__ import annotations

import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Condition, Event, Thread, current_thread
from typing import Final, Generic, TypeVar

from mock_daraja.callbacks.connections import Connections

Item = TypeVar("Item")

SLOW_S: Final = 0.01  # a mean delivery longer than this waits for its receiver, not for this process: more workers help
IDLE_S: Final = 0.2  # then kept connections are closed: an idle one can block a receiver's shutdown, or its only thread
STOP_S: Final = 0.5


class Courier(Generic[Item]):
    """`handler` carries out one item with the connections it is given, and raises nothing.

    Threads start with the first item. They are `few` while receivers are quick (more would only contend for the
    interpreter), and double at every tick up to `most` while items wait and deliveries take long.
    """

    few = 2
    most = 64
    tick_s = 0.05  # between two looks at whether the workers keep up

    def __init__(self, handler: Callable[[Item, Connections], None], connections: Callable[[], Connections]) -> None:
        self._handler = handler
        self._connections = connections
        self._waiting: SimpleQueue[Item | None] = SimpleQueue()  # None wakes a worker that is to stop
        self._changed = Condition()
        self._submitted = 0
        self._done = 0
        self._workers: dict[Thread, Connections] = {}
        self._inline: list[Connections] = []
        self._watcher: Thread | None = None
        self._busy = Event()
        self._stopping = Event()

    def submit(self, item: Item) -> None:
        """Queue a due item. Nothing happens once stopped."""
        with self._changed:
            if self._stopping.is_set():
                return
            self._submitted += 1
            if len(self._workers) < min(self.few, self._submitted - self._done):
                self._add_workers(1)
            if self._watcher is None:
                self._watcher = Thread(target=self._watch, name="courier-watch", daemon=True)
                self._watcher.start()
            self._waiting.put(item)
        if not self._busy.is_set():
            self._busy.set()

    def run_inline(self, *items: Item) -> None:
        """Carry items out in this thread, one after the other, and leave no connection open."""
        connections = self._connections()
        with self._changed:
            self._inline.append(connections)
            if self._stopping.is_set():
                connections.abort()
        try:
            for item in items:
                self._handler(item, connections)
        finally:
            connections.close()
            with self._changed:
                self._inline.remove(connections)

    def stop(self) -> None:
        """End every delivery under way, and begin no other. Takes half a second at the very most."""
        with self._changed:
            self._stopping.set()
            under_way = [*self._workers.values(), *self._inline]
        self._busy.set()
        for connections in under_way:
            self._waiting.put(None)
            connections.abort()
        with self._changed:
            self._changed.wait_for(lambda: not self._workers, STOP_S)

    def _add_workers(self, by: int) -> None:
        for _ in range(by):
            connections = self._connections()
            worker = Thread(target=self._work, args=(connections,), name="courier", daemon=True)
            self._workers[worker] = connections
            worker.start()

    def _work(self, connections: Connections) -> None:
        while (item := self._next(connections)) is not None:
            try:
                self._handler(item, connections)
            except Exception:  # one item's mistake must neither end the worker nor pass in silence
                logging.getLogger(__name__).exception("a callback could not be carried out: %r", item)
            with self._changed:
                self._done += 1
        connections.close()
        with self._changed:
            self._workers.pop(current_thread(), None)
            self._changed.notify_all()

    def _next(self, connections: Connections) -> Item | None:
        """The next item. None when this worker has left: it was one too many, or everything stops."""
        while not self._stopping.is_set():
            may_idle = len(connections) == 0 and len(self._workers) <= self.few
            try:
                return self._waiting.get(timeout=None if may_idle else IDLE_S)
            except Empty:
                connections.close()
            with self._changed:  # counted and left in one step, so that never too many leave at once
                if len(self._workers) > self.few:
                    del self._workers[current_thread()]
                    break
        return None

    def _watch(self) -> None:
        """Add workers while the ones there are wait for slow receivers. Sleeps while there is nothing to do."""
        seen = 0
        while True:
            self._busy.wait()
            if self._stopping.wait(self.tick_s):
                return
            with self._changed:
                finished, seen = self._done - seen, self._done
                if seen == self._submitted:
                    self._busy.clear()
                elif not self._waiting.empty() and finished * SLOW_S < len(self._workers) * self.tick_s:
                    self._add_workers(min(len(self._workers), self.most - len(self._workers)))
