"""A call of an operation that answers at once, for the products that allow only so many a minute."""

from __future__ import annotations

from typing import Final

from mock_daraja.model.noun import Noun, Ranked, Retention, Row


class CountedCall(Row, frozen=True):
    number: int
    operation: str
    at_ms: int


CALLS: Final[Noun[CountedCall, int]] = Noun(
    "call",
    CountedCall,
    lambda row: row.number,
    ranked=(Ranked("operation", lambda row: ((row.operation, row.at_ms),)),),
    retention=Retention("calls", by="operation"),
)
