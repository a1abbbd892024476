"""Colour: who wants it, and how it gets past the check of what a terminal may be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, Any, Final, Literal

import click

from mock_daraja.journal.paint import Paint, Role, plain
from mock_daraja.quoting import printable

Colour = Literal["auto", "always", "never"]

_MARK: Final = "\ue01b"
_PAINTED: Final = re.compile(_MARK + r"(\[[0-9;]*m)")
_STYLES: Final[Mapping[Role, dict[str, Any]]] = {
    "heading": {"bold": True, "fg": "cyan"},
    "start": {"bold": True},
    "name": {"fg": "blue"},
    "good": {"fg": "green"},
    "bad": {"fg": "red", "bold": True},
    "note": {"fg": "yellow"},
    "dim": {"dim": True},
    "first": {"fg": "cyan"},
    "second": {"fg": "magenta"},
    "third": {"fg": "bright_blue"},
    "fourth": {"fg": "yellow"},
    "fifth": {"fg": "bright_magenta"},
}


def wants_colour(stream: IO[Any], environment: Mapping[str, str], asked: Colour = "auto") -> bool:
    """What was asked for, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal that can (no-color.org,
    force-color.org)."""
    if asked != "auto":
        return asked == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environment.get("TERM") != "dumb"


def painter(*, coloured: bool) -> Paint:
    return _painted if coloured else plain


def for_terminal(text: str, *, coloured: bool) -> str:
    """What can't be printed is made visible, so that no terminal obeys it, but for the colours of a `painter`."""
    pieces = _PAINTED.split(text) if coloured else [text]
    return "".join(f"\x1b{each}" if at % 2 else printable(each) for at, each in enumerate(pieces))


def _painted(text: str, role: Role) -> str:
    """With a mark of our own, of which `for_terminal` makes an escape: no other gets to a terminal."""
    return click.style(text, **_STYLES[role]).replace("\x1b[", f"{_MARK}[")
