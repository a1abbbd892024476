"""A customer pays an organisation: the limits, the charges and the postings that STK push and C2B share."""

from __future__ import annotations

from mock_daraja.ledger import customer, limits, transfer
from mock_daraja.ledger.tariffs import paybill_charges
from mock_daraja.model import Posting, Transaction
from mock_daraja.money import shillings
from mock_daraja.products import core
from mock_daraja.products.base import Settlement, World
from mock_daraja.products.confirmation import is_till, receiving_account


def payer_fault(transaction: Transaction, world: World) -> Settlement | None:
    """Limits and balance of the customer who pays: codes 2, 3, 4 and 1 (callbacks.md §2 and §8)."""
    msisdn, amount = transaction.msisdn or "", transaction.amount_cents
    if amount < limits.LEAST_C2B:
        return core.fail(transaction, "2", f"{shillings(amount)} is less than {shillings(limits.LEAST_C2B)}")
    if amount > limits.MOST_A_TRANSACTION:
        why = f"{shillings(amount)} is more than {shillings(limits.MOST_A_TRANSACTION)}"
        return core.fail(transaction, "3", why)
    paid = core.day_total(msisdn, world, "pays")
    if paid + amount > limits.MOST_A_DAY:
        why = f"{msisdn} has paid {shillings(paid)} today; {shillings(limits.MOST_A_DAY)} is the most"
        return core.fail(transaction, "4", why)
    return core.short_of(transaction, customer(msisdn), amount + _charges(transaction, world)[0], world)


def _charges(transaction: Transaction, world: World) -> tuple[int, int]:
    """What payer and receiver are charged, in cents. A till's payer pays nothing; the till's tariff has no source."""
    receiver = world.organisation(transaction.party_b)
    if receiver is None or is_till(receiver):
        return 0, 0
    return paybill_charges(receiver.bouquet, transaction.amount_cents)


def payment(transaction: Transaction, world: World) -> tuple[tuple[Posting, ...], int]:
    """The postings, charges included, and the sum of the charges. Nothing moves to a shortcode that isn't there."""
    receiver = world.organisation(transaction.party_b)
    if receiver is None:
        return (), 0
    of_customer, of_business = _charges(transaction, world)
    wallet = customer(transaction.msisdn or "")
    postings: tuple[Posting, ...] = transfer(wallet, receiving_account(receiver), transaction.amount_cents)
    postings += core.charged(wallet, of_customer) + core.charged_to_organisation(receiver.shortcode, of_business)
    return postings, of_customer + of_business
