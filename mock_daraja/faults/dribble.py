"""The head comes at once, the body byte by byte: a client whose time-out is per read never sees it run out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from mock_daraja.faults.attributes import MOST_SECONDS, number
from mock_daraja.faults.response import split
from mock_daraja.faults.wire import Wire

_LEAST: Final = 0.01
_MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Dribble:
    """Times are on the sandbox's clock. After `seconds` what is left of the body comes at once."""

    bytes_per_second: float = 10
    seconds: float = 60

    def __post_init__(self) -> None:
        number("bytes_per_second", self.bytes_per_second, "bytes a second", least=_LEAST, most=_MOST)
        number("seconds", self.seconds, "seconds", most=MOST_SECONDS)

    def carry_out(self, wire: Wire, response: bytes) -> None:
        head, body = split(response)
        wire.send(head)
        began_ms = wire.clock.now()
        end_ms = began_ms + round(self.seconds * 1000)
        sent = 0
        while sent < len(body) and wire.is_open:
            due_ms = began_ms + math.ceil((sent + 1) * 1000 / self.bytes_per_second)
            if not wire.wait_until(min(due_ms, end_ms)):
                wire.close()
                return
            now_ms = wire.clock.now()
            due = int((now_ms - began_ms) * self.bytes_per_second / 1000) if now_ms < end_ms else len(body)
            due = max(due, sent + 1)
            wire.send(body[sent:due])
            sent = due
