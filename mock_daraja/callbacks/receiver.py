"""A receiver of callbacks that is no address: an application in this process, say, that is called instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mock_daraja.model.callback import Delivery


class Receiver(Protocol):
    """Asked before a callback goes out over HTTP. Where it goes is not checked: it stays in this process."""

    def takes(self, url: str) -> bool: ...

    def deliver(
        self, url: str, body: bytes, headers: Iterable[tuple[str, str]], *, timeout_s: float, sent_ms: int
    ) -> Delivery:
        """As callbacks.delivery.deliver: raises nothing for what a receiver may do."""
