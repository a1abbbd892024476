"""What M-Pesa lets through, in cents (callbacks.md §8, documented 2025)."""

from __future__ import annotations

from typing import Final

MOST_A_TRANSACTION: Final = 250_000_00
MOST_A_DAY: Final = 500_000_00
MOST_IN_A_WALLET: Final = 500_000_00
LEAST_C2B: Final = 1_00
LEAST_B2C: Final = 10_00
MOST_B2B: Final = 1_000_000_00  # where the B2B tariff ends
