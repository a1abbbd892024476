"""The report as a value."""

from __future__ import annotations

import json

import pytest

from mock_daraja.journal.report.card import report_of
from tests.journal.report.rows import callback, card, delivery, push, transaction


def test_failures_and_warnings_are_checks() -> None:
    report = card(push(1, transaction=1), transaction(), callback(1, delivery(500), state="failed"))

    assert [each.id for each in report.failures] == ["callbacks-answered", "queries"]
    assert report.warnings == []


def test_json_counts_verdicts_and_resolves_anchors() -> None:
    document = card(push(1, refused="route", status=404)).json()

    assert json.loads(json.dumps(document)) == document
    assert document["verdicts"] == {"fail": 1, "warn": 0, "pass": 4, "not seen": 8}
    assert {each["id"]: each["docs"] for each in document["checks"]}["paths"] == "docs/products.md#paths"
    assert (document["first"], document["exchanges"]) == ("2026-11-24T10:00:00.000+03:00", 1)


def test_an_empty_journal_has_a_report() -> None:
    report = card()

    assert {each.verdict for each in report.checks} == {"not seen"}
    assert (report.first_ms, report.last_ms) == (None, None)
    assert report.text.startswith(
        "Report card of sandbox default: 0 exchanges, 0 transactions, 0 callbacks\n\nnot seen"
    )


def test_every_check_that_did_not_pass_says_what_to_do_and_where_it_is_explained() -> None:
    report = card()

    assert [each.id for each in report.checks if not (each.remedy and each.docs)] == []


def test_an_unknown_check_is_answered_with_those_there_are() -> None:
    with pytest.raises(KeyError, match=r"duplicate: the checks are callbacks-answered, .*, duplicates,"):
        card()["duplicate"]


def test_a_report_is_read_back_from_its_json() -> None:
    for report in (card(), card(push(1, refused="route", status=404), transaction(), callback(1, delivery(500)))):
        assert report_of(report.json()) == report
