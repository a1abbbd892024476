"""The report card as text for people, and as JUnit XML, which every CI reads. Both are made of Report.json(), so that a
running server's and one at hand look alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree

from mock_daraja.journal.paint import Paint, Role, plain
from mock_daraja.journal.report.evidence import counted
from mock_daraja.journal.shapes import to_open
from mock_daraja.quoting import visible

Row = Mapping[str, Any]

_ROLES: Final[dict[str, Role]] = {"pass": "good", "warn": "note", "fail": "bad", "not seen": "dim"}
_VERDICT: Final = 10  # columns
_UNDER: Final = " " * _VERDICT
_MOST_LINES: Final = 5  # of evidence; JSON has all of it
_TIME: Final = slice(0, 19)  # of an ISO 8601 instant


def report_text(report: Row, paint: Paint = plain) -> str:
    return "\n".join(_lines(report, paint)) + "\n"


def check_lines(check: Row, paint: Paint = plain, most: int = _MOST_LINES) -> Iterator[str]:
    """Summary, evidence, remedy and docs, without the title."""
    yield visible(check["summary"])
    shown = check["evidence"][:most]
    width = max((len(each["ref"]) for each in shown), default=0)
    for each in shown:
        yield f"  {paint(visible(each['ref']).ljust(width), 'name')}  {visible(each['text'])}"
    if len(check["evidence"]) > most:
        yield f"  {'...':{width}}  and {len(check['evidence']) - most} more: --json lists them"
    if check["remedy"]:
        yield f"{paint('remedy:', 'dim')} {visible(check['remedy'])}"
        if check["docs"]:
            yield f"{paint('docs:', 'dim')}   {to_open(check['docs'])}"


def _lines(report: Row, paint: Paint) -> Iterator[str]:
    counts = ", ".join(counted(report[f"{noun}s"], noun) for noun in ("exchange", "transaction", "callback"))
    yield f"{paint('Report card', 'heading')} of sandbox {report['sandbox']}: {counts}"
    if report["first"] is not None:
        between = " to ".join(report[name][_TIME].replace("T", " ") for name in ("first", "last"))
        yield paint(f"requests from {between} EAT, on the sandbox's clock", "dim")
    for check in report["checks"]:
        verdict = check["verdict"]
        yield ""
        yield f"{paint(f'{verdict:{_VERDICT}}', _ROLES[verdict])}{paint(check['title'], 'start')}"
        yield from (_UNDER + line for line in check_lines(check, paint))
    yield ""
    verdicts = report["verdicts"]
    words = {"fail": "failed", "warn": "to look at", "pass": "passed", "not seen": "not seen"}
    yield ", ".join(paint(f"{verdicts[name]} {word}", _ROLES[name]) for name, word in words.items())


def report_junit(report: Row, *, strict: bool = False) -> str:
    """A test case for each check. A `fail` is a failure, `not seen` is skipped. A `warn` passes, with what was found as
    its output; `strict` makes a failure of it as well."""
    cases = [_case(report["sandbox"], check, strict) for check in report["checks"]]
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.find("skipped") is not None for case in cases)),
        "time": "0",
    }
    suites = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(suites, "testsuite", {"name": "mock-daraja report", **counts})
    suite.extend(cases)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _case(sandbox: str, check: Row, strict: bool) -> ElementTree.Element:
    name = {"classname": f"mock_daraja.report.{sandbox}", "name": check["id"], "time": "0"}
    case = ElementTree.Element("testcase", name)
    summary, *rest = check_lines(check, most=len(check["evidence"]))
    said = "\n".join((check["title"], summary, *rest))
    verdict = check["verdict"]
    if verdict == "fail" or (strict and verdict == "warn"):
        ElementTree.SubElement(case, "failure", {"message": summary, "type": verdict}).text = said
    elif verdict == "not seen":
        ElementTree.SubElement(case, "skipped", {"message": summary}).text = said
    else:
        ElementTree.SubElement(case, "system-out").text = said
    return case
