"""Packing: rows as bytes, for those that are kept long and seldom read."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Final, Generic, Literal, NamedTuple, Union, get_args, get_origin

import msgspec
from msgspec.structs import astuple, fields

from mock_daraja.model.noun import Noun, R

_WORDS: Final = 32  # of one field


class _Texts(NamedTuple):
    """A field that holds text, and the first texts that were seen in it, with their numbers."""

    place: int
    words: list[str]
    numbers: dict[str, int]


class Packing(Generic[R]):
    """MessagePack of a row's fields, with numbers for the first texts of each field: commands, URLs and descriptions
    are the same in most rows, and would be half of what these take. `decode` is the type that rows are read as."""

    def __init__(self, noun: Noun[R, Any], decode: Any) -> None:
        kinds = [each.type for each in fields(decode)]
        self._make = noun.row
        self._texts = [_Texts(place, [], {}) for place, kind in enumerate(kinds) if _is_text(kind)]
        for each in self._texts:
            kinds[each.place] = str | int | None
        as_tuple: Any = tuple[tuple(kinds)]  # type: ignore[misc]  # made at runtime
        self._decoder = msgspec.msgpack.Decoder(as_tuple)

    def pack(self, row: R) -> bytes:
        values = [*astuple(row)]
        for place, words, numbers in self._texts:
            text = values[place]
            if text is not None:
                if text not in numbers and len(words) < _WORDS:
                    words.append(text)  # first: an interrupt between the two must leave no number without its word
                    numbers[text] = len(words) - 1
                values[place] = numbers.get(text, text)
        return msgspec.msgpack.encode(values)

    def unpack(self, packed: bytes) -> R:
        values = [*self._decoder.decode(packed)]
        for place, words, _ in self._texts:
            if isinstance(values[place], int):
                values[place] = words[values[place]]
        return self._make(*values)


def _is_text(kind: Any) -> bool:
    """Whether it holds text or nothing: never a number of its own."""
    if get_origin(kind) is Literal:
        return all(isinstance(each, str) for each in get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        return all(map(_is_text, get_args(kind)))
    return kind in (str, NoneType)
