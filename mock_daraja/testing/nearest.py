"""What came nearest to what an assertion wants, and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from mock_daraja.journal.failure import has_failed
from mock_daraja.testing.link import Link, Record
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, Row, TransactionRow
from mock_daraja.testing.timeline import timeline, why


@dataclass(frozen=True, slots=True)
class Wanted:
    """`name` says what is wanted, `but` what a row has instead."""

    name: str
    holds: Callable[[Any], bool]
    but: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Nearest(Generic[Row]):
    row: Row
    misses: tuple[str, ...]  # how it differs from what is wanted


def field(name: str, value: Any) -> Wanted:
    return Wanted(
        f"{name} {value!r}",
        lambda row: getattr(row, name) == value,
        lambda row: f"its {name} is {getattr(row, name)!r}",
    )


def nearest(rows: Iterable[Row], conditions: Sequence[Wanted]) -> Nearest[Row] | None:
    """Of all rows the one that meets most conditions; of equals the last. None where there are no rows."""
    best: Nearest[Row] | None = None
    for row in rows:
        misses = tuple(each.but(row) for each in conditions if not each.holds(row))
        if best is None or len(misses) <= len(best.misses):
            best = Nearest(row, misses)
    return best


def must_be(link: Link, rows: Iterable[Row], conditions: Sequence[Wanted], otherwise: str) -> Row:
    """The row that meets all conditions, the last of several. Raises AssertionError that begins with `otherwise`."""
    found = nearest(rows, conditions)
    if found is None or found.misses:
        raise AssertionError(failure(link, otherwise, conditions, found))
    return found.row


def must_not_be(link: Link, rows: Iterable[Row], conditions: Sequence[Wanted], otherwise: str) -> None:
    found = nearest(rows, conditions)
    if found is not None and not found.misses:
        raise AssertionError(failure(link, otherwise, conditions, found))


def failure(link: Link, what: str, conditions: Sequence[Wanted], found: Nearest[Any] | None) -> str:
    """The text of a failing assertion."""
    record = link.record()
    lines = [f"{what}: {', '.join(each.name for each in conditions)}"]
    if found is not None:
        lines.append(f"{'nearest' if found.misses else 'here'}: {_about(found.row)}")
        lines += [f"  but {each}" for each in found.misses]
    exchange = _exchange(record, None if found is None else found.row)
    return "\n".join([*lines, "", timeline(record) if exchange is None else why(record, exchange)])


def _about(row: ExchangeRow | TransactionRow | CallbackRow) -> str:
    if isinstance(row, TransactionRow):
        return f"t{row.id}, {row.operation} of KES {row.amount} by {row.msisdn or row.shortcode}"
    if isinstance(row, CallbackRow):
        return f"c{row.id}, {row.kind} callback to {row.url}"
    return f"{row.id}, {row.method} {row.path} -> {row.status}"


def _exchange(record: Record, row: ExchangeRow | TransactionRow | CallbackRow | None) -> dict[str, Any] | None:
    """The one behind the row; without a row the last that failed, else the last. None where the timeline says more."""
    if isinstance(row, ExchangeRow):
        return next((record.whole(each) for each in record.exchanges if each["id"] == row.id), None)
    if row is not None:
        number = row.id if isinstance(row, TransactionRow) else row.transaction
        return next((record.whole(each) for each in record.exchanges if each["transaction"] == number), None)
    wholes = [record.whole(each) for each in record.exchanges]
    failed = [each for each in wholes if has_failed(each)]
    return next(reversed(failed or wholes), None)
