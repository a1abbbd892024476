"""What customers pay and receive: their limits, and the charges and postings that STK push and C2B share."""

from __future__ import annotations

from typing import Final

from mock_daraja.ledger import customer, limits, transfer
from mock_daraja.ledger.tariffs import paybill_charges
from mock_daraja.model import Posting, Transaction
from mock_daraja.model.parties import Role
from mock_daraja.money import shillings
from mock_daraja.products import core
from mock_daraja.products.base import World
from mock_daraja.products.parties import is_till, receiving_account
from mock_daraja.products.values import Settlement

PAYBILL: Final = "CustomerPayBillOnline"
BUY_GOODS: Final = "CustomerBuyGoodsOnline"


def limit_fault(transaction: Transaction, world: World, role: Role, least: int) -> Settlement | None:
    """The limits of an amount, and of a customer's day: 2, 3 and 4 (callbacks.md §2 and §8). `least` is in cents."""
    msisdn, amount = transaction.msisdn or "", transaction.amount_cents
    if amount < least:
        return core.fail(transaction, "2", f"{shillings(amount)} is less than {shillings(least)}")
    if amount > limits.MOST_A_TRANSACTION:
        why = f"{shillings(amount)} is more than {shillings(limits.MOST_A_TRANSACTION)}"
        return core.fail(transaction, "3", why)
    total = world.day_total(msisdn, role)
    if total + amount > limits.MOST_A_DAY:
        so_far = f"{'has paid' if role == 'pays' else 'got'} {shillings(total)} today"
        return core.fail(transaction, "4", f"{msisdn} {so_far}; {shillings(limits.MOST_A_DAY)} is the most")
    return None


def payer_fault(transaction: Transaction, world: World) -> Settlement | None:
    """Limits and balance of the customer who pays."""
    account = customer(transaction.msisdn or "")
    need = transaction.amount_cents + _charges(transaction, world)[0]
    return limit_fault(transaction, world, "pays", limits.LEAST_C2B) or core.short_of(transaction, account, need, world)


def receiver_fault(transaction: Transaction, world: World) -> Settlement | None:
    """8: the account that receives would go over the maximum its organisation has set (documented, callbacks.md §2).

    Nobody has published what Safaricom sets, so there is no default.
    """
    receiver = world.organisation(transaction.party_b)
    if receiver is None or receiver.maximum_balance is None:
        return None
    account = receiving_account(receiver)
    holds = world.balance(account)
    if holds + transaction.amount_cents <= receiver.maximum_balance:
        return None
    why = f"{account} holds {shillings(holds)}; {shillings(receiver.maximum_balance)} is its maximum balance"
    return core.fail(transaction, "8", why)


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
