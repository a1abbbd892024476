"""Built-in receivers: what arrived, and the answer each is to give. Values only; control/ puts them on HTTP."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.exchange import JSON
from mock_daraja.fields import shown
from mock_daraja.model.outcome import FaultSpec

MOST_SINKS: Final = 1000
MOST_ARRIVALS: Final = 1000
MOST_BYTES: Final = 8 << 20  # of the arrivals a sink keeps
MOST_ANSWERS: Final = 1000
LONGEST_BODY: Final = 1 << 20

_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_FIELDS: Final = ("status", "headers", "body", "json", "fault")


@dataclass(frozen=True, slots=True)
class SinkAnswer:
    """By default what Safaricom expects of a receiver (callbacks.md §6)."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = JSON
    body: bytes = b'{"ResultCode":0,"ResultDesc":"Accepted"}'
    fault: FaultSpec | None = None


Program = tuple[SinkAnswer, ...]
"""Answers given in turn; the last one repeats."""

ACCEPT: Final[Program] = (SinkAnswer(),)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request a sink received. `number` counts from 1 in each sink, and goes on after a clear."""

    number: int
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_ms: int  # on the sandbox clock


class Sink:
    """One named receiver. The oldest arrivals go when there are more than MOST_ARRIVALS or MOST_BYTES."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()
        self._arrivals: deque[Arrival] = deque()
        self._bytes = 0
        self._received = 0
        self._program = ACCEPT
        self._turn = 0

    @property
    def received(self) -> int:
        """How many arrived, ever."""
        return self._received

    @property
    def program(self) -> Program:
        return self._program

    def answer_with(self, program: Program) -> None:
        """Start this program from its first answer."""
        with self._lock:
            self._program, self._turn = program, 0

    def receive(
        self, method: str, path: str, query: str, headers: Iterable[tuple[str, str]], *, body: bytes, received_ms: int
    ) -> SinkAnswer:
        """Keep the request, and give the answer whose turn it is."""
        with self._lock:
            self._received += 1
            self._arrivals.append(Arrival(self._received, method, path, query, tuple(headers), body, received_ms))
            self._bytes += len(body)
            while len(self._arrivals) > MOST_ARRIVALS or (self._bytes > MOST_BYTES and len(self._arrivals) > 1):
                self._bytes -= len(self._arrivals.popleft().body)
            answer = self._program[min(self._turn, len(self._program) - 1)]
            self._turn += 1
            return answer

    def arrivals(self, after: int = 0) -> list[Arrival]:
        """Those kept with a number above `after`, in the order they came."""
        with self._lock:
            return [arrival for arrival in self._arrivals if arrival.number > after]

    def snapshot(self) -> tuple[object, ...]:
        with self._lock:
            return tuple(self._arrivals), self._bytes, self._received, self._program, self._turn

    def restore(self, saved: tuple[Any, ...]) -> None:
        with self._lock:
            arrivals, self._bytes, self._received, self._program, self._turn = saved
            self._arrivals = deque(arrivals)

    def clear(self) -> None:
        """Forget the arrivals; the program stays as it is."""
        with self._lock:
            self._arrivals.clear()
            self._bytes = 0


_EMPTY: Final = Sink("empty").snapshot()


class Sinks:
    """The sinks of one sandbox. One begins with the first request to it, or when it is programmed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sinks: dict[str, Sink] = {}

    def __iter__(self) -> Iterator[Sink]:
        return iter(list(self._sinks.values()))

    def get(self, name: str) -> Sink | None:
        return self._sinks.get(name)

    def open(self, name: str) -> Sink:
        """The sink of that name, new if need be. Raises Problem on a name no sink can have, and on one too many."""
        sink = self._sinks.get(name)
        if sink is not None:
            return sink
        if _NAME.match(name) is None:
            remedy = "use 1 to 64 letters, digits, dots, dashes and underscores"
            raise Problem(f"{name[:100]!r} is not a name for a sink", where="sink", remedy=remedy)
        with self._lock:
            if name not in self._sinks and len(self._sinks) >= MOST_SINKS:
                what = f"there are {MOST_SINKS} sinks already, so {name!r} was not opened"
                raise Problem(what, where="sink", remedy="remove sinks, or reset the sandbox", status=409)
            return self._sinks.setdefault(name, Sink(name))

    def remove(self, name: str) -> bool:
        """False when there was none."""
        with self._lock:
            return self._sinks.pop(name, None) is not None

    def clear(self) -> None:
        with self._lock:
            self._sinks.clear()

    def snapshot(self) -> dict[str, tuple[object, ...]]:
        return {sink.name: sink.snapshot() for sink in self}

    def restore(self, saved: Mapping[str, tuple[object, ...]]) -> None:
        """Sinks stay the objects they are: whoever holds one sees it as it was."""
        for sink in self:
            sink.restore(saved.get(sink.name, _EMPTY))
        for name, state in saved.items():
            self.open(name).restore(state)


def parse_program(document: Any, known_faults: Collection[str] | None = None) -> Program:
    """A program as the control API takes it: one answer, or a list of answers given in turn.

    An answer is {"status", "headers", "body" (text) or "json" (anything), "fault" (a name, or {"name", ...attributes})}
    and what it leaves out is as in the answer a sink gives anyway. `known_faults`, where given, are the names a
    fault may have; its attributes are faults/' business. Raises Problem.
    """
    answers = document if isinstance(document, list) else [document]
    if not 0 < len(answers) <= MOST_ANSWERS:
        raise _problem("answers", f"{len(answers)} answers", f"give 1 to {MOST_ANSWERS}")
    named = isinstance(document, list)
    return tuple(
        _answer(each, f"answers[{at}]" if named else "answer", known_faults) for at, each in enumerate(answers)
    )


def _answer(given: Any, where: str, known_faults: Collection[str] | None) -> SinkAnswer:
    if not isinstance(given, Mapping):
        raise _problem(where, shown(given), 'give an object such as {"status": 500, "body": "down"}')
    for name in given:
        if name not in _FIELDS:
            raise _problem(where, f"the field {shown(name)}", f"the fields are {', '.join(_FIELDS)}")
    default = SinkAnswer()
    status = given.get("status", default.status)
    if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
        raise _problem(f"{where}.status", shown(status), "give a whole number from 200 to 599")
    body = _body(given, where, default.body)
    headers = _headers(given["headers"], f"{where}.headers") if "headers" in given else ()
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*(default.headers if "body" not in given else _TEXT), *headers)
    fault = _fault(given["fault"], f"{where}.fault", known_faults) if given.get("fault") is not None else None
    return SinkAnswer(status, headers, body, fault)


_TEXT: Final = (("Content-Type", "text/plain; charset=utf-8"),)


def _body(given: Mapping[str, Any], where: str, default: bytes) -> bytes:
    if "body" in given and "json" in given:
        raise _problem(where, "both body and json", "give body for text or json for a value, not both")
    if "json" in given:
        body = json.dumps(given["json"]).encode()
    elif "body" not in given:
        return default
    elif not isinstance(given["body"], str):
        raise _problem(f"{where}.body", shown(given["body"]), "give text, or use json for a value")
    else:
        body = given["body"].encode("utf-8", "replace")
    if len(body) > LONGEST_BODY:
        raise _problem(where, f"a body of {len(body)} bytes", f"give at most {LONGEST_BODY}")
    return body


def _headers(given: Any, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, Mapping):
        raise _problem(where, shown(given), 'give an object such as {"Retry-After": "5"}')
    for name, value in given.items():
        if _TOKEN.match(name) is None:
            raise _problem(where, f"the name {shown(name)}", "use letters, digits and dashes")
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise _problem(f"{where}.{name}", shown(value), "give text of one line, in ASCII")
    return tuple(given.items())


def _fault(given: Any, where: str, known: Collection[str] | None) -> FaultSpec:
    attributes = {"name": given} if isinstance(given, str) else given
    if not isinstance(attributes, Mapping) or not isinstance(attributes.get("name"), str):
        raise _problem(where, shown(given), 'give the name of a fault, or {"name": ..., and its attributes}')
    name = attributes["name"]
    if known is not None and name not in known:
        raise _problem(where, shown(name), f"the faults are {', '.join(sorted(known))}")
    return FaultSpec(name, {key: value for key, value in attributes.items() if key != "name"})


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(f"{what} is not what a sink can answer with", where=where, remedy=remedy)
