"""Stuck: an event that failed at every try. It is kept until somebody resumes it.

No bound takes one away: a payment hangs on it, which is itself kept as long as it is not final. What is bounded is what
makes them large, the traceback.
"""

from __future__ import annotations

from typing import Final

from mock_daraja.model.noun import Noun, Row


class Stuck(Row, frozen=True):
    """`kind` and `subject` are the event's; times are on the sandbox clock, in milliseconds."""

    id: int  # the event's number
    kind: str
    subject: int | str
    due_ms: int
    stuck_ms: int
    error: str  # of the last try
    traceback: str  # its end, or nothing where many others are stuck


STUCK: Final[Noun[Stuck, int]] = Noun("stuck", Stuck, lambda row: row.id)
