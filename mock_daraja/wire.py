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
