"""Paths: whose a path is, and where no product here has it, whose it would be and what it may have been meant as."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final, Literal

from msgspec import Struct

from mock_daraja.products.base import Product
from mock_daraja.quoting import LONGEST

_TYPO: Final = 0.8  # how alike a part of a path and a misspelling of it are, from 0 to 1
_NEAR: Final = 0.6  # how alike a resource and the one that it was perhaps meant as are
_VERSION: Final = re.compile(r"v[0-9]+")
_BETWEEN_WORDS: Final = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z][a-z])")
_COMMON: Final = frozenset({
    "account", "age", "bundle", "checkout", "data", "facebook", "get", "id", "info", "invoice", "lipa", "lipana",
    "lookup", "management", "manager", "mobile", "mpesa", "na", "network", "number", "on", "org", "pesa", "query",
    "registration", "to", "transaction", "transactions", "with",
})  # fmt: skip
"""Words of titles and paths that by themselves name no product."""
_GENERAL: Final = frozenset({
    "fetch", "generate", "info", "purchase", "query", "register", "request", "status", "validate",
})  # fmt: skip
"""Resources that any product may have: nobody who asks for one means the product that happens to have it."""


class Unmocked(Struct, frozen=True):
    """A product that the real API has, and this mock doesn't."""

    title: str
    paths: tuple[str, ...]
    source: str  # in the reference, or its addenda


Owner = Product | Unmocked


class Near(Struct, frozen=True):
    """The path that another one is a misspelling of, or the most alike of the product that the other one names; where
    none of several is alike, the base path that they are under."""

    path: str
    owner: Owner
    kind: Literal["typo", "nearest", "base"]


class Unknown(Struct, frozen=True):
    """A path that no product here has. `owner` is whose base path it is under; `is_real` says that it is the owner's,
    who isn't mocked. `others` are the titles of those who have its resource, where the owner hasn't and its name is
    telling."""

    owner: Owner | None
    is_real: bool
    near: Near | None
    others: tuple[str, ...] = ()


class Paths:
    """`owners` are those of all real paths. A base path is all but the last part of one: what is said of a resource
    that it hasn't is the same for all of them (requests.md §1.5)."""

    def __init__(self, owners: Mapping[str, Owner]) -> None:
        self._owners = owners
        self._bases: dict[str, set[str]] = defaultdict(set)  # the titles of those who have paths there
        for path, owner in owners.items():
            self._bases[_base(path)].add(owner.title)
        self._titles = _titles_by_word(owners)

    def unknown(self, path: str) -> Unknown:
        """What can be said of a path that no product here has."""
        if path in self._owners:
            return Unknown(self._owners[path], is_real=True, near=None)
        base = _base(path)
        while base and base not in self._bases:
            base = _base(base)
        if base:
            near = self._near(path, self._bases[base])
            return Unknown(near.owner, is_real=False, near=near, others=self._others(path, near))
        misspelt = _misspelt(path, self._owners)
        if misspelt is not None:
            return Unknown(None, is_real=False, near=Near(misspelt, self._owners[misspelt], "typo"))
        named = max((word for word in _words(path) if word in self._titles), key=len, default=None)
        return Unknown(None, is_real=False, near=None if named is None else self._near_named(path, self._titles[named]))

    def _near(self, path: str, titles: set[str]) -> Near:
        """The path that is most like this one, of the products with these titles; the first of those that are equally
        so."""
        theirs = self._of(titles)
        misspelt = _misspelt(path, theirs)
        found = misspelt or max(theirs, key=lambda each: _closeness(_parts(path), _parts(each)))
        return Near(found, self._owners[found], "nearest" if misspelt is None else "typo")

    def _near_named(self, path: str, title: str) -> Near:
        """The same for a path that names a product by a word: its resource may be like none of those there are."""
        near = self._near(path, {title})
        base = _base(near.path)
        is_only = [_base(each) for each in self._of({title})].count(base) == 1
        return near if is_only or _resemblance(path, near.path) else Near(base + "/", near.owner, "base")

    def _others(self, path: str, near: Near) -> tuple[str, ...]:
        resource = _resource(path)
        if near.kind == "typo" or resource in _GENERAL or _resource(near.path) == resource:
            return ()
        having = (owner.title for each, owner in self._owners.items() if _resource(each) == resource)
        return tuple(dict.fromkeys(having))

    def _of(self, titles: set[str]) -> list[str]:
        return [each for each, owner in self._owners.items() if owner.title in titles]


def _base(path: str) -> str:
    return path.rpartition("/")[0]


def _parts(path: str) -> list[str]:
    """Without those that a doubled slash, or one at the end, leaves empty."""
    return [each.lower() for each in path[:LONGEST].split("/") if each]


def _resource(path: str) -> str:
    return "".join(_parts(path)[-1:])


def _misspelt(path: str, known: Iterable[str]) -> str | None:
    """The known path that this one is with typing errors, the latest version of it where it has several."""
    asked = _parts(path)
    alike = [(_likeness(asked, _parts(each)), each) for each in known]
    best, found = max(alike, default=(0.0, ""))
    return found if best else None


def _likeness(asked: list[str], real: list[str]) -> float:
    """How alike they are, from 0 to 1; 0 as soon as one part differs by more than a typing error. A slash may be
    missing, and so may the version, and the first part where it is mpesa."""
    unversioned = [each for each in real if not _VERSION.fullmatch(each)]
    if ["mpesa", *asked] == real or asked == unversioned or "".join(asked) == "".join(real):
        return 1
    if len(asked) != len(real):
        return 0
    parts = [_alike(*pair) for pair in zip(asked, real, strict=True)]
    return sum(parts) / len(parts) if all(parts) else 0


def _closeness(asked: list[str], real: list[str]) -> tuple[bool, int, float]:
    """By the same resource, then by the same base path, then by the letters of the resource."""
    beginning = takewhile(lambda pair: pair[0] == pair[1], zip(asked, real, strict=False))
    return asked[-1:] == real[-1:], len(list(beginning)), _resemblance("".join(asked[-1:]), real[-1])


def _resemblance(path: str, real: str) -> float:
    """How alike their resources are, from 0 to 1; 0 where one isn't near the other, nor a part of it."""
    asked, wanted = _resource(path), _resource(real)
    ratio = SequenceMatcher(None, wanted, asked).ratio()
    return ratio if ratio >= _NEAR or (len(asked) > 2 and asked in wanted) else 0


def _alike(asked: str, real: str) -> float:
    if _VERSION.fullmatch(asked) or _VERSION.fullmatch(real):
        versions = _VERSION.fullmatch(asked) and _VERSION.fullmatch(real)
        return float(asked == real) or (_TYPO if versions else 0)
    ratio = SequenceMatcher(None, real, asked).ratio()
    return ratio if ratio >= _TYPO else 0


def _titles_by_word(owners: Mapping[str, Owner]) -> dict[str, str]:
    """The words that name one product only: of its title, and of its base paths. A whole title, and a slug, always name
    their own."""
    titles: dict[str, set[str]] = defaultdict(set)
    for path, owner in owners.items():
        for word in (*_words(owner.title.replace("M-Pesa", "")), *_words(_base(path))):
            titles[word].add(owner.title)
    unique = {word: next(iter(those)) for word, those in titles.items() if len(those) == 1}
    whole = {each.title.replace(" ", "").lower(): each.title for each in owners.values()}
    slugs = {each.slug.replace("-", ""): each.title for each in owners.values() if isinstance(each, Product)}
    return unique | whole | slugs


def _words(text: str) -> Iterator[str]:
    """Those between slashes, and what those that follow each other are when written as one."""
    for part in text[:LONGEST].split("/"):
        words = [each.lower() for each in _BETWEEN_WORDS.split(part) if each]
        for start in range(len(words)):
            for end in range(start + 1, len(words) + 1):
                word = "".join(words[start:end])
                if word not in _COMMON and not _VERSION.fullmatch(word) and len(word) > 1:
                    yield word
