"""What is to be done for a callback that is due, and what came of it."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from mock_daraja.callbacks.policy import Target
from mock_daraja.clock import Clock
from mock_daraja.model import Delivery, UrlRefusal

Came = Delivery | UrlRefusal


class Order(Struct, frozen=True, eq=False):
    """One attempt over HTTP. `timeout_s` is for all of it; `slow_ms` of `clock` pass in the middle of sending."""

    sandbox: str
    target: Target
    body: bytes
    headers: tuple[tuple[str, str], ...]
    timeout_s: float
    sent_ms: int
    clock: Clock
    slow_ms: int = 0


class LocalCall(Protocol):
    """One attempt that calls an application in this process, in a thread that may wait for it."""

    def __call__(self) -> Came: ...
