"""HTTP messages and JSON bodies as text for people: the bytes as they went over the wire, set out to be read."""

from __future__ import annotations

import json
from typing import Any, Final

from mock_daraja.journal.paint import Paint, plain
from mock_daraja.quoting import visible

SHOWN: Final = frozenset(
    ("host", "authorization", "content-type", "x-mock-scenario", "x-mock-daraja-why", "x-mock-daraja-exchange",
     "businessshortcode", "retry-after", "location")
)  # fmt: skip
"""Headers that say something about M-Pesa. Lengths, dates and connections don't."""
_ONE_LINE: Final = 90


def message_text(raw: bytes | str, mark: str = "", paint: Paint = plain) -> str:
    """One whole request or answer: start line, the headers in `SHOWN`, and the body. Each line begins with `mark`."""
    text = raw if isinstance(raw, str) else raw.decode(errors="replace")
    head, _, body = text.partition("\r\n\r\n")
    start, *fields = head.split("\r\n")
    lines = [paint(visible(start), "start")]
    for name, _, value in (visible(field).partition(":") for field in fields):
        if name.lower() in SHOWN:
            lines.append(f"{paint(name + ':', 'name')}{value}")
    if body:
        lines += ["", *body_lines(body, paint)]
    return "\n".join(f"{paint(mark, 'dim')}{line}" if line else paint(mark.rstrip(), "dim") for line in lines)


def body_lines(body: str, paint: Paint = plain) -> list[str]:
    """A body, set out when it is JSON: digits, order of keys and doubled keys stay as they were sent."""
    try:
        value = json.loads(body, object_pairs_hook=_Pairs, parse_int=_Number, parse_float=_Number)
        return _set_out(value, "", paint)
    except (ValueError, RecursionError):
        return [visible(line) for line in body.splitlines()]


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, in order."""


class _Number(str):
    """A JSON number, as it was written."""

    __slots__ = ()


def _set_out(value: Any, indent: str, paint: Paint) -> list[str]:
    """Lines of a value: a container in one line where it is short and holds no other, else a line for each member."""
    if not isinstance(value, list) or not value:
        return [_flat(value, paint)]
    members = [(each[0], each[1]) if isinstance(value, _Pairs) else (None, each) for each in value]
    is_leaf = not any(isinstance(each, list) for _, each in members)
    if indent and is_leaf and len(indent) + len(_flat(value, plain)) <= _ONE_LINE:
        return [_flat(value, paint)]
    inner = indent + "  "
    lines = ["{" if isinstance(value, _Pairs) else "["]
    for at, (name, each) in enumerate(members, 1):
        first, *rest = _set_out(each, inner, paint)
        key = "" if name is None else f"{paint(_quoted(name), 'name')}: "
        lines += [f"{inner}{key}{first}", *rest]
        lines[-1] += "," if at < len(members) else ""
    return [*lines, indent + ("}" if isinstance(value, _Pairs) else "]")]


def _flat(value: Any, paint: Paint) -> str:
    if isinstance(value, _Pairs):
        return "{" + ", ".join(f"{paint(_quoted(name), 'name')}: {_flat(each, paint)}" for name, each in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flat(each, paint) for each in value) + "]"
    return str(value) if isinstance(value, _Number) else _quoted(value)


def _quoted(value: Any) -> str:
    return visible(json.dumps(value, ensure_ascii=False))
