"""The regular expressions of scenarios: read, bounded, and tried for so long and no longer.

They are written as for Python's `re`. The engine is the `regex` package's, which can be told when to stop; it is
imported with the first pattern.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from mock_daraja.clock import monotonic
from mock_daraja.quoting import shown
from mock_daraja.regexes import later

if TYPE_CHECKING:
    from regex import Pattern

REQUEST_S: Final = 0.02
"""Which all patterns that are held against one request may take together. The engine counts processor time."""
LONGEST_PATTERN: Final = 1024
LONGEST_VALUE: Final = 4096
"""Bytes in UTF-8."""
_DEEPEST: Final = 40
_MOST_PARTS: Final = 10_000  # written out, `a{3}` being three: the engine writes them out before it begins
_PARTS_KEPT: Final = 65_536  # of all that are compiled, written out; one takes 400 bytes at most: 25 MiB
_LEAST_PARTS: Final = 32  # that one counts for: what a pattern without repetitions takes
_LINT_S: Final = 0.5  # for one pattern with all values
_PART: Final = later(
    r"""\(\?\#[^)]*\)                                # a comment
    | \\N\{[^}]*\} | \\.                             # an escape
    | \[ \^? (?P<set> \]? (?:\\. | [^\]\\])*+ ) \]   # a set
    | (?P<opening> \( ) | (?P<closing> \) )
    | \{ (?P<least> [0-9]*) (?:,[0-9]*)? (?<!\{) \}  # how often what is before it comes
    | (?P<brace> \{ )
    | .""",
    re.DOTALL | re.VERBOSE,
)
_BEGIN: Final = later(r"(?:[^\\()\[\]{}?*+|^$.]|\\[^A-Za-z0-9])*(?![?*+{])")  # what stands for itself
_SPACED_OUT: Final = later(r"\(\?[a-zA-Z]*x")
_NESTED: Final = later(r"\[|--|&&|~~|\|\|")

Fault = tuple[str, str]
"""What is wrong, and the remedy."""


def fault(pattern: str) -> Fault | None:
    """What keeps a pattern from being used, if anything does."""
    if _size(pattern) > LONGEST_PATTERN:
        return f"is longer than {LONGEST_PATTERN} bytes", "write a shorter one, or several as `one_of`"
    if _SPACED_OUT.search(pattern):
        return "is written with the flag x", "write it without blanks and comments"
    try:
        parts = _parts(pattern)
        return parts if isinstance(parts, tuple) else _unreadable(pattern)
    except RecursionError:
        return _TOO_DEEP


_TOO_DEEP: Final = (f"is nested more than {_DEEPEST} deep", "take brackets out: it is held against the whole value")


def _parts(pattern: str) -> int | Fault:
    """How many it has, written out. Both parsers and the engine need stack for what is nested, and memory for what is
    repeated."""
    sizes, last = [0], 0  # of the brackets that are open, and of the part before
    for part in _PART.finditer(pattern):
        if part["opening"]:
            sizes.append(0)
            last = 0
        elif part["closing"] and len(sizes) > 1:
            last = sizes.pop() or 1
            sizes[-1] += last
        elif part["least"]:
            more = last * (max(int(part["least"][:9]), 1) - 1)
            sizes[-1] += more
            last += more
        else:
            if part["set"] and _NESTED.search(re.sub(r"\\.", "", part["set"], flags=re.DOTALL)):
                return "has a set whose characters can be read in two ways", r"write \[, \-, \&, \| and \~ in it"
            last = 1
            sizes[-1] += 1
        if len(sizes) > _DEEPEST:
            return _TOO_DEEP
        if sizes[-1] > _MOST_PARTS:
            what = f"repeats more than {_MOST_PARTS} parts"
            return what, f"write smaller numbers in braces: a value has {LONGEST_VALUE} bytes at most"
    return sum(sizes)


def _unreadable(pattern: str) -> Fault | None:
    from regex import error

    try:
        re.compile(pattern)
        _COMPILED.get(pattern)
    except (re.error, error, OverflowError) as wrong:
        return f"is no regular expression: {wrong}", "write it like 2547.*; it is held against the whole value"
    return None


class Compiled:
    """The patterns used last, as many as have `most` parts together. For any thread."""

    def __init__(self, most: int = _PARTS_KEPT) -> None:
        self.parts = 0
        self._most = most
        self._kept: dict[str, tuple[Pattern[str], int]] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, pattern: str) -> Pattern[str]:
        with self._lock:
            if (kept := self._kept.pop(pattern, None)) is not None:
                self._kept[pattern] = kept
                return kept[0]
        parts = _parts(pattern)
        compiled = _compiled(pattern)
        if isinstance(parts, int):
            self._keep(pattern, compiled, max(parts, _LEAST_PARTS))
        return compiled

    def _keep(self, pattern: str, compiled: Pattern[str], parts: int) -> None:
        with self._lock:
            if pattern not in self._kept:
                self._kept[pattern] = compiled, parts
                self.parts += parts
            while self.parts > self._most:
                self.parts -= self._kept.pop(next(iter(self._kept)))[1]


_COMPILED: Final = Compiled()


def _compiled(pattern: str) -> Pattern[str]:
    """A brace that repeats nothing stands for itself, as `re` has it."""
    import regex

    plain = _PART.sub(lambda part: r"\{" if part["brace"] else part[0], pattern)
    return regex.compile(plain, cache_pattern=False)


@dataclass(slots=True)
class Tries:
    """The patterns of one request, each tried once with each value, and the time that is left for them."""

    left_s: float = REQUEST_S
    ran_out: dict[str, str] = field(default_factory=dict)
    """By the name of a field, the pattern that did."""
    _seen: dict[tuple[str, str], str] = field(default_factory=dict)

    def unlike(self, name: str, pattern: str, value: str) -> str:
        """Why the value of this field isn't like the pattern, in words; empty where it is."""
        if (pattern, value) not in self._seen:
            self._seen[pattern, value] = self._tried(name, pattern, value)
        return self._seen[pattern, value]

    def _tried(self, name: str, pattern: str, value: str) -> str:
        if _size(value) > LONGEST_VALUE:
            return f"{name} is longer than the {LONGEST_VALUE} bytes that are held against a pattern"
        import regex  # noqa: F401 - which takes longer than a request may, once

        began_s = monotonic()
        try:
            if self.left_s <= 0:
                raise TimeoutError
            compiled = _COMPILED.get(pattern)  # which takes of the time, where it isn't kept
            left_s = max(0.0, self.left_s - (monotonic() - began_s))  # less than 0 has no end
            is_like = compiled.fullmatch(value, timeout=left_s, concurrent=True) is not None
        except (TimeoutError, MemoryError):
            self.left_s = 0.0
            self.ran_out.setdefault(name, pattern)
            return f"{name} was not held against /{pattern}/ to the end"
        self.left_s -= monotonic() - began_s
        return "" if is_like else f"{name} {value} is not like /{pattern}/"

    def warnings(self) -> Iterator[Fault]:
        for name, pattern in self.ran_out.items():
            what = f"the patterns of the rules took all of a request's {REQUEST_S * 1000:g} ms, so {name} is not like "
            yield f"{what}{shown(pattern)}", "`mock-daraja scenario lint` tries patterns on values that take long"


def hostile(pattern: str) -> str | None:
    """A value that the pattern takes too long with, if one is found among those that make patterns take long."""
    until_s = monotonic() + _LINT_S
    for value in (value for piece in _pieces(pattern) for value in _repeated(piece, pattern)):
        tries = Tries()
        tries.unlike("", pattern, value)
        if tries.ran_out:
            return value
        if monotonic() > until_s:
            break
    return None


def _pieces(pattern: str) -> list[str]:
    """What is to be repeated: characters of the pattern, and of the kinds that its escapes stand for."""
    single = [*dict.fromkeys(["a", "0", "A", *_own(pattern)[:12], " ", "-"])]
    return [*single, *(one + other for one in single[:4] for other in single[:4] if one != other)]


def _repeated(piece: str, pattern: str) -> Iterator[str]:
    """Until it is long, and a few times. What the pattern asks for comes behind, so that it is sought; and then what
    hardly any takes."""
    begin, asked = _begin(pattern), "".join(_own(pattern))
    for count in ((LONGEST_VALUE - _size(begin + asked) - 1) // _size(piece), 20 // len(piece)):
        yield f"{piece * count}{asked}\x01"
        yield f"{begin}{piece * count}\x01"


def _begin(pattern: str) -> str:
    """What it begins with and takes as it stands."""
    found = _BEGIN.match(pattern)
    return found[0].replace("\\", "") if found else ""


def _own(pattern: str) -> list[str]:
    return [each for each in dict.fromkeys(pattern) if each not in r"\()[]{}?*+|^$"]


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
