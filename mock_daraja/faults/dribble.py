"""The head comes at once, the body byte by byte: a client whose time-out is per read never sees it run out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from mock_daraja.faults.acts import Acts, Send, Wait
from mock_daraja.faults.attributes import MOST_SECONDS, number
from mock_daraja.faults.response import split

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

    def acts(self, response: bytes, now_ms: int) -> Acts:
        head, body = split(response)
        began_ms = yield Send(head)
        end_ms = began_ms + round(self.seconds * 1000)
        sent = 0
        while sent < len(body):
            due_ms = began_ms + math.ceil((sent + 1) * 1000 / self.bytes_per_second)
            now_ms = yield Wait(min(due_ms, end_ms))
            due = int((now_ms - began_ms) * self.bytes_per_second / 1000) if now_ms < end_ms else len(body)
            due = max(due, sent + 1)
            yield Send(body[sent:due])
            sent = due
