"""Which exchange is worth explaining: one that failed, at once or later. Reads the JSON shapes of shapes.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

UNDELIVERED: Final = ("failed", "refused", "dropped")


def refusal(exchange: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The step at which a whole exchange was refused."""
    return next((step for step in exchange["trace"] if step["verdict"] == "refused"), None)


def has_failed(exchange: Mapping[str, Any]) -> bool:
    """Whether a whole exchange was refused, met a fault, or its transaction or a callback of that failed."""
    if exchange["fault"] or refusal(exchange) is not None:
        return True
    opened = exchange["transaction"]
    if opened is not None and opened["state"] == "failed":
        return True
    return any(each["state"] in UNDELIVERED for each in exchange["callbacks"])
