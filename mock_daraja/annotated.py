"""Values that a program gives for the fields of a dataclass, held against the types that the fields declare.

Texts from files and variables are read by fields.py; here nothing is converted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown

Check = Callable[[Any], bool]
_NAMES: Final[Mapping[Any, str]] = {
    str: "text",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    NoneType: "None",
}


def must_fit(row: object) -> None:
    """Raises Problem for the first field of a dataclass whose value isn't of the field's type."""
    kind: type = type(row)
    for field, fits, wanted in _checks(kind):
        value = getattr(row, field.name)
        if not fits(value):
            raise Problem(is_wrong(field.name, value, may_be_shown=field.repr), remedy=f"use {wanted}")


def is_wrong(name: str, value: object, *, may_be_shown: bool) -> str:
    """That this value won't do, with the value itself, unless it is secret."""
    return f"{name} is {shown(value)}" if may_be_shown else f"{name} has a value that can't be used; it is secret"


@cache
def _checks(of: type) -> tuple[tuple[Field[Any], Check, str], ...]:
    types = get_type_hints(of)
    return tuple(
        (each, _check(types[each.name]), each.metadata.get("wanted") or _wanted(types[each.name]))
        for each in fields(of)
    )


def _check(of: Any) -> Check:
    parts = get_args(of)
    if get_origin(of) is Literal:
        return lambda value: any(type(value) is type(each) and value == each for each in parts)
    if isinstance(of, UnionType):
        checks = [_check(each) for each in parts]
        return lambda value: any(fits(value) for fits in checks)
    if get_origin(of) is tuple:
        fits = _check(parts[0])
        return lambda value: isinstance(value, tuple) and all(map(fits, value))
    kind = get_origin(of) or of
    if kind is str:
        return lambda value: isinstance(value, str) and is_text(value)
    if kind in (int, float):
        numbers = (int,) if kind is int else (int, float)
        return lambda value: isinstance(value, numbers) and not isinstance(value, bool)
    return lambda value: isinstance(value, kind)


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8, and handed to the system: neither half a surrogate pair, as in a variable
    that is no UTF-8, nor a NUL."""
    return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def _wanted(of: Any) -> str:
    parts = get_args(of)
    if get_origin(of) is Literal:
        return " or ".join(map(shown, parts))
    if isinstance(of, UnionType):
        return " or ".join(map(_wanted, parts))
    if get_origin(of) is tuple:
        return f"a tuple of {'texts' if parts[0] is str else 'dicts'}, also where there is one"
    kind = get_origin(of) or of
    return _NAMES.get(kind) or f"a {kind.__name__}"
