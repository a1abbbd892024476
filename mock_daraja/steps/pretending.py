"""What a forged callback tells of: a transaction as it never was. It is kept nowhere."""

from __future__ import annotations

from mock_daraja.model import Transaction, changed
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios import codes


def as_if_ended(sandbox: Sandbox, transaction: Transaction, result: str) -> Transaction:
    """As it would be if it had ended so: a forged callback has the shape of the end that it tells of."""
    if result == "0":
        return as_if_paid(sandbox, transaction)
    if result == transaction.result:
        return transaction
    desc = codes.text(result, transaction.operation.partition(".")[0]) or transaction.result_desc
    return changed(transaction, state="failed", result=result, result_desc=desc, receipt=None)


def as_if_paid(sandbox: Sandbox, transaction: Transaction) -> Transaction:
    """As it would be if it had been paid; one that was stays as it is."""
    if transaction.state == "completed":
        return transaction
    return changed(
        transaction,
        state="completed",
        result="0",
        result_desc="The service request is processed successfully.",
        receipt=sandbox.ids.receipt(sandbox.now_ms),
        final_ms=sandbox.now_ms,
    )
