"""What `mock-daraja scenario lint` shows of a problem: the line it is on, and a caret under what is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final
from unicodedata import combining, east_asian_width

from mock_daraja import files
from mock_daraja.errors import Problem
from mock_daraja.journal.paint import Paint, Role
from mock_daraja.quoting import printable

_PLACE: Final = re.compile(r"(.+?):(\d+):(\d+)", re.DOTALL)
_MEANT: Final = re.compile(r"""["'][^"']*["']|[^\s,:{}\[\]]+|.""")
_BEFORE: Final = 60  # characters of a long line that are shown before what is meant, and behind its beginning
_BEHIND: Final = 100


def told(problem: Problem, paint: Paint, *, is_wrong: bool) -> Iterator[str]:
    """In lines, with those of the file."""
    role: Role = "bad" if is_wrong else "note"
    where = printable(problem.where)
    before = f"{paint(f'{where}:', role)} " if where else ""
    yield f"{before}{'' if is_wrong else 'warning: '}{printable(problem.what)}"
    yield from _excerpt(problem.where, paint, role)
    if problem.remedy:
        yield f"  {paint('remedy:', 'dim')} {printable(problem.remedy)}"


def as_json(problem: Problem, *, is_wrong: bool) -> dict[str, Any]:
    return {**problem.as_json(), "severity": "problem" if is_wrong else "warning"}


def _excerpt(where: str, paint: Paint, role: Role) -> Iterator[str]:
    """The line of a file, and under it what the column is about; nothing where there is no such line."""
    place = _PLACE.fullmatch(where)
    if place is None:
        return
    lines, number = _lines(place[1]), int(place[2])
    if not 0 < number <= len(lines):
        return
    line = lines[number - 1].replace("\t", " ")
    column = int(place[3]) - 1
    start = max(0, column - _BEFORE)
    yield f"  {paint(f'{number} |', 'dim')} {printable(line[start : column + _BEHIND])}"
    meant = _MEANT.match(line, column)
    if meant:
        indent = _columns(printable(line[start:column]))
        carets = "^" * min(_columns(printable(meant[0])), _BEHIND)
        margin = " " * len(str(number)) + " |"
        yield f"  {paint(margin, 'dim')} {' ' * indent}{paint(carets, role)}"


def _columns(text: str) -> int:
    """That a terminal takes for it."""
    return sum(0 if combining(each) else 1 + (east_asian_width(each) in "WF") for each in text)


@cache
def _lines(path: str) -> list[str]:
    try:
        return files.read(Path(path), "the scenario file", "").decode("utf-8-sig", errors="replace").splitlines()
    except Problem:
        return []
