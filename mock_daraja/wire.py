"""JSON as it goes over the wire: compact, keys in the order given, money with its decimals."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

_DECIMAL: Final = re.compile(r'"\\u0000decimal:([0-9.-]+)"')


def _mark(value: object) -> str:
    if isinstance(value, Decimal):
        return f"\0decimal:{value}"
    raise TypeError(f"{type(value).__name__} has no JSON form here")


_encode: Final = json.JSONEncoder(separators=(",", ":"), default=_mark).encode


def dumps(value: Any) -> bytes:
    """Bytes of `value`. A Decimal becomes a JSON number with just its digits: Decimal("1.00") is 1.00."""
    text = _encode(value)
    if "\\u0000decimal:" in text:
        text = _DECIMAL.sub(r"\1", text)
    return text.encode()


def json_object(body: str | bytes) -> dict[str, Any]:
    """The JSON object that a body is; an empty one where it is anything else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_LONE: Final = re.compile("[\ud800-\udfff]")
LONGEST_WHOLE: Final = 1 << 63


def fit(value: Any) -> Any:
    """A value from outside, as a row can keep it: half a surrogate pair as its escape, which UTF-8 can't write, and a
    number beyond 64 bits as text."""
    if isinstance(value, str):
        return _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    if isinstance(value, dict):
        return {fit(name): fit(each) for name, each in value.items()}
    if isinstance(value, list):
        return [fit(each) for each in value]
    if isinstance(value, int) and not -LONGEST_WHOLE <= value < LONGEST_WHOLE:
        return str(value)
    return value
