"""The connection is closed in order, without a byte of answer."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.wire import Wire


@dataclass(frozen=True, slots=True)
class Empty:
    def carry_out(self, wire: Wire, response: bytes) -> None:  # noqa: ARG002 - never sent: that is the fault
        wire.close()
