"""A value as it stands in a text for people, whatever client, file or program gave it: never as Python writes it."""

from __future__ import annotations

import json
from typing import Final

LONGEST: Final = 80
"""Characters of a value or name that a text shows."""


def shown(value: object) -> str:
    """Text and bytes in single quotes, anything else as JSON has it; not too long."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    text = f"'{visible(value)}'" if isinstance(value, str) else _as_json(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def visible(text: str) -> str:
    """What can't be printed as its escape: `\\n`, `\\x00`, `\\ud800`."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _as_json(value: object) -> str:
    try:
        return visible(json.dumps(value, ensure_ascii=False, default=str))
    except (TypeError, ValueError, RecursionError):
        return visible(str(value))
