"""Paths: whose a path is, and where no product here has it, whose it would be and what it may have been meant as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from mock_daraja.fields import nearest
from mock_daraja.products.base import Product

_TYPO: Final = 0.8  # how alike a path and a misspelling of it are, from 0 to 1
_NEAR: Final = 0.5


class Unmocked(Struct, frozen=True):
    """A product that the real API has, and this mock doesn't."""

    title: str
    paths: tuple[str, ...]
    source: str  # in the reference, or its addenda


Owner = Product | Unmocked


class Near(Struct, frozen=True):
    """The real path that is most like another one."""

    path: str
    owner: Owner
    is_typo: bool  # the other one is a misspelling of it


class Unknown(Struct, frozen=True):
    """A path that no product here has. `owner` is whose base path it is under; `is_real` says that it is the owner's,
    who isn't mocked."""

    owner: Owner | None
    is_real: bool
    near: Near | None


class Paths:
    """`owners` are those of all real paths. A base path is all but the last part of one: what is said of a resource
    that it hasn't is the same for all of them (requests.md §1.5)."""

    def __init__(self, owners: Mapping[str, Owner]) -> None:
        self._owners = owners
        self._bases: dict[str, dict[str, Owner]] = {}
        for path, owner in owners.items():
            self._bases.setdefault(_base(path), {})[path] = owner

    def unknown(self, path: str) -> Unknown:
        """What can be said of a path that no product here has."""
        if path in self._owners:
            return Unknown(self._owners[path], is_real=True, near=None)
        base = _base(path)
        while base and base not in self._bases:
            base = _base(base)
        if not base:
            return Unknown(None, is_real=False, near=_nearest(path, self._owners, "", _NEAR))
        near = _nearest(path, self._bases[base], base, 0)
        assert near is not None  # the base has at least one
        return Unknown(near.owner, is_real=False, near=near)


def _base(path: str) -> str:
    return path.rpartition("/")[0]


def _nearest(path: str, owners: Mapping[str, Owner], base: str, least: float) -> Near | None:
    """What they have in common, `base`, isn't compared, nor are capitals: those are easily mistaken."""
    known = {each.removeprefix(base).lower(): each for each in owners}
    asked = path.removeprefix(base).lower()
    found = nearest(asked, known, least)
    if found is None:
        return None
    return Near(known[found], owners[known[found]], is_typo=nearest(asked, (found,), _TYPO) is not None)
