"""What callers send, checked: a JSON body or a query string with known names and values of the right kind."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn

from mock_daraja import fields, wire
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields

if TYPE_CHECKING:
    from flask import Request


def json_value(request: Request, max_body: int) -> Any:
    """The body as JSON; an empty one is None. Raises Problem."""
    request.max_content_length = max_body
    raw = request.get_data(cache=False)
    if not raw:
        return None
    kind = request.mimetype
    if kind != "application/json" and not kind.endswith("+json"):
        remedy = "send Content-Type: application/json"
        raise Problem(f"the body is {kind or 'of no type'}", where="Content-Type", remedy=remedy, status=415)
    try:
        return json.loads(raw, parse_constant=_no_number)
    except RecursionError:
        raise Problem("the body is nested too deeply", where="body", remedy="send a flat object") from None
    except ValueError as error:
        raise Problem(
            f"the body is not JSON: {error}", where="body", remedy='send an object such as {"a": 1}'
        ) from None


def kept(value: Any) -> Any:
    """The value, if a row can keep it. Raises Problem."""
    for name, each in value.items() if isinstance(value, dict) else [("body", value)]:
        if wire.fit(each) != each or wire.fit(name) != name:
            remedy = "write text that UTF-8 can hold, and numbers of at most 18 digits"
            raise Problem(f"{name} is {each!r:.80}", where="body", remedy=remedy)
    return value


def body(value: Any, kinds: Fields, required: Collection[str] = ()) -> dict[str, Any]:
    """An object with some of these keys; no body is an empty one. Raises Problem."""
    value = {} if value is None else value
    if not isinstance(value, dict):
        remedy = f"send an object with {_listed(kinds)}"
        raise Problem(f"the body is {fields.shown(value)}, not an object", where="body", remedy=remedy)
    read = _read(value, kinds, "key")
    for name in required:
        if name not in value:
            raise Problem(f"{name} is missing", where=name, remedy=f"the keys are {_listed(kinds)}")
    kept(value)
    return read


def query(given: Mapping[str, Any], kinds: Fields) -> dict[str, Any]:
    return _read(given, kinds, "parameter")


def _read(given: Mapping[str, Any], kinds: Fields, noun: str) -> dict[str, Any]:
    def unknown(name: str) -> Problem:
        return Problem(f"there is no {noun} {fields.shown(name)}", remedy=_remedy(name, kinds, noun))

    def wrong(name: str, value: Any, wanted: str) -> Problem:
        return Problem(f"{name} is {fields.shown(value)}", remedy=f"give {wanted}")

    return fields.read(given, kinds, unknown=unknown, wrong=wrong, where=lambda name: name[: fields.LONGEST])


def _remedy(name: str, kinds: Fields, noun: str) -> str:
    if not kinds:
        return f"this takes no {noun}s"
    near = fields.nearest(name, kinds)
    return (f"did you mean {near}? " if near else "") + f"the {noun}s are {_listed(kinds)}"


def _listed(kinds: Fields) -> str:
    return ", ".join(kinds) or "no keys"


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON's")


LIMIT: Final = fields.whole(1, 1000)
