"""The two sides of a transaction: what products say of who pays whom, and how M-Pesa names parties and accounts."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.ledger import MERCHANT, UTILITY, customer, organisation
from mock_daraja.model import Organisation, Transaction
from mock_daraja.products.base import World
from mock_daraja.products.values import Sides

WALLET: Final = "MMF Account For Customer"


def sides(row: Transaction[Any], world: World) -> Sides:
    """Of a transaction of any product that moves money."""
    of = world.life_of(row).sides
    assert of is not None  # whoever asks has looked for one with a receipt
    return of(row, world)


def is_till(row: Organisation) -> bool:
    return "till" in row.kinds


def receiving_account(row: Organisation) -> str:
    """Utility for a paybill, Merchant for a till (callbacks.md §8)."""
    return organisation(row.shortcode, MERCHANT if is_till(row) else UTILITY)


def by_customer(row: Transaction[Any], world: World) -> Sides:
    """ReasonType of a paybill was captured in production, 2024; that of a till is inferred."""
    receiver = world.organisation(row.party_b)
    return Sides(
        customer(row.msisdn or ""),
        receiving_account(receiver) if receiver is not None else organisation(row.party_b, UTILITY),
        "Merchant Payment Online" if receiver is not None and is_till(receiver) else "Pay Bill Online",
    )


def owner(account: str) -> str:
    """Shortcode or MSISDN."""
    return account.partition(":")[0]


def is_wallet(account: str) -> bool:
    """Whether it is a customer's."""
    return ":" not in account


def owner_name(account: str, world: World) -> str:
    """As "number - NAME"; empty where nobody is known."""
    if not account:
        return ""
    if is_wallet(account):
        return f"{account} - {world.customer_name(account)}"
    row = world.organisation(owner(account))
    return f"{owner(account)} - {row.name if row is not None else ''}"


def account_type(account: str) -> str:
    """What M-Pesa calls the kind of a ledger account."""
    return account.partition(":")[2] or WALLET
