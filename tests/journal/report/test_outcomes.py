"""Which outcomes came up, out of fabricated journals."""

from __future__ import annotations

from mock_daraja.journal.report import Evidence
from tests.journal.report.rows import card, said, transaction

EXPECTED = {"stk-push": [Evidence("0", "success: Pay."), Evidence("1032", "cancelled: Cancel.")]}


def test_each_product_that_was_used_has_its_check() -> None:
    rows = [transaction(1), transaction(2, operation="b2c.payment", result="2001")]

    report = card(*rows, expected=EXPECTED)

    assert [each.id for each in report.checks][-2:] == ["outcomes-stk-push", "outcomes-b2c"]
    assert report["outcomes-b2c"].summary == "result codes seen: 2001"


def test_a_common_outcome_that_is_missing_is_told_with_the_way_to_it() -> None:
    check = card(transaction(1), expected=EXPECTED)["outcomes-stk-push"]

    assert said(check) == ("warn", ["1032"])
    assert check.evidence[0].text == "cancelled: Cancel."


def test_codes_are_counted() -> None:
    rows = [transaction(1), transaction(2, result="1032"), transaction(3), transaction(4, final=None)]

    check = card(*rows, expected=EXPECTED)["outcomes-stk-push"]

    assert (check.verdict, check.summary) == ("pass", "result codes seen: 0 (2), 1032")


def test_without_a_transaction_nothing_was_seen() -> None:
    assert card(expected=EXPECTED)["outcomes"].verdict == "not seen"
