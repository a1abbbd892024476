"""A callback that M-Pesa would not send, in the shape of one that it would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from mock_daraja import defaults, wire
from mock_daraja.callbacks import alter
from mock_daraja.errors import Problem
from mock_daraja.model import Callback, Transaction
from mock_daraja.products.base import Notice
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.passage import Shared
from mock_daraja.testing.outcomes import operation_named

_AMOUNT: Final = 100  # cents of a payment that never was, where nothing is said
_COMMANDS: Final = {"b2b": "BusinessPayBill", "tax": "PayTaxToKRA"}
_TO_CUSTOMERS: Final = ("b2c", "b2c-validated", "pochi")


@dataclass(frozen=True, slots=True)
class Forgery:
    """What is to be forged: a callback of a transaction, or of one that never was."""

    transaction: int | None
    url: str | None
    operation: str
    kind: str | None
    changes: Mapping[str, Any]


def forged(shared: Shared, sandbox: Sandbox, forgery: Forgery) -> Callback:
    """The row, kept, and claimed by the caller, who delivers it. Raises Problem on what can't be forged."""
    for name in forgery.changes:
        if name not in alter.FORGEABLE:
            raise Problem(
                f"nothing called {name!r} is forged", where="forge", remedy=f"give {', '.join(alter.FORGEABLE)}"
            )
    with sandbox.store.unit():
        notice = _notice(shared, sandbox, forgery)
        row = Callback(
            sandbox.store.next_callback_id(),
            notice.kind,
            forgery.transaction or 0,
            forgery.url or notice.url,
            wire.dumps(alter.forged(notice.body, forgery.changes)),
            notice.headers,
            sandbox.now_ms,
            state="delivering",
            forged=True,
        )
        sandbox.store.put_callback(row)
    return row


def _notice(shared: Shared, sandbox: Sandbox, forgery: Forgery) -> Notice:
    transaction = _paid(sandbox, _subject(sandbox, forgery))
    product = shared.product_of(transaction)
    if product.notices is None:
        what = f"{transaction.operation} has no callback to forge"
        raise Problem(what, where="forge", remedy="give the operation of a payment, such as stk-push or b2c")
    notices = product.notices(transaction, sandbox)
    kinds = ", ".join(each.kind for each in notices) or "none: nobody has registered a ConfirmationURL"
    notice = next((each for each in notices if forgery.kind in (None, each.kind)), None)
    if notice is None:
        what = f"{transaction.operation} sends no {forgery.kind or 'callback'}"
        raise Problem(what, where="forge", remedy=f"its callbacks now: {kinds}")
    return notice


def _subject(sandbox: Sandbox, forgery: Forgery) -> Transaction:
    if forgery.transaction is not None:
        found = sandbox.store.transaction(forgery.transaction)
        if found is not None:
            return found
        raise Problem(f"there is no transaction {forgery.transaction}", where="forge", remedy="see daraja.transactions")
    operation = operation_named(forgery.operation, "forge")
    product = operation.partition(".")[0]
    if forgery.url is None and product != "c2b":
        raise Problem("a forged callback of no transaction has no URL", where="forge", remedy="give url=, your webhook")
    now_ms = sandbox.now_ms
    return Transaction(
        0,
        operation,
        now_ms,
        _AMOUNT,
        defaults.PAYBILL,
        sandbox.ids.request_id(),
        sandbox.new_reference(now_ms, defaults.CUSTOMER if product == "stk-push" else None),
        0,
        msisdn=defaults.CUSTOMER,
        party_b=defaults.CUSTOMER if product in _TO_CUSTOMERS else defaults.PAYBILL,
        command=_COMMANDS.get(product, ""),
        account_reference="INV-1",
        result_url=forgery.url,
    )


def _paid(sandbox: Sandbox, transaction: Transaction) -> Transaction:
    """As it would be if it had been paid, now."""
    if transaction.state == "completed":
        return transaction
    receipt = sandbox.ids.receipt(sandbox.now_ms)
    desc = "The service request is processed successfully."
    return replace(
        transaction, state="completed", result="0", result_desc=desc, receipt=receipt, final_ms=sandbox.now_ms
    )
