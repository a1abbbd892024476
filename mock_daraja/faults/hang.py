"""No answer, and the connection stays open: until the client gives up, the server stops or the time is over."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.acts import Acts, Close, Wait
from mock_daraja.faults.attributes import MOST_SECONDS, number


@dataclass(frozen=True, slots=True)
class Hang:
    """`seconds` is on the sandbox's clock; None hangs without end."""

    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None:
            number("seconds", self.seconds, "seconds", most=MOST_SECONDS)

    def acts(self, response: bytes, now_ms: int) -> Acts:  # noqa: ARG002 - never sent: that is the fault
        yield Wait(None if self.seconds is None else now_ms + round(self.seconds * 1000), reusable=False)
        yield Close()
