"""Sinks: the built-in receivers of a sandbox. What arrives at one is kept, and answered as its program says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply, Request
from mock_daraja.faults import NAMES as FAULTS
from mock_daraja.faults import drawn, from_spec
from mock_daraja.model import changed
from mock_daraja.model.outcome import FaultSpec
from mock_daraja.model.sink import ARRIVALS, SINKS, Arrival, Program, Sink, SinkAnswer
from mock_daraja.quoting import shown
from mock_daraja.sandbox import Sandbox
from mock_daraja.store import Store

MOST_SINKS: Final = 1000
MOST_ANSWERS: Final = 1000
LONGEST_BODY: Final = 1 << 20

_NAME: Final = re.compile(r"(?!\.+\Z)[A-Za-z0-9._-]{1,64}\Z")
_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_FIELDS: Final = ("status", "headers", "body", "json", "fault")


def receive(sandbox: Sandbox, name: str, request: Request) -> Reply:
    """Keep what arrived, and give the answer whose turn it is. A sink begins with the first request to it.

    Raises Problem on a name no sink can have, and on one sink too many.
    """
    store = sandbox.store
    with store.unit():
        sink = _opened(store, name)
        number = sink.received + 1
        arrival = Arrival(
            number,
            request.method,
            request.path,
            request.query,
            request.headers,
            request.body,
            sandbox.now_ms,
            name,
            store.next("arrival"),
        )
        store.put(ARRIVALS, arrival)
        store.put(SINKS, changed(sink, received=number, turn=sink.turn + 1))
        answer = sink.program[min(sink.turn, len(sink.program) - 1)]
        fault = None if answer.fault is None else drawn(answer.fault, sandbox.ids)
    return Reply(answer.status, answer.body, answer.headers, fault)


def answer_with(sandbox: Sandbox, name: str, program: Program) -> Sink:
    """Start this program from its first answer; the sink may be new. Raises Problem as `receive` does."""
    with sandbox.store.unit():
        sink = changed(_opened(sandbox.store, name), program=program, turn=0)
        sandbox.store.put(SINKS, sink)
    return sink


def _opened(store: Store, name: str) -> Sink:
    sink = store.get(SINKS, name)
    if sink is not None:
        return sink
    check_name(name)
    if store.count(SINKS) >= MOST_SINKS:
        what = f"there are {MOST_SINKS} sinks already, so {shown(name)} was not opened"
        raise Problem(what, where="sink", remedy="remove sinks, or reset the sandbox", status=409)
    return Sink(name)


def check_name(name: str) -> None:
    """Raises Problem on one that no sink can have."""
    if _NAME.match(name) is None:
        remedy = "use 1 to 64 letters, digits, dots, dashes and underscores, and not only dots"
        raise Problem(f"{shown(name)} is not a name for a sink", where="sink", remedy=remedy)


def parse_program(document: Any) -> Program:
    """A program as the control API takes it: one answer, or a list of answers given in turn.

    An answer is {"status", "headers", "body" (text) or "json" (anything), "fault" (a name, or {"name", ...attributes})}
    and what it leaves out is as in the answer a sink gives anyway. Raises Problem.
    """
    answers = document if isinstance(document, list) else [document]
    if not 0 < len(answers) <= MOST_ANSWERS:
        raise _problem("answers", f"{len(answers)} answers", f"give 1 to {MOST_ANSWERS}")
    named = isinstance(document, list)
    program = tuple(_answer(each, f"answers[{at}]" if named else "answer") for at, each in enumerate(answers))
    for answer in program:
        if answer.fault is not None:
            from_spec(answer.fault)
    return program


def _answer(given: Any, where: str) -> SinkAnswer:
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
    fault = _fault(given["fault"], f"{where}.fault") if given.get("fault") is not None else None
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


def _fault(given: Any, where: str) -> FaultSpec:
    attributes = {"name": given} if isinstance(given, str) else given
    if not isinstance(attributes, Mapping) or not isinstance(attributes.get("name"), str):
        raise _problem(where, shown(given), 'give the name of a fault, or {"name": ..., and its attributes}')
    name = attributes["name"]
    if name not in FAULTS:
        raise _problem(where, shown(name), f"the faults are {', '.join(FAULTS)}")
    return FaultSpec.of(name, {key: value for key, value in attributes.items() if key != "name"})


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(f"{what} is not what a sink can answer with", where=where, remedy=remedy)
