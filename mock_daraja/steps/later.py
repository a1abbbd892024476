"""The later steps: what an event of the agenda means. Each takes an id and says whether it had any effect."""

from __future__ import annotations

from typing import Final

from mock_daraja import wire
from mock_daraja.callbacks import Connections, Target, copies, deliver
from mock_daraja.model import Callback, CallbackPlan, Transaction
from mock_daraja.products.base import Notice
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.passage import Shared

_RETRY_MS: Final = 5_000  # ours: the real API makes no second attempt (callbacks.md §6)


def settle(shared: Shared, sandbox: Sandbox, transaction_id: int) -> bool:
    """The one final state: postings, receipt, callbacks."""
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
    plan = transaction.decision.outcome.callback if transaction.decision is not None else CallbackPlan()
    for notice in notices(transaction, sandbox):
        body = wire.dumps(notice.body)
        for due_ms in copies(plan, notice.delay_ms, transaction.final_ms):
            row = _row(sandbox, transaction, notice, body, due_ms)
            sandbox.agenda.schedule(due_ms, "deliver", row.id)
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
    row = sandbox.store.callback(callback_id)
    if row is None or row.state != "scheduled":
        return False
    row.state = "delivering"
    if sandbox.clock.stands_still:
        shared.courier.run_inline((sandbox, callback_id))
    else:
        shared.courier.submit((sandbox, callback_id))
    return True


def carry(item: tuple[Sandbox, int], connections: Connections) -> None:
    """One attempt at a callback, with every byte of it recorded."""
    sandbox, callback_id = item
    row = sandbox.store.callback(callback_id)
    if row is None:
        return
    target = sandbox.policy.resolve(row.url)
    if isinstance(target, Target):
        settings = sandbox.settings
        delivery = deliver(
            target,
            "POST",
            row.body,
            row.headers,
            timeout_s=settings.callback_timeout,
            connections=connections,
            sent_ms=sandbox.now_ms,
        )
        row.deliveries.append(delivery)
        row.attempts_left -= 1
        if delivery.error is None and delivery.status is not None and 200 <= delivery.status < 300:
            row.state = "delivered"
        elif row.attempts_left > 0:
            row.state = "scheduled"
            sandbox.agenda.schedule(sandbox.now_ms + _RETRY_MS, "deliver", row.id)
        else:
            row.state = "failed"
            row.note = delivery.error or f"the receiver answered {delivery.status}"
    else:
        row.state, row.note = "refused", f"{target.reason}; {target.remedy}"
    sandbox.announce()
