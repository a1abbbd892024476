"""What the values of a fault's attributes must be."""

from __future__ import annotations

import math

from mock_daraja.errors import Problem


def whole(fault: str, attribute: str, value: object) -> None:
    """Raises Problem unless it is a whole number, zero or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _bad(fault, attribute, value, "a whole number of milliseconds, zero or more")


def number(fault: str, attribute: str, value: object) -> None:
    """Raises Problem unless it is a finite number, zero or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise _bad(fault, attribute, value, "a number of seconds, zero or more")


def _bad(fault: str, attribute: str, value: object, wanted: str) -> Problem:
    return Problem(f"{attribute} is {value!r}", where=f"fault {fault}", remedy=f"{attribute} takes {wanted}")
