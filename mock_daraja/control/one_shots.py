"""One-shots: outcomes armed for the next request that matches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.control.call import GONE, Call, Response, Shape
from mock_daraja.errors import Problem
from mock_daraja.fields import anything, text, typed, whole
from mock_daraja.journal.redact import hidden_by_name
from mock_daraja.model import Outcome
from mock_daraja.naming import Named, named
from mock_daraja.quoting import shown
from mock_daraja.scenarios import Known, Match, OneShot, by_name, one_shot, possible, selectors, writing

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
    """`when` and `then` are a rule's. Or `of` is a product or operation as people write it, and instead of an object
    `then` may be a code or the name of a story, or `http` a status of the gateway."""
    given = call.body(
        {"when": anything, "then": anything, "of": text, "http": whole(100, 599), "unattested": typed(bool)}
    )
    given = _spelled_out(call, given)
    known = call.shared.catalogue.known
    wanted = plain(given, known) or one_shot(given, known)
    engine = call.sandbox.engine
    with call.sandbox.store.unit():
        if len(engine.play().armed) >= MOST:
            raise Problem(f"{MOST} one-shots are armed already", remedy="delete some, or reset the sandbox", status=409)
        return Response(_shape(engine.arm(wanted)), 201)


def _spelled_out(call: Call, given: Mapping[str, Any]) -> dict[str, Any]:
    """With `when` and `then` alone. Raises Problem."""
    when, then, of = given.get("when", {}), given.get("then"), given.get("of")
    if ("http" in given) == ("then" in given):
        remedy = "give `then`, or `http` for an answer of the gateway in front of Daraja"
        raise Problem("a one-shot has one outcome", where="then", remedy=remedy)
    if of is None:
        if not isinstance(then, Mapping):
            remedy = 'say whose outcome it is: {"of": "stk-push", "then": "cancelled"}, or give a rule\'s'
            raise Problem(f"then is {shown(then)}, of no product", where="then", remedy=remedy)
        return {"when": when, "then": then}
    meant = named(of, "of", call.shared.catalogue)
    about, then = _asked(call, meant, then, given.get("http"))
    if given.get("unattested"):
        then = {**then, "unattested": True}
    return {"when": {**about, **when} if isinstance(when, Mapping) else when, "then": then}


def _asked(call: Call, of: Named, then: Any, http: int | None) -> tuple[Shape, Mapping[str, Any]]:
    """The operation, or product, and the outcome as a rule has them."""
    usual = {"product": of.product} if len(of.usual) > 1 else {"operation": of.usual[0]}
    if http is not None:
        return usual, by_name.of_status(http)
    if isinstance(then, Mapping):
        return usual, then
    if isinstance(then, bool) or not isinstance(then, (int, str)):
        remedy = 'give a code, such as 1032 or "500.003.02", a word, such as "cancelled", or the `then` of a rule'
        raise Problem(f"the outcome is {shown(then)}", where="then", remedy=remedy)
    if selectors.is_code(str(then)):
        return usual, by_name.of_code(str(then), of.product)
    operations = dict.fromkeys((*of.usual, *of.operations))
    operation, outcome = by_name.of_word(str(then), of.product, operations, call.sandbox.library)
    return usual if operation is None else {"operation": operation}, outcome


def disarm(call: Call, number: str) -> Response:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Problem(f"there is no one-shot {shown(number)}", remedy="GET one-shots lists their ids", status=404)
    with call.sandbox.store.unit():
        call.sandbox.engine.disarm(int(number))
    return GONE
