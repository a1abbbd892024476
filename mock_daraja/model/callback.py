"""A notification owed to the integrator, and each HTTP attempt at it."""

from __future__ import annotations

from typing import Final, Literal

from mock_daraja.model.failure import Failure, UrlRefusal
from mock_daraja.model.noun import ALL, Counted, Noun, Ranked, Retention, Row, Scalar

CallbackState = Literal["scheduled", "delivering", "delivered", "failed", "refused", "dropped"]
PENDING: Final[tuple[CallbackState, ...]] = ("scheduled", "delivering")


class Delivery(Row, frozen=True):
    """One HTTP attempt, every byte of it. Times are on the sandbox clock, in milliseconds."""

    url: str  # the one really posted to, after --rewrite-callbacks
    sent_ms: int
    request: bytes = b""  # request line, headers and body as they went over the wire
    status: int | None = None
    answer: bytes = b""  # status line, headers and body as they came back, cut at a bound
    failure: Failure | None = None  # why there was no whole answer
    before: Failure | None = None  # the same was sent first, and this came of it: over a kept connection, or lost here
    id: int = 0  # as it is kept
    callback: int = 0
    took_ms: int = 0  # until the answer was there, or it was given up


class Callback(Row, frozen=True):
    """`kind` is `stk`, `result`, `validation`, `confirmation`, `express` or `timeout`."""

    id: int
    kind: str
    transaction: int
    url: str  # as the integrator gave it
    body: bytes
    headers: tuple[tuple[str, str], ...]
    due_ms: int
    state: CallbackState = "scheduled"
    refusal: UrlRefusal | None = None  # why nothing is sent to its URL, where it is `refused`
    attempts_left: int = 1
    slow_ms: int = 0  # between the head and the body, on the sandbox clock
    forged: bool = False  # a test sent it; M-Pesa owes no such callback
    forge: tuple[tuple[str, Scalar], ...] = ()  # what an outcome has it say instead of the truth
    damage: str | None = None  # what an outcome did to its body
    resends: int = 0  # more deliveries that somebody asked for, whatever became of this one
    attempted: int = 0  # its place among all by what became of them last: delivered, failed, or refused


DELIVERIES: Final[Noun[Delivery, int]] = Noun(
    "delivery",
    Delivery,
    lambda row: row.id,
    ranked=(Ranked("callback", lambda row: ((row.callback, row.id),)),),
    size=lambda row: len(row.request) + len(row.answer),
)
CALLBACKS: Final[Noun[Callback, int]] = Noun(
    "callback",
    Callback,
    lambda row: row.id,
    ranked=(
        Ranked("transaction", lambda row: ((row.transaction, row.id),)),
        Ranked("attempted", lambda row: ((ALL, row.attempted),) if row.attempted else ()),
    ),
    counted=(Counted("state", lambda row: ((row.kind, row.state),)),),
    retention=Retention("keep_bodies", done=lambda row: row.state not in PENDING),
    children=((DELIVERIES, "callback"),),
    size=lambda row: len(row.body) + len(row.url),
)
