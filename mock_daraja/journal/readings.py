"""Readings of a text: as it stands, percent-decoded, unescaped, without its line breaks, and what base64 in it holds;
each with the way back to where something stands in the text itself."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from mock_daraja.regexes import later

Span = tuple[int, int]

_DEEPEST: Final = 3  # encodings of encodings
_PERCENT: Final = later(r"%[0-7][0-9A-Fa-f]|(?:%[89A-Fa-f][0-9A-Fa-f])+")
_HIGH, _LOW = (
    "[dD][89abAB][0-9A-Fa-f]{2}",
    "[dD][c-fC-F][0-9A-Fa-f]{2}",
)  # the two halves of what JSON can't write in four
_ESCAPE: Final = later(rf"\\(?:u({_HIGH})\\u({_LOW})|u([0-9A-Fa-f]{{4}})|x([0-9A-Fa-f]{{2}})|(.))", re.DOTALL)
_FOLD: Final = later(r"(?<=[A-Za-z0-9+/_-]{20})[ \t]*\r?\n[ \t]*(?=[A-Za-z0-9+/=_-])")  # of base64
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_URL_SAFE: Final = str.maketrans("-_", "+/")


def _unescape(found: re.Match[str]) -> str:
    if found[1]:
        return chr(0x10000 + ((int(found[1], 16) - 0xD800) << 10) + int(found[2], 16) - 0xDC00)
    code = found[3] or found[4]
    return chr(int(code, 16)) if code else _LETTERS.get(found[5], found[5])


_DECODERS: Final[tuple[tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    ("%", _PERCENT, lambda found: unquote(found[0])),
    ("\\", _ESCAPE, _unescape),
    ("\n", _FOLD, lambda found: ""),
)
"""What a text has in it that has been encoded so."""


class Reading(Struct):
    """`text` is what `found` was decoded to in the text of the reading before, if there is one."""

    text: str
    before: Reading | None = None
    pattern: re.Pattern[str] = _PERCENT
    decode: Callable[[re.Match[str]], str] = _unescape
    depth: int = 0
    places: tuple[list[int], list[int]] | None = None  # where each character begins and ends in the text before

    def original(self, start: int, end: int) -> Span:
        """Where that stands in the text itself, from which all of them are read."""
        if self.before is None or start == end:
            return start, end
        if self.places is None:
            self.places = self._places(self.before.text)
        starts, ends = self.places
        return self.before.original(starts[start], ends[end - 1])

    def _places(self, before: str) -> tuple[list[int], list[int]]:
        starts, ends, at = list[int](), list[int](), 0
        for found in self.pattern.finditer(before):
            starts += range(at, found.start())
            ends += range(at + 1, found.start() + 1)
            count = len(self.decode(found))
            starts += [found.start()] * count
            ends += [found.end()] * count
            at = found.end()
        starts += range(at, len(before))
        ends += range(at + 1, len(before) + 1)
        return starts, ends


def decoded(text: str) -> Iterator[Reading]:
    """All of them but the text itself."""
    seen, waiting = {text}, [Reading(text)]
    while waiting:
        reading = waiting.pop()
        if reading.before is not None:
            yield reading
        if reading.depth == _DEEPEST:
            continue
        for mark, pattern, decode in _DECODERS:
            if mark in reading.text and (other := pattern.sub(decode, reading.text)) not in seen:
                seen.add(other)
                waiting.append(Reading(other, reading, pattern, decode, reading.depth + 1))


def in_base64(run: str) -> Iterator[tuple[int, str]]:
    """What a run of base64's characters holds, whichever of its first four it begins with: that, and the text."""
    standard = run.translate(_URL_SAFE)
    for start in range(4):
        piece = standard[start : len(standard) - (len(standard) - start) % 4 or None]
        rest = standard[start + len(piece) :] if len(piece) else ""
        if len(rest) > 1:
            piece += rest + "=" * (4 - len(rest))
        if piece:
            yield start, b64decode(piece).decode("latin-1")


def span_in_base64(start: int, end: int) -> Span:
    """Of the characters that these bytes are written with."""
    return start * 4 // 3, -(-end * 4 // 3)
