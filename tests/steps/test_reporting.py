"""The report card of a sandbox. What it says is tested in tests/journal/report."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

from mock_daraja.products import CATALOGUE, PRODUCTS
from mock_daraja.products.base import Opens, Product
from mock_daraja.scenarios import codes
from mock_daraja.steps.reporting import card_of


def test_outcomes_are_held_against_the_catalogue_with_one_way_to_each(mock: Any) -> None:
    mock.pushed(AccountReference="mock:1032")
    mock.advance(60)

    check = card_of(mock.sandbox, CATALOGUE)["outcomes-stk-push"]

    assert check.summary == "result codes seen: 1032; 5 common ones not yet"
    assert [(each.ref, each.text) for each in check.evidence][1] == (
        "1",
        "customer has too little money: Let the customer's wallet hold less than the amount.",
    )


def test_each_product_is_known_by_its_slug(mock: Any) -> None:
    mock.settled("b2c.payment")
    mock.settled("status.query")

    ids = [each.id for each in card_of(mock.sandbox, CATALOGUE).checks]

    assert ids[-2:] == ["outcomes-b2c", "outcomes-status"]


@pytest.mark.parametrize("product", PRODUCTS, ids=attrgetter("slug"))
def test_each_common_outcome_of_a_product_is_in_the_catalogue_of_codes_once(product: Product) -> None:
    known = [each.code for each in codes.for_product(product.slug) if each.kind != "error"]

    assert [known.count(code) for code in product.common_outcomes] == [1] * len(product.common_outcomes)


@pytest.mark.parametrize("product", PRODUCTS, ids=attrgetter("slug"))
def test_each_product_that_opens_transactions_has_common_outcomes(product: Product) -> None:
    opens = any(isinstance(each, Opens) for each in product.operations)

    assert bool(product.common_outcomes) == opens


def test_others_come_to_their_turn_while_rows_are_looked_through(mock: Any) -> None:
    for number in range(5):
        mock.pushed(PhoneNumber=f"25471100000{number}")
    mock.advance(60)
    pauses: list[None] = []

    card_of(mock.sandbox, CATALOGUE, lambda: pauses.append(None))

    assert len(pauses) > 100  # five rows, by a dozen checks, some of which look twice
