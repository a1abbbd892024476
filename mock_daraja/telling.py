"""What is told of a change, once it is kept, to whoever listens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

Telling = Callable[[], object]
"""Tells of what was done in a unit. To be called after that: it takes its time, and may fail."""

_log: Final = logging.getLogger("mock_daraja")


def tell(telling: Telling) -> None:
    """What it raises changes nothing: what it tells of has happened."""
    try:
        telling()
    except Exception:
        with suppress(Exception):
            _log.exception("%r failed", telling)
