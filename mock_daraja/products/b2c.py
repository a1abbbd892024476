"""B2C v1 and v3, B2C with ID validation, and Business to Pochi (requests.md §4.3 to §4.5, callbacks.md §3.2)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from mock_daraja.clock import eat_dotted
from mock_daraja.defaults import CUSTOMER
from mock_daraja.errors import DarajaError
from mock_daraja.ledger import CHARGES_PAID, UTILITY, WORKING, customer, limits, organisation, tariffs, transfer
from mock_daraja.model import Transaction, changed
from mock_daraja.model.parties import B2C
from mock_daraja.money import cents, json_number, shillings
from mock_daraja.products import core, initiators, lesson
from mock_daraja.products.base import Lesson, Opens, Product, World
from mock_daraja.products.parties import owner_name
from mock_daraja.products.payment import limit_fault
from mock_daraja.products.reading import digits, shortcode_of, text
from mock_daraja.products.result import Pair, decimal, envelope, internal_timeout_url
from mock_daraja.products.values import EXAMPLE, Body, Command, Refusal, Settlement, Sides
from mock_daraja.products.voice import CORE

ROLE: Final = "ORG B2C API initiator"
_REASONS: Final = {
    "SalaryPayment": "Salary Payment to Customer via API",
    "PromotionPayment": "Promotion Payment to Customer via API",
    "BusinessPayToPochi": "Business Payment to Pochi via API",
}
_PAYS: Final = "BusinessPayment"
_TO_ANYBODY: Final = "SalaryPayment"  # the other commands reach registered customers alone (DOC:BusinessToCustomer)


class Disbursed(core.Initiated, frozen=True):
    """`id_type` and `id_number` are what B2C with ID validation checks; without one nothing is checked."""

    id_type: str = ""
    id_number: str = ""


def read(body: Body, world: World, *, own_id: bool, checks_id: bool = False) -> Command | Refusal:
    """`own_id`: the caller names the OriginatorConversationID, which must be new (all but v1).

    Production refuses a PartyA that is nobody's, as one that is another's (captured, requests.md §4.3).
    """
    payer = shortcode_of(body["PartyA"], world)
    if world.settings.environment == "production" and world.organisation(payer) is None:
        why = f"there is no organisation {payer}, so the app doesn't own it"
        return core.refuse(CORE.foreign_shortcode, why, payer, "use the app's own shortcode, or add the organisation")
    originator_id = text(body["OriginatorConversationID"]) if own_id else None
    if originator_id is not None and world.find_transaction(originator_id) is not None:
        return core.refuse(
            DarajaError(500, "500.002.1001", "Duplicate OriginatorConversationID."),
            "an earlier request had this OriginatorConversationID",
            originator_id,
            "make a new one for each payment; to ask about the earlier one, use transaction status",
        )
    details = Disbursed(id_type=text(body["IDType"]), id_number=text(body["IDNumber"])) if checks_id else Disbursed()
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=payer,
        details=details,
        msisdn=digits(body["PartyB"]),
        party_b=digits(body["PartyB"]),
        originator_id=originator_id,
    )


def settle(transaction: Transaction[Disbursed], world: World) -> Settlement:
    """In the order in which the core looks: initiator, organisation, customer, limits, money.

    From the utility account to the wallet; the charge goes to Charges Paid (callbacks.md §8).
    A failure gets a real receipt too (captured for 2001, JAVA24), however it came about.
    """
    amount, of = transaction.amount_cents, sides(transaction, world)
    charge = tariffs.B2C.charge(amount)
    fault = (
        initiators.fault(transaction, world, ROLE)
        or core.organisation_fault(transaction, B2C, world)
        or _customer_fault(transaction, world)
        or limit_fault(transaction, world, "receives", limits.LEAST_B2C)
        or _wallet_fault(transaction, world)
        or core.short_of(transaction, of.debit, amount + charge, world)
    )
    postings = transfer(of.debit, of.credit, amount) + core.charged_to_organisation(transaction.shortcode, charge)
    settled = initiators.settle(transaction, fault, core.success(transaction, "paid", postings, charge))
    return changed(settled, makes_receipt=settled.result not in core.NO_RECEIPT)


def _customer_fault(transaction: Transaction[Disbursed], world: World) -> Settlement | None:
    receiver = world.customer(transaction.party_b)
    if not receiver.registered and transaction.command != _TO_ANYBODY:
        why = f"{receiver.msisdn} is not registered with M-PESA, and only {_TO_ANYBODY} reaches such a customer"
        return core.fail(transaction, "2040", why)
    kind, number = transaction.details.id_type, transaction.details.id_number
    if not kind:
        return None
    known = receiver.id_number
    if kind not in receiver.id_types:
        return core.fail(transaction, "R002", f"{receiver.msisdn} has no identity document of type {kind}")
    if known is not None and known != number:
        return core.fail(transaction, "R003", f"the ID number of {receiver.msisdn} is another")
    return None


def _wallet_fault(transaction: Transaction[Disbursed], world: World) -> Settlement | None:
    holds = world.balance(customer(transaction.party_b))
    if holds + transaction.amount_cents <= limits.MOST_IN_A_WALLET:
        return None
    why = f"{transaction.party_b} holds {shillings(holds)}; {shillings(limits.MOST_IN_A_WALLET)} is the most"
    return core.fail(transaction, "8", why)


def result(transaction: Transaction[Disbursed], world: World) -> Body:
    parameters = _parameters(transaction, world) if transaction.result == "0" else None
    return envelope(transaction, parameters, [internal_timeout_url("b2cresults", world)])


def pochi_result(transaction: Transaction[Disbursed], world: World) -> Body:
    """Pochi alone echoes the caller's QueueTimeOutURL, and names the credit party on failure (NM 2026)."""
    failure = [("CreditPartyName", owner_name(customer(transaction.party_b), world))]
    parameters = _parameters(transaction, world) if transaction.result == "0" else failure
    return envelope(transaction, parameters, [("QueueTimeoutURL", transaction.details.timeout_url)])


Result = Callable[[Transaction[Disbursed], World], Body]


def _parameters(transaction: Transaction[Disbursed], world: World) -> list[Pair]:
    """In the order in use since 2021 (captured in production, 2022 and 2024)."""
    shortcode = transaction.shortcode
    return [
        ("TransactionAmount", json_number(transaction.amount_cents)),
        ("TransactionReceipt", transaction.receipt),
        ("ReceiverPartyPublicName", owner_name(customer(transaction.party_b), world)),
        ("TransactionCompletedDateTime", eat_dotted(transaction.final_ms or 0)),
        ("B2CUtilityAccountAvailableFunds", decimal(world.balance(organisation(shortcode, UTILITY)))),
        ("B2CWorkingAccountAvailableFunds", decimal(world.balance(organisation(shortcode, WORKING)))),
        ("B2CRecipientIsRegisteredCustomer", "Y" if world.customer(transaction.party_b).registered else "N"),
        ("B2CChargesPaidAccountAvailableFunds", decimal(world.balance(organisation(shortcode, CHARGES_PAID)))),
    ]


def sides(row: Transaction[Disbursed], world: World) -> Sides:
    """ReasonType of B2C was captured in production, 2024; the others are inferred."""
    del world
    debit, credit = organisation(row.shortcode, UTILITY), customer(row.party_b)
    reason = _REASONS.get(row.command, "Business Payment to Customer via API")
    return Sides(debit, credit, reason, charge_name="Fee For B2C Payment")


def in_lesson(body: Body, world: World, url: str, *, own_id: bool) -> Body:
    own = {"CommandID": _PAYS, "PartyB": CUSTOMER}
    if own_id and "OriginatorConversationID" not in body:
        own["OriginatorConversationID"] = world.request_id()
    return lesson.left_out(body, own) | lesson.by_initiator(body, world, url, initiator="InitiatorName")


def _lesson(*, own_id: bool) -> Lesson:
    return Lesson(
        title="pay a customer: B2C",
        example={"PhoneNumber": CUSTOMER, "Amount": 30, "Shortcode": lesson.ASKS, "CommandID": _PAYS},
        names={
            "PhoneNumber": ("PartyB",),
            "Amount": ("Amount",),
            "Shortcode": ("PartyA",),
            "CommandID": ("CommandID",),
        },
        values=partial(in_lesson, own_id=own_id),
    )


def _pays(
    name: str,
    path: str,
    *,
    own_id: bool = True,
    checks_id: bool = False,
    result: Result = result,
    is_taught: bool = False,
) -> Opens[Disbursed]:
    return core.opens(
        name,
        path,
        Disbursed,
        owner="PartyA",
        owner_in=("production",),  # the sandbox is lenient (requests.md §1.9, inferred)
        initiator="InitiatorName",
        read=partial(read, own_id=own_id, checks_id=checks_id),
        acknowledge=partial(core.acknowledge, originator_first=False),
        settle=settle,
        result=result,
        example=changed(EXAMPLE, details=Disbursed(), party_b=CUSTOMER),
        lesson=_lesson(own_id=own_id) if is_taught else None,
        sides=sides,
        customer="receives",
    )


PRODUCT: Final = Product(
    slug="b2c",
    title="Business to Customer (B2C)",
    brief="B2C",
    operations=(
        _pays("payment", "/mpesa/b2c/v3/paymentrequest", is_taught=True),
        _pays("payment-v1", "/mpesa/b2c/v1/paymentrequest", own_id=False, is_taught=True),
    ),
    common_outcomes=(*core.PAYOUT, "8006"),
    docs="b2c.md#b2c-v3-and-v1",
)
VALIDATED: Final = Product(
    slug="b2c-validated",
    title="B2C with ID validation",
    brief="B2C with ID",
    operations=(_pays("payment", "/mpesa/b2cvalidate/v2/paymentrequest", checks_id=True),),
    common_outcomes=(*core.PAYOUT, "R003"),
    docs="b2c.md#b2c-with-id-validation",
)
POCHI: Final = Product(
    slug="pochi",
    title="Business to Pochi",
    brief="B2Pochi",
    operations=(_pays("payment", "/mpesa/b2pochi/v1/paymentrequest", result=pochi_result),),
    common_outcomes=core.PAYOUT,
    docs="b2c.md#business-to-pochi",
)
