"""The products. Adding one is a file, its schemas, its scenarios, its docs page and a line here."""

from __future__ import annotations

from typing import Final

from mock_daraja.products import oauth, stk_push
from mock_daraja.products.base import Product

PRODUCTS: Final[tuple[Product, ...]] = (oauth.PRODUCT, stk_push.PRODUCT)
