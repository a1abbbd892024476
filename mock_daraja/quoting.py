"""A value as it stands in a text for people, whatever client, file or program gave it: never as Python writes it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final

LONGEST: Final = 80
"""Characters of a value or name that a text shows."""


def shown(value: object) -> str:
    """Text and bytes in single quotes, anything else as JSON has it; at most `LONGEST` characters."""
    if isinstance(value, bytes):
        value = value[: LONGEST * 4].decode("utf-8", "backslashreplace")  # UTF-8 has four bytes at most for one
    return f"'{_cut(value, LONGEST - 2)}'" if isinstance(value, str) else _cut(_as_json(value), LONGEST)


def pasted(name: str, value: object) -> str:
    """What is to be added to a JSON object, to be copied as it stands."""
    return f"{_as_json(name)}: {_as_json(value)}"


def beginning(text: str, most: int) -> str:
    """As much of it as so many characters hold. One that was cut says so: half a secret is told by that."""
    return text if len(text) <= most else text[: most - 3] + "..."


def visible(text: str) -> str:
    """In one line, what can't be printed as its escape: `\\n`, `\\x00`, `\\ud800`. What a client sent is shown, and no
    terminal obeys it."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def printable(text: str) -> str:
    """The same in as many lines as it has."""
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def json_text(value: Any) -> str:
    """JSON in indented lines, for people and programs: what can't be printed as JSON's escape."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "\n".join(line if line.isprintable() else "".join(map(_in_json, line)) for line in text.split("\n"))


def _in_json(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]


def _cut(text: str, most: int) -> str:
    seen = visible(text[: most + 1])
    return seen if len(seen) <= most else seen[: most - 3] + "..."


def _as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        with suppress(ValueError, RecursionError):  # of a number of thousands of digits, and of what is nested deeply
            return str(value)
    return f"what is too {'long' if isinstance(value, int) else 'deep'} to be shown"
