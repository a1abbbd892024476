"""One-shots: outcomes armed for the next request that matches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.control.call import GONE, Call, Response, Shape
from mock_daraja.errors import Problem
from mock_daraja.fields import anything
from mock_daraja.journal.redact import hidden_by_name
from mock_daraja.model import Outcome
from mock_daraja.quoting import shown
from mock_daraja.scenarios import Known, Match, OneShot, one_shot, possible, writing

MOST: Final = 1000
_CODES: Final = {"result": re.compile("[A-Za-z0-9_]+"), "error": re.compile(r"[0-9]+(?:\.[0-9]+)*")}
"""How they are written, as in scenario.json."""


def listed(call: Call) -> Shape:
    with call.sandbox.store.unit():
        return {"one_shots": [_shape(each) for each in call.sandbox.engine.play().armed]}


def _shape(armed: OneShot) -> Shape:
    """Without what the names of its fields make secret, a PIN say."""
    shape = writing.one_shot(armed)
    body = shape["when"].get("body", {})
    return shape | {"when": shape["when"] | ({"body": hidden_by_name(body)} if body else {})}


def plain(given: Mapping[str, Any], known: Known) -> OneShot | None:
    """One that is just a code for an operation: read without the schema, whose library takes 100 ms to import.

    None where it is anything else, or wrong.
    """
    match given:
        case {"when": {"operation": str(operation), **other}, "then": dict(then)} if not other and len(then) == 1:
            ((word, code),) = then.items()
        case _:
            return None
    is_code = word in _CODES and isinstance(code, str) and _CODES[word].fullmatch(code)
    if not is_code or operation not in (known.operations or ()):
        return None
    wanted = OneShot(Match(operation=operation), Outcome(**{word: code}))
    wrong: list[str] = []
    possible.must_be(wanted.match, wanted.outcome, known, lambda *said: wrong.extend(said))
    return None if wrong else wanted


def arm(call: Call) -> Response:
    given = call.body({"when": anything, "then": anything}, required=("then",))
    known = call.shared.catalogue.known
    wanted = plain(given, known) or one_shot(given, known)
    engine = call.sandbox.engine
    with call.sandbox.store.unit():
        if len(engine.play().armed) >= MOST:
            raise Problem(f"{MOST} one-shots are armed already", remedy="delete some, or reset the sandbox", status=409)
        return Response(_shape(engine.arm(wanted)), 201)


def disarm(call: Call, number: str) -> Response:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Problem(f"there is no one-shot {shown(number)}", remedy="GET one-shots lists their ids", status=404)
    with call.sandbox.store.unit():
        call.sandbox.engine.disarm(int(number))
    return GONE
