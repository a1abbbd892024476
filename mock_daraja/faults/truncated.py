"""The head promises the whole body; half of it comes, then the connection is closed."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.acts import Acts, Close, Send
from mock_daraja.faults.response import split


@dataclass(frozen=True, slots=True)
class Truncated:
    def acts(self, response: bytes, now_ms: int) -> Acts:  # noqa: ARG002 - sent at once
        """An answer without a body is cut in its head, so that it too arrives broken."""
        head, body = split(response)
        yield Send(head + body[: len(body) // 2] if body else head[: len(head) // 2])
        yield Close()
