"""No answer, and the connection stays open: until the client gives up, the server stops or the time is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mock_daraja.faults.attributes import number
from mock_daraja.faults.wire import Wire


@dataclass(frozen=True, slots=True)
class Hang:
    """`seconds` is on the sandbox's clock; None hangs without end."""

    name: ClassVar[str] = "hang"
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.seconds is not None:
            number(self.name, "seconds", self.seconds)

    def carry_out(self, wire: Wire, response: bytes) -> None:  # noqa: ARG002 - never sent: that is the fault
        wire.wait(None if self.seconds is None else round(self.seconds * 1000), reusable=False)
        wire.close()
