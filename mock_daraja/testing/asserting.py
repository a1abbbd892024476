"""The handle's assertions. One that fails shows what came nearest, what was different about it, and why it was so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from mock_daraja.naming import named
from mock_daraja.quoting import printable, shown
from mock_daraja.testing.link import Link, Part, Record, transaction_id
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, Row, TransactionRow
from mock_daraja.testing.timeline import timeline, why

AnyRow = ExchangeRow | TransactionRow | CallbackRow
_MISSING: Final = object()


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
        return _must_be(self._link, self._link.transactions(), conditions, "nobody has paid")

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
        _must_not_be(self._link, self._link.transactions(), conditions, "somebody has paid")

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
        return _must_be(self._link, self._link.callbacks(), conditions, "there is no such callback")

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
        _must_not_be(self._link, self._link.callbacks(), conditions, "a callback has gone out")

    def assert_requested(
        self, operation: str, *, status: int | None = None, times: int | None = None, **fields: Any
    ) -> ExchangeRow:
        """The app has asked for an operation: with these fields, with this answer, just so many times.

            daraja.assert_requested("stk-push.query", status=200, CheckoutRequestID=order.checkout_id)

        A product's name stands for what it stands for in `next`. Returns the last one.
        """
        conditions = self._of_request(operation, status, fields)
        rows = self._link.exchanges()
        last = _must_be(self._link, rows, conditions, "it was not requested")
        count = sum(not _misses(row, conditions) for row in rows)
        if times is not None and count != times:
            what = f"it was requested {count} times, not {times}"
            raise AssertionError(_failure(self._link, what, conditions, last))
        return last

    def assert_not_requested(self, operation: str, *, status: int | None = None, **fields: Any) -> None:
        """The app has not asked for an operation, or not with these fields."""
        conditions = self._of_request(operation, status, fields)
        _must_not_be(self._link, self._link.exchanges(), conditions, "it was requested")

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


def _must_be(link: Link, rows: Iterable[Row], conditions: Sequence[_Wanted], otherwise: str) -> Row:
    """The row that meets all conditions, the last of several. Raises AssertionError that begins with `otherwise`."""
    row, misses = _nearest(rows, conditions)
    if row is None or misses:
        raise AssertionError(_failure(link, otherwise, conditions, row, misses))
    return row


def _must_not_be(link: Link, rows: Iterable[Row], conditions: Sequence[_Wanted], otherwise: str) -> None:
    row, misses = _nearest(rows, conditions)
    if row is not None and not misses:
        raise AssertionError(_failure(link, otherwise, conditions, row))


def _failure(
    link: Link, what: str, conditions: Sequence[_Wanted], row: AnyRow | None, misses: tuple[str, ...] = ()
) -> str:
    """The text of a failing assertion."""
    record = link.record()
    lines = [f"{what}: {', '.join(each.name for each in conditions)}"]
    if row is not None:
        lines.append(f"{'nearest' if misses else 'here'}: {_about(row)}")
        lines += [f"  but {each}" for each in misses]
    exchange = _exchange(record, row)
    told = timeline(record) if exchange is None else why(record, exchange)
    return link.hide("\n".join([*map(printable, lines), "", told]))


def _about(row: AnyRow) -> str:
    if isinstance(row, TransactionRow):
        return f"t{row.id}, {row.operation} of KES {row.amount} by {row.msisdn or row.shortcode}"
    if isinstance(row, CallbackRow):
        return f"c{row.id}, {row.kind} callback to {row.url}"
    return f"{row.id}, {row.method} {row.path} -> {row.status}"


def _exchange(record: Record, row: AnyRow | None) -> dict[str, Any] | None:
    """The one behind the row; without a row the last that failed, else the last. None where the timeline says more."""
    if row is None:
        return record.last_failed() or next(map(record.whole, reversed(record.exchanges)), None)
    if isinstance(row, ExchangeRow):
        return next((record.whole(each) for each in record.exchanges if each["id"] == row.id), None)
    number = row.id if isinstance(row, TransactionRow) else row.transaction
    return next((record.whole(each) for each in record.exchanges if each["transaction"] == number), None)
