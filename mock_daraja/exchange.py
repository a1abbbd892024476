"""One HTTP request to the mock, its reply, and the trace of steps that explains the answer. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from mock_daraja.model.outcome import FaultSpec

JSON: Final = (("Content-Type", "application/json"),)
"""Content-Type charset of the real API was never captured (requests.md §7.7)."""

Verdict = Literal["ok", "refused", "note"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace. `remedy` says what to do, `value` is the offending value, `docs` an anchor in docs/."""

    room: str  # "access", "validation", "scenarios" ...
    verdict: Verdict
    text: str
    value: object = None
    remedy: str = ""
    docs: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the client, as data. `fault`, if any, is carried out by the server's adapter."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = JSON
    fault: FaultSpec | None = None


@dataclass(slots=True)
class Exchange:
    """`path` is decoded and without the query string; `headers` are as received, in order."""

    number: int
    sandbox: str
    received_ms: int
    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    operation: str | None = None
    app_key: str | None = None
    transaction: int | None = None
    steps: list[Step] = field(default_factory=list)
    reply: Reply | None = None

    @property
    def id(self) -> str:
        return f"x{self.number}"

    @property
    def refusal(self) -> Step | None:
        """The step that refused the request, if one did."""
        return next((step for step in self.steps if step.verdict == "refused"), None)
