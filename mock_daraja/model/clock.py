"""How a sandbox's clock runs, and where it stands."""

from __future__ import annotations

from typing import Final

from mock_daraja.model.noun import Noun, Row


class ClockState(Row, frozen=True):
    """`at_ms` is where a standing clock stands, and from where a running one was started."""

    setting: str  # as people write it: real, scaled:60, manual, auto
    at_ms: int


CLOCK: Final[Noun[ClockState, str]] = Noun("clock", ClockState, lambda row: "")
"""One row a sandbox."""
