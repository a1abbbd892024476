"""What the receiver did with callbacks, out of fabricated journals."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.model import Failure, UrlRefusal
from tests.journal.report.rows import SINK, callback, card, delivery, said, transaction

LATE = Failure("no-answer-in-time", (10.0,))
CUT = Failure("not-whole-in-time", (0.5,))
NOBODY = Failure("connection-failed", ("Connection refused",))
STOPPED = Failure("stopped")
FORGED = (("amount", 1),)
PUBLIC = UrlRefusal("public-name", "shop.example.com", "https://shop.example.com")
REFUSED = callback(9, state="refused", refusal=PUBLIC)


@pytest.mark.parametrize(
    ("rows", "verdict", "refs"),
    [
        ([callback(1, delivery(200)), callback(2, delivery(204))], "pass", []),
        ([callback(1, delivery(200)), callback(2, delivery(500))], "fail", ["c2"]),
        ([callback(1, delivery(302))], "fail", ["c1"]),
        ([callback(1, delivery(None, failure=NOBODY))], "fail", ["c1"]),
        ([callback(1, delivery(500), delivery(200))], "fail", ["c1"]),
        ([callback(1, delivery(200)), REFUSED], "warn", ["c9"]),
        ([callback(1, delivery(400)), REFUSED], "fail", ["c1", "c9"]),
        ([callback(1, delivery(None, failure=LATE))], "not seen", []),
        ([callback(1, delivery(None, failure=STOPPED))], "not seen", []),
        ([callback(1, delivery(500, url=SINK))], "not seen", []),
        ([transaction(), callback(1, delivery(400), forge=FORGED)], "pass", []),
        ([transaction(), callback(1, delivery(200), forge=FORGED)], "pass", []),
        ([transaction(), callback(1, delivery(422), damage="truncated")], "pass", []),
        ([transaction(), callback(1, delivery(500), damage="truncated")], "fail", ["c1"]),
        ([transaction(), callback(1, delivery(400))], "fail", ["c1"]),
        ([], "not seen", []),
    ],
)
def test_every_answer_has_to_be_2xx(rows: list[Any], verdict: str, refs: list[str]) -> None:
    check = card(*rows)["callbacks-answered"]

    assert said(check) == (verdict, refs)


@pytest.mark.parametrize(
    ("rows", "verdict", "refs"),
    [
        ([callback(1, delivery(200)), callback(2, delivery(500))], "pass", []),
        ([callback(1, delivery(200)), callback(2, delivery(None, failure=LATE))], "fail", ["c2"]),
        ([callback(1, delivery(200, failure=CUT))], "fail", ["c1"]),
        ([callback(1, delivery(None, failure=NOBODY))], "not seen", []),
        ([callback(1, delivery(200, url=SINK))], "not seen", []),
        ([callback(1, state="scheduled")], "not seen", []),
    ],
)
def test_an_answer_may_not_miss_the_deadline(rows: list[Any], verdict: str, refs: list[str]) -> None:
    check = card(*rows)["callbacks-in-time"]

    assert said(check) == (verdict, refs)


@pytest.mark.parametrize(
    ("rows", "verdict", "refs"),
    [
        ([callback(1, delivery(200), delivery(200))], "pass", []),
        ([callback(1, delivery(200)), callback(2, delivery(201))], "pass", []),
        ([callback(1, delivery(200), delivery(409))], "fail", ["c1"]),
        ([callback(1, delivery(200)), callback(2, delivery(500))], "fail", ["c2"]),
        ([callback(1, delivery(200), delivery(None, failure=LATE))], "fail", ["c1"]),
        ([callback(1, delivery(200), delivery(200), delivery(500))], "fail", ["c1"]),
        ([callback(1, delivery(500), delivery(200))], "not seen", []),  # the first was not taken
        ([callback(1, delivery(200)), callback(2, delivery(200), transaction=2)], "not seen", []),
        ([callback(1, delivery(200)), callback(2, delivery(200), kind="confirmation")], "not seen", []),
        ([callback(1, delivery(200)), callback(2, delivery(200), body=b"{} ")], "not seen", []),  # forged: no copy
        ([callback(1, delivery(200), delivery(None, failure=STOPPED))], "not seen", []),
    ],
)
def test_what_was_taken_once_has_to_be_taken_again(rows: list[Any], verdict: str, refs: list[str]) -> None:
    check = card(*rows)["duplicates"]

    assert said(check) == (verdict, refs)


def test_it_says_that_a_second_effect_is_out_of_its_sight() -> None:
    check = card(callback(1, delivery(200), delivery(200)))["duplicates"]

    assert "can't be seen from here" in check.summary


def test_copies_count_in_the_order_in_which_they_were_sent() -> None:
    early, late = callback(2, delivery(200, after=6)), callback(1, delivery(500, after=7))

    check = card(early, late)["duplicates"]

    assert [(each.ref, each.text) for each in check.evidence] == [
        ("c1", "again after c2, stk of t1 to http://127.0.0.1:8000/hook: answered 500")
    ]


@pytest.mark.parametrize("name", ["callbacks-answered", "callbacks-in-time"])
def test_the_mocks_own_sinks_are_named_as_the_reason(name: str) -> None:
    check = card(callback(1, delivery(200, url=SINK)))[name]

    assert check.summary == "callbacks went to the mock's own sinks only"
