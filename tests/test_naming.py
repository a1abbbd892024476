"""Products and operations are found as people write them."""

from __future__ import annotations

import pytest

from mock_daraja.errors import Problem
from mock_daraja.naming import folded, named
from mock_daraja.products import CATALOGUE


@pytest.mark.parametrize("name", ["stk-push", "stk_push", "stkpush", "STKPush", "STK Push", "lipa-na-mpesa-online"])
def test_a_product_is_found_however_it_is_written(name: str) -> None:
    assert named(name).product == "stk-push"
    assert named(name).operations == ("stk-push.process", "stk-push.query")
    assert named(name).usual == ("stk-push.process",)


@pytest.mark.parametrize(
    ("name", "slug"), [("Account Balance", "balance"), ("transaction_status", "status"), ("token", "oauth")]
)
def test_a_product_is_found_by_its_title_too(name: str, slug: str) -> None:
    assert named(name).product == slug


@pytest.mark.parametrize("name", ["stk-push.query", "stk_push.query", "stkpush_query", "STK query"])
def test_an_operation_is_found_too(name: str) -> None:
    assert named(name).operations == named(name).usual == ("stk-push.query",)


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("b2c", ("b2c.payment", "b2c.payment-v1")),
        ("c2b", ("c2b.simulate",)),
        ("oauth", ("oauth.generate",)),
    ],
)
def test_what_of_a_product_is_usually_meant(name: str, usual: tuple[str, ...]) -> None:
    assert named(name).usual == usual


def test_no_two_names_are_written_alike() -> None:
    names = [*CATALOGUE.slugs, *CATALOGUE.operations]
    names += [each for product in CATALOGUE.products for each in product.also_called]

    assert len({*map(folded, names)}) == len(names)
    assert all(named(each).operations for each in names)


@pytest.mark.parametrize(
    ("name", "said"),
    [("stk-psuh", "did you mean 'stk-push'?"), ("", "the products are "), ("zzz", "the products are ")],
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        named(name, "next")

    assert caught.value.what == f"there is no product or operation {name!r}"
    assert caught.value.where == "next"
    assert said in caught.value.remedy
