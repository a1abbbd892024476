"""Charges as data. Each tariff is bands of (up to this many shillings, charge in shillings), from callbacks.md §8."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from msgspec import Struct

from mock_daraja.money import CENTS_PER_SHILLING


class Tariff(Struct, frozen=True):
    """The last band has no upper end. `source` says where the figures are from."""

    name: str
    bands: tuple[tuple[int, int], ...]
    above: int
    source: str

    def charge(self, cents: int) -> int:
        """Cents charged for moving `cents`."""
        for most, shillings in self.bands:
            if cents <= most * CENTS_PER_SHILLING:
                return shillings * CENTS_PER_SHILLING
        return self.above * CENTS_PER_SHILLING


B2C: Final = Tariff(
    "B2C to registered customers",
    ((100, 0), (1_500, 5), (5_000, 9), (20_000, 11)),
    13,
    "b2c_tariff_form_august_2023.pdf",
)
B2B: Final = Tariff(
    "B2B",
    (
        (49, 2), (100, 3), (500, 8), (1_000, 13), (1_500, 18), (2_500, 25), (3_500, 30), (5_000, 39), (7_500, 48),
        (10_000, 54), (15_000, 63), (20_000, 68), (25_000, 74), (30_000, 79), (35_000, 90), (40_000, 106),
        (45_000, 110),
    ),
    115,
    "EDLUGZ MpesaTransactionChargeType",
)  # fmt: skip
PAYBILL: Final = Tariff(
    "Paybill C2B, total",
    (
        (100, 0), (500, 5), (1_000, 10), (1_500, 15), (2_500, 20), (3_500, 25), (5_000, 34), (7_500, 42), (10_000, 48),
        (15_000, 57), (20_000, 62), (25_000, 67), (30_000, 72), (35_000, 83), (40_000, 99), (45_000, 103),
    ),
    108,
    "mpesakit and EDLUGZ, 2024/25",
)  # fmt: skip
MGAO: Final = (
    Tariff(
        "Paybill, Mgao bouquet, the customer's share",
        (
            (100, 0), (500, 5), (1_000, 10), (1_500, 10), (2_500, 13), (3_500, 16), (5_000, 16), (7_500, 17),
            (10_000, 18), (15_000, 18), (20_000, 19), (25_000, 20), (30_000, 20), (35_000, 21), (40_000, 23),
            (45_000, 23),
        ),
        24,
        "EDLUGZ MpesaTransactionChargeType",
    ),
    Tariff(
        "Paybill, Mgao bouquet, the business's share",
        (
            (100, 0), (500, 0), (1_000, 0), (1_500, 5), (2_500, 7), (3_500, 9), (5_000, 18), (7_500, 25), (10_000, 30),
            (15_000, 39), (20_000, 43), (25_000, 47), (30_000, 52), (35_000, 62), (40_000, 76), (45_000, 80),
        ),
        84,
        "EDLUGZ MpesaTransactionChargeType",
    ),
)  # fmt: skip


@lru_cache(maxsize=1024)  # asked for three times a payment
def paybill_charges(bouquet: str, cents: int) -> tuple[int, int]:
    """What the customer and what the business pays for a paybill payment, in cents.

    Business Bouquet: the customer pays all. Customer Bouquet: the business does. Mgao splits (callbacks.md §8).
    """
    if bouquet == "business":
        return PAYBILL.charge(cents), 0
    if bouquet == "mgao":
        customer, business = MGAO
        return customer.charge(cents), business.charge(cents)
    return 0, PAYBILL.charge(cents)
