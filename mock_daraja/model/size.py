"""How many bytes a value takes, about, for a bound on memory: what a client can make long, or many."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from sys import getsizeof
from typing import Any, Final

from msgspec import Struct, msgpack
from msgspec.structs import astuple

_LONG: Final = 2048  # what is no longer, encoded, takes about as much; a longer value is looked at closely
_OBJECT: Final = 56
_TEXT: Final = getsizeof("")
_REFERENCE: Final = 8
_WIDEST: Final = 5  # bytes of a character in a text that isn't ASCII: four, and some of its UTF-8, which is kept too

_encode: Final = msgpack.Encoder().encode


def size_of(*fields: str) -> Callable[[Any], int]:
    """For a Noun: what tells how many bytes these fields of a row take. The same row always takes the same."""
    values_of = attrgetter(*fields)

    def size(row: Any) -> int:
        values = values_of(row)
        try:
            length = len(_encode(values))
        except (UnicodeEncodeError, OverflowError):  # half a surrogate pair, a number beyond 64 bits
            return bytes_in(values)
        return length if length <= _LONG else bytes_in(values)

    return size


def bytes_in(value: object) -> int:
    """In thousands of short texts their objects take more than what they say."""
    if isinstance(value, Struct):
        value = astuple(value)
    if isinstance(value, tuple):
        return _OBJECT + _REFERENCE * len(value) + sum(map(bytes_in, value))
    if isinstance(value, str):
        return _TEXT + len(value) * (1 if value.isascii() else _WIDEST)
    return _OBJECT + len(value) if isinstance(value, bytes) else _REFERENCE
