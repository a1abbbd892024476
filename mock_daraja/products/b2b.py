"""The B2B family and tax remittance: money between organisations (requests.md §4.6 and §4.7, callbacks.md §3.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from mock_daraja.clock import eat_digits
from mock_daraja.ids import zero_receipt
from mock_daraja.ledger import FLOAT, MERCHANT, UTILITY, WORKING, limits, organisation, tariffs, transfer
from mock_daraja.model import Transaction
from mock_daraja.money import cents, shillings
from mock_daraja.products import core, families
from mock_daraja.products.base import (
    Body,
    Command,
    Notice,
    Refusal,
    Settlement,
    World,
    digits,
    reference,
)
from mock_daraja.products.result import Pair, decimal, envelope, internal_timeout_url, number_like, result_notice

KRA: Final = "572572"
_SIXTEEN_ZEROS: Final = "0" * 16  # TransactionID of code 17 (JAVA24, 2024)
_NO_RECEIPT: Final = frozenset({"17", "26", core.TIMED_OUT})
_MSISDN_TYPE: Final = "1"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a CommandID moves: from which account of PartyA to which of PartyB, who may, and what it is called."""

    debit: str
    credit: str
    role: str
    charge_name: str | None = None  # None: free of charge, as the disbursement captured in 2021 was
    own: bool = False  # between two accounts of PartyA
    has_reference: bool = False  # ReferenceData begins with BillReferenceNumber


_PAY_BILL_ROLE: Final = "Org Business Pay Bill API initiator"
COMMANDS: Final = {
    "BusinessPayBill": Kind(WORKING, UTILITY, _PAY_BILL_ROLE, "Business Pay Bill Charge", has_reference=True),
    "BusinessBuyGoods": Kind(WORKING, MERCHANT, _PAY_BILL_ROLE, "Business Buy Goods Charge"),
    "BusinessPayToBulk": Kind(WORKING, UTILITY, "Org Business Pay to Bulk API initiator"),
    "PayTaxToKRA": Kind(WORKING, UTILITY, "Tax Remittance to KRA API", has_reference=True),
    "DisburseFundsToBusiness": Kind(WORKING, WORKING, _PAY_BILL_ROLE),
    "BusinessToBusinessTransfer": Kind(WORKING, WORKING, _PAY_BILL_ROLE),
    "BusinessTransferFromMMFToUtility": Kind(WORKING, UTILITY, _PAY_BILL_ROLE, own=True),
    "BusinessTransferFromUtilityToMMF": Kind(UTILITY, WORKING, _PAY_BILL_ROLE, own=True),
    "MerchantToMerchantTransfer": Kind(MERCHANT, MERCHANT, _PAY_BILL_ROLE),
    "MerchantTransferFromMerchantToWorking": Kind(MERCHANT, WORKING, _PAY_BILL_ROLE, own=True),
    "MerchantServicesMMFAccountTransfer": Kind(WORKING, WORKING, _PAY_BILL_ROLE),
    "AgencyFloatAdvance": Kind(WORKING, FLOAT, _PAY_BILL_ROLE),
}
"""Accounts from callbacks.md §8 where it names them; those of the older commands are inferred from their names."""
_NEVER: Final = "BusinessTransferFromUtilityToMMF"  # "reverse direction always 21" (callbacks.md §8)
_DEBIT_BALANCE: Final = "DebitAccountCurrentBalance"


def kind_of(transaction: Transaction) -> Kind:
    return COMMANDS[transaction.command]


def read(body: Body, world: World) -> Command | Refusal:
    shared = core.common(body, world, initiator="Initiator")
    if isinstance(shared, Refusal):
        return shared
    account = reference(body.get("AccountReference"))
    if shared["command"] == "BusinessPayBill" and not account:  # documented as required; never captured
        return core.refuse(
            families.CORE.invalid_field("AccountReference"),
            "BusinessPayBill needs the account that is paid",
            body.get("AccountReference"),
            "give AccountReference, at most 13 characters as documented",
            "b2b",
        )
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=digits(body["PartyA"]),
        party_b=digits(body["PartyB"]),
        account_reference=account,
        parties=f"{digits(body['SenderIdentifierType'])} {digits(body['RecieverIdentifierType'])}",
        **shared,
    )


def settle(transaction: Transaction, world: World, product: str) -> Settlement:
    """A failure has a receipt too (captured: tax 2001, JAVA24), whoever decided it."""
    settled = core.settle(
        transaction, world, product, partial(_truth, product=product), partial(_paid, product=product)
    )
    return replace(settled, makes_receipt=settled.result not in _NO_RECEIPT)


def _truth(transaction: Transaction, world: World, product: str) -> Settlement:
    kind, shortcode, amount = kind_of(transaction), transaction.shortcode, transaction.amount_cents
    fault = core.initiator_fault(transaction, world, product, kind.role) or core.organisation_fault(
        shortcode, "b2b", world, product
    )
    if fault is None and transaction.command == _NEVER:
        fault = core.fail("21", "money never goes from Utility to Working by API", product)
    if fault is None:
        fault = _receiver_fault(transaction, world, product)
    if fault is None and amount > limits.MOST_B2B:
        fault = core.fail("3", f"{shillings(amount)} is more than {shillings(limits.MOST_B2B)}", product)
    if fault is None:
        fault = core.short_of(organisation(shortcode, kind.debit), amount + _charge(transaction), world, product)
    return fault or _paid(transaction, world, product)


def _receiver_fault(transaction: Transaction, world: World, product: str) -> Settlement | None:
    """2029 and 2043 are known from production code alone (EDLUGZ): what brings them about is inferred."""
    if _MSISDN_TYPE in transaction.parties.split(" "):
        return core.fail("2029", "an identifier type is 1, an MSISDN, and B2B is between organisations", product)
    if kind_of(transaction).own and transaction.party_b != transaction.shortcode:
        why = f"{transaction.command} stays within {transaction.shortcode}, and PartyB is {transaction.party_b}"
        return core.fail("2043", why, product)
    receiver = world.organisation(_receiver(transaction))
    if receiver is None or (product == "tax" and receiver.shortcode != KRA):
        wanted = f"; taxes go to {KRA}" if product == "tax" else ""
        return core.fail("SFC_IC0003", f"PartyB {transaction.party_b} can't receive this{wanted}", product)
    if not receiver.active:
        return core.fail("14", f"organisation {receiver.shortcode} is not active", product)
    return None


def _receiver(transaction: Transaction) -> str:
    return transaction.shortcode if kind_of(transaction).own else transaction.party_b


def _charge(transaction: Transaction) -> int:
    return 0 if kind_of(transaction).charge_name is None else tariffs.B2B.charge(transaction.amount_cents)


def _paid(transaction: Transaction, world: World, product: str) -> Settlement:
    del world
    kind, amount, charge = kind_of(transaction), transaction.amount_cents, _charge(transaction)
    debit, credit = organisation(transaction.shortcode, kind.debit), organisation(_receiver(transaction), kind.credit)
    postings = transfer(debit, credit, amount)
    return core.success("paid", product, postings + core.charged_to_organisation(transaction.shortcode, charge), charge)


def notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    return (result_notice(transaction, _body(transaction, world), world),)


def _body(transaction: Transaction, world: World) -> Body:
    parameters: list[Pair] | None = None
    if transaction.result == "0":
        minimal = world.settings.quirks.b2b_success == "production-2026"
        parameters = _minimal(transaction, world) if minimal else _documented(transaction, world)
    elif transaction.result == "1":
        parameters = [(_DEBIT_BALANCE, _struct(transaction, world))]  # one object, not an array (PREMI 2026-08-21)
    references: list[Pair] = [
        internal_timeout_url("b2bresults", world),
        ("Occassion", number_like(transaction.occasion) if transaction.occasion else None),
    ]
    if kind_of(transaction).has_reference:
        references.insert(0, ("BillReferenceNumber", number_like(transaction.account_reference)))
    zeros = _SIXTEEN_ZEROS if transaction.result == "17" else zero_receipt(transaction.final_ms or 0)
    return envelope(transaction, transaction.receipt or zeros, parameters, references)


def _struct(transaction: Transaction, world: World) -> str:
    """A Java struct's text; MinimumAmount is the amount in cents (key order since 2021)."""
    balance = world.balance(organisation(transaction.shortcode, kind_of(transaction).debit))
    return f"{{Amount={{CurrencyCode=KES, MinimumAmount={balance}, BasicAmount={shillings(balance)}}}}}"


def _minimal(transaction: Transaction, world: World) -> list[Pair]:
    """All that a till payout carried on 2026-09-29 in production."""
    struct = _struct(transaction, world)
    return [("Currency", "KES"), (_DEBIT_BALANCE, struct), ("InitiatorAccountCurrentBalance", struct)]


def _documented(transaction: Transaction, world: World) -> list[Pair]:
    """The documented set, with JSON numbers where captures have them (callbacks.md §9, 9)."""
    kind, struct = kind_of(transaction), _struct(transaction, world)
    balance = shillings(world.balance(organisation(transaction.shortcode, kind.debit)))
    charge = transaction.charge_cents
    receiver = world.organisation(_receiver(transaction))
    return [
        ("DebitAccountBalance", struct),
        ("Amount", decimal(transaction.amount_cents)),
        ("DebitPartyAffectedAccountBalance", f"{kind.debit}|KES|{balance}|{balance}|0.00|0.00"),
        ("TransCompletedTime", int(eat_digits(transaction.final_ms or 0))),
        ("DebitPartyCharges", f"{kind.charge_name}|KES|{shillings(charge)}" if charge else None),
        ("ReceiverPartyPublicName", f"{_receiver(transaction)} - {receiver.name if receiver else ''}"),
        ("Currency", "KES"),
        ("InitiatorAccountCurrentBalance", struct),
    ]


PRODUCT: Final = core.core_product(
    "b2b.payment",
    "Business to Business (B2B)",
    "/mpesa/b2b/v1/paymentrequest",
    "PartyA",
    read=read,
    settle=partial(settle, product="b2b"),
    notices=notices,
)
TAX: Final = core.core_product(
    "tax.remit",
    "Tax Remittance",
    "/mpesa/b2b/v1/remittax",
    "PartyA",
    read=read,
    settle=partial(settle, product="tax"),
    notices=notices,
)
