"""Customers and organisations as a test sees them, with their balances in shillings as they were when it looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from mock_daraja import ledger
from mock_daraja.errors import Problem
from mock_daraja.ledger.accounts import ORGANISATION_ACCOUNTS
from mock_daraja.model import Customer, Organisation
from mock_daraja.money import cents, json_number
from mock_daraja.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class CustomerRow:
    msisdn: str
    pin: str
    balance: int | float
    handset: str
    prompt: str
    pin_locked: bool
    registered: bool


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    shortcode: str
    name: str
    kinds: frozenset[str]
    passkey: str | None
    head_office: str | None
    active: bool
    balances: dict[str, int | float]


def customer_row(sandbox: Sandbox, row: Customer) -> CustomerRow:
    balance = json_number(sandbox.balance(ledger.customer(row.msisdn)))
    return CustomerRow(row.msisdn, row.pin, balance, row.handset, row.prompt, row.pin_locked, row.registered)


def organisation_row(sandbox: Sandbox, row: Organisation) -> OrganisationRow:
    balances = {
        account: json_number(sandbox.balance(ledger.organisation(row.shortcode, account)))
        for account in ORGANISATION_ACCOUNTS
    }
    return OrganisationRow(row.shortcode, row.name, row.kinds, row.passkey, row.head_office, row.active, balances)


def customer_of(shape: Mapping[str, Any]) -> CustomerRow:
    """From the control API's JSON."""
    values = {each.name: shape[each.name] for each in fields(CustomerRow)}
    return CustomerRow(**{**values, "balance": json_number(cents(shape["balance"]))})


def organisation_of(shape: Mapping[str, Any]) -> OrganisationRow:
    return OrganisationRow(
        shape["shortcode"],
        shape["name"],
        frozenset(shape["kinds"]),
        shape["passkey"],
        shape["head_office"],
        shape["active"],
        {account: json_number(cents(held)) for account, held in shape["accounts"].items()},
    )


def set_balances(sandbox: Sandbox, shortcode: str, balances: Mapping[str, float | str]) -> None:
    """In shillings, by the name of the account. Raises Problem on an account that organisations don't have."""
    for account in balances:
        if account not in ORGANISATION_ACCOUNTS:
            remedy = f"the accounts are {', '.join(ORGANISATION_ACCOUNTS)}"
            raise Problem(f"an organisation has no {account!r}", where="balances", remedy=remedy)
    for account, shillings in balances.items():
        sandbox.set_balance(ledger.organisation(shortcode, account), shillings)
