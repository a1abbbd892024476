"""Transaction status, by receipt or by either conversation id (requests.md §4.10, callbacks.md §3.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from mock_daraja.clock import eat_digits
from mock_daraja.ids import zero_receipt
from mock_daraja.model import Transaction
from mock_daraja.money import shillings
from mock_daraja.products import core, initiators
from mock_daraja.products.base import Product, World
from mock_daraja.products.parties import account_type, is_wallet, owner_name, sides
from mock_daraja.products.reading import misnamed, shortcode_of, text
from mock_daraja.products.receipts import CHECKOUT, id_kind, is_id, no_receipt
from mock_daraja.products.result import Pair, envelope, one_decimal, optional
from mock_daraja.products.values import TIMED_OUT, Body, Command, Refusal, Settlement, Sides
from mock_daraja.products.voice import CORE

ROLE: Final = "Transaction Status query ORG API"
_RECEIPTS: Final = ("TransID", "MpesaReceiptNumber", "OriginalTransactionID")
"""Other names of a receipt."""
_CANCELLED: Final = frozenset({"1031", "1032", "4001"})
_EXPIRED: Final = frozenset({"1019", "1037", "4201", "4203", TIMED_OUT})


class Asked(core.Initiated, frozen=True):
    """Which transaction is asked about: by its receipt, or else by either conversation id."""

    receipt: str = ""
    conversation: str = ""


def read(body: Body, world: World) -> Command | Refusal:
    receipt = text(body.get("TransactionID") or "")
    conversation = text(body.get("OriginalConversationID") or body.get("OriginatorConversationID") or "")
    if not receipt and not conversation:
        ids = ("TransactionID", "OriginalConversationID", "OriginatorConversationID")
        return core.refuse(
            CORE.invalid_field.about("TransactionID"),
            "neither TransactionID nor OriginalConversationID is given",
            None,
            misnamed("TransactionID", body, *_RECEIPTS, known=ids)
            or misnamed("OriginalConversationID", body, "ConversationID", known=ids)
            or "give the receipt as TransactionID, or a conversation id as OriginalConversationID",
        )
    details = Asked(receipt=receipt, conversation="" if receipt else conversation)
    return Command(amount_cents=0, shortcode=shortcode_of(body["PartyA"], world), details=details)


def settle(transaction: Transaction[Asked], world: World) -> Settlement:
    receipt = transaction.details.receipt
    found = f"receipt:{receipt}" if receipt else transaction.details.conversation
    fault = initiators.fault(transaction, world, ROLE) or _original_fault(transaction, world)
    return initiators.settle(transaction, fault, core.success(transaction, f"found {found}"))


def _original_fault(transaction: Transaction[Asked], world: World) -> Settlement | None:
    if _original(transaction, world) is not None:
        return None
    receipt = transaction.details.receipt
    if receipt:
        found = world.find_transaction(receipt)
        why = no_receipt(receipt, found) or f"no transaction of this sandbox has the receipt {receipt}"
        if id_kind(receipt) not in ("", CHECKOUT):
            why = f"{is_id(receipt)}: send it as OriginalConversationID"
        return core.fail(transaction, "2032", why)
    why = f"no transaction has the conversation id {transaction.details.conversation}"
    return core.fail(transaction, "2033", why)


def _original(transaction: Transaction[Asked], world: World) -> Transaction | None:
    """Either id may name it; by TransactionID only a receipt counts. Queries have no receipt that could be found."""
    receipt = transaction.details.receipt
    found = world.find_transaction(receipt or transaction.details.conversation)
    if found is None or not world.life_of(found).has_receipt:
        return None
    return None if receipt and found.receipt != receipt else found


def result(transaction: Transaction[Asked], world: World) -> Body:
    original = _original(transaction, world) if transaction.result == "0" else None
    parameters = None if original is None else _parameters(original, sides(original, world), world)
    references = [optional("Occasion", transaction.details.occasion)]
    return envelope(transaction, parameters, references, zero_receipt(transaction.final_ms or 0))


def _parameters(original: Transaction, of: Sides, world: World) -> list[Pair]:
    """Key order and types of production, 2024. For what a customer paid, the conversation ids have no Value.

    DebitPartyCharges stands behind the account type: captured for B2C, inferred for B2B.
    """
    by_customer = is_wallet(of.debit)
    account: Pair = ("DebitAccountType", account_type(of.debit))
    charges = _charges(original, of)
    finalised = None if original.final_ms is None else int(eat_digits(original.final_ms))
    return [
        ("DebitPartyName", owner_name(of.debit, world)),
        ("CreditPartyName", owner_name(of.credit, world) or None),
        ("OriginatorConversationID", None if by_customer else original.originator_id),
        ("InitiatedTime", int(eat_digits(original.accepted_ms))),
        *((("CreditPartyCharges", charges), account) if by_customer else (account, ("DebitPartyCharges", charges))),
        ("TransactionReason", None),
        ("ReasonType", of.reason),
        ("TransactionStatus", _status(original)),
        ("FinalisedTime", finalised),
        ("Amount", Decimal(one_decimal(original.amount_cents))),
        ("ConversationID", None if by_customer else original.reference),
        ("ReceiptNo", original.receipt),
    ]


def _charges(original: Transaction, of: Sides) -> str | None:
    if is_wallet(of.debit) or not original.charge_cents:
        return None
    return f"{of.charge_name}|KES|{shillings(original.charge_cents)}"


def _status(original: Transaction) -> str:
    """Only Completed was captured; the other words are the community's (callbacks.md §3.4)."""
    if original.state == "pending":
        return "Initiated"
    if original.state == "completed":
        return "Completed"
    if original.result in _CANCELLED:
        return "Cancelled"
    return "Expired" if original.result in _EXPIRED else "Declined"


PRODUCT: Final = Product(
    slug="status",
    title="Transaction Status",
    brief="Status",
    operations=(
        core.opens(
            "query",
            "/mpesa/transactionstatus/v1/query",
            Asked,
            owner="PartyA",
            about=("TransactionID", "OriginatorConversationID"),
            read=read,
            settle=settle,
            result=result,
            has_receipt=False,
        ),
    ),
    success="answered",
    common_outcomes=("0", "2032", "2001"),
    docs="status.md#transaction-status",
)
