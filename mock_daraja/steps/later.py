"""The later steps: what an event of the agenda means. Each takes an id and says whether it had any effect."""

from __future__ import annotations

from mock_daraja import wire
from mock_daraja.callbacks.plan import copies
from mock_daraja.errors import Problem
from mock_daraja.model import Callback, CallbackPlan, Transaction
from mock_daraja.products.base import Notice
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.passage import Shared


def settle(shared: Shared, sandbox: Sandbox, transaction_id: int) -> bool:
    """A transaction is due to become final, unless something has happened since that makes it later."""
    with sandbox.store.unit():
        transaction = sandbox.store.transaction(transaction_id)
        if transaction is None or transaction.is_final:
            return False
        settle_at = shared.product_of(transaction).settle_at
        due_ms = sandbox.now_ms if settle_at is None else settle_at(transaction, sandbox)
        if due_ms > sandbox.now_ms:
            sandbox.agenda.schedule(due_ms, "settle", transaction_id)
            return False
    return finish(shared, sandbox, transaction_id)


def finish(shared: Shared, sandbox: Sandbox, transaction_id: int) -> bool:
    """The one final state, now: postings, receipt, callbacks."""
    with sandbox.store.unit():
        transaction = sandbox.store.transaction(transaction_id)
        if transaction is None or transaction.is_final:
            return False
        product = shared.product_of(transaction)
        assert product.settle is not None and product.notices is not None
        settlement = product.settle(transaction, sandbox)
        sandbox.post(settlement.postings)
        if transaction.msisdn is not None and settlement.pin is not None:
            sandbox.count_pin(transaction.msisdn, right=settlement.pin == "right", lock=settlement.result == "8006")
        transaction.result, transaction.result_desc = settlement.result, settlement.desc
        transaction.why = settlement.why
        transaction.state = "completed" if settlement.is_success else "failed"
        transaction.final_ms = sandbox.now_ms
        if settlement.is_success:
            transaction.receipt = sandbox.ids.receipt(transaction.final_ms)
        sandbox.store.finish_transaction(transaction)
        _plan_callbacks(shared, sandbox, transaction)
    sandbox.announce()
    return True


def _plan_callbacks(shared: Shared, sandbox: Sandbox, transaction: Transaction) -> None:
    """Each notice the product owes, as many times and as late as the outcome says. A dropped one is kept, unsent."""
    notices = shared.product_of(transaction).notices
    assert notices is not None and transaction.final_ms is not None
    _ = shared.courier  # made here, a moment before it is needed: its imports would make the first callbacks late
    plan = transaction.decision.outcome.callback if transaction.decision is not None else CallbackPlan()
    for notice in notices(transaction, sandbox):
        body = wire.dumps(notice.body)
        for due_ms in copies(plan, notice.delay_ms, transaction.final_ms):
            row = _row(sandbox, transaction, notice, body, due_ms)
            # Held back while the request is still unanswered: a callback before the ack is the gateway's to deliver.
            sandbox.agenda.schedule(due_ms, "deliver", row.id, transaction.exchange)
        if plan.drop:
            row = _row(sandbox, transaction, notice, body, transaction.final_ms)
            row.state, row.note = "dropped", "the outcome says that this callback is lost; resend it to deliver it"


def _row(sandbox: Sandbox, transaction: Transaction, notice: Notice, body: bytes, due_ms: int) -> Callback:
    row = Callback(
        sandbox.store.next_callback_id(),
        notice.kind,
        transaction.id,
        notice.url,
        body,
        notice.headers,
        due_ms,
        attempts_left=1 + sandbox.settings.callback_retries,
    )
    sandbox.store.put_callback(row)
    return row


def send(shared: Shared, sandbox: Sandbox, callback_id: int) -> bool:
    """A callback is due: on a standing clock it is delivered here and now, else by the courier's threads."""
    if not claim(sandbox, callback_id):
        return False
    if sandbox.clock.stands_still:
        shared.courier.run_inline((sandbox, callback_id))
    else:
        shared.courier.submit((sandbox, callback_id))
    return True


def claim(sandbox: Sandbox, callback_id: int) -> bool:
    """Whether this caller, and nobody else, is to deliver the callback now."""
    with sandbox.store.unit():
        row = sandbox.store.callback(callback_id)
        if row is None or row.state != "scheduled":
            return False
        row.state = "delivering"
        return True


def resend(sandbox: Sandbox, row: Callback, times: int = 1) -> None:
    """Deliver the same bytes again, so many times, from now on; on a standing clock before this returns.

    A failed one is retried as at first. Raises Problem while the callback is still to be delivered anyway.
    """
    with sandbox.store.unit():
        if row.state in ("scheduled", "delivering"):
            remedy = "wait for it, or advance the clock, then resend it"
            raise Problem(f"callback {row.id} is still to be delivered", remedy=remedy, status=409)
        row.resends = times - 1
        schedule_again(sandbox, row)
    while sandbox.clock.stands_still and row.state == "scheduled" and sandbox.agenda.run_next(sandbox.now_ms):
        pass


def schedule_again(sandbox: Sandbox, row: Callback) -> None:
    row.attempts_left = 1 + sandbox.settings.callback_retries
    row.state, row.note, row.due_ms = "scheduled", "", sandbox.now_ms
    sandbox.agenda.schedule(row.due_ms, "deliver", row.id)
