"""Money is whole cents in integers. This module reads and prints it, and nothing else does."""

from __future__ import annotations

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Final

from mock_daraja.quoting import shown

CENTS_PER_SHILLING: Final = 100
_LONGEST: Final = 40  # characters; 1e99 written out is not an amount of money
_MOST: Final = Decimal(10) ** 18  # cents; what a row can keep
_SHORT: Final = 16  # digits; whole shillings that are no longer need no Decimal
_PLAIN: Final = 10**_SHORT  # shillings
_EXACT: Final = Context(prec=_LONGEST + 3, traps=[Inexact, InvalidOperation, Overflow])  # round nothing to whole cents


def cents(amount: int | float | str) -> int:
    """Shillings as an integrator writes them (10, "10", 10.0, "10.50") to whole cents.

    Raises ValueError on anything that is not a finite number of whole cents.
    """
    if type(amount) is str and amount.isascii() and amount.isdigit() and len(amount) <= _SHORT:
        return int(amount) * CENTS_PER_SHILLING
    if type(amount) is int and abs(amount) < _PLAIN:
        return amount * CENTS_PER_SHILLING
    if isinstance(amount, bool) or not isinstance(amount, (int, float, str)):
        raise ValueError(f"{shown(amount)} is not an amount")
    text = str(amount).strip()
    if len(text) > _LONGEST:
        raise ValueError("an amount has at most forty characters")
    try:
        value = _EXACT.multiply(Decimal(text), Decimal(CENTS_PER_SHILLING))
    except DecimalException:
        raise ValueError(f"{shown(amount)} is not an amount") from None
    if not value.is_finite() or abs(value) >= _MOST or value != value.to_integral_value():
        raise ValueError(f"{shown(amount)} is not a finite number of whole cents")
    return int(value)


def shillings(value: int) -> str:
    """Cents as M-Pesa prints them: 1050 gives "10.50", -5 gives "-0.05"."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), CENTS_PER_SHILLING)
    return f"{sign}{whole}.{rest:02}"


def json_number(value: int) -> int | float:
    """Cents as the JSON number of a 2026 callback: 100 gives 1, 1050 gives 10.5 (callbacks.md §1.1)."""
    whole, rest = divmod(value, CENTS_PER_SHILLING)
    return whole if rest == 0 else value / CENTS_PER_SHILLING
