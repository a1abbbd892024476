"""What callers send, checked: a JSON body or a query string with known names and values of the right kind.

A kind is a function from the value as sent to the value as used; it raises ValueError that says what is wanted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NoReturn

from flask import Request

from mock_daraja import money, msisdn
from mock_daraja.errors import Problem

Kind = Callable[[Any], Any]
_LONGEST: Final = 80


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


def body(request: Request, max_body: int, kinds: Mapping[str, Kind], required: Collection[str] = ()) -> dict[str, Any]:
    """An object with some of these keys; no body is an empty one. Raises Problem."""
    value = json_value(request, max_body)
    value = {} if value is None else value
    if not isinstance(value, dict):
        remedy = f"send an object with {_listed(kinds)}"
        raise Problem(f"the body is {_shown(value)}, not an object", where="body", remedy=remedy)
    read = _read(value, kinds, "key")
    for name in required:
        if name not in value:
            raise Problem(f"{name} is missing", where=name, remedy=f"the keys are {_listed(kinds)}")
    return read


def query(request: Request, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    return _read(request.args, kinds, "parameter")


def _read(given: Mapping[str, Any], kinds: Mapping[str, Kind], noun: str) -> dict[str, Any]:
    values = {}
    for name, value in given.items():
        if name not in kinds:
            raise Problem(
                f"there is no {noun} {_shown(name)}", where=name[:_LONGEST], remedy=_remedy(name, kinds, noun)
            )
        try:
            values[name] = kinds[name](value)
        except ValueError as error:
            raise Problem(f"{name} is {_shown(value)}", where=name, remedy=f"give {error}") from None
    return values


def _remedy(name: str, kinds: Mapping[str, Kind], noun: str) -> str:
    from difflib import get_close_matches

    if not kinds:
        return f"this takes no {noun}s"
    near = get_close_matches(name[:_LONGEST], kinds, 1)
    return (f"did you mean {near[0]}? " if near else "") + f"the {noun}s are {_listed(kinds)}"


def _listed(kinds: Mapping[str, Kind]) -> str:
    return ", ".join(kinds) or "no keys"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON's")


def anything(value: Any) -> Any:
    return value


def text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("text, in quotes and not empty")
    return value


def phone(value: Any) -> str:
    """In any written form, to 254…"""
    try:
        return msisdn.normalise(str(value))
    except ValueError:
        raise ValueError("a Kenyan mobile number, e.g. 254708374149") from None


def one_of(*options: str) -> Kind:
    def kind(value: Any) -> str:
        if value not in options:
            raise ValueError(f"one of {', '.join(options)}")
        return str(value)

    return kind


def number(least: float, most: float) -> Kind:
    def kind(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise ValueError(f"a number from {least:g} to {most:g}")
        return float(value)

    return kind


def whole(least: int, most: int) -> Kind:
    """Also as a query string has it."""

    def kind(value: Any) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(most)):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return kind


def shillings(value: Any) -> Any:
    wanted = "shillings, zero or more, in whole cents, e.g. 1500 or 1500.50"
    try:
        amount = money.cents(value)
    except ValueError:
        raise ValueError(wanted) from None
    if amount < 0:
        raise ValueError(wanted)
    return value


LIMIT: Final = whole(1, 1000)
