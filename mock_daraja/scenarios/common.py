"""The outcomes that every integration of a product should have met: those that really happen, and often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mock_daraja.scenarios.codes import Code, find

_PAYOUT: Final = ("0", "1", "2001", "21", "SFC_IC0003")
COMMON: Final[Mapping[str, tuple[str, ...]]] = {
    "stk-push": ("0", "1", "1032", "1037", "2001", "1019"),
    "c2b": ("C2B00012",),
    "b2c": (*_PAYOUT, "8006"),
    "b2c-validated": (*_PAYOUT, "R003"),
    "pochi": _PAYOUT,
    "b2b": _PAYOUT,
    "tax": _PAYOUT,
    "b2b-express": ("0", "4001"),
    "balance": ("0", "2001"),
    "status": ("0", "2032", "2001"),
    "reversal": ("0", "R000001", "R000002", "2001"),
}


def common(product: str) -> tuple[Code, ...]:
    """The catalogue's entries of a product's common outcomes; none for a product that has no transactions."""
    wanted = [entry for code in COMMON.get(product, ()) for entry in find(code)]
    return tuple(each for each in wanted if each.kind != "error" and product in each.products)
