"""Needles: what is looked for in a text, of secrets that are known by their value."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct

from mock_daraja import defaults
from mock_daraja.journal.readings import Span

Value = tuple[str, bool]
"""A secret, and whether it is a passkey, which Passwords are made with."""
LEAST: Final = 8
"""Characters of a secret that is known by its value. A shorter one may be any word."""
PUBLIC: Final = frozenset(
    {defaults.APP_KEY, defaults.APP_SECRET, defaults.PASSKEY, defaults.INITIATOR_PASSWORD, defaults.INITIATOR}
)
"""What Safaricom's test pages and our own documentation print."""
_FEW: Final = 200  # needles, each of which is looked for by itself; of more, pieces are looked up
_BASE64_LETTER: Final = re.compile(r"[A-Za-z0-9+/_-]")


class Needles(Struct, frozen=True):
    """What is looked for: secrets as they stand, and what of them is the same in base64 wherever they stand in it."""

    plain: tuple[str, ...]
    coded: tuple[str, ...]
    pieces: Mapping[str, tuple[str, ...]]  # of many of both, by LEAST characters in them

    @classmethod
    def of(cls, values: Iterable[Value]) -> Needles:
        plain, coded = dict[str, None](), dict[str, None]()
        for value, is_passkey in values:
            if len(value) >= LEAST and value not in PUBLIC:
                plain |= dict.fromkeys(_spellings(value))
                once = dict.fromkeys(_in_base64(value.encode(errors="replace")))
                coded |= once
                if is_passkey:  # whose Passwords, base64 themselves, are as secret in base64
                    coded |= dict.fromkeys(twice for each in once for twice in _in_base64(each.encode()))
        return cls(tuple(plain), tuple(coded), _by_pieces([*plain, *coded]))

    def found(self, text: str) -> Iterator[Span]:
        for needle in self._among(text):
            for start, end in _everywhere(needle, text):
                yield _with_neighbours(text, start, end) if needle in self.coded else (start, end)

    def _among(self, text: str) -> Iterator[str]:
        """Those that stand in the text."""
        if not self.pieces:
            yield from (each for each in self.plain if each in text)
            yield from (each for each in self.coded if each in text)
            return
        pieces = {text[at : at + LEAST] for at in range(len(text) - LEAST + 1)}
        for piece in self.pieces.keys() & pieces:
            yield from (each for each in self.pieces[piece] if each in text)


def _by_pieces(needles: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Nothing for so few that each is looked for by itself. Secrets of one make begin alike, or end alike: of three
    pieces the one that fewest have stands for each."""
    if len(needles) <= _FEW:
        return {}
    pieces = [(each[:LEAST], each[(len(each) - LEAST) // 2 :][:LEAST], each[-LEAST:]) for each in needles]
    counts = Counter(chain.from_iterable(pieces))
    made: defaultdict[str, list[str]] = defaultdict(list)
    for needle, three in zip(needles, pieces, strict=True):
        made[min(three, key=counts.__getitem__)].append(needle)
    return {piece: tuple(several) for piece, several in made.items()}


def _spellings(value: str) -> Iterator[str]:
    """As it is, as a form writes its blanks, and its UTF-8 as what reads bytes one by one shows it."""
    yield value
    yield value.replace(" ", "+")
    yield value.encode(errors="replace").decode("latin-1")


def _in_base64(value: bytes) -> Iterator[str]:
    """The characters of base64 that these bytes alone decide, for each place in a group that they may begin at."""
    for before in range(3):
        coded = b64encode(bytes(before) + value + bytes(2)).decode()
        sure = coded[-(-before * 8 // 6) : (before + len(value)) * 8 // 6]
        yield sure
        yield sure.replace("+", "-").replace("/", "_")


def _everywhere(needle: str, text: str) -> Iterator[Span]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + 1)


def _with_neighbours(text: str, start: int, end: int) -> Span:
    """With the characters of base64 on both sides, which hold a few bits of the secret."""
    if start and _BASE64_LETTER.match(text, start - 1):
        start -= 1
    return start, end + 1 if _BASE64_LETTER.match(text, end) else end
