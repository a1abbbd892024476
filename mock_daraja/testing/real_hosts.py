"""Real hosts: in a test, whatever would reach Safaricom is stopped before it does, and fails the test."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

from mock_daraja.errors import Problem

_REAL: Final = re.compile(r"(?:.*\.)?safaricom\.co\.ke\.?", re.IGNORECASE)
REMEDY: Final = (
    "point your client at daraja.url, or use the fixture daraja_intercept, which leads Safaricom's hosts here; "
    "meant so? @pytest.mark.daraja(real_hosts=True)"
)
_LOOKUPS: Final = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_CONNECTS: Final = ("connect", "connect_ex")


@contextmanager
def guarded(reached: Callable[[str], object]) -> Iterator[None]:
    """Names of Safaricom's are not looked up in this process meanwhile, nor is a socket connected to one: that raises
    Problem, and `reached` is told. Other hosts are left alone."""

    def check(host: Any) -> None:
        name = host.decode(errors="replace") if isinstance(host, (bytes, bytearray)) else host
        if isinstance(name, str) and _REAL.fullmatch(name):
            reached(name)
            raise Problem(f"the test would have reached {name}", where="real hosts", remedy=REMEDY)

    def looking_up(real: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(real)
        def lookup(host: Any, *arguments: Any, **named: Any) -> Any:
            check(host)
            return real(host, *arguments, **named)

        return lookup

    def connecting(real: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(real)
        def connect(self: socket.socket, address: Any) -> Any:
            if isinstance(address, tuple) and address:
                check(address[0])
            return real(self, address)

        return connect

    patched: list[tuple[Any, str, Any, Any]] = []
    for owner, names, made in ((socket, _LOOKUPS, looking_up), (socket.socket, _CONNECTS, connecting)):
        for name in names:
            there = vars(owner).get(name)  # of the class: None, where it is C's own
            ours = made(getattr(owner, name))
            setattr(owner, name, ours)
            patched.append((owner, name, there, ours))
    try:
        yield
    finally:
        for owner, name, there, ours in patched:
            if vars(owner).get(name) is not ours:  # somebody has wrapped it, and only passes on from now on
                continue
            if there is None:
                delattr(owner, name)
            else:
                setattr(owner, name, there)
