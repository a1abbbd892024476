"""The connection breaks off with an RST in place of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from mock_daraja.faults.acts import Abort, Acts


@dataclass(frozen=True, slots=True)
class Reset:
    def acts(self, response: bytes, now_ms: int) -> Acts:  # noqa: ARG002 - never sent: that is the fault
        yield Abort()
