"""The program of a built-in receiver, from JSON: which answers it is to give."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.fields import shown
from mock_daraja.model.outcome import FaultSpec
from mock_daraja.model.sink import Program, SinkAnswer

MOST_ANSWERS: Final = 1000
LONGEST_BODY: Final = 1 << 20

_TOKEN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_FIELDS: Final = ("status", "headers", "body", "json", "fault")


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
    return FaultSpec.of(name, {key: value for key, value in attributes.items() if key != "name"})


def _problem(where: str, what: str, remedy: str) -> Problem:
    return Problem(f"{what} is not what a sink can answer with", where=where, remedy=remedy)
