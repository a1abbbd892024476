"""What the values of a fault's attributes must be. `from_spec` adds to a Problem which fault it is about."""

from __future__ import annotations

from typing import Final

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown

MOST_SECONDS: Final = 31_536_000  # a year, as for every time in scenario.json
MOST_MS: Final = MOST_SECONDS * 1000


def whole(attribute: str, value: object, unit: str, *, least: int = 0, most: int) -> None:
    """Raises Problem unless it is a whole number of so many units."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise bad(attribute, value, f"a whole number of {unit} from {least} to {most}")


def number(attribute: str, value: object, unit: str, *, least: float = 0, most: float) -> None:
    """Raises Problem unless it is a number of so many units."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise bad(attribute, value, f"a number of {unit} from {least} to {most}")


def bad(attribute: str, value: object, wanted: str) -> Problem:
    return Problem(f"{attribute} is {shown(value)}", remedy=f"{attribute} takes {wanted}")
