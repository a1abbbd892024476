"""The handle's assertions. One that fails shows what came nearest, what was different about it, and why it was so."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.testing.link import Link, transaction_id
from mock_daraja.testing.nearest import Nearest, Wanted, failure, field, must_be, must_not_be
from mock_daraja.testing.outcomes import operation_named
from mock_daraja.testing.rows import CallbackRow, ExchangeRow, TransactionRow

_MISSING: Final = object()


class Asserting:
    _link: Link

    def assert_paid(
        self,
        transaction: TransactionRow | int | str | None = None,
        *,
        amount: float | None = None,
        msisdn: str | None = None,
        account: str | None = None,
        shortcode: str | None = None,
    ) -> TransactionRow:
        """Somebody has paid: this transaction, or one of this amount, by this customer, for this account.

        Returns the row, with its receipt.
        """
        conditions = self._of_transaction(
            transaction, amount=amount, msisdn=msisdn, account_reference=account, shortcode=shortcode
        )
        return must_be(self._link, self._link.transactions(), conditions, "nobody has paid")

    def assert_not_paid(
        self,
        transaction: TransactionRow | int | str | None = None,
        *,
        amount: float | None = None,
        msisdn: str | None = None,
        account: str | None = None,
        shortcode: str | None = None,
    ) -> None:
        """Nobody has paid so: everything that matches was refused, has failed, or is pending."""
        conditions = self._of_transaction(
            transaction, amount=amount, msisdn=msisdn, account_reference=account, shortcode=shortcode
        )
        must_not_be(self._link, self._link.transactions(), conditions, "somebody has paid")

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
        conditions = [*self._of_callback(kind, result, transaction, url), field("state", state)]
        return must_be(self._link, self._link.callbacks(), conditions, "there is no such callback")

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
        conditions.append(Wanted("sent", lambda row: row.attempts > 0, lambda row: f"it is {row.state}"))
        must_not_be(self._link, self._link.callbacks(), conditions, "a callback has gone out")

    def assert_requested(
        self, operation: str, *, status: int | None = None, times: int | None = None, **fields: Any
    ) -> ExchangeRow:
        """The app has asked for an operation: with these fields, with this answer, just so many times.

            daraja.assert_requested("stk-push.query", status=200, CheckoutRequestID=order.checkout_id)

        A product's name stands for its first operation. Returns the last one.
        """
        conditions = self._of_request(operation, status, fields)
        rows = self._link.exchanges()
        last = must_be(self._link, rows, conditions, "it was not requested")
        count = sum(all(each.holds(row) for each in conditions) for row in rows)
        if times is not None and count != times:
            what = f"it was requested {count} times, not {times}"
            raise AssertionError(failure(self._link, what, conditions, Nearest(last, ())))
        return last

    def assert_not_requested(self, operation: str, *, status: int | None = None, **fields: Any) -> None:
        """The app has not asked for an operation, or not with these fields."""
        conditions = self._of_request(operation, status, fields)
        must_not_be(self._link, self._link.exchanges(), conditions, "it was requested")

    def _of_transaction(self, transaction: TransactionRow | int | str | None, **wanted: Any) -> list[Wanted]:
        number = None if transaction is None else transaction_id(self._link, transaction)
        wanted = {"id": number, **wanted}
        conditions = [field(name, value) for name, value in wanted.items() if value is not None]
        paid = Wanted("paid", lambda row: row.state == "completed", _unpaid)
        return [*conditions, paid]

    def _of_callback(
        self,
        kind: str | None,
        result: int | str | None,
        transaction: TransactionRow | int | str | None,
        url: str | None,
    ) -> list[Wanted]:
        number = None if transaction is None else transaction_id(self._link, transaction)
        wanted = {"kind": kind, "transaction": number, "url": url}
        conditions = [field(name, value) for name, value in wanted.items() if value is not None]
        if result is not None:
            conditions.append(
                Wanted(
                    f"result {result}",
                    lambda row: str(result_code(row.json)) == str(result),
                    lambda row: f"its result is {result_code(row.json)}",
                )
            )
        return conditions

    def _of_request(self, operation: str, status: int | None, fields: dict[str, Any]) -> list[Wanted]:
        conditions = [field("operation", operation_named(operation, "assert_requested"))]
        conditions += [_sent(name, value) for name, value in fields.items()]
        return conditions if status is None else [*conditions, field("status", status)]


def _unpaid(row: TransactionRow) -> str:
    return "it is pending" if row.result is None else f"it failed with {row.result} {row.result_desc}"


def _sent(name: str, value: Any) -> Wanted:
    def given(row: ExchangeRow) -> Any:
        return row.request.get(name, _MISSING) if isinstance(row.request, dict) else _MISSING

    def said(row: ExchangeRow) -> str:
        there = given(row)
        return f"it has no {name}" if there is _MISSING else f"its {name} is {there!r}"

    return Wanted(f"{name} {value!r}", lambda row: given(row) == value, said)


def result_code(body: Any) -> Any:
    """Of any callback that has one; a confirmation has none."""
    if not isinstance(body, dict):
        return None
    inner = body.get("Result", body.get("Body", {}).get("stkCallback", body))
    return inner.get("ResultCode", inner.get("resultCode")) if isinstance(inner, dict) else None
