"""What goes wrong with a key, a secret or a token on its way from a setting into a request. Pure functions."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import Final

_BOM: Final = "\ufeff"


def decoded(encoded: str) -> str | None:
    """The text that is in base64, or None."""
    try:
        return b64decode(encoded, validate=True).decode()
    except ValueError:  # no base64, not ASCII, or no UTF-8 inside
        return None


def padded(encoded: str) -> str:
    """With the = at its end that base64 of this length has."""
    return encoded + "=" * (-len(encoded) % 4)


def is_canonical(encoded: str) -> bool:
    """Whether base64 is what an encoder writes: one that was cut within a byte has bits left over."""
    return b64encode(b64decode(encoded)).decode() == encoded


def from_hex(digits: str) -> str | None:
    """The text that is in hexadecimal, or None."""
    try:
        return bytes.fromhex(digits).decode()
    except ValueError:
        return None


def bare(value: str) -> str:
    """Without the blanks, the quotes and the byte order mark around it."""
    return value.removeprefix(_BOM).strip().strip("\"'").strip()


def is_python_bytes(text: str) -> bool:
    """Whether it is what Python shows of bytes: `b'...'`."""
    return re.fullmatch(r"""b(['"]).*\1""", text, re.DOTALL) is not None


def blank(text: str) -> str:
    """What the white space in it is called."""
    return "a line break" if re.search(r"[\r\n]", text) else "a blank"


def surroundings(value: str) -> str:
    """What stands around a value that belongs there alone; empty where nothing does."""
    if value.startswith(_BOM):
        return "has a byte order mark (BOM) in front of it"
    if value != value.strip():
        return f"has {blank(value)} {'behind' if value == value.lstrip() else 'in front of'} it"
    return "stands in quotes" if value != bare(value) else ""
