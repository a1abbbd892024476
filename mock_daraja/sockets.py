"""How many sockets this process may have open, and how its clients and its callbacks share them."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Final, NamedTuple

if sys.platform != "win32":
    import resource

_SANE: Final = 1 << 18  # more than the settings allow for; some systems' limit is a billion
_MACS: Final = 10_240  # macOS says that there is no limit, and takes no more than this
_SELECTED: Final = 512  # that `select` takes on Windows, where the loop has nothing else
_OTHERS: Final = 72  # of these, and of files: the loop's own, the one that listens, clients that are being turned away


class Share(NamedTuple):
    clients: int
    callbacks: int


def raise_limit() -> None:
    """Let this process open as many files as it may at all, within what is sane."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for most in (_SANE, _MACS):
        limit = most if hard == resource.RLIM_INFINITY else min(hard, most)
        if soft == resource.RLIM_INFINITY or soft >= limit:
            return
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            return


def open_files() -> int | None:
    """How many this process may open. None: as many as it likes."""
    if sys.platform == "win32":
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def selected() -> int | None:
    """How many sockets the loop can wait for, where that has a bound."""
    return _SELECTED - _OTHERS if sys.platform == "win32" else None


def shared(clients: int, callbacks: int, files: int | None, sockets: int | None) -> Share:
    """What is left of both bounds: callbacks have at most half of what there is, and clients what these leave. So
    clients that only stay connected never take the last file from a callback."""
    for most in (None if files is None else files - min(_OTHERS, files // 4), sockets):
        if most is not None:
            callbacks = min(callbacks, max(1, most // 2))
            clients = min(clients, max(1, most - callbacks))
    return Share(clients, callbacks)
