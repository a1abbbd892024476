"""B2C v1 and v3, B2C with ID validation, and Business to Pochi (requests.md §4.3 to §4.5, callbacks.md §3.2)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from mock_daraja.clock import eat_dotted
from mock_daraja.errors import DarajaError
from mock_daraja.ids import zero_receipt
from mock_daraja.ledger import CHARGES_PAID, UTILITY, WORKING, customer, limits, organisation, tariffs, transfer
from mock_daraja.model import Transaction
from mock_daraja.money import cents, json_number, shillings
from mock_daraja.products import core, families
from mock_daraja.products.base import (
    Body,
    Command,
    Notice,
    Operation,
    Product,
    Refusal,
    Settlement,
    World,
    digits,
    text,
)
from mock_daraja.products.result import Pair, decimal, envelope, internal_timeout_url, result_notice

ROLE: Final = "ORG B2C API initiator"
_NO_RECEIPT: Final = frozenset({"17", "26", core.TIMED_OUT})  # the core itself failed before there was a transaction
_TO_ANYBODY: Final = "SalaryPayment"  # the other commands reach registered customers alone (DOC:BusinessToCustomer)


def read(body: Body, world: World, product: str, *, own_id: bool) -> Command | Refusal:
    """`own_id`: the caller names the OriginatorConversationID, which must be new (all but v1)."""
    shared = core.common(body, world, initiator="InitiatorName")
    if isinstance(shared, Refusal):
        return shared
    originator_id = text(body["OriginatorConversationID"]) if own_id else None
    if originator_id is not None and world.find_transaction(originator_id) is not None:
        return core.refuse(
            DarajaError(500, "500.002.1001", "Duplicate OriginatorConversationID."),
            "an earlier request had this OriginatorConversationID",
            originator_id,
            "make a new one for each payment; to ask about the earlier one, use transaction status",
            product,
        )
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=digits(body["PartyA"]),
        msisdn=digits(body["PartyB"]),
        party_b=digits(body["PartyB"]),
        originator_id=originator_id,
        subject=f"{text(body['IDType'])}:{text(body['IDNumber'])}" if product == "b2c-validated" else "",
        **shared,
    )


def settle(transaction: Transaction, world: World, product: str) -> Settlement:
    """A failure gets a real receipt too (captured for 2001, JAVA24), however it came about."""
    settled = core.settle(
        transaction, world, product, partial(_truth, product=product), partial(_paid, product=product)
    )
    return settled if settled.result in _NO_RECEIPT else replace(settled, makes_receipt=True)


def _truth(transaction: Transaction, world: World, product: str) -> Settlement:
    """In the order in which the core looks: initiator, organisation, customer, limits, money."""
    shortcode = transaction.shortcode
    fault = core.initiator_fault(transaction, world, product, ROLE) or core.organisation_fault(
        shortcode, "b2c", world, product
    )
    if fault is None:
        fault = _customer_fault(transaction, world, product) or _limit_fault(transaction, world, product)
    if fault is None:
        need = transaction.amount_cents + tariffs.B2C.charge(transaction.amount_cents)
        fault = core.short_of(organisation(shortcode, UTILITY), need, world, product)
    return fault or _paid(transaction, world, product)


def _customer_fault(transaction: Transaction, world: World, product: str) -> Settlement | None:
    receiver = world.customer(transaction.party_b)
    if not receiver.registered and transaction.command != _TO_ANYBODY:
        why = f"{receiver.msisdn} is not registered with M-PESA, and only {_TO_ANYBODY} reaches such a customer"
        return core.fail("2040", why, product)
    if not transaction.subject:
        return None
    kind, _, number = transaction.subject.partition(":")
    known = receiver.id_number
    if kind not in receiver.id_types:
        return core.fail("R002", f"{receiver.msisdn} has no identity document of type {kind}", product)
    if known is not None and known != number:
        return core.fail("R003", f"the ID number of {receiver.msisdn} is another", product)
    return None


def _limit_fault(transaction: Transaction, world: World, product: str) -> Settlement | None:
    amount, msisdn = transaction.amount_cents, transaction.party_b
    if amount < limits.LEAST_B2C:
        return core.fail("2", f"{shillings(amount)} is less than {shillings(limits.LEAST_B2C)}", product)
    if amount > limits.MOST_A_TRANSACTION:
        return core.fail("3", f"{shillings(amount)} is more than {shillings(limits.MOST_A_TRANSACTION)}", product)
    got = core.day_total(msisdn, world, core.RECEIVES)
    if got + amount > limits.MOST_A_DAY:
        return core.fail(
            "4", f"{msisdn} got {shillings(got)} today; {shillings(limits.MOST_A_DAY)} is the most", product
        )
    holds = world.balance(customer(msisdn))
    if holds + amount > limits.MOST_IN_A_WALLET:
        why = f"{msisdn} holds {shillings(holds)}; {shillings(limits.MOST_IN_A_WALLET)} is the most"
        return core.fail("8", why, product)
    return None


def _paid(transaction: Transaction, world: World, product: str) -> Settlement:
    """Utility account to wallet; the charge goes to Charges Paid (callbacks.md §8)."""
    del world
    amount, shortcode = transaction.amount_cents, transaction.shortcode
    charge = tariffs.B2C.charge(amount)
    postings = transfer(organisation(shortcode, UTILITY), customer(transaction.party_b), amount)
    return core.success("paid", product, postings + core.charged_to_organisation(shortcode, charge), charge)


def notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    timeout = internal_timeout_url("b2cresults", world)
    return (result_notice(transaction, _body(transaction, world, timeout, None), world),)


def pochi_notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    """Pochi alone echoes the caller's QueueTimeOutURL, and names the credit party on failure (NM 2026)."""
    failure = [("CreditPartyName", _public_name(transaction, world))]
    timeout = ("QueueTimeoutURL", transaction.timeout_url)
    return (result_notice(transaction, _body(transaction, world, timeout, failure), world),)


def _body(transaction: Transaction, world: World, timeout: Pair, failure: list[Pair] | None) -> Body:
    receipt = transaction.receipt or zero_receipt(transaction.final_ms or 0)
    parameters = _parameters(transaction, world) if transaction.result == "0" else failure
    return envelope(transaction, receipt, parameters, [timeout])


def _public_name(transaction: Transaction, world: World) -> str:
    return f"{transaction.party_b} - {world.customer_name(transaction.party_b)}"


def _parameters(transaction: Transaction, world: World) -> list[Pair]:
    """In the order in use since 2021 (captured in production, 2022 and 2024)."""
    shortcode = transaction.shortcode
    return [
        ("TransactionAmount", json_number(transaction.amount_cents)),
        ("TransactionReceipt", transaction.receipt),
        ("ReceiverPartyPublicName", _public_name(transaction, world)),
        ("TransactionCompletedDateTime", eat_dotted(transaction.final_ms or 0)),
        ("B2CUtilityAccountAvailableFunds", decimal(world.balance(organisation(shortcode, UTILITY)))),
        ("B2CWorkingAccountAvailableFunds", decimal(world.balance(organisation(shortcode, WORKING)))),
        ("B2CRecipientIsRegisteredCustomer", "Y" if world.customer(transaction.party_b).registered else "N"),
        ("B2CChargesPaidAccountAvailableFunds", decimal(world.balance(organisation(shortcode, CHARGES_PAID)))),
    ]


def _product(slug: str, title: str, paths: dict[str, tuple[str, str, bool]], pochi: bool = False) -> Product:
    """`paths`: operation name to path, schema, and whether the caller names the OriginatorConversationID."""
    return Product(
        slug=slug,
        title=title,
        family=families.CORE,
        operations=tuple(
            Operation(
                f"{slug}.{name}",
                "POST",
                (path,),
                schema=schema,
                owner="PartyA",
                read=partial(read, product=slug, own_id=own_id),
                acknowledge=partial(core.acknowledge, originator_first=False),
            )
            for name, (path, schema, own_id) in paths.items()
        ),
        settle_at=core.settle_at,
        settle=partial(settle, product=slug),
        notices=pochi_notices if pochi else notices,
    )


PRODUCT: Final = _product(
    "b2c",
    "Business to Customer (B2C)",
    {
        "payment-v1": ("/mpesa/b2c/v1/paymentrequest", "b2c/payment-v1", False),
        "payment": ("/mpesa/b2c/v3/paymentrequest", "b2c/payment", True),
    },
)
VALIDATED: Final = _product(
    "b2c-validated",
    "B2C with ID validation",
    {"payment": ("/mpesa/b2cvalidate/v2/paymentrequest", "b2c_validated/payment", True)},
)
POCHI: Final = _product(
    "pochi", "Business to Pochi", {"payment": ("/mpesa/b2pochi/v1/paymentrequest", "pochi/payment", True)}, pochi=True
)
