"""What a scenario file may name: operations, pages of the gateway, faults."""

from __future__ import annotations

from mock_daraja.faults import from_spec, pages
from mock_daraja.products import PRODUCTS
from mock_daraja.scenarios import Known


def names_known() -> Known:
    return Known({each.name for product in PRODUCTS for each in product.operations}, pages.NAMES, from_spec)
