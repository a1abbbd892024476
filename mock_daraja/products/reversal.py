"""Reversal of a payment that an organisation received (requests.md §4.11, callbacks.md §3.4 and §8)."""

from __future__ import annotations

from typing import Final

from mock_daraja.clock import eat_digits
from mock_daraja.ids import zero_receipt
from mock_daraja.ledger import limits, transfer
from mock_daraja.model import Transaction
from mock_daraja.money import cents, shillings
from mock_daraja.products import core
from mock_daraja.products.base import (
    Body,
    Command,
    Notice,
    Refusal,
    Settlement,
    World,
    digits,
    text,
)
from mock_daraja.products.parties import Sides, account_type, sides
from mock_daraja.products.result import Pair, decimal, envelope, internal_timeout_url, result_notice

ROLE: Final = "Org Reversals Initiator"
_SLUG: Final = "reversal"
_REVERSIBLE: Final = frozenset({"stk-push", "c2b", "b2b", "tax", "b2b-express"})  # not B2C, Pochi or a reversal


def read(body: Body, world: World) -> Command | Refusal:
    shared = core.common(body, world, initiator="Initiator")
    if isinstance(shared, Refusal):
        return shared
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=digits(body["ReceiverParty"]),
        parties=digits(body["RecieverIdentifierType"]),
        subject=text(body["TransactionID"]),
        **shared,
    )


def settle(transaction: Transaction, world: World) -> Settlement:
    return core.settle(transaction, world, _SLUG, _truth, _reversed)


def _truth(transaction: Transaction, world: World) -> Settlement:
    fault = core.initiator_fault(transaction, world, _SLUG, ROLE)
    if fault is None:
        row = world.organisation(transaction.shortcode)
        if row is not None and not row.active:
            fault = core.fail("11", f"organisation {row.shortcode} is not active", _SLUG)
    return fault or _original_fault(transaction, world) or _reversed(transaction, world)


def _original(transaction: Transaction, world: World) -> Transaction | None:
    """What is to be reversed: money that has moved, by its receipt and by nothing else."""
    found = world.find_transaction(transaction.subject)
    return found if found is not None and found.receipt == transaction.subject and found.state == "completed" else None


def _original_fault(transaction: Transaction, world: World) -> Settlement | None:
    """Unknown, not reversible or not yours: R000002; done already: R000001; the money is gone: 1."""
    original = _original(transaction, world)
    if original is None:
        return core.fail("R000002", f"no completed transaction has the receipt {transaction.subject}", _SLUG)
    product = original.operation.partition(".")[0]
    if product not in _REVERSIBLE:
        return core.fail("R000002", f"{transaction.subject} is a {product} transaction, which can't be reversed", _SLUG)
    of = sides(original, world)
    if of.credit_party != transaction.shortcode:
        why = f"{transaction.subject} was paid to {of.credit_party}; only the credit party may reverse it"
        return core.fail("R000002", why, _SLUG)
    if original.reversed_by is not None:
        return core.fail("R000001", f"{transaction.subject} was reversed by {original.reversed_by}", _SLUG)
    if transaction.amount_cents > original.amount_cents:
        why = f"{shillings(transaction.amount_cents)} is more than the {shillings(original.amount_cents)} that was paid"
        return core.fail("R000002", why, _SLUG)
    if of.by_customer and world.balance(of.debit) + transaction.amount_cents > limits.MOST_IN_A_WALLET:
        return core.fail("8", f"the wallet {of.debit} would hold more than it may", _SLUG)
    return core.short_of(of.credit, transaction.amount_cents, world, _SLUG)


def _reversed(transaction: Transaction, world: World) -> Settlement:
    """From where it came to, back to where it came from. Charges are not refunded (callbacks.md §8)."""
    original = _original(transaction, world)
    if original is None or original.reversed_by is not None:
        return core.success("forced, with nothing left to reverse", _SLUG)
    of = sides(original, world)
    postings = transfer(of.credit, of.debit, transaction.amount_cents)
    return core.success(f"reverses {transaction.subject}", _SLUG, postings, reverses=transaction.subject)


def notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    original = _original(transaction, world) if transaction.result == "0" else None
    done = original is not None and original.reversed_by == transaction.receipt
    parameters = _parameters(transaction, sides(original, world), world) if done and original is not None else None
    receipt = transaction.receipt or zero_receipt(transaction.final_ms or 0)
    body = envelope(transaction, receipt, parameters, [internal_timeout_url("reversalresults", world)])
    return (result_notice(transaction, body, world),)


def _parameters(transaction: Transaction, of: Sides, world: World) -> list[Pair]:
    """As documented in 2021, numbers as numbers. The debit party is the organisation that gives back."""
    balance = shillings(world.balance(of.credit))
    return [
        ("DebitAccountBalance", f"{account_type(of.credit)}|KES|{balance}|{balance}|0.00|0.00"),
        ("Amount", decimal(transaction.amount_cents)),
        ("TransCompletedTime", int(eat_digits(transaction.final_ms or 0))),
        ("OriginalTransactionID", transaction.subject),
        ("Charge", decimal(0)),
        ("CreditPartyPublicName", of.debit_name),
        ("DebitPartyPublicName", of.credit_name),
    ]


PRODUCT: Final = core.core_product(
    "reversal.request",
    "Reversal",
    "/mpesa/reversal/v1/request",
    "ReceiverParty",
    read=read,
    settle=settle,
    notices=notices,
)
