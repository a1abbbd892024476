"""Bytes that are not HTTP, then the connection is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mock_daraja.faults.acts import Acts, Close, Send

# A TLS alert (fatal, internal error), as of a terminator that speaks TLS on a plain port, and a line of noise.
GARBAGE: Final = b"\x15\x03\x03\x00\x02\x02\x50" + bytes(range(0x80, 0x100)) + b"\r\n"


@dataclass(frozen=True, slots=True)
class Garbage:
    def acts(self, response: bytes, now_ms: int) -> Acts:  # noqa: ARG002 - never sent: that is the fault
        yield Send(GARBAGE)
        yield Close()
