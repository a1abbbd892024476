"""What one value of a request must be, where equality does not say it: a pattern, a choice, a range, being there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from mock_daraja.model import Row, Scalar


class Constraint(Row, frozen=True):
    """Everything that is given must hold. A range takes numbers and the numbers in strings."""

    matches: str | None = None  # a regular expression for the whole value
    one_of: tuple[Scalar, ...] | None = None
    exists: bool | None = None
    least: int | float | None = None
    most: int | float | None = None

    def __str__(self) -> str:
        said = [] if self.exists is None else ["present" if self.exists else "absent"]
        said += [] if self.matches is None else [f"like /{self.matches}/"]
        said += [] if self.one_of is None else [f"one of {', '.join(map(shown, self.one_of))}"]
        said += [] if self.least is None else [f"at least {self.least}"]
        said += [] if self.most is None else [f"at most {self.most}"]
        return " and ".join(said)


def unmet(name: str, wanted: Scalar | Constraint, got: object, *, is_there: bool = True) -> Iterator[str]:
    """In what the value falls short, in words. `is_there` says whether there is a value at all, null or not."""
    if not isinstance(wanted, Constraint):
        if not same(wanted, got):
            yield f"{name} {shown(got)} is not {shown(wanted)}"
        return
    if wanted.exists is not None and wanted.exists != is_there:
        yield f"{name} is {'present' if is_there else 'missing'}"
    if wanted.matches is not None and (got is None or re.fullmatch(wanted.matches, shown(got)) is None):
        yield f"{name} {shown(got)} is not like /{wanted.matches}/"
    if wanted.one_of is not None and not any(same(each, got) for each in wanted.one_of):
        yield f"{name} {shown(got)} is not one of {', '.join(map(shown, wanted.one_of))}"
    if (wanted.least is not None or wanted.most is not None) and not _in_range(wanted, got):
        yield f"{name} {shown(got)} is not {Constraint(least=wanted.least, most=wanted.most)}"


def same(wanted: object, got: object) -> bool:
    """Daraja takes numbers as numbers or strings (requests.md §1.2), so 10 and "10" are one value here."""
    if isinstance(wanted, bool) or isinstance(got, bool):
        return wanted is got
    if isinstance(wanted, str) != isinstance(got, str) and wanted is not None and got is not None:
        return str(wanted) == str(got)
    return wanted == got


def shown(value: object) -> str:
    if value is None:
        return "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _in_range(wanted: Constraint, got: object) -> bool:
    if isinstance(got, bool) or not isinstance(got, (str, int, float)):
        return False
    try:
        number = Decimal(str(got))
    except InvalidOperation:
        return False
    if not number.is_finite():
        return False
    above = wanted.least is None or number >= Decimal(str(wanted.least))
    return above and (wanted.most is None or number <= Decimal(str(wanted.most)))
