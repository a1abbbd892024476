"""The answer never ends: its body is the first chunk, and chunks of blanks follow it, a tenth of a second apart.

No time-out between two reads helps against it: only one over the whole answer, or a bound on its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mock_daraja.faults.acts import Acts, Close, Send, Wait
from mock_daraja.faults.attributes import MOST_SECONDS, number, whole
from mock_daraja.faults.response import split, with_header

_PAUSE_MS: Final = 100
_BLANKS: Final = b" " * 1023 + b"\n"
_MOST_BYTES: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class EndlessChunks:
    """`seconds` is on the sandbox's clock, `max_bytes` counts the body. Whichever comes first cuts the connection."""

    seconds: float = 60
    max_bytes: int = 1_000_000

    def __post_init__(self) -> None:
        number("seconds", self.seconds, "seconds", most=MOST_SECONDS)
        whole("max_bytes", self.max_bytes, "bytes", least=1, most=_MOST_BYTES)

    def acts(self, response: bytes, now_ms: int) -> Acts:
        head, body = split(response)
        now_ms = yield Send(with_header(head, b"Transfer-Encoding", b"chunked", instead_of=b"Content-Length"))
        end_ms = now_ms + round(self.seconds * 1000)
        left, chunk = self.max_bytes, body or _BLANKS
        while left:
            chunk = chunk[:left]
            left -= len(chunk)
            now_ms = yield Send(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            chunk = _BLANKS
            due_ms = now_ms + _PAUSE_MS
            yield Wait(min(due_ms, end_ms), reusable=False)
            if due_ms >= end_ms:
                break
        yield Close()
