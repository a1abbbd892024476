"""Reversal of a payment that an organisation received (requests.md §4.11, callbacks.md §3.4 and §8)."""

from __future__ import annotations

from typing import Final

from mock_daraja.clock import eat_digits
from mock_daraja.ledger import UTILITY, limits, organisation, transfer
from mock_daraja.model import Transaction, changed
from mock_daraja.money import cents, shillings
from mock_daraja.products import core, initiators
from mock_daraja.products.base import Product, World
from mock_daraja.products.parties import is_wallet, owner, owner_name, sides
from mock_daraja.products.reading import shortcode_of, text
from mock_daraja.products.receipts import no_receipt
from mock_daraja.products.result import Pair, account_line, decimal, envelope, internal_timeout_url
from mock_daraja.products.values import Body, Command, Settlement, Sides

ROLE: Final = "Org Reversals Initiator"
_REASON: Final = "Transaction Reversal"


class Reversing(core.Initiated, frozen=True):
    receipt: str = ""  # of what is to be reversed


def read(body: Body, world: World) -> Command:
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=shortcode_of(body["ReceiverParty"], world),
        details=Reversing(receipt=text(body["TransactionID"])),
    )


def settle(transaction: Transaction[Reversing], world: World) -> Settlement:
    fault = (
        initiators.fault(transaction, world, ROLE)
        or core.organisation_fault(transaction, None, world)
        or _original_fault(transaction, world)
    )
    return initiators.settle(transaction, fault, _reversed(transaction, world))


def _original(transaction: Transaction[Reversing], world: World) -> Transaction | None:
    """What is to be reversed: money that has moved, by its receipt and by nothing else."""
    receipt = transaction.details.receipt
    found = world.find_transaction(receipt)
    return found if found is not None and found.receipt == receipt and found.state == "completed" else None


def _original_fault(transaction: Transaction[Reversing], world: World) -> Settlement | None:
    """Unknown, not reversible or not yours: R000002; done already: R000001; the money is gone: 1."""
    original, receipt = _original(transaction, world), transaction.details.receipt
    if original is None:
        odd = no_receipt(receipt, world.find_transaction(receipt))
        return core.fail(transaction, "R000002", odd or f"no completed transaction has the receipt {receipt}")
    if not world.life_of(original).is_reversible:  # B2C, Pochi and reversals are not
        why = f"{receipt} is a {core.product_of(original)} transaction, which can't be reversed"
        return core.fail(transaction, "R000002", why)
    of = sides(original, world)
    if owner(of.credit) != transaction.shortcode:
        why = f"{receipt} was paid to {owner(of.credit)}; only the credit party may reverse it"
        return core.fail(transaction, "R000002", why)
    if original.reversed_by is not None:
        return core.fail(transaction, "R000001", f"{receipt} was reversed by {original.reversed_by}")
    if transaction.amount_cents > original.amount_cents:
        why = f"{shillings(transaction.amount_cents)} is more than the {shillings(original.amount_cents)} that was paid"
        return core.fail(transaction, "R000002", why)
    if is_wallet(of.debit) and world.balance(of.debit) + transaction.amount_cents > limits.MOST_IN_A_WALLET:
        return core.fail(transaction, "8", f"the wallet {of.debit} would hold more than it may")
    return core.short_of(transaction, of.credit, transaction.amount_cents, world)


def _reversed(transaction: Transaction[Reversing], world: World) -> Settlement:
    """From where it came to, back to where it came from. Charges are not refunded (callbacks.md §8)."""
    original = _original(transaction, world)
    if original is None or original.reversed_by is not None or world.life_of(original).sides is None:
        return core.success(transaction, "forced, with nothing left to reverse")
    of = sides(original, world)
    postings, receipt = transfer(of.credit, of.debit, transaction.amount_cents), transaction.details.receipt
    return changed(core.success(transaction, f"reverses {receipt}", postings), reverses=receipt)


def result(transaction: Transaction[Reversing], world: World) -> Body:
    original = _original(transaction, world) if transaction.result == "0" else None
    done = original is not None and original.reversed_by == transaction.receipt
    parameters = _parameters(transaction, sides(original, world), world) if done and original is not None else None
    return envelope(transaction, parameters, [internal_timeout_url("reversalresults", world)])


def _parameters(transaction: Transaction[Reversing], of: Sides, world: World) -> list[Pair]:
    """As documented in 2021, numbers as numbers. The debit party is the organisation that gives back."""
    return [
        ("DebitAccountBalance", account_line(of.credit, world)),
        ("Amount", decimal(transaction.amount_cents)),
        ("TransCompletedTime", int(eat_digits(transaction.final_ms or 0))),
        ("OriginalTransactionID", transaction.details.receipt),
        ("Charge", decimal(0)),
        ("CreditPartyPublicName", owner_name(of.debit, world)),
        ("DebitPartyPublicName", owner_name(of.credit, world)),
    ]


def _sides(row: Transaction[Reversing], world: World) -> Sides:
    """Those of what it reverses, the other way round. Nobody is known who gets what was never paid."""
    original = world.find_transaction(row.details.receipt)
    if original is None or original.operation == row.operation:
        return Sides(organisation(row.shortcode, UTILITY), "", _REASON)
    of = sides(original, world)
    return Sides(of.credit, of.debit, _REASON)


PRODUCT: Final = Product(
    slug="reversal",
    title="Reversal",
    operations=(
        core.opens(
            "request",
            "/mpesa/reversal/v1/request",
            Reversing,
            owner="ReceiverParty",
            about=("TransactionID",),
            read=read,
            settle=settle,
            result=result,
            sides=_sides,
        ),
    ),
    success="reversed",
    common_outcomes=("0", "R000001", "R000002", "2001"),
    docs="reversal.md#reversal",
)
