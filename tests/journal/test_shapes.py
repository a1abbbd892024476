"""Rows as the control API shows them."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.exchange import Step
from mock_daraja.journal.shapes import callback_json, has_failed, step_json
from mock_daraja.model import Callback, Delivery, Failure, UrlRefusal, changed

DELIVERED = Delivery("http://a", 0, b"", 200)
FINE: dict[str, Any] = {
    "fault": None,
    "trace": [{"verdict": "ok"}, {"verdict": "note"}],
    "transaction": {"state": "completed"},
    "callbacks": [{"state": "delivered"}, {"state": "scheduled"}],
}


def test_why_a_delivery_failed_is_there_for_programs_and_for_people() -> None:
    row = Callback(1, "stk", 1, "http://a", b"{}", (), 0, state="failed")
    attempt = Delivery(row.url, 0, b"", failure=Failure("no-answer-in-time", (10.0,)))

    shape = callback_json(row, [attempt])

    (delivery,) = shape["deliveries"]
    assert (delivery["failure"], delivery["error"]) == ("no-answer-in-time", "no answer within 10 s")
    assert shape["note"] == "no answer within 10 s"


def test_that_a_delivery_may_have_come_twice_is_there() -> None:
    row = Callback(1, "stk", 1, "http://a", b"{}", (), 0, state="delivered")

    attempts = [DELIVERED, *(changed(DELIVERED, before=Failure(kind)) for kind in ("closed", "lost"))]
    once, twice, lost = callback_json(row, attempts)["deliveries"]

    assert "twice" not in once
    assert twice["twice"] == (
        "sent twice, and may have come twice: the first time, over a kept connection, "
        "the receiver closed the connection without an answer"
    )
    assert lost["twice"] == (
        "sent twice, and may have come twice: the first time, what came of it was lost here, for lack of memory"
    )


def test_why_a_url_was_refused_is_there_for_programs_and_for_people() -> None:
    refusal = UrlRefusal("unprintable")

    shape = callback_json(Callback(1, "stk", 1, "http://a b", b"{}", (), 0, state="refused", refusal=refusal), [])

    assert shape["refusal"] == "unprintable"
    assert shape["note"].startswith("the callback URL holds a blank or a control character; ")


def test_what_went_well_has_neither() -> None:
    row = Callback(1, "stk", 1, "http://a", b"{}", (), 0, state="delivered")

    shape = callback_json(row, [Delivery(row.url, 0, b"", 200)])

    assert "refusal" not in shape
    assert "failure" not in shape["deliveries"][0]


def test_the_step_that_holds_the_decision_names_its_rule() -> None:
    decided = step_json(
        Step("scenarios", "note", "scenario: down, rule 1 (line 3) decides", rule="down, rule 1 (line 3)")
    )

    assert decided["rule"] == "down, rule 1 (line 3)"
    assert "rule" not in step_json(Step("scenarios", "note", "down, rule 2 (line 9) does not decide: nth"))


@pytest.mark.parametrize(
    ("but", "failed"),
    [
        ({}, False),
        ({"transaction": None, "callbacks": []}, False),
        ({"transaction": {"state": "pending"}}, False),
        ({"fault": "reset"}, True),
        ({"trace": [{"verdict": "refused"}]}, True),
        ({"transaction": {"state": "failed"}}, True),
        ({"callbacks": [{"state": "failed"}]}, True),
        ({"callbacks": [{"state": "refused"}]}, True),
        ({"callbacks": [{"state": "dropped"}]}, True),
    ],
)
def test_one_that_failed_at_once_or_later(but: dict[str, Any], failed: bool) -> None:
    assert has_failed(FINE | but) == failed
