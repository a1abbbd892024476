"""A notification owed to the integrator, and each HTTP attempt at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mock_daraja.model.failure import Failure, UrlRefusal

CallbackState = Literal["scheduled", "delivering", "delivered", "failed", "refused", "dropped"]


@dataclass(slots=True)
class Delivery:
    """One HTTP attempt, every byte of it. Times are on the sandbox clock, in milliseconds."""

    url: str  # the one really posted to, after --rewrite-callbacks
    sent_ms: int
    request: bytes  # request line, headers and body as they went over the wire
    status: int | None = None
    answer: bytes = b""  # status line, headers and body as they came back, cut at a bound
    failure: Failure | None = None  # why there was no whole answer


@dataclass(slots=True)
class Callback:
    """`kind` is `stk`, `result`, `validation`, `confirmation` or `timeout`."""

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
    resends: int = 0  # more deliveries that somebody asked for, whatever became of this one
    deliveries: list[Delivery] = field(default_factory=list)
