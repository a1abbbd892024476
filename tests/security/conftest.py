"""What the command line's tests have."""

from __future__ import annotations

from tests.cli.conftest import _plain_surroundings, live, run

__all__ = ["_plain_surroundings", "live", "run"]
