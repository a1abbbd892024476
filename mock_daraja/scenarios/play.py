"""Play: how far a sandbox's scenario and one-shots have come. One row, so that any process can go on from there."""

from __future__ import annotations

from typing import Final

from mock_daraja.model import Row
from mock_daraja.model.noun import Noun
from mock_daraja.scenarios.model import START, OneShot


class Play(Row, frozen=True):
    """`turns` and `counts` are by the key of a rule: the outcome that comes next, and the requests that matched."""

    scenario: str | None = None  # the active one's name
    path: str = ""  # and file
    state: str = START  # or where the scenario's last `goto` led
    turns: tuple[tuple[str, int], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    armed: tuple[OneShot, ...] = ()  # those nobody has used up, first in first
    last_id: int = 0  # of a one-shot

    @property
    def is_armed(self) -> bool:
        """Whether any rule or one-shot may decide."""
        return self.scenario is not None or bool(self.armed)


PLAY: Final[Noun[Play, str]] = Noun("play", Play, lambda row: "")
"""One row a sandbox."""
