"""Built-in receivers: what arrived at each, and the answers it is to give."""

from __future__ import annotations

from typing import Final

from mock_daraja.model.noun import Noun, Ranked, Retention, Row
from mock_daraja.model.outcome import FaultSpec
from mock_daraja.model.size import size_of

MOST_ARRIVALS: Final = 1000
MOST_BYTES: Final = 8 << 20  # of the arrivals a sink keeps


class SinkAnswer(Row, frozen=True):
    """By default what Safaricom expects of a receiver (callbacks.md §6)."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    body: bytes = b'{"ResultCode":0,"ResultDesc":"Accepted"}'
    fault: FaultSpec | None = None


Program = tuple[SinkAnswer, ...]
"""Answers given in turn; the last one repeats."""

ACCEPT: Final[Program] = (SinkAnswer(),)


class Sink(Row, frozen=True):
    """One named receiver. `received` is how many arrived, ever."""

    name: str
    program: Program = ACCEPT
    turn: int = 0
    received: int = 0


class Arrival(Row, frozen=True):
    """One request a sink received. `number` counts from 1 in each sink."""

    number: int
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_ms: int  # on the sandbox clock
    sink: str = ""
    id: int = 0


ARRIVALS: Final[Noun[Arrival, int]] = Noun(
    "arrival",
    Arrival,
    lambda row: row.id,
    ranked=(Ranked("sink", lambda row: ((row.sink, row.number),)),),
    retention=Retention("arrivals", most_bytes="arrival_bytes", size=lambda row: len(row.body), by="sink"),
    size=size_of("path", "query", "headers", "body"),
)
SINKS: Final[Noun[Sink, str]] = Noun(
    "sink", Sink, lambda row: row.name, children=((ARRIVALS, "sink"),), size=size_of("program"), varying="program"
)
