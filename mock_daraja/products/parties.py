"""The two sides of a transaction, in M-Pesa's words: what products share that say who pays whom."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.ledger import UTILITY, customer, organisation
from mock_daraja.model import Transaction
from mock_daraja.products.base import Sides, World
from mock_daraja.products.confirmation import receiving_account

WALLET: Final = "MMF Account For Customer"


def sides(row: Transaction[Any], world: World) -> Sides:
    """Of a transaction of any product that moves money."""
    of = world.life_of(row).sides
    assert of is not None  # whoever asks has looked for one with a receipt
    return of(row, world)


def person(msisdn: str, world: World) -> str:
    return f"{msisdn} - {world.customer_name(msisdn)}"


def business(shortcode: str, world: World) -> str:
    row = world.organisation(shortcode)
    return f"{shortcode} - {row.name if row is not None else ''}"


def account_type(account: str) -> str:
    """What M-Pesa calls the kind of a ledger account."""
    return account.partition(":")[2] or WALLET


def by_customer(row: Transaction[Any], world: World) -> Sides:
    """ReasonType of a paybill was captured in production, 2024; that of a till is inferred."""
    msisdn = row.msisdn or ""
    receiver = world.organisation(row.party_b)
    till = receiver is not None and "till" in receiver.kinds
    return Sides(
        True,
        person(msisdn, world),
        business(row.party_b, world),
        customer(msisdn),
        receiving_account(receiver) if receiver is not None else organisation(row.party_b, UTILITY),
        row.party_b,
        WALLET,
        "Merchant Payment Online" if till else "Pay Bill Online",
    )


def between(
    row: Transaction[Any],
    world: World,
    receiver: str,
    *,
    debit: str,
    credit: str,
    reason: str,
    charge_name: str = "",
) -> Sides:
    """One organisation pays another, or itself: from its account `debit` to the other's `credit`."""
    return Sides(
        False,
        business(row.shortcode, world),
        business(receiver, world),
        organisation(row.shortcode, debit),
        organisation(receiver, credit),
        receiver,
        debit,
        reason,
        charge_name,
    )
