"""How payments ended, and what was done about those whose end was not known, out of fabricated journals."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.journal.report import Evidence
from mock_daraja.journal.report.evidence import Journal
from mock_daraja.model import Outcome
from tests.journal.report.rows import CHECKOUT, callback, card, delivery, exchange, push, query, said, transaction

EXPECTED = {"stk-push": [Evidence("0", "success: Pay."), Evidence("1032", "cancelled: Cancel.")]}
LOST = callback(1, state="dropped")
NOT_TAKEN = callback(1, delivery(500), state="failed")
REFUSED = callback(1, state="refused")
TAKEN = callback(1, delivery(200))
LATE = callback(1, delivery(200, after=90))


def status_query(number: int, **fields: str) -> Any:
    return exchange(number, "status.query", after=60, **fields)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([transaction(), TAKEN], "not seen"),
        ([transaction(), LOST], "fail"),
        ([transaction(), NOT_TAKEN], "fail"),
        ([transaction(), REFUSED], "fail"),
        ([transaction(result="1032"), LOST], "fail"),
        ([transaction(), LOST, query(2, after=60)], "pass"),
        ([transaction(), LOST, query(2, after=5)], "pass"),
        ([transaction(), LOST, query(2, after=4)], "fail"),
        ([transaction(), LOST, status_query(2, TransactionID="SKO1")], "pass"),
        ([transaction(), LOST, status_query(2, OriginatorConversationID="mine-1")], "pass"),
        ([transaction(), LOST, status_query(2, TransactionID="OTHER")], "fail"),
        ([transaction(), LATE], "warn"),
        ([transaction(), callback(1, delivery(200, after=64.999))], "not seen"),
        ([transaction(), callback(1, delivery(200, after=65))], "warn"),  # a minute after it was final
        ([transaction(), LATE, query(2, after=60)], "pass"),
        ([transaction(), LATE, query(2, after=100)], "warn"),
        ([transaction(), callback(1, state="scheduled")], "not seen"),
        ([transaction(), callback(1, state="dropped"), callback(2, state="delivering")], "not seen"),
        ([transaction(), LOST, callback(2, delivery(200))], "not seen"),
        ([transaction(final=None), LOST], "not seen"),
        ([transaction(final=None, outcome=Outcome(never=True))], "fail"),
        ([transaction(final=None, outcome=Outcome(never=True)), query(2, after=60)], "pass"),
        ([transaction()], "not seen"),  # its callback has left the journal
        ([LOST], "not seen"),  # and so has its transaction
        ([transaction(operation="b2c.payment"), callback(1, kind="result", state="dropped")], "fail"),
        ([transaction(operation="balance.query"), callback(1, kind="result", state="dropped")], "not seen"),
        ([transaction(), TAKEN, callback(2, kind="confirmation", state="dropped")], "not seen"),
    ],
)
def test_a_payment_without_its_callback_has_to_be_asked_about(rows: list[Any], verdict: str) -> None:
    check = card(*rows)["queries"]

    assert check.verdict == verdict


def test_a_question_that_came_too_early_is_named() -> None:
    (line,) = card(transaction(), LOST, query(7, after=1))["queries"].evidence

    assert line.ref == "t1"
    assert line.text == (
        f"{CHECKOUT} (x1) is completed; its stk callback was lost, nobody asked; x7 asked before it was final"
    )


def first(**changes: Any) -> Any:
    return push(1, transaction=1, **changes)


def again(after: float, **changes: Any) -> Any:
    return push(5, after=after, **changes)


OUTAGE: dict[str, Any] = {"status": 503, "refused": "scenarios"}


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([], "not seen"),
        ([first(), transaction(), TAKEN], "pass"),
        # while the first is pending, whatever became of the second
        ([first(), transaction(), again(3)], "fail"),
        ([first(), transaction(final=None), again(30)], "fail"),
        ([first(), transaction(), again(3, status=500, refused="product")], "fail"),
        ([first(), transaction(), query(2, after=2), again(3)], "fail"),
        # another order, customer, amount or shop
        ([first(), transaction(), again(3, AccountReference="INV-2")], "pass"),
        ([first(), transaction(), again(3, PhoneNumber=254711222333)], "pass"),
        ([first(), transaction(), again(3, Amount=11)], "pass"),
        ([first(), transaction(), again(3, BusinessShortCode=600000)], "pass"),
        ([first(), transaction(), again(3, Amount="10", PhoneNumber="254708374149")], "fail"),
        # it was paid
        ([first(), transaction(), LOST, again(60)], "fail"),
        ([first(), transaction(), TAKEN, again(60)], "warn"),
        ([first(), transaction(), LOST, query(2, after=30), again(60)], "warn"),
        ([first(), transaction(), LOST, query(2, after=4), again(60)], "fail"),
        ([first(), transaction(), LATE, again(60)], "fail"),
        # it had failed
        ([first(), transaction(result="1032"), TAKEN, again(60)], "pass"),
        ([first(), transaction(result="1032"), LOST, query(2, after=30), again(60)], "pass"),
        ([first(), transaction(result="1032"), LOST, again(60)], "warn"),
        # it was refused: for a reason, or by an outage
        ([push(1, status=400, refused="validation"), again(1)], "pass"),
        ([push(1, status=500, refused="product"), again(1)], "pass"),
        ([push(1, **OUTAGE), again(1)], "warn"),
        ([push(1, status=None), again(1)], "warn"),
        ([push(1, **OUTAGE), query(2, after=1), again(2)], "pass"),
        ([push(1, **OUTAGE), again(2), query(6, after=3)], "warn"),
        ([push(1, **OUTAGE), again(119.999)], "warn"),
        ([push(1, **OUTAGE), again(120)], "pass"),
        # what the journal no longer holds is not held against it
        ([first(), again(3)], "pass"),
        ([first(), transaction(), again(60)], "warn"),
    ],
)
def test_a_push_is_repeated_only_after_a_check(rows: list[Any], verdict: str) -> None:
    check = card(*rows)["retries"]

    assert check.verdict == verdict
    assert [each.ref for each in check.evidence] == ([] if verdict in ("pass", "not seen") else ["x5"])


def test_each_repetition_is_held_against_the_one_before_it() -> None:
    pushes = [push(number, after=number, transaction=1 if number == 1 else None) for number in (1, 2, 3)]
    refused = [pushes[0], *(push(each, after=each, status=500, refused="product") for each in (2, 3))]

    check = card(*refused, transaction())["retries"]

    assert said(check) == ("fail", ["x2", "x3"])
    assert all("after x1" in each.text for each in check.evidence)


def test_each_exchange_is_looked_at_for_a_question_a_few_times_however_many_pushes_are_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asks, looks = Journal.asks, list[int]()

    def counted(journal: Journal, exchange: Any) -> bool:
        looks.append(exchange.number)
        return asks(journal, exchange)

    monkeypatch.setattr(Journal, "asks", counted)
    check = card(*(push(number, after=number / 10, **OUTAGE) for number in range(1, 201)))["retries"]

    assert len(check.evidence) == 199
    assert len(looks) <= 400


def test_a_prompt_that_stood_though_the_answer_was_lost_is_named() -> None:
    (line,) = card(first(fault="reset"), transaction(), again(3))["retries"].evidence

    assert line.text == (
        "10 of 254708374149 again, 3 s after x1, while that one was pending; "
        "its answer had gone out with the fault reset"
    )


def test_an_error_that_was_a_lie_is_named() -> None:
    (line,) = card(first(**OUTAGE), transaction(), again(3))["retries"].evidence

    assert line.text.endswith("while that one was pending; it had got 503")


def test_only_the_blind_ones_are_counted_as_blind() -> None:
    known = push(6, after=200, AccountReference="B", transaction=2)
    rows = [first(), transaction(), again(3), known, transaction(2, final=205, exchange=6, reference="ws_CO_2")]
    rows += [callback(2, delivery(200, after=206), transaction=2), push(7, after=300, AccountReference="B")]

    check = card(*rows)["retries"]

    assert said(check) == ("fail", ["x5", "x7"])
    assert check.summary.startswith("1 push repeated blindly")


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
