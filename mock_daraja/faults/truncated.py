"""The head promises the whole body; half of it comes, then the connection is closed."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.response import split
from mock_daraja.faults.wire import Wire


@dataclass(frozen=True, slots=True)
class Truncated:
    def carry_out(self, wire: Wire, response: bytes) -> None:
        """An answer without a body is cut in its head, so that it too arrives broken."""
        head, body = split(response)
        wire.send(head + body[: len(body) // 2] if body else head[: len(head) // 2])
        wire.close()
