"""A file that a person wrote, read: only a regular one, of a bounded size, in UTF-8; and bounds of what is in it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from mock_daraja.errors import Problem

MOST_BYTES: Final = 1024 * 1024
MOST_VALUES: Final = 20_000  # aliases counted as often as they are used: that is what makes an alias bomb
DEEPEST: Final = 40
FLATTER: Final = "write it flatter: nothing that means anything is nested so deeply"


def read(path: Path, what: str, remedy: str, status: int = 400) -> bytes:
    """At most one byte more than `decoded` takes. Raises Problem, that `what` cannot be read."""

    def unread(why: object) -> Problem:
        return Problem(f"{what} cannot be read: {why}", where=str(path), remedy=remedy, status=status)

    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise unread("it is a folder")
        if not stat.S_ISREG(mode):  # a pipe may never end
            raise unread("it is no regular file")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise unread(error.strerror or error) from None
    except ValueError:  # a NUL, or what no name of a file can be written with
        raise unread("no file has such a name") from None


def is_file(path: Path) -> bool:
    """False also where that can't be told."""
    with suppress(OSError, ValueError):
        return path.is_file()
    return False


def is_folder(path: Path) -> bool:
    """The same of a folder."""
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False


def decoded(raw: bytes, name: str, advice: str = "") -> str:
    """Raises Problem with line and column; `advice` is what to do about one that is too large."""
    if len(raw) > MOST_BYTES:
        raise Problem("the file is larger than 1 MiB", where=name, remedy=advice or "split it, or make it shorter")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        raise Problem("the file is not UTF-8", where=f"{name}:{line}:{column}", remedy="save it as UTF-8") from None


def must_be_bounded(value: Any, name: str) -> None:
    """Raises Problem for a value that holds too many others, or is nested too deeply."""
    level, count, depth = [value], 0, 0
    while level:
        count += len(level)
        if count > MOST_VALUES:
            raise Problem(f"there are more than {MOST_VALUES} values in this file", where=name, remedy="split it")
        if depth > DEEPEST:
            raise too_deep(name)
        level = [inner for each in level for inner in _inside(each)]
        depth += 1


def too_deep(name: str) -> Problem:
    return Problem(f"this is nested more than {DEEPEST} deep", where=name, remedy=FLATTER)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
