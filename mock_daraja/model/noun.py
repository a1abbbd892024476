"""Row: the immutable values that a sandbox keeps. Noun: a kind of row, all that a store must know to keep such rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from dataclasses import replace as changed  # mypy checks its keywords; those of msgspec's own it doesn't
else:
    from msgspec.structs import replace as changed

__all__ = ["ALL", "Counted", "K", "Noun", "Place", "R", "Ranked", "Retention", "Row", "Scalar", "Unique", "changed"]

Scalar = str | int | float | bool | None
"""What JSON has besides containers."""


class Row(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A value: scalars, other rows, and tuples of both. No dict or list stands in one, so none can refer to itself.

    Its JSON has the fields in their order and omits those that hold the default itself, the same object: msgspec
    doesn't compare, so one that only equals its default may be written. A subclass repeats `frozen=True`, for mypy.
    """


R = TypeVar("R", bound=Row)
K = TypeVar("K", bound=str | int)

ALL: Final = ""
"""The group of a ranked index that has but one."""

Place = tuple[str | int, int]
"""A group of an index, and the rank in it."""


class Unique(Struct, Generic[R], frozen=True):
    """An index whose values lead to one row each: the last that came to have the value. When that one loses it or goes,
    the value leads nowhere, though a row before it may have it still. A value may also be a place, which
    takes sixteen bytes to keep: of the rows that have it, it leads to the one with the greatest key."""

    name: str
    values: Callable[[R], tuple[str | Place, ...]]


class Ranked(Struct, Generic[R], frozen=True):
    """An index whose values are groups, with the row's rank in each; no such pair comes twice. A group is in order of
    rank, then of key."""

    name: str
    values: Callable[[R], tuple[Place, ...]]


class Counted(Struct, Generic[R], frozen=True):
    """An index that leads nowhere: it tells how many rows have each of its values."""

    name: str
    values: Callable[[R], tuple[tuple[str, ...], ...]]


class Retention(Struct, Generic[R], frozen=True):
    """How many of the rows that are done stay. Of more, those that became done first go, at the end of the unit; one
    that is not done never goes. Numbers are those of a store's `limits`."""

    most: str
    unpacked: str | None = None  # as many of these stay quick to read; None: all
    done: Callable[[R], bool] = lambda row: True
    most_bytes: str | None = None  # the last one stays, however big
    size: Callable[[R], int] = lambda row: 0
    by: str | None = None  # a ranked index, each of whose groups may have so many; a row in none of them stays


class Noun(Struct, Generic[R, K], frozen=True, eq=False):
    name: str
    row: type[R]
    key: Callable[[R], K]
    unique: tuple[Unique[R], ...] = ()
    ranked: tuple[Ranked[R], ...] = ()
    counted: tuple[Counted[R], ...] = ()
    retention: Retention[R] | None = None
    children: tuple[tuple[Noun[Any, Any], str], ...] = ()  # noun and ranked index: its group of this key goes along
    size: Callable[[R], int] | None = None  # bytes of what clients and receivers may make long in a row: see size.py
    varying: str = ""  # the one field that this counts and that may change in a row
