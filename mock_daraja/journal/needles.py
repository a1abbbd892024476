"""Needles: what is looked for in a text, of secrets that are known by their value."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from typing import Final

from mock_daraja import defaults
from mock_daraja.journal.readings import Span
from mock_daraja.regexes import later

Value = tuple[str, bool]
"""A secret, and whether it is a passkey, which Passwords are made with."""
LEAST: Final = 8
"""Characters of a secret that is known by its value. A shorter one may be any word."""
PUBLIC: Final = frozenset(
    {defaults.APP_KEY, defaults.APP_SECRET, defaults.PASSKEY, defaults.INITIATOR_PASSWORD, defaults.INITIATOR}
)
"""What Safaricom's test pages and our own documentation print."""
_FEW: Final = 200  # needles, each of which is looked for by itself; of more, pieces are looked up
_BASE64_LETTER: Final = later(r"[A-Za-z0-9+/_-]")


class Needles:
    """What is looked for: secrets as they stand, and what of them is the same in base64 wherever they stand in it. More
    are added while others look."""

    def __init__(self) -> None:
        self.plain: dict[str, None] = {}
        self.coded: dict[str, None] = {}
        self._pieces: dict[str, tuple[str, ...]] = {}  # of many of both, by LEAST characters in them
        self._counts: Counter[str] = Counter()

    def add(self, value: str, *, is_passkey: bool) -> None:
        plain = dict.fromkeys(_spellings(value))
        once = dict.fromkeys(_in_base64(value.encode(errors="replace")))
        twice = {each: None for coded in once for each in _in_base64(coded.encode())} if is_passkey else {}
        self.plain |= plain
        self.coded |= once | twice  # a passkey's Passwords, base64 themselves, are as secret in base64
        for needle in (*plain, *once, *twice):
            self._add_piece(needle)

    def _add_piece(self, needle: str) -> None:
        """Secrets of one make begin alike, or end alike: of three pieces the one that fewest have stands for each."""
        pieces = needle[:LEAST], needle[(len(needle) - LEAST) // 2 :][:LEAST], needle[-LEAST:]
        self._counts.update(pieces)
        piece = min(pieces, key=self._counts.__getitem__)
        several = self._pieces.get(piece, ())
        if needle not in several:
            self._pieces[piece] = (*several, needle)

    def found(self, text: str) -> Iterator[Span]:
        for needle in self._among(text):
            for start, end in _everywhere(needle, text):
                yield _with_neighbours(text, start, end) if needle in self.coded else (start, end)

    def _among(self, text: str) -> Iterator[str]:
        """Those that stand in the text."""
        if len(self.plain) + len(self.coded) <= _FEW:
            yield from (each for each in (*self.plain, *self.coded) if each in text)
            return
        for piece in {text[at : at + LEAST] for at in range(len(text) - LEAST + 1)}:
            yield from (each for each in self._pieces.get(piece, ()) if each in text)


def _spellings(value: str) -> Iterator[str]:
    """As it is, as a form writes its blanks and reads its `+`, and its UTF-8 as who reads bytes one by one shows it."""
    yield value
    yield value.replace(" ", "+")
    yield value.replace("+", " ")
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
