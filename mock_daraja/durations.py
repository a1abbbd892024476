"""Spans of time as people write them: `90`, `1.5`, `90s`, `36h`, `90 days`, `1d 12h`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

WANTED: Final = 'seconds, or a span such as "90s", "36h", "90 days" or "1d 12h"'
_SECONDS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_WORDS: Final = {
    "ms": ("millisecond", "msec"), "s": ("second", "sec"), "m": ("minute", "min"), "h": ("hour", "hr"),
    "d": ("day",), "w": ("week",),
}  # fmt: skip
_UNITS: Final = {unit: unit for unit in _SECONDS} | {
    f"{word}{ending}": unit for unit, words in _WORDS.items() for word in words for ending in ("", "s")
}
_PART: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?) ?([a-z]+)[ ,]*")
_LONGEST_TEXT: Final = 100


def seconds(written: Any) -> float:
    """Raises ValueError, which says what is wanted."""
    if isinstance(written, int | float) and not isinstance(written, bool):
        return written
    text = written.strip().lower() if isinstance(written, str) and len(written) <= _LONGEST_TEXT else ""
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", text):
        return float(text)
    total, at = 0.0, 0
    while (found := _PART.match(text, at)) and found[2] in _UNITS:
        total += float(found[1]) * _SECONDS[_UNITS[found[2]]]
        at = found.end()
    if not text or at < len(text):
        raise ValueError(WANTED)
    return total


def span(least: float, most: float) -> Callable[[Any], float]:
    """A kind, as fields.py has them."""

    def kind(value: Any) -> float:
        found = seconds(value)
        if not least <= found <= most:  # also no nan
            raise ValueError(f"from {least:.15g} to {most:.15g} seconds")
        return found

    return kind
