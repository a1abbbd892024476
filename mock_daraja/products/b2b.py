"""The B2B family and tax remittance: money between organisations (requests.md §4.6 and §4.7, callbacks.md §3.3)."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec import Struct

from mock_daraja import defaults
from mock_daraja.clock import eat_digits
from mock_daraja.ledger import FLOAT, MERCHANT, UTILITY, WORKING, limits, organisation, tariffs, transfer
from mock_daraja.model import Transaction, changed
from mock_daraja.model.parties import B2B
from mock_daraja.money import cents, shillings
from mock_daraja.products import core, initiators
from mock_daraja.products.base import Opens, Product, World
from mock_daraja.products.parties import owner_name
from mock_daraja.products.reading import digits, misnamed, reference, shortcode_of, text
from mock_daraja.products.result import (
    Pair,
    account_line,
    decimal,
    envelope,
    internal_timeout_url,
    number_like,
    optional,
)
from mock_daraja.products.values import EXAMPLE, Body, Command, Refusal, Settlement, Sides
from mock_daraja.products.voice import CORE

_SIXTEEN_ZEROS: Final = "0" * 16  # TransactionID of code 17 (JAVA24, 2024)
_MSISDN_TYPE: Final = "1"


class Kind(Struct, frozen=True):
    """What a CommandID moves: from which account of PartyA to which of PartyB, who may, and what it is called."""

    debit: str
    credit: str
    role: str
    charge_name: str | None = None  # None: free of charge, as the disbursement captured in 2021 was
    own: bool = False  # between two accounts of PartyA
    has_reference: bool = False  # ReferenceData begins with BillReferenceNumber


_PAY_BILL: Final = "BusinessPayBill"
_PAY_BILL_ROLE: Final = "Org Business Pay Bill API initiator"
COMMANDS: Final = {
    _PAY_BILL: Kind(WORKING, UTILITY, _PAY_BILL_ROLE, "Business Pay Bill Charge", has_reference=True),
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
_RECEIVES: Final = {_PAY_BILL: ("paybill", "till"), "BusinessBuyGoods": ("till", "paybill")}
"""Which kind of organisation a command pays, and which it doesn't."""
_NEVER: Final = "BusinessTransferFromUtilityToMMF"  # "reverse direction always 21" (callbacks.md §8)
_DEBIT_BALANCE: Final = "DebitAccountCurrentBalance"


class Transfer(core.Initiated, frozen=True):
    names_msisdn: bool = False  # whether one of its identifier types is a customer's


def kind_of(transaction: Transaction[Transfer]) -> Kind:
    return COMMANDS[transaction.command]


def read(body: Body, world: World) -> Command | Refusal:
    account = reference(body.get("AccountReference"))
    if text(body["CommandID"]) == _PAY_BILL and not account:  # documented as required; never captured
        return core.refuse(
            CORE.invalid_field.about("AccountReference"),
            "BusinessPayBill needs the account that is paid",
            body.get("AccountReference"),
            misnamed("AccountReference", body, "BillRefNumber", "BillReferenceNumber")
            or "give AccountReference, at most 13 characters as documented",
        )
    types = {digits(body["SenderIdentifierType"]), digits(body["RecieverIdentifierType"])}
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=shortcode_of(body["PartyA"], world),
        details=Transfer(names_msisdn=_MSISDN_TYPE in types),
        party_b=shortcode_of(body["PartyB"], world),
        account_reference=account,
    )


def settle(transaction: Transaction[Transfer], world: World, only_to: str | None) -> Settlement:
    """A failure has a receipt too (captured: tax 2001, JAVA24), whoever decided it.

    `only_to` is the one organisation that may receive.
    """
    kind, amount, of = kind_of(transaction), transaction.amount_cents, sides(transaction, world)
    charge = 0 if kind.charge_name is None else tariffs.B2B.charge(amount)
    fault = (
        initiators.fault(transaction, world, kind.role)
        or core.organisation_fault(transaction, B2B, world)
        or _transfer_fault(transaction, world, only_to)
        or core.short_of(transaction, of.debit, amount + charge, world)
    )
    postings = transfer(of.debit, of.credit, amount) + core.charged_to_organisation(transaction.shortcode, charge)
    settled = initiators.settle(transaction, fault, core.success(transaction, "paid", postings, charge))
    return changed(settled, makes_receipt=settled.result not in core.NO_RECEIPT)


def _transfer_fault(transaction: Transaction[Transfer], world: World, only_to: str | None) -> Settlement | None:
    """2029 and 2043 are known from production code alone (EDLUGZ): what brings them about is inferred.

    PartyA equal to PartyB has no attested answer, and none here.
    """
    if transaction.command == _NEVER:
        return core.fail(transaction, "21", "money never goes from Utility to Working by API")
    if transaction.details.names_msisdn:
        return core.fail(transaction, "2029", "an identifier type is 1, an MSISDN, and B2B is between organisations")
    if kind_of(transaction).own and transaction.party_b != transaction.shortcode:
        why = f"{transaction.command} stays within {transaction.shortcode}, and PartyB is {transaction.party_b}"
        return core.fail(transaction, "2043", why)
    receiver = world.organisation(_receiver(transaction))
    if receiver is None or only_to not in (None, receiver.shortcode):
        wanted = "" if only_to is None else f"; taxes go to {only_to}"
        return core.fail(transaction, "SFC_IC0003", f"PartyB {transaction.party_b} can't receive this{wanted}")
    if not receiver.active:
        return core.fail(transaction, "14", f"organisation {receiver.shortcode} is not active")
    paid, other = _RECEIVES.get(transaction.command, ("", ""))
    if other in receiver.kinds and paid not in receiver.kinds and not defaults.takes_all(receiver):
        why = f"{transaction.command} pays a {paid}, and {receiver.shortcode} is declared as {other} only (inferred)"
        return core.fail(transaction, "2029", why)
    if transaction.amount_cents > limits.MOST_B2B:
        why = f"{shillings(transaction.amount_cents)} is more than {shillings(limits.MOST_B2B)}"
        return core.fail(transaction, "3", why)
    return None


def _receiver(transaction: Transaction[Transfer]) -> str:
    return transaction.shortcode if kind_of(transaction).own else transaction.party_b


def result(transaction: Transaction[Transfer], world: World) -> Body:
    parameters: list[Pair] | None = None
    if transaction.result == "0":
        minimal = world.settings.quirks.b2b_success == "production-2026"
        parameters = _minimal(transaction, world) if minimal else _documented(transaction, world)
    elif transaction.result == "1":
        parameters = [(_DEBIT_BALANCE, _struct(transaction, world))]  # one object, not an array (PREMI 2026-08-21)
    references: list[Pair] = [
        internal_timeout_url("b2bresults", world),
        optional("Occassion", transaction.details.occasion),
    ]
    if kind_of(transaction).has_reference:
        references.insert(0, ("BillReferenceNumber", number_like(transaction.account_reference)))
    return envelope(transaction, parameters, references, _SIXTEEN_ZEROS if transaction.result == "17" else None)


def _struct(transaction: Transaction[Transfer], world: World) -> str:
    """A Java struct's text; MinimumAmount is the amount in cents (key order since 2021)."""
    balance = world.balance(sides(transaction, world).debit)
    return f"{{Amount={{CurrencyCode=KES, MinimumAmount={balance}, BasicAmount={shillings(balance)}}}}}"


def _minimal(transaction: Transaction[Transfer], world: World) -> list[Pair]:
    """All that a till payout carried on 2026-09-29 in production."""
    struct = _struct(transaction, world)
    return [("Currency", "KES"), (_DEBIT_BALANCE, struct), ("InitiatorAccountCurrentBalance", struct)]


def _documented(transaction: Transaction[Transfer], world: World) -> list[Pair]:
    """The documented set, with JSON numbers where captures have them (callbacks.md §9, 9)."""
    kind, struct, of = kind_of(transaction), _struct(transaction, world), sides(transaction, world)
    charge = transaction.charge_cents
    return [
        ("DebitAccountBalance", struct),
        ("Amount", decimal(transaction.amount_cents)),
        ("DebitPartyAffectedAccountBalance", account_line(of.debit, world)),
        ("TransCompletedTime", int(eat_digits(transaction.final_ms or 0))),
        ("DebitPartyCharges", f"{kind.charge_name}|KES|{shillings(charge)}" if charge else None),
        ("ReceiverPartyPublicName", owner_name(of.credit, world)),
        ("Currency", "KES"),
        ("InitiatorAccountCurrentBalance", struct),
    ]


def sides(row: Transaction[Transfer], world: World) -> Sides:
    """The reasons are inferred."""
    del world
    kind = kind_of(row)
    debit, credit = organisation(row.shortcode, kind.debit), organisation(_receiver(row), kind.credit)
    return Sides(debit, credit, f"{row.command} via API", kind.charge_name or "")


def _moves(name: str, path: str, command: str, *, only_to: str | None = None) -> Opens[Transfer]:
    return core.opens(
        name,
        path,
        Transfer,
        owner="PartyA",
        read=read,
        settle=partial(settle, only_to=only_to),
        result=result,
        example=changed(EXAMPLE, details=Transfer(), command=command),
        sides=sides,
        is_reversible=True,
    )


PRODUCT: Final = Product(
    slug="b2b",
    title="Business to Business (B2B)",
    brief="B2B",
    operations=(_moves("payment", "/mpesa/b2b/v1/paymentrequest", _PAY_BILL),),
    common_outcomes=core.PAYOUT,
    docs="b2b.md#payment",
)
TAX: Final = Product(
    slug="tax",
    title="Tax Remittance",
    brief="Tax",
    operations=(_moves("remit", "/mpesa/b2b/v1/remittax", "PayTaxToKRA", only_to=defaults.KRA),),
    common_outcomes=core.PAYOUT,
    docs="b2b.md#tax-remittance",
)
