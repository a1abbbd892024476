"""A transaction is opened: by a request that was understood, or by a customer who pays from the outside."""

from __future__ import annotations

from mock_daraja.model import Decision, Transaction
from mock_daraja.products.base import Command, Operation, Product
from mock_daraja.sandbox import Sandbox


def open_command(
    sandbox: Sandbox,
    product: Product,
    operation: Operation,
    command: Command,
    *,
    decision: Decision | None = None,
    exchange: int | None = None,
) -> Transaction:
    """The row, kept and put on the agenda. `exchange` is the number of the request that asked for it, if one did."""
    now_ms = sandbox.now_ms
    transaction = Transaction(
        id=sandbox.store.next_transaction_id(),
        operation=operation.name,
        accepted_ms=now_ms,
        amount_cents=command.amount_cents,
        shortcode=command.shortcode,
        originator_id=command.originator_id or sandbox.ids.request_id(),
        reference=sandbox.new_reference(now_ms, command.msisdn if command.checkout else None),
        exchange=exchange or 0,
        msisdn=command.msisdn,
        party_b=command.party_b,
        command=command.command,
        account_reference=command.account_reference,
        remarks=command.remarks,
        initiator=command.initiator,
        credential=command.credential,
        occasion=command.occasion,
        subject=command.subject,
        parties=command.parties,
        result_url=command.result_url,
        timeout_url=command.timeout_url,
        decision=decision,
        prompt="open" if command.prompts else None,
    )
    sandbox.store.add_transaction(transaction)
    assert product.settle_at is not None  # every product with commands settles them
    sandbox.agenda.schedule(product.settle_at(transaction, sandbox), "settle", transaction.id, exchange)
    return transaction
