"""The later steps: what an event means. Each takes an id, in a unit that ends the event, and says whether it had any
effect. Deliveries are in delivering.py."""

from __future__ import annotations

from functools import partial
from typing import Any

from mock_daraja import wire
from mock_daraja.access.security_credential import in_sandbox
from mock_daraja.callbacks import alter
from mock_daraja.errors import Problem
from mock_daraja.exchange import EXCHANGES
from mock_daraja.model import CALLBACKS, TRANSACTIONS, Callback, Transaction, changed
from mock_daraja.model.callback import PENDING
from mock_daraja.products.base import Life, Question
from mock_daraja.products.values import Body, Notice, Settlement
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.scenarios import templates
from mock_daraja.steps.opening import make
from mock_daraja.steps.passage import Shared
from mock_daraja.steps.pretending import as_if_ended
from mock_daraja.steps.world import SandboxWorld
from mock_daraja.telling import Telling
from mock_daraja.validation import read_body


def settle(shared: Shared, sandbox: Sandbox, transaction_id: int, *, early: bool = False) -> bool | Telling:
    """The one final state: postings, receipt, callbacks. Or who must be asked before is asked.

    Not before it is due: something may have happened since that makes it later. `early`: due or not.
    """
    transaction = sandbox.transaction(transaction_id)
    if transaction is None or transaction.is_final:
        return False
    life, world = shared.catalogue.life_of(transaction), shared.world(sandbox, transaction)
    if not early and (due_ms := life.due_ms(transaction, world)) > sandbox.now_ms:
        sandbox.agenda.schedule(due_ms, "settle", transaction_id)
        return False
    if life.question is not None and _ask(sandbox, transaction, life.question, world):
        return True
    told = life.settle(transaction, world)
    final = _apply(sandbox, transaction, life, told)
    lost = _plan_callbacks(sandbox, final, life, world)
    make(shared, sandbox, shared.catalogue.product_of(final), told.changes, final.exchange)
    return True if shared.watcher is None else partial(shared.watcher.ended, sandbox, final, lost)


def _ask(sandbox: Sandbox, transaction: Transaction, question: Question[Any], world: SandboxWorld) -> bool:
    """Ask whoever must be asked first. The answer, or that there is none in time, brings the transaction back here."""
    if transaction.receipt is not None or transaction.outcome.result is not None:
        return False
    if question.ask(transaction, world) is None:
        return False
    numbered = changed(transaction, receipt=sandbox.ids.receipt(sandbox.now_ms))  # the confirmation's as well
    asked = question.ask(numbered, world)
    assert asked is not None  # no more than the receipt has changed
    notice, details = asked
    sandbox.store.put(TRANSACTIONS, changed(numbered, details=details))
    row = _keep(sandbox, transaction, notice, wire.dumps(notice.body), sandbox.now_ms, attempts_left=1)
    sandbox.agenda.schedule(row.due_ms, "deliver", row.id, transaction.exchange)
    return True


def _apply(sandbox: Sandbox, transaction: Transaction, life: Life[Any], told: Settlement) -> Transaction:
    """Post the money, count PINs, passwords and the customer's day, write the final state."""
    sandbox.post(told.postings)
    if transaction.msisdn is not None and told.pin is not None:
        sandbox.count_pin(transaction.msisdn, right=told.pin == "right", lock=told.pin == "locked")
    if told.password is not None:
        name, entered = told.password
        sandbox.count_password(transaction.shortcode, name, right=entered == "right", lock=entered == "locked")
    now_ms, receipt = sandbox.now_ms, transaction.receipt
    if receipt is None and (told.makes_receipt or (told.is_success and life.has_receipt)):
        receipt = sandbox.ids.receipt(now_ms)
    desc = told.desc
    if desc == transaction.outcome.result_desc:  # a scenario's; any other text has no placeholders
        desc = templates.finished(desc, {"receipt": receipt, "reference": transaction.reference})
    final = changed(
        transaction,
        result=told.result,
        result_desc=desc,
        why=told.why if sandbox.name == DEFAULT else in_sandbox(told.why, sandbox.name),
        state="completed" if told.is_success else "failed",
        final_ms=now_ms,
        charge_cents=told.charge_cents,
        receipt=receipt,
        prompt=None if transaction.prompt is None else told.prompt or "closed",
        ended=sandbox.store.next("ended"),
    )
    if told.reverses is not None and (original := sandbox.find_transaction(told.reverses)) is not None:
        sandbox.store.put(TRANSACTIONS, changed(original, reversed_by=receipt))
    if final.state == "completed" and final.msisdn is not None and life.customer is not None:
        sandbox.count_payment(final.msisdn, life.customer, final.amount_cents, now_ms)
    sandbox.store.put(TRANSACTIONS, final)
    return final


def repeat(shared: Shared, sandbox: Sandbox, subject: str) -> bool:
    """A product's standing order or reminder is due."""
    slug, _, key = subject.partition(" ")
    product = shared.catalogue.product(slug)
    assert product.repeat is not None  # it asked to be called
    make(shared, sandbox, product, product.repeat(key, SandboxWorld(sandbox, shared.catalogue, slug)))
    return True


def _plan_callbacks(sandbox: Sandbox, transaction: Transaction, life: Life[Any], world: SandboxWorld) -> list[Callback]:
    """Each notice the product owes, as many times and as late as the outcome says. One that is lost is kept, unsent:
    gives those.

    A notice that is forged to say another result has the shape of that end; the transaction keeps its own.
    """
    assert transaction.final_ms is not None
    plan = transaction.outcome.callback
    forged = dict(plan.forge)
    told = as_if_ended(sandbox, transaction, str(forged["result"])) if "result" in forged else transaction

    def request() -> Body:
        exchange = sandbox.store.get(EXCHANGES, transaction.exchange)
        return {} if exchange is None else read_body("application/json", exchange.body).value

    lost = []
    for notice in life.owed(told, world, request):
        body = wire.dumps(alter.forged(notice.body, forged) if forged else notice.body)
        if plan.damage is not None:
            body = alter.DAMAGES[plan.damage](body)
        lies = alter.forgeable(notice.body) if forged else ()
        told_instead = tuple(pair for pair in plan.forge if pair[0] in lies)
        altered: dict[str, Any] = {"forge": told_instead, "damage": plan.damage}
        for due_ms in alter.copies(plan, notice.delay_ms, transaction.final_ms):
            row = _keep(sandbox, transaction, notice, body, due_ms, slow_ms=plan.slow_ms, **altered)
            # Held back while the request is still unanswered: a callback before the ack is the gateway's to deliver.
            sandbox.agenda.schedule(due_ms, "deliver", row.id, transaction.exchange)
        if plan.drop:
            number = sandbox.store.next("attempted")
            dropped = _keep(
                sandbox, transaction, notice, body, transaction.final_ms, state="dropped", attempted=number, **altered
            )
            lost.append(dropped)
    return lost


def _keep(
    sandbox: Sandbox, transaction: Transaction, notice: Notice, body: bytes, due_ms: int, **more: Any
) -> Callback:
    """Put the callback; `more` are fields of the row."""
    row = Callback(
        sandbox.store.next("callback"),
        notice.kind,
        transaction.id,
        notice.url,
        body,
        notice.headers,
        due_ms,
        **{"attempts_left": 1 + sandbox.settings.callback_retries, **more},
    )
    sandbox.store.put(CALLBACKS, row)
    return row


def resend(sandbox: Sandbox, callback_id: int, times: int = 1) -> None:
    """Have the same bytes delivered again, so many times, from now on.

    A failed one is retried as at first. Raises Problem while the callback is still to be delivered anyway.
    """
    with sandbox.store.unit():
        row = sandbox.store.get(CALLBACKS, callback_id)
        if row is None:
            raise Problem(f"there is no callback {callback_id}", remedy="it is no longer kept", status=404)
        if row.state in PENDING:
            remedy = "wait for it, or advance the clock, then resend it"
            raise Problem(f"callback {row.id} is still to be delivered", remedy=remedy, status=409)
        sandbox.store.put(CALLBACKS, schedule_again(sandbox, changed(row, resends=times - 1)))


def schedule_again(sandbox: Sandbox, row: Callback) -> Callback:
    """The callback as it is to be kept, due now."""
    sandbox.agenda.schedule(sandbox.now_ms, "deliver", row.id)
    attempts = 1 + sandbox.settings.callback_retries
    return changed(row, attempts_left=attempts, state="scheduled", refusal=None, due_ms=sandbox.now_ms)
