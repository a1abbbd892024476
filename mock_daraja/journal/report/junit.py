"""The report card as JUnit XML, which every CI reads: a test case for each check.

A `fail` is a failure, `not seen` is skipped. A `warn` passes, with what was found as its output, unless it is strict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from mock_daraja.journal.report.text import check_lines

Row = Mapping[str, Any]


def report_junit(report: Row, *, strict: bool = False) -> str:
    """`strict` makes a failure of a `warn` as well."""
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
