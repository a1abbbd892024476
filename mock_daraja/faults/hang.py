"""No answer, and the connection stays open: until the client gives up, the server stops or the time is over."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.attributes import MOST_SECONDS, number
from mock_daraja.faults.wire import Wire


@dataclass(frozen=True, slots=True)
class Hang:
    """`seconds` is on the sandbox's clock; None hangs without end."""

    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None:
            number("seconds", self.seconds, "seconds", most=MOST_SECONDS)

    def carry_out(self, wire: Wire, response: bytes) -> None:  # noqa: ARG002 - never sent: that is the fault
        until_ms = None if self.seconds is None else wire.clock.now() + round(self.seconds * 1000)
        wire.wait_until(until_ms, reusable=False)
        wire.close()
