"""The answer comes late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mock_daraja.faults.attributes import whole
from mock_daraja.faults.wire import Wire


@dataclass(frozen=True, slots=True)
class Latency:
    """`ms` is on the sandbox's clock."""

    name: ClassVar[str] = "latency"
    ms: int

    def __post_init__(self) -> None:
        whole(self.name, "ms", self.ms)

    def delay_ms(self) -> int:
        """The one place that decides how late: a distribution goes here."""
        return self.ms

    def carry_out(self, wire: Wire, response: bytes) -> None:
        if wire.wait(self.delay_ms()):
            wire.send(response)
        else:
            wire.close()
