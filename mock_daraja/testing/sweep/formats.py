"""The table of what a suite has met, as text, JSON, Markdown, and properties of a JUnit file; and where it goes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.fields import did_you_mean
from mock_daraja.journal.report.evidence import counted

Table = Mapping[str, Any]

_WIDTH: Final = 88
_REMEDY: Final = 'a sweep meets them all: @pytest.mark.daraja_outcomes("{product}")'


@dataclass(frozen=True, slots=True)
class Wanted:
    """One --daraja-report. Without a file it is shown at the session's end; junit goes into that of --junit-xml."""

    form: str
    file: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Wanted:
        """Raises Problem on another format."""
        form, colon, file = text.partition(":")
        if form not in (*FORMATS, JUNIT):
            remedy = did_you_mean(form, [*FORMATS, JUNIT], "formats") + ", with :FILE behind it where it goes to a file"
            raise Problem(f"the format is '{form}'", where="--daraja-report", remedy=remedy)
        if form == JUNIT and file:
            remedy = "write --daraja-report=junit --junit-xml=FILE"
            raise Problem("junit has no file of its own", where="--daraja-report", remedy=remedy)
        if colon and not file and form != JUNIT:
            raise Problem("no file behind the colon", where="--daraja-report", remedy=f"write {form}:FILE, or {form}")
        return cls(form, Path(file) if file else None)

    def write(self, table: Table) -> None:
        """Into its file. Raises Problem where that can't be written."""
        assert self.file is not None
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(FORMATS[self.form](table), encoding="utf-8")
        except OSError as error:
            what = f"{self.file} can't be written: {error.strerror or error}"
            raise Problem(what, where="--daraja-report", remedy="name a file that can be") from error


def as_text(table: Table) -> str:
    return "".join(f"{line}\n" for line in _lines(table))


def _lines(table: Table) -> Iterator[str]:
    width = max(map(len, table["products"]), default=0)
    for product, row in table["products"].items():
        head = f"{product:{width}}  {len(row['met']):2} of {_all(row):2}  "
        yield from _filled(head, _counted(row["met"]) or "none of them")
        if row["never"]:
            yield from _filled(f"{'never':>{len(head) - 2}}  ", ", ".join(row["never"]))
        if row["others"]:
            yield from _filled(f"{'others':>{len(head) - 2}}  ", _counted(row["others"]))
    if table["unused"]:
        yield from _filled("not used: " if table["products"] else "no product was used: ", ", ".join(table["unused"]))
    lacking = next((product for product, row in table["products"].items() if row["never"]), None)
    if lacking is not None:
        yield _REMEDY.format(product=lacking)
    if lost := _lost(table):
        yield lost


def _lost(table: Table) -> str:
    """What is missing in it; empty where nothing is."""
    many = table.get("lost_workers", 0)
    return f"without what was met by {counted(many, 'worker')} that ended before time" if many else ""


def _filled(head: str, text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False)


def _counted(met: Mapping[str, int]) -> str:
    return ", ".join(name if number == 1 else f"{name} ({number})" for name, number in met.items())


def as_json(table: Table) -> str:
    return json.dumps(table, indent=2) + "\n"


def as_markdown(table: Table) -> str:
    lines = ["### M-Pesa outcomes that the tests met", "", "| Product | Met | Which | Never |", "|---|---|---|---|"]
    for product, row in table["products"].items():
        met = _counted({**row["met"], **row["others"]})
        lines.append(f"| {product} | {len(row['met'])} of {_all(row)} | {met} | {', '.join(row['never'])} |")
    if table["unused"]:
        lines += ["", f"Not used: {', '.join(table['unused'])}"]
    if lost := _lost(table):
        lines += ["", lost.capitalize()]
    return "\n".join(lines) + "\n"


def as_properties(table: Table) -> Iterator[tuple[str, str]]:
    """Names and values for a JUnit file: how often each outcome came up, 0 where it never did."""
    yield from [("mock-daraja.lost-workers", str(table["lost_workers"]))] if table.get("lost_workers") else []
    for product, row in table["products"].items():
        counts = row["met"] | dict.fromkeys(row["never"], 0) | row["others"]
        yield from ((f"mock-daraja.{product}.{name}", str(number)) for name, number in counts.items())


def _all(row: Mapping[str, Any]) -> int:
    return len(row["met"]) + len(row["never"])


JUNIT: Final = "junit"
FORMATS: Final[Mapping[str, Callable[[Table], str]]] = {"text": as_text, "json": as_json, "markdown": as_markdown}
