"""JUnit XML, read back with a parser."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from mock_daraja.journal.report import Check, Evidence, Report

CHECKS = (
    Check(
        "a",
        "Does a",
        "fail",
        "no",
        tuple(Evidence(f"x{each}", "<&> \x00\x1b") for each in range(9)),
        "do it",
        "oauth.md#oauth",
    ),
    Check("b", "Does b", "warn", "hardly"),
    Check("c", "Does c", "pass", "yes"),
    Check("d", "Does d", "not seen", "nothing came"),
)


def parsed(**options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(Report("mine", 1, 0, 0, 0, 0, CHECKS).junit(**options))


@pytest.mark.parametrize(
    ("strict", "tags"),
    [
        (False, ["failure", "system-out", "system-out", "skipped"]),
        (True, ["failure", "failure", "system-out", "skipped"]),
    ],
)
def test_each_check_is_a_case_with_its_verdict(strict: bool, tags: list[str]) -> None:
    root = parsed(strict=strict)

    assert [case.attrib["name"] for case in root.iter("testcase")] == ["a", "b", "c", "d"]
    assert [case[0].tag for case in root.iter("testcase")] == tags


@pytest.mark.parametrize(("strict", "failures"), [(False, "1"), (True, "2")])
def test_the_suite_counts(strict: bool, failures: str) -> None:
    suite = parsed(strict=strict)[0]

    counts = {name: suite.attrib[name] for name in ("name", "tests", "failures", "errors", "skipped")}
    assert counts == {
        "name": "mock-daraja report", "tests": "4", "failures": failures, "errors": "0", "skipped": "1"
    }  # fmt: skip


def test_a_failure_holds_all_the_evidence_in_characters_that_xml_has() -> None:
    failure = parsed().find(".//failure")

    assert failure is not None
    assert failure.attrib == {"message": "no", "type": "fail"}
    assert failure.text is not None
    assert failure.text.splitlines() == [
        "Does a", "no", *(f"  x{each}  <&> \\x00\\x1b" for each in range(9)), "remedy: do it",
        "docs:   mock-daraja docs oauth#oauth",
    ]  # fmt: skip
