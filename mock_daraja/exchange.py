"""One HTTP request to the mock, its reply, and the trace of steps that explains the answer. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from mock_daraja.model.outcome import FaultSpec

JSON: Final = (("Content-Type", "application/json"),)
DARAJA_JSON: Final = (("Content-Type", "application/json;charset=UTF-8"), ("Cache-Control", "no-store"))
"""Response headers as captured once, 2020-12-23: safaricom/LNMOnlineAndroidSample#41."""

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
    rule: str = ""  # what decided, where this is the decision


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back to the client, as data. `fault`, if any, is carried out by the server's adapter."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = DARAJA_JSON
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

    @property
    def why(self) -> str:
        """The refusal, or else the first note, with its remedy, in one line; empty when there is nothing to say."""
        step = self.refusal or next((each for each in self.steps if each.verdict == "note"), None)
        if step is None:
            return ""
        return f"{step.text}; {step.remedy}" if step.remedy else step.text
