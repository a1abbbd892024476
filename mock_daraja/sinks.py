"""Sinks: the built-in receivers of one sandbox, in units over its store. control/ puts them on HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.model import changed
from mock_daraja.model.sink import ARRIVALS, SINKS, Arrival, Program, Sink, SinkAnswer
from mock_daraja.store import Store

MOST_SINKS: Final = 1000
MOST_ARRIVALS: Final = 1000
MOST_BYTES: Final = 8 << 20  # of the arrivals a sink keeps
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")


class Sinks:
    """One begins with the first request to it, or when it is programmed. The oldest arrivals go when there are more
    than MOST_ARRIVALS or MOST_BYTES in one."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Sink]:
        return self._store.scan(SINKS)

    def get(self, name: str) -> Sink | None:
        return self._store.get(SINKS, name)

    def open(self, name: str) -> Sink:
        """The sink of that name, new if need be. Raises Problem on a name no sink can have, and on one too many."""
        with self._store.unit():
            sink = self._store.get(SINKS, name)
            if sink is not None:
                return sink
            if _NAME.match(name) is None:
                remedy = "use 1 to 64 letters, digits, dots, dashes and underscores"
                raise Problem(f"{name[:100]!r} is not a name for a sink", where="sink", remedy=remedy)
            if self._store.count(SINKS) >= MOST_SINKS:
                what = f"there are {MOST_SINKS} sinks already, so {name!r} was not opened"
                raise Problem(what, where="sink", remedy="remove sinks, or reset the sandbox", status=409)
            sink = Sink(name)
            self._store.put(SINKS, sink)
            return sink

    def answer_with(self, name: str, program: Program) -> Sink:
        """Start this program from its first answer."""
        with self._store.unit():
            sink = changed(self.open(name), program=program, turn=0)
            self._store.put(SINKS, sink)
            return sink

    def receive(
        self,
        name: str,
        method: str,
        path: str,
        query: str,
        headers: Iterable[tuple[str, str]],
        *,
        body: bytes,
        received_ms: int,
    ) -> SinkAnswer:
        """Keep the request, and give the answer whose turn it is."""
        with self._store.unit():
            sink = self.open(name)
            number = sink.received + 1
            arrival = Arrival(number, method, path, query, tuple(headers), body, received_ms, name)
            self._store.put(ARRIVALS, changed(arrival, id=self._store.next("arrival")))
            self._store.put(SINKS, changed(sink, received=number, turn=sink.turn + 1))
            return sink.program[min(sink.turn, len(sink.program) - 1)]

    def arrivals(self, name: str, after: int = 0) -> list[Arrival]:
        """Those kept with a number above `after`, in the order they came."""
        return [*self._store.scan(ARRIVALS, "sink", name, least=after + 1)]

    def clear(self, name: str) -> None:
        """Forget the arrivals; the program stays as it is."""
        with self._store.unit():
            self._store.remove_ranks(ARRIVALS, "sink", name)

    def remove(self, name: str) -> bool:
        """With its arrivals. False when there was none."""
        with self._store.unit():
            return self._store.remove(SINKS, name)
