"""One HTTP request to the mock, its reply, and the trace of steps that explains the answer. Values only."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Final, Literal

from msgspec import Struct

from mock_daraja.model.noun import Noun, Retention, Row, Scalar
from mock_daraja.model.outcome import FaultSpec
from mock_daraja.model.size import bytes_in

JSON: Final = (("Content-Type", "application/json"),)
DARAJA_JSON: Final = (("Content-Type", "application/json;charset=UTF-8"), ("Cache-Control", "no-store"))
"""Response headers as captured once, 2020-12-23: safaricom/LNMOnlineAndroidSample#41."""

UNREAD: Final = "server"
"""The room of the step that refuses what is no whole request."""

Verdict = Literal["ok", "refused", "warning", "note"]
"""A warning is about something that was taken, and that the caller most likely did not mean."""


class Step(Row, frozen=True):
    """One line of a trace. `remedy` says what to do, `value` is the offending value, `docs` a page#section of docs/."""

    room: str  # "access", "validation", "scenarios" ...
    verdict: Verdict
    text: str
    value: Scalar = None
    remedy: str = ""
    docs: str = ""
    rule: str = ""  # what decided, where this is the decision


def scalar(value: object) -> Scalar:
    """The value as a step of a trace keeps it: a scalar that JSON can hold, anything else as text."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else str(value)
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)


class Reply(Row, frozen=True):
    """What goes back to the client, as data. `fault`, if any, is carried out by the server."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = DARAJA_JSON
    fault: FaultSpec | None = None
    callbacks_first: bool = False  # the transaction is settled and its callbacks sent before this goes out


class Unread(Struct, frozen=True):
    """Why what came is no whole request, and what is answered to it, if anybody is there to hear it."""

    what: str
    remedy: str
    reply: Reply
    is_heard: bool = True
    is_busy: bool = False  # for want of memory: what answers for Daraja says so in its words


class Request(Struct, frozen=True):
    """What came in. `path` is decoded and without the query string; `headers` are as received, in order."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    values: Mapping[str, str] | None = None  # those of the headers `by_name`, where somebody has them already
    unread: Unread | None = None  # it is as far as it came, and isn't carried out
    head_size: int = 0  # bytes that all but the body take, about, where somebody has counted them already

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return len(self.body) + (self.head_size or bytes_in((self.path, self.query, self.headers)))


def by_name(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values by name in lower case; those of one name are joined by a comma."""
    values: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        values[key] = f"{values[key]},{value}" if key in values else value
    return values


class Exchange(Row, frozen=True):
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
    steps: tuple[Step, ...] = ()
    reply: Reply | None = None
    size: int = 0  # bytes that it takes, about

    @property
    def id(self) -> str:
        return f"x{self.number}"

    @property
    def refusal(self) -> Step | None:
        """The step that refused the request, if one did."""
        return next((step for step in self.steps if step.verdict == "refused"), None)

    @property
    def why(self) -> str:
        """The refusal; or else every warning, what is foretold of the transaction, and a fault; or else the first note.
        Each with its remedy, in one line; empty when there is nothing to say."""
        told = [each for each in self.steps if each.verdict != "ok"]
        if not told:
            return ""
        said = [each for each in told if each.verdict == "refused"][:1]
        said = said or [each for each in told if self._is_odd(each)] or told[:1]
        return ". Also: ".join(f"{each.text}; {each.remedy}" if each.remedy else each.text for each in said)

    def _is_odd(self, step: Step) -> bool:
        foretells = step.verdict == "note" and step.room == "product" and self.transaction is not None
        return foretells or step.verdict == "warning" or step.room == "faults"


EXCHANGES: Final[Noun[Exchange, int]] = Noun(
    "exchange",
    Exchange,
    lambda row: row.number,
    retention=Retention("keep_bodies"),
    size=lambda row: row.size,
)
