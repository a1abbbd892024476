"""Stuck: an event that failed at every try, and waits until somebody resumes it. Then it is history.

No bound takes one away that waits: a payment hangs on it, which is itself kept as long as it is not final. What is
bounded is what makes them large, the traceback.
"""

from __future__ import annotations

from typing import Final, Literal

from mock_daraja.model.noun import ALL, Noun, Ranked, Retention, Row

StuckState = Literal["stuck", "trying", "done", "stuck-again"]
"""It waits; or it was resumed, and its event is being tried, was carried out, or has failed at every try again."""


class Stuck(Row, frozen=True):
    """`kind` and `subject` are the event's; times are on the sandbox clock, in milliseconds."""

    id: int  # the event's number
    kind: str
    subject: int | str
    due_ms: int
    stuck_ms: int
    error: str  # of the last try
    traceback: str  # its end, or nothing where many others are stuck
    resumed_ms: int | None = None
    resumed_as: int | None = None  # the number of the event that was made of it then


STUCK: Final[Noun[Stuck, int]] = Noun(
    "stuck",
    Stuck,
    lambda row: row.id,
    ranked=(Ranked("waiting", lambda row: ((ALL, row.id),) if row.resumed_ms is None else ()),),
    retention=Retention("keep_bodies", done=lambda row: row.resumed_ms is not None),
)
