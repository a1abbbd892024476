"""The connection breaks off with an RST in place of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.wire import Wire


@dataclass(frozen=True, slots=True)
class Reset:
    def carry_out(self, wire: Wire, response: bytes) -> None:  # noqa: ARG002 - never sent: that is the fault
        wire.reset()
