"""DarajaClock: the sandbox's clock as a test sees it."""

from __future__ import annotations

from datetime import datetime

from mock_daraja.clock import eat, parse_instant
from mock_daraja.errors import Problem
from mock_daraja.model import Event
from mock_daraja.testing.link import Link


class DarajaClock:
    """By default manual: it stands still until it is moved."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def __repr__(self) -> str:
        return f"<DarajaClock {self.setting}, {self.now.isoformat()}>"

    @property
    def now(self) -> datetime:
        """In East Africa Time, which Daraja prints."""
        return eat(self._link.now_ms)

    @property
    def setting(self) -> str:
        """real, scaled:60, manual or auto."""
        return str(self._link.api.clock(limit=1)["clock"])

    @property
    def due(self) -> list[Event]:
        """What is on the agenda, the next first: `due_ms`, `kind` and the id of the transaction or callback."""
        return self._link.due()

    def advance(self, seconds: float = 60) -> list[Event]:
        """As `daraja.advance`."""
        return self._link.advance(round(seconds * 1000))

    def move_to(self, instant: datetime | str) -> list[Event]:
        """Move on to a time: a datetime, or text such as "2026-11-24T18:00"; without an offset it is EAT.

        Does all that falls due on the way. Raises Problem on a time that is over.
        """
        text = instant.isoformat() if isinstance(instant, datetime) else instant
        ms = parse_instant(text) - self._link.now_ms
        if ms < 0:
            what = f"{text} is over: the clock shows {self.now.isoformat()}"
            raise Problem(what, where="move_to", remedy="a clock goes on only; set `start`, or restore a snapshot")
        return self._link.advance(ms)

    def switch(self, setting: str) -> None:
        """Run differently from now on: real, scaled:60, manual or auto. The time itself does not jump."""
        self._link.api.switch_clock(setting)
