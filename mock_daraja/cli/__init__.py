"""The command `mock-daraja`: one file per command, imported when it is called for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from mock_daraja.cli import signals

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    given = sys.argv[1:] if arguments is None else [*arguments]
    if given[:1] == ["serve"]:  # whose imports take a while
        signals.end_at_once()
    from mock_daraja.cli.group import commands

    if sys.stdout is None:  # it was closed, as some daemons do; Python has no stream then
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open until the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a code page that lacks a character is no reason to fail
            stream.reconfigure(errors="replace")
    commands.main(given, prog_name="mock-daraja")
