"""The signals that stop a server. Imports little: it comes before everything else."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Final

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Those that there are; the last is Windows' own."""


def stopping() -> Iterator[int]:
    """SIGINT is one though it may be ignored: shells start background jobs so."""
    for name in _NAMES:
        number = getattr(signal, name, None)
        if number is not None and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            yield number


def end_at_once() -> None:
    """From now on, and until something else handles them, they end the process, which has nothing to tidy up yet."""
    for number in stopping():
        signal.signal(number, lambda *_: os._exit(0))
