"""A transaction is opened: by a request that was understood, or by a customer who pays from the outside."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.model import TRANSACTIONS, Decision, Transaction, changed
from mock_daraja.money import cents
from mock_daraja.msisdn import normalise
from mock_daraja.products.base import Opens, Product
from mock_daraja.products.values import Body, Changes, Command, Payment
from mock_daraja.quoting import shown
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios import Facts
from mock_daraja.steps.passage import Shared
from mock_daraja.steps.world import SandboxWorld
from mock_daraja.telling import tell

_LOG: Final = logging.getLogger("mock_daraja")
_LONG_BODY: Final = 2048  # bytes; what shorter ones bring, a row counts for anyway
_LONGEST_ACCOUNT: Final = 20  # as BillRefNumber (requests.md §4.2)


def open_command(
    shared: Shared,
    sandbox: Sandbox,
    operation: Opens[Any],
    command: Command,
    *,
    decision: Decision | None = None,
    exchange: int | None = None,
    world: SandboxWorld | None = None,
    asked_in: int = 0,
) -> Transaction:
    """The row, kept and put on the agenda. `exchange` is the number of the request that asked for it, if one did,
    `world` as it was seen then, and `asked_in` the bytes of its body.

    One that is never answered is on no agenda, and nobody sees its prompt.
    """
    never = decision is not None and decision.outcome.never
    why = f"{decision} leaves it pending for ever" if decision is not None and never else ""
    transaction = changed(
        accepted(sandbox, operation, command),
        id=sandbox.store.next("transaction"),
        exchange=exchange or 0,
        decision=decision,
        prompt="open" if command.prompts and not never else None,
        why=why,
        size=asked_in if asked_in > _LONG_BODY else 0,
    )
    for owner in {transaction.shortcode: None, transaction.msisdn: None, transaction.party_b: None}:
        if owner:
            sandbox.bring_in(owner)
    sandbox.store.put(TRANSACTIONS, transaction)
    if not never:
        due_ms = operation.life.due_ms(transaction, world or shared.world(sandbox, transaction))
        sandbox.agenda.schedule(due_ms, "settle", transaction.id, exchange)
    return transaction


def accepted(sandbox: Sandbox, operation: Opens[Any], command: Command) -> Transaction:
    """The transaction that a command asks for, now, with ids of its own: nobody's yet, and kept nowhere."""
    now_ms = sandbox.now_ms
    return Transaction(
        id=0,
        operation=operation.full_name,
        accepted_ms=now_ms,
        amount_cents=command.amount_cents,
        shortcode=command.shortcode,
        originator_id=command.originator_id or sandbox.ids.request_id(),
        reference=sandbox.new_reference(now_ms, command.msisdn if command.checkout else None),
        exchange=0,
        details=command.details,
        msisdn=command.msisdn,
        party_b=command.party_b,
        command=command.command,
        account_reference=command.account_reference,
        remarks=command.remarks,
        result_url=command.result_url,
    )


def make(shared: Shared, sandbox: Sandbox, product: Product, changes: Changes, exchange: int | None = None) -> None:
    """Carry out what an answer, a final state or a repetition brings about."""
    for party in changes.parties:
        sandbox.bring_in(party)
    for put in changes.puts:
        sandbox.store.put(put.noun, put.row)
    for start in changes.starts:
        operation = shared.catalogue.operations[f"{product.slug}.{start.operation}"][1]
        assert isinstance(operation, Opens)  # the product's own: its tests start it
        decision = _decided(sandbox, operation, start.command, {}, start.command.account_reference)
        open_command(shared, sandbox, operation, start.command, decision=decision, exchange=exchange)
    for repeat in changes.repeats:
        sandbox.agenda.schedule(sandbox.now_ms + repeat.after_ms, "repeat", f"{product.slug} {repeat.key}", exchange)


def pay(
    shared: Shared,
    sandbox: Sandbox,
    *,
    msisdn: Any,
    amount: Any,
    paybill: Any = None,
    till: Any = None,
    account_reference: Any = None,
) -> Transaction:
    """A customer pays a paybill or a till from the M-PESA menu: the way of a simulated payment, without a request.

    Raises Problem on what no telephone would send. Whatever M-PESA itself would refuse is opened, and fails. Rules that
    decide the outcome hold here too, but for synchronous errors, of which a customer sees nothing.
    """
    is_till = till is not None
    shortcode = _receiver(paybill, till)
    payment = Payment(
        msisdn=_payer(msisdn),
        amount_cents=_amount(amount),
        shortcode=shortcode,
        account=_account_reference(account_reference, is_till=is_till),
        is_till=is_till,
    )
    operation, from_outside = next((each, each.from_outside) for each in shared.catalogue.opens() if each.from_outside)
    assert from_outside is not None
    body, command = from_outside(payment)
    with sandbox.store.unit():
        decision = _decided(sandbox, operation, command, body, payment.account)
        opened = open_command(shared, sandbox, operation, command, decision=decision)
    if shared.watcher is not None:
        tell(partial(shared.watcher.paid, sandbox, opened))
    return opened


def _decided(sandbox: Sandbox, operation: Opens[Any], command: Command, body: Body, reference: str) -> Decision | None:
    """What shall become of a transaction that no request asks for: nobody is there to see a synchronous error."""
    facts = Facts(
        operation.full_name,
        operation.product,
        body=body,
        msisdn=command.msisdn,
        amount_cents=command.amount_cents,
        shortcode=command.shortcode,
        references=(reference,),
        has_timeout=operation.life.timeout is not None,
        has_query=operation.life.is_queried,
    )
    choice = sandbox.engine.decide(facts)
    for what, remedy in choice.warnings:  # here whoever wrote the code meant us
        raise Problem(what, remedy=remedy)
    for what, remedy in choice.ran_out:  # there is no trace to say so
        _LOG.warning("%s of %s: %s\n  remedy: %s", operation.full_name, sandbox.name, what, remedy)
    decision = choice.decision
    return None if decision is None or decision.outcome.is_synchronous else decision


def _receiver(paybill: Any, till: Any) -> str:
    if (paybill is None) == (till is None):
        what = "neither a paybill nor a till is named" if till is None else "both a paybill and a till are named"
        raise Problem(what, where="paybill", remedy="give one of the two, e.g. paybill 174379")
    name, given = ("paybill", paybill) if till is None else ("till", till)
    shortcode = str(given)
    if not (shortcode.isascii() and shortcode.isdigit() and 5 <= len(shortcode) <= 7):
        raise Problem(f"{name} is {shown(given)}", where=name, remedy="give five to seven digits, e.g. 174379")
    return shortcode


def _payer(msisdn: Any) -> str:
    try:
        return normalise(str(msisdn))
    except ValueError as error:
        raise Problem(f"{error}", where="msisdn", remedy="for example 254708374149") from None


def _amount(amount: Any) -> int:
    try:
        value = cents(amount)
    except ValueError:
        value = 0
    if value <= 0:
        remedy = "give shillings, more than zero, in whole cents, e.g. 100 or 100.50"
        raise Problem(f"amount is {shown(amount)}", where="amount", remedy=remedy)
    return value


def _account_reference(reference: Any, *, is_till: bool) -> str:
    given = "" if reference is None else str(reference).strip()
    if is_till and given:
        remedy = "leave it out, or pay a paybill"
        what = f"account_reference is {shown(reference)}, and a till has no accounts"
        raise Problem(what, where="account_reference", remedy=remedy)
    if not is_till and not (0 < len(given) <= _LONGEST_ACCOUNT and given.isprintable()):
        what = f"account_reference is {shown(reference)}" if given else "a paybill needs an account_reference"
        remedy = f"give one to {_LONGEST_ACCOUNT} characters: what the customer types as account number"
        raise Problem(what, where="account_reference", remedy=remedy)
    return given
