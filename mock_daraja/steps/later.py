"""The later steps: what an event of the agenda means. Each takes an id and says whether it had any effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mock_daraja import wire
from mock_daraja.callbacks import alter
from mock_daraja.callbacks.plan import copies
from mock_daraja.errors import Problem
from mock_daraja.model import Callback, CallbackPlan, Transaction
from mock_daraja.products.base import Notice, Settlement
from mock_daraja.products.c2b_validation import ASKED, patience_ms
from mock_daraja.products.core import TIMED_OUT
from mock_daraja.products.result import timeout_notice
from mock_daraja.reasons import callback_note, delivery_error
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios import templates
from mock_daraja.steps.passage import Shared
from mock_daraja.validation import read_body

_AS_IT_IS: Final = CallbackPlan()


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
        if _ask(shared, sandbox, transaction):
            return True
        settle_now = shared.product_of(transaction).settle
        assert settle_now is not None
        _apply(sandbox, transaction, settle_now(transaction, sandbox))
        _plan_callbacks(shared, sandbox, transaction)
    sandbox.announce()
    return True


def _ask(shared: Shared, sandbox: Sandbox, transaction: Transaction) -> bool:
    """Ask whoever must be asked first. The answer, or the time-out, brings the transaction back here."""
    product = shared.product_of(transaction)
    forced = transaction.decision is not None and transaction.decision.outcome.result is not None
    if product.ask is None or transaction.validation is not None or forced:
        return False
    transaction.receipt = sandbox.ids.receipt(sandbox.now_ms)  # the confirmation's as well
    notice = product.ask(transaction, sandbox)
    if notice is None:
        transaction.receipt = None
        return False
    transaction.validation = ASKED
    row = _row(sandbox, transaction, notice, wire.dumps(notice.body), sandbox.now_ms, attempts=1)
    sandbox.agenda.schedule(row.due_ms, "deliver", row.id, transaction.exchange)
    late_ms = sandbox.now_ms + patience_ms(sandbox.settings)
    sandbox.agenda.schedule(late_ms, "settle", transaction.id, transaction.exchange)
    return True


def hear(shared: Shared, sandbox: Sandbox, row: Callback) -> None:
    """The answer to what `_ask` asked, or that there was none. An answer after the time-out changes nothing."""
    with sandbox.store.unit():
        transaction = sandbox.store.transaction(row.transaction)
        if transaction is None or transaction.is_final or transaction.validation != ASKED:
            return
        heard = shared.product_of(transaction).heard
        assert heard is not None
        last = row.deliveries[-1] if row.deliveries else None
        from mock_daraja.callbacks.answer import body_of

        if last is None:
            transaction.validation = heard(None, b"", callback_note(row, None))
        else:
            body = body_of(last.answer) if last.failure is None else b""
            transaction.validation = heard(last.status, body, delivery_error(last))
        sandbox.agenda.schedule(sandbox.now_ms, "settle", transaction.id)


def _apply(sandbox: Sandbox, transaction: Transaction, settlement: Settlement) -> None:
    """Post the money, count PINs and passwords, write the final state."""
    for posting in settlement.postings:
        sandbox.bring_in(posting.account)
    sandbox.post(settlement.postings)
    locks = settlement.result == "8006"
    if transaction.msisdn is not None and settlement.pin is not None:
        sandbox.count_pin(transaction.msisdn, right=settlement.pin == "right", lock=locks)
    if settlement.initiator is not None:
        sandbox.count_password(transaction, right=settlement.initiator == "right", lock=locks)
    transaction.result = settlement.result
    transaction.why = settlement.why
    transaction.state = "completed" if settlement.is_success else "failed"
    transaction.final_ms = sandbox.now_ms
    transaction.charge_cents = settlement.charge_cents
    if settlement.makes_receipt and transaction.receipt is None:
        transaction.receipt = sandbox.ids.receipt(transaction.final_ms)
    known = {"receipt": transaction.receipt, "reference": transaction.reference}
    transaction.result_desc = templates.finished(settlement.desc, known)
    if settlement.reverses is not None:
        sandbox.mark_reversed(settlement.reverses, by=transaction)
    sandbox.store.finish_transaction(transaction)


def _owed(shared: Shared, sandbox: Sandbox, transaction: Transaction) -> tuple[Notice, ...]:
    """The product's notices; after a queue time-out, the one for QueueTimeOutURL in their place."""
    notices = shared.product_of(transaction).notices
    assert notices is not None
    plan = transaction.decision.outcome.callback if transaction.decision is not None else _AS_IT_IS
    if transaction.result == TIMED_OUT and transaction.timeout_url is None:
        return ()  # its URL is optional to balance; no Result is sent in its place
    timed_out = transaction.decision is not None and transaction.decision.outcome.queue_timeout
    if not timed_out or transaction.timeout_url is None:
        owed = notices(transaction, sandbox)
        return _reordered(owed) if plan.reorder else owed
    exchange = sandbox.store.exchange(transaction.exchange)
    request = {} if exchange is None else read_body("application/json", exchange.body).value
    first = timeout_notice(transaction, request)
    if not plan.after_timeout or transaction.result == TIMED_OUT:
        return (first,)
    owed = notices(transaction, sandbox)
    return (first, *(replace(each, delay_ms=each.delay_ms + first.delay_ms) for each in owed))


def _reordered(owed: tuple[Notice, ...]) -> tuple[Notice, ...]:
    """The same notices with their turns exchanged, a second apart so that the order is sure."""
    first = min((each.delay_ms for each in owed), default=0)
    return tuple(replace(each, delay_ms=first + 1000 * turn) for turn, each in enumerate(reversed(owed)))


def _plan_callbacks(shared: Shared, sandbox: Sandbox, transaction: Transaction) -> None:
    """Each notice the product owes, as many times and as late as the outcome says. A dropped one is kept, unsent."""
    assert transaction.final_ms is not None
    _ = shared.courier  # made here, a moment before it is needed: its imports would make the first callbacks late
    plan = transaction.decision.outcome.callback if transaction.decision is not None else _AS_IT_IS
    for notice in _owed(shared, sandbox, transaction):
        body = wire.dumps(alter.forged(notice.body, plan.forge) if plan.forge else notice.body)
        if plan.damage is not None:
            body = alter.DAMAGES[plan.damage](body)
        for due_ms in copies(plan, notice.delay_ms, transaction.final_ms):
            row = _row(sandbox, transaction, notice, body, due_ms)
            row.slow_ms = plan.slow_ms
            # Held back while the request is still unanswered: a callback before the ack is the gateway's to deliver.
            sandbox.agenda.schedule(due_ms, "deliver", row.id, transaction.exchange)
        if plan.drop:
            row = _row(sandbox, transaction, notice, body, transaction.final_ms)
            row.state = "dropped"


def _row(
    sandbox: Sandbox, transaction: Transaction, notice: Notice, body: bytes, due_ms: int, *, attempts: int | None = None
) -> Callback:
    row = Callback(
        sandbox.store.next_callback_id(),
        notice.kind,
        transaction.id,
        notice.url,
        body,
        notice.headers,
        due_ms,
        attempts_left=1 + sandbox.settings.callback_retries if attempts is None else attempts,
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
    row.state, row.refusal, row.due_ms = "scheduled", None, sandbox.now_ms
    sandbox.agenda.schedule(row.due_ms, "deliver", row.id)
