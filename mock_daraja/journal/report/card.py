"""The values of a report card: checks with their verdicts, and what they are based on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec

from mock_daraja.clock import parse_instant
from mock_daraja.journal.shapes import anchor, instant, reference

Verdict = Literal["pass", "warn", "fail", "not seen"]
VERDICTS: Final[tuple[Verdict, ...]] = ("fail", "warn", "pass", "not seen")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line. `ref` is what the journal calls it: exchange x3, transaction t2, callback c1."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """`remedy` says what to change, or, where nothing was seen, how to see it. `docs` is an anchor like `Step.docs`."""

    id: str
    title: str
    verdict: Verdict
    summary: str
    evidence: tuple[Evidence, ...] = ()
    remedy: str = ""
    docs: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Counts are of the rows that the journal still keeps (--keep-bodies, --keep)."""

    sandbox: str
    exchanges: int
    transactions: int
    callbacks: int
    first_ms: int | None  # when the first and the last request came
    last_ms: int | None
    checks: tuple[Check, ...]

    def __getitem__(self, check_id: str) -> Check:
        """One check. Raises KeyError that lists the ids there are."""
        found = next((each for each in self.checks if each.id == check_id), None)
        if found is None:
            raise KeyError(f"{check_id}: the checks are {', '.join(each.id for each in self.checks)}")
        return found

    @property
    def failures(self) -> list[Check]:
        return [each for each in self.checks if each.verdict == "fail"]

    @property
    def warnings(self) -> list[Check]:
        return [each for each in self.checks if each.verdict == "warn"]

    @property
    def text(self) -> str:
        """As `mock-daraja report` prints it."""
        from mock_daraja.journal.report.text import report_text

        return report_text(self.json())

    def junit(self, *, strict: bool = False) -> str:
        """As JUnit XML, with a test case for each check; `strict` makes failures of warnings as well."""
        from mock_daraja.journal.report.text import report_junit

        return report_junit(self.json(), strict=strict)

    def json(self) -> dict[str, Any]:
        return {
            "sandbox": self.sandbox,
            "exchanges": self.exchanges,
            "transactions": self.transactions,
            "callbacks": self.callbacks,
            "first": instant(self.first_ms),
            "last": instant(self.last_ms),
            "verdicts": {name: sum(each.verdict == name for each in self.checks) for name in VERDICTS},
            "checks": [_check_json(each) for each in self.checks],
        }


def _check_json(check: Check) -> dict[str, Any]:
    return {
        "id": check.id,
        "title": check.title,
        "verdict": check.verdict,
        "summary": check.summary,
        "evidence": [{"ref": each.ref, "text": each.text} for each in check.evidence],
        "remedy": check.remedy,
        "docs": reference(check.docs) if check.docs else "",
    }


def report_of(shape: Mapping[str, Any]) -> Report:
    """The report whose `json()` this is."""
    times = {f"{name}_ms": None if shape[name] is None else parse_instant(shape[name]) for name in ("first", "last")}
    checks = [each | {"docs": anchor(each["docs"])} for each in shape["checks"]]
    return msgspec.convert({**shape, **times, "checks": checks}, Report)
