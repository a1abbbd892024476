"""What a person may ask of the control API about a fault, in words that hold for every sandbox: a product doesn't know
which it is asked in."""

from __future__ import annotations

import json
from typing import Any


def by_control(method: str, path: str, *bodies: dict[str, Any]) -> str:
    """A call with one of these bodies."""
    given = " or ".join(map(json.dumps, bodies))
    return f"{method} /_mock/{path}, or for another sandbox /_mock/sandboxes/NAME/{path}, with {given}"
