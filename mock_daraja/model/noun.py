"""Noun: a kind of row, as a store must know it. Declared once; a store needs nothing else to keep its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from mock_daraja.model.row import Row

R = TypeVar("R", bound=Row)
K = TypeVar("K", bound=str | int)

ALL: Final = ""
"""The group of a ranked index that has but one."""

Place = tuple[str | int, int]
"""A group of an index, and the rank in it."""


@dataclass(frozen=True, slots=True)
class Unique(Generic[R]):
    """An index whose values lead to one row each: the last that came to have the value. When that one loses it or goes,
    the value leads nowhere, though a row before it may have it still. A value that no two rows ever have may be a
    place, which takes sixteen bytes to keep."""

    name: str
    values: Callable[[R], tuple[str | Place, ...]]


@dataclass(frozen=True, slots=True)
class Ranked(Generic[R]):
    """An index whose values are groups, with the row's rank in each; no such pair comes twice. A group is in order of
    rank, then of key."""

    name: str
    values: Callable[[R], tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class Retention(Generic[R]):
    """How many of the rows that are done stay. Of more, those that became done first go, at the end of the unit; one
    that is not done never goes. Numbers are those of a store's `limits`."""

    most: str
    unpacked: str | None = None  # as many of these stay quick to read; None: all
    done: Callable[[R], bool] = lambda row: True
    most_bytes: str | None = None  # the last one stays, however big
    size: Callable[[R], int] = lambda row: 0
    by: str | None = None  # a ranked index, each of whose groups may have so many; a row in none of them stays


@dataclass(frozen=True, slots=True, eq=False)
class Noun(Generic[R, K]):
    name: str
    row: type[R]
    key: Callable[[R], K]
    unique: tuple[Unique[R], ...] = ()
    ranked: tuple[Ranked[R], ...] = ()
    retention: Retention[R] | None = None
    children: tuple[tuple[Noun[Any, Any], str], ...] = ()  # noun and ranked index: its group of this key goes along
