"""The handle's assertions. One that fails shows what came nearest, what was different about it, and why it was so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from mock_daraja.naming import named
from mock_daraja.quoting import shown
from mock_daraja.testing.failing import failure, nearest
from mock_daraja.testing.link import Link, Part, Record, transaction_id
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, Row, TransactionRow

AnyRow = ExchangeRow | TransactionRow | CallbackRow
_MISSING: Final = object()
_SAID: Final = ("paid", "sent")  # conditions that the heading says


class Asserting(Part):
    def assert_paid(
        self,
        transaction: TransactionRow | int | str | None = None,
        *,
        amount: float | None = None,
        msisdn: str | None = None,
        account_reference: str | None = None,
        shortcode: str | None = None,
    ) -> TransactionRow:
        """Somebody has paid: this transaction, or one of this amount, by this customer, for this account.

        Returns the row, with its receipt.
        """
        conditions = self._of_transaction(
            transaction, amount=amount, msisdn=msisdn, account_reference=account_reference, shortcode=shortcode
        )
        return _must_be(self._link, self._link.transactions(), conditions, ("a payment", "nobody has paid"))

    def assert_not_paid(
        self,
        transaction: TransactionRow | int | str | None = None,
        *,
        amount: float | None = None,
        msisdn: str | None = None,
        account_reference: str | None = None,
        shortcode: str | None = None,
    ) -> None:
        """Nobody has paid so: everything that matches was refused, has failed, or is pending."""
        conditions = self._of_transaction(
            transaction, amount=amount, msisdn=msisdn, account_reference=account_reference, shortcode=shortcode
        )
        _must_not_be(self._link, self._link.transactions(), conditions, ("no payment", "somebody has paid"))

    def assert_callback(
        self,
        kind: str | None = None,
        *,
        result: int | str | None = None,
        transaction: TransactionRow | int | str | None = None,
        url: str | None = None,
        state: str = "delivered",
    ) -> CallbackRow:
        """A callback has been delivered: of this kind, with this result code, about this transaction, to this URL.

        Returns the row, with its `json` and the `status` that the app answered.
        """
        conditions = [*self._of_callback(kind, result, transaction, url), *_fields(state=state)]
        return _must_be(self._link, self._link.callbacks(), conditions, ("a callback", "there is no such callback"))

    def assert_no_callback(
        self,
        kind: str | None = None,
        *,
        result: int | str | None = None,
        transaction: TransactionRow | int | str | None = None,
        url: str | None = None,
    ) -> None:
        """No such callback has gone out so far: it is dropped, not due yet, or there is none."""
        conditions = self._of_callback(kind, result, transaction, url)
        conditions.append(_Wanted("sent", lambda row: None if row.attempts else f"it is {row.state}"))
        _must_not_be(self._link, self._link.callbacks(), conditions, ("no callback", "a callback has gone out"))

    def assert_requested(
        self, operation: str, *, status: int | None = None, times: int | None = None, **fields: Any
    ) -> ExchangeRow:
        """The app has asked for an operation: with these fields, with this answer, just so many times.

            daraja.assert_requested("stk-push.query", status=200, CheckoutRequestID=order.checkout_id)

        A product's name stands for what it stands for in `next`. Returns the last one.
        """
        conditions = self._of_request(operation, status, fields)
        rows = self._link.exchanges()
        last = _must_be(self._link, rows, conditions, ("a request", "it was not requested"))
        count = sum(not _misses(row, conditions) for row in rows)
        if times is not None and count != times:
            told = f"{times} requests", f"it was requested {count} times, not {times}"
            raise _failure(self._link, conditions, told, last)
        return last

    def assert_not_requested(self, operation: str, *, status: int | None = None, **fields: Any) -> None:
        """The app has not asked for an operation, or not with these fields."""
        conditions = self._of_request(operation, status, fields)
        _must_not_be(self._link, self._link.exchanges(), conditions, ("no request", "it was requested"))

    def _of_transaction(self, transaction: TransactionRow | int | str | None, **wanted: Any) -> list[_Wanted]:
        return [*_fields(id=transaction_id(self._link, transaction), **wanted), _Wanted("paid", _unpaid)]

    def _of_callback(
        self,
        kind: str | None,
        result: int | str | None,
        transaction: TransactionRow | int | str | None,
        url: str | None,
    ) -> list[_Wanted]:
        conditions = _fields(kind=kind, transaction=transaction_id(self._link, transaction), url=url)
        return conditions if result is None else [*conditions, _ended(result)]

    def _of_request(self, operation: str, status: int | None, sent: dict[str, Any]) -> list[_Wanted]:
        asked = _asked(named(operation, "assert_requested").usual)
        return [asked, *(_sent(name, value) for name, value in sent.items()), *_fields(status=status)]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """`name` says what is wanted, `but` what a row has instead; None where it is as wanted."""

    name: str
    but: Callable[[Any], str | None]


def _value(read: Callable[[Any], Any], name: str, wanted: Any) -> _Wanted:
    """`read` gives a row's value, or _MISSING."""

    def but(row: Any) -> str | None:
        there = read(row)
        if there == wanted:
            return None
        return f"it has no {name}" if there is _MISSING else f"its {name} is {shown(there)}"

    return _Wanted(f"{name} {shown(wanted)}", but)


def _fields(**wanted: Any) -> list[_Wanted]:
    """Those of a row that are to have a value; None is any."""
    return [_value(attrgetter(name), name, value) for name, value in wanted.items() if value is not None]


def _unpaid(row: TransactionRow) -> str | None:
    if row.state == "completed":
        return None
    return "it is pending" if row.result is None else f"it failed with {row.result} {row.result_desc}"


def _ended(result: int | str) -> _Wanted:
    def but(row: CallbackRow) -> str | None:
        there = result_code(row.json)
        return None if str(there) == str(result) else f"its result is {there}"

    return _Wanted(f"result {result}", but)


def _asked(names: tuple[str, ...]) -> _Wanted:
    """One of these operations."""

    def but(row: ExchangeRow) -> str | None:
        return None if row.operation in names else f"its operation is {shown(row.operation)}"

    return _Wanted(f"operation {' or '.join(map(shown, names))}", but)


def _sent(name: str, value: Any) -> _Wanted:
    def read(row: ExchangeRow) -> Any:
        return row.request.get(name, _MISSING) if isinstance(row.request, dict) else _MISSING

    return _value(read, name, value)


def result_code(body: Any) -> Any:
    """Of any callback that has one; a confirmation has none."""
    if not isinstance(body, dict):
        return None
    inner = body.get("Result", body.get("Body", {}).get("stkCallback", body))
    return inner.get("ResultCode", inner.get("resultCode")) if isinstance(inner, dict) else None


def _misses(row: Any, conditions: Sequence[_Wanted]) -> tuple[str, ...]:
    return tuple(but for each in conditions if (but := each.but(row)) is not None)


def _nearest(rows: Iterable[Row], conditions: Sequence[_Wanted]) -> tuple[Row | None, tuple[str, ...]]:
    """Of all rows the one that meets most conditions, and how it misses the others; of equals the last."""
    tried = [(row, _misses(row, conditions)) for row in rows]
    return min(reversed(tried), key=lambda each: len(each[1]), default=(None, ()))


def _must_be(link: Link, rows: Iterable[Row], conditions: Sequence[_Wanted], told: tuple[str, str]) -> Row:
    """The row that meets all conditions, the last of several. Raises AssertionError; `told` are what was expected, and
    how it reads that there is none."""
    row, misses = _nearest(rows, conditions)
    if row is None or misses:
        raise _failure(link, conditions, told, row, misses)
    return row


def _must_not_be(link: Link, rows: Iterable[Row], conditions: Sequence[_Wanted], told: tuple[str, str]) -> None:
    row, misses = _nearest(rows, conditions)
    if row is not None and not misses:
        raise _failure(link, conditions, told, row)


def _failure(
    link: Link,
    conditions: Sequence[_Wanted],
    told: tuple[str, str],
    row: AnyRow | None,
    misses: tuple[str, ...] = (),
) -> AssertionError:
    record = link.record()
    wanted = ", ".join(each.name for each in conditions if each.name not in _SAID)
    expected, otherwise = (f"{text}: {wanted}" if wanted else text for text in told)
    if row is None:
        found, ending = "found none", otherwise
    elif misses:
        found = f"nearest: {_about(row)}: {'; '.join(misses)}"
        ending = f"{otherwise}; {' and '.join(_of(_name(row), miss) for miss in misses)}"
    else:
        found, ending = f"found: {_about(row)}", f"{otherwise}: {_name(row)}"
    return failure(link, f"expected {expected}\n{found}", _events(record, row), ending)


def _of(name: str, miss: str) -> str:
    """`its amount is 10`, or `it is pending`, of a row of this name."""
    return f"{name}'s {miss[4:]}" if miss.startswith("its ") else f"{name} {miss[3:]}"


def _name(row: AnyRow) -> str:
    return row.id if isinstance(row, ExchangeRow) else f"{'t' if isinstance(row, TransactionRow) else 'c'}{row.id}"


def _about(row: AnyRow) -> str:
    if isinstance(row, TransactionRow):
        return f"{_name(row)}, KES {row.amount} by {row.msisdn or row.shortcode}"
    if isinstance(row, CallbackRow):
        return f"{_name(row)}, {row.kind} callback to {row.url}"
    return f"{_name(row)}, {row.method} {row.path} -> {row.status}"


def _events(record: Record, row: AnyRow | None) -> Sequence[dict[str, Any]]:
    """Those of the row's payment, or of its request, where that has opened none."""
    if isinstance(row, ExchangeRow) and row.transaction is None:
        return [each for each in record.events if each.get("exchange", {}).get("id") == row.id]
    if row is None:
        return nearest(record, None)
    return nearest(record, row.id if isinstance(row, TransactionRow) else row.transaction)
