"""The products. Adding one is a file, its schemas, its scenarios, its docs page and a line here."""

from __future__ import annotations

from typing import Final

from mock_daraja.products import b2b, b2b_express, b2c, balance, c2b, oauth, reversal, status, stk_push
from mock_daraja.products.base import Product
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.products.unmocked import UNMOCKED

PRODUCTS: Final[tuple[Product, ...]] = (
    oauth.PRODUCT,
    stk_push.PRODUCT,
    c2b.PRODUCT,
    b2c.PRODUCT,
    b2c.VALIDATED,
    b2c.POCHI,
    b2b.PRODUCT,
    b2b.TAX,
    b2b_express.PRODUCT,
    balance.PRODUCT,
    status.PRODUCT,
    reversal.PRODUCT,
)

CATALOGUE: Final = Catalogue(PRODUCTS, UNMOCKED)
