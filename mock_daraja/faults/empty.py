"""The connection is closed in order, without a byte of answer."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.acts import Acts, Close


@dataclass(frozen=True, slots=True)
class Empty:
    def acts(self, response: bytes, now_ms: int) -> Acts:  # noqa: ARG002 - never sent: that is the fault
        yield Close()
