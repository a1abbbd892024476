"""Schedule: the events of a store in memory, in the order in which they are due; those that somebody carries out, and
those that exchanges hold."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from mock_daraja.model import Event
from mock_daraja.store.unit import Undo, put_in, take_out


class Schedule:
    def __init__(self) -> None:
        self._events: dict[int, Event] = {}  # by sequence
        self._heap: list[tuple[int, int]] = []  # due time and sequence, some of events that are gone or due otherwise
        self._leased: dict[int, Event] = {}
        self._held: dict[int, tuple[Event, ...]] = {}  # by exchange

    def copy(self) -> Schedule:
        """Nobody carries out what is in a copy: what is leased is due there."""
        made = Schedule()
        made._events, made._held = self._events | self._leased, dict(self._held)
        made._sort()
        return made

    def __len__(self) -> int:
        return len(self._events) + len(self._leased) + len(self._held)

    def add(self, event: Event, undo: Undo) -> None:
        put_in(self._events, event.sequence, event, undo)
        self._push(event)

    def hold(self, exchange: int, event: Event, undo: Undo) -> None:
        put_in(self._held, exchange, (*self._held.get(exchange, ()), event), undo)

    def release(self, exchange: int, undo: Undo) -> tuple[Event, ...]:
        if exchange not in self._held:
            return ()
        held: tuple[Event, ...] = take_out(self._held, exchange, undo)
        for event in held:
            self.add(event, undo)
        return held

    def first(self) -> Event | None:
        while self._heap:
            due_ms, sequence = self._heap[0]
            event = self._events.get(sequence)
            if event is not None and event.due_ms == due_ms:
                return event
            heappop(self._heap)
        return None

    def all(self) -> list[Event]:
        return sorted(self._events.values())

    def leased(self) -> list[Event]:
        return [*self._leased.values()]

    def has(self, sequence: int) -> bool:
        return sequence in self._events or sequence in self._leased

    def end(self, event: Event, undo: Undo) -> bool:
        if self._leased.get(event.sequence) == event:
            take_out(self._leased, event.sequence, undo)
            return True
        if self._events.get(event.sequence) != event:
            return False
        self._take(event, undo)
        return True

    def lease(self, event: Event, undo: Undo) -> bool:
        if self._events.get(event.sequence) != event:
            return False
        self._take(event, undo)
        put_in(self._leased, event.sequence, event, undo)
        return True

    def give_back(self, event: Event, undo: Undo) -> bool:
        if self._leased.get(event.sequence) != event:
            return False
        take_out(self._leased, event.sequence, undo)
        self.add(event, undo)
        return True

    def _take(self, event: Event, undo: Undo) -> None:
        """Its place in the heap stays, and means nothing until the event is put back."""
        undo.append((self._put_back, event))
        del self._events[event.sequence]

    def remove(self, kind: str, subject: int | str, undo: Undo) -> int:
        """Those that are held as well. How many there were."""
        due = [each for each in self._events.values() if each.subject == subject and each.kind == kind]
        for event in due:
            self._take(event, undo)
        count = len(due)
        for exchange, held in [*self._held.items()]:
            left = tuple(each for each in held if each.subject != subject or each.kind != kind)
            count += len(held) - len(left)
            if not left:
                take_out(self._held, exchange, undo)
            elif len(left) < len(held):
                put_in(self._held, exchange, left, undo)
        return count

    def _put_back(self, event: Event) -> None:
        self._events[event.sequence] = event
        self._push(event)

    def _push(self, event: Event) -> None:
        if len(self._heap) > 2 * len(self._events) + 100:
            self._sort()  # or what is gone long before it would be due piles up
        else:
            heappush(self._heap, (event.due_ms, event.sequence))

    def _sort(self) -> None:
        heap = [(event.due_ms, event.sequence) for event in self._events.values()]
        heapify(heap)
        self._heap = heap
