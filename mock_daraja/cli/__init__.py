"""The command `mock-daraja`: one file per command, imported when it is called for."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Final, TextIO

from mock_daraja.cli import signals

__all__ = ["main"]

_UNWRITTEN: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""Of these a command itself looks at none: what it prints is all that it writes without looking what becomes of it."""


def main(arguments: Sequence[str] | None = None) -> None:
    given = sys.argv[1:] if arguments is None else [*arguments]
    if given[:1] == ["serve"]:  # whose imports take a while
        signals.end_at_once()
    from mock_daraja.cli.group import commands

    if sys.stdout is None:  # it was closed, as some daemons do; Python has no stream then
        sys.stdout = _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a code page that lacks a character is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        commands.main(given, prog_name="mock-daraja")
    except OSError as error:
        if error.errno not in _UNWRITTEN:
            raise
        sys.stdout = _nowhere()  # else Python tries again at the end, and complains
        sys.exit(f"error: the output can't be written: {error.strerror}")


def _nowhere() -> TextIO:
    """It stays open until the end."""
    return open(os.devnull, "w", encoding="utf-8")
