"""The outcomes that the report card asks after."""

from __future__ import annotations

import pytest

from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios.common import COMMON, common


@pytest.mark.parametrize("product", COMMON)
def test_each_common_outcome_is_in_the_catalogue_once(product: str) -> None:
    assert [each.code for each in common(product)] == [*COMMON[product]]


def test_each_product_that_opens_transactions_has_some() -> None:
    slugs = {operation.product for operation in CATALOGUE.opens()}

    assert [slug for slug in slugs if not common(slug)] == []
    assert common("oauth") == ()
