"""A table of named values, read field by field: a JSON body, a query string, a table of a settings file.

A Kind is a function from the value as given to the value as used; it raises ValueError that says what is wanted. How
that is put to a person is the business of whoever reads the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from itertools import takewhile
from typing import Any, Final

from mock_daraja import money, msisdn
from mock_daraja.errors import Problem
from mock_daraja.quoting import LONGEST, shown

Kind = Callable[[Any], Any]
Fields = Mapping[str, Kind]
_UNSET: Final = frozenset({"undefined", "null", "none", "nil", "nan"})
_PHONE: Final = re.compile("phone|mobile")
_TYPE_NAMES: Final = {str: "text", bool: "true or false", list: "a list", int: "a whole number", type(None): "null"}


def read(
    table: Mapping[str, Any],
    fields: Fields,
    *,
    unknown: Callable[[str], Problem],
    wrong: Callable[[str, Any, str], Problem],
    where: Callable[[str], str] = lambda name: "",
) -> dict[str, Any]:
    """The values that are given, each as its kind reads it.

    `unknown` makes the problem of a name that is no field's, `wrong` that of a name, its value and what is wanted; a
    kind may also raise a Problem itself. `where` places a field for a problem that doesn't say it.
    """
    values = {}
    for name, value in table.items():
        try:
            if name not in fields:
                raise unknown(name)
            values[name] = fields[name](value)
        except ValueError as error:
            raise wrong(name, value, str(error)).at(where(name)) from None
        except Problem as problem:
            raise problem.at(where(name)) from None
    return values


def is_unset(word: str) -> bool:
    """Whether it is what a language writes where a variable has no value."""
    return word.lower() in _UNSET


def nearest(name: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """What a misspelt name may have been meant as; `cutoff` says how alike they have to be, from 0 to 1, unless it is a
    slip. Capitals don't count, and a telephone number goes by msisdn."""
    from difflib import get_close_matches

    folded = {each.lower(): each for each in known}
    asked = name[:LONGEST].lower()
    if _PHONE.search(asked) and "msisdn" in folded:
        return folded["msisdn"]
    found = get_close_matches(asked, folded, 1, cutoff)
    found += [each for each in get_close_matches(asked, folded, 3, 0.6) if is_slip(asked, each)]
    return folded[found[0]] if found else None


def beginning(one: str, other: str) -> int:
    """How many letters they begin with alike."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def is_slip(asked: str, real: str) -> bool:
    """Whether one is the other with a letter more, less, another, or two that changed places; or is its beginning."""
    same = beginning(asked, real)
    asked, real = asked[same:], real[same:]
    have_changed_places = asked[:2] == real[1::-1] and asked[2:] == real[2:]
    return not asked or have_changed_places or asked[1:] in (real, real[1:]) or asked == real[1:]


def did_you_mean(name: str, known: Collection[str], nouns: str) -> str:
    """What to do about a name that none of `known` is: the nearest of them, else all."""
    near = nearest(name, known)
    return f"did you mean {shown(near)}?" if near else f"the {nouns} are {', '.join(known) or 'none'}"


def anything(value: Any) -> Any:
    return value


def typed(*types: type) -> Kind:
    """A value of one of these types, as JSON and TOML tell them apart: true is no number."""
    wanted = " or ".join(_TYPE_NAMES.get(each, each.__name__) for each in types)

    def kind(value: Any) -> Any:
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ValueError(wanted)
        return value

    return kind


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
    with suppress(ValueError):
        if money.cents(value) >= 0:
            return value
    raise ValueError("shillings, zero or more, in whole cents, e.g. 1500 or 1500.50")
