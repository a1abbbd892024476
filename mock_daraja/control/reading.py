"""What callers send, checked: a body or a query string with known names and values of the right kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from mock_daraja import fields, wire
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields


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


def row_id(written: str) -> int | None:
    """A row's number as callers write it, or None where it is none."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None


LIMIT: Final = fields.whole(1, 1000)
