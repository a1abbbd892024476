"""The two sides of a transaction of any product, as status and reversal see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mock_daraja.ledger import MERCHANT, UTILITY, customer, organisation
from mock_daraja.model import Transaction
from mock_daraja.products.b2b import kind_of
from mock_daraja.products.base import World
from mock_daraja.products.confirmation import receiving_account

BY_CUSTOMER: Final = frozenset({"stk-push", "c2b"})
_TO_CUSTOMER: Final = frozenset({"b2c", "b2c-validated", "pochi"})
WALLET: Final = "MMF Account For Customer"
_B2C_REASONS: Final = {
    "SalaryPayment": "Salary Payment to Customer via API",
    "PromotionPayment": "Promotion Payment to Customer via API",
    "BusinessPayToPochi": "Business Payment to Pochi via API",
}
_REVERSAL: Final = "Transaction Reversal"


@dataclass(frozen=True, slots=True)
class Sides:
    """Names as "number - NAME", empty when nobody is known; `debit` and `credit` are ledger accounts.

    `reason` and account type are M-Pesa's words.
    """

    by_customer: bool
    debit_name: str
    credit_name: str
    debit: str
    credit: str
    credit_party: str  # shortcode or MSISDN
    debit_account: str
    reason: str
    charge_name: str = ""

    @property
    def debit_party(self) -> str:
        return self.debit.partition(":")[0]


def person(msisdn: str, world: World) -> str:
    return f"{msisdn} - {world.customer_name(msisdn)}"


def business(shortcode: str, world: World) -> str:
    row = world.organisation(shortcode)
    return f"{shortcode} - {row.name if row is not None else ''}"


def sides(row: Transaction, world: World) -> Sides:
    """ReasonType of paybill and B2C was captured in production, 2024; the other reasons are inferred."""
    product = row.operation.partition(".")[0]
    if product in BY_CUSTOMER:
        return _by_customer(row, world)
    if product in _TO_CUSTOMER:
        return Sides(
            False,
            business(row.shortcode, world),
            person(row.party_b, world),
            organisation(row.shortcode, UTILITY),
            customer(row.party_b),
            row.party_b,
            UTILITY,
            _B2C_REASONS.get(row.command, "Business Payment to Customer via API"),
            "Fee For B2C Payment",
        )
    if product in ("b2b", "tax"):
        kind = kind_of(row)
        receiver = row.shortcode if kind.own else row.party_b
        return Sides(
            False,
            business(row.shortcode, world),
            business(receiver, world),
            organisation(row.shortcode, kind.debit),
            organisation(receiver, kind.credit),
            receiver,
            kind.debit,
            f"{row.command} via API",
            kind.charge_name or "",
        )
    if product == "reversal":
        return _reversal(row, world)
    return Sides(
        False,
        business(row.shortcode, world),
        business(row.party_b, world),
        organisation(row.shortcode, MERCHANT),
        organisation(row.party_b, UTILITY),
        row.party_b,
        MERCHANT,
        "Business to Business via USSD",
    )


def _reversal(row: Transaction, world: World) -> Sides:
    """The sides of what it reverses, the other way round. Nobody is known who gets what was never paid."""
    original = world.find_transaction(row.subject)
    if original is None or original.operation == row.operation:
        utility = organisation(row.shortcode, UTILITY)
        return Sides(False, business(row.shortcode, world), "", utility, "", "", UTILITY, _REVERSAL)
    of = sides(original, world)
    return Sides(
        False, of.credit_name, of.debit_name, of.credit, of.debit, of.debit_party, account_type(of.credit), _REVERSAL
    )


def account_type(account: str) -> str:
    """What M-Pesa calls the kind of a ledger account."""
    return account.partition(":")[2] or WALLET


def _by_customer(row: Transaction, world: World) -> Sides:
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
