"""The report card of a sandbox. What it says is tested in tests/journal/report."""

from __future__ import annotations

from typing import Any

from mock_daraja.steps.reporting import card_of


def test_outcomes_are_held_against_the_catalogue_with_one_way_to_each(mock: Any) -> None:
    mock.pushed(AccountReference="mock:1032")
    mock.advance(60)

    check = card_of(mock.sandbox)["outcomes-stk-push"]

    assert check.summary == "result codes seen: 1032; 5 common ones not yet"
    assert [(each.ref, each.text) for each in check.evidence][1] == (
        "1",
        "customer has too little money: Let the customer's wallet hold less than the amount.",
    )


def test_each_product_is_known_by_its_slug(mock: Any) -> None:
    mock.settled("b2c.payment")
    mock.settled("status.query")

    ids = [each.id for each in card_of(mock.sandbox).checks]

    assert ids[-2:] == ["outcomes-b2c", "outcomes-status"]
