"""Waiting for what another thread does and tells nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

_LONG_S = 10  # what should happen happens much sooner


def happens(holds: Callable[[], object]) -> bool:
    """Whether it comes to hold."""
    until = monotonic() + _LONG_S
    while not holds():
        if monotonic() > until:
            return False
        threading.Event().wait(0.001)
    return True
