"""The C2B validation and confirmation body, which STK push sends too (callbacks.md §4.1): flat, all strings."""

from __future__ import annotations

from hashlib import sha256

from mock_daraja.clock import eat_digits
from mock_daraja.ledger import MERCHANT, UTILITY, organisation
from mock_daraja.model import Organisation, Transaction
from mock_daraja.money import shillings
from mock_daraja.products.base import Body, Notice, World

ACCEPTED = "accepted:"


def is_till(row: Organisation) -> bool:
    return "till" in row.kinds


def receiving_account(row: Organisation) -> str:
    """Utility for a paybill, Merchant for a till (callbacks.md §8)."""
    return organisation(row.shortcode, MERCHANT if is_till(row) else UTILITY)


def _masked(msisdn: str) -> str:
    """`2547 ***** 797`, blanks included."""
    return f"{msisdn[:4]} ***** {msisdn[-3:]}"


def _payer(msisdn: str, version: str, world: World) -> dict[str, str]:
    """v1 since mid-2022: unsalted SHA-256 of the MSISDN and all three names; v2: masked, FirstName alone (captured)."""
    first, middle, last = (*world.customer_name(msisdn).split(" "), "", "")[:3]
    if version == "v1":
        hashed = sha256(msisdn.encode()).hexdigest()
        return {"MSISDN": hashed, "FirstName": first, "MiddleName": middle, "LastName": last}
    names = {"MSISDN": _masked(msisdn), "FirstName": first}
    if world.settings.quirks.c2b_all_names:
        names |= {"MiddleName": "", "LastName": ""}
    return names


def body(transaction: Transaction, receiver: Organisation, world: World, *, validation: bool) -> Body:
    """A validation goes out before the payment, so it has no balance; its receipt is the confirmation's."""
    till = is_till(receiver)
    version = receiver.urls.get("version", "v2")
    sandbox_v1 = version == "v1" and world.settings.environment == "sandbox"
    accepted = (transaction.validation or "").startswith(ACCEPTED)
    till_type = "Buy Goods" if world.settings.quirks.till_type_documented else "Customer Merchant Payment"
    return {
        "TransactionType": till_type if till else "Pay Bill",
        "TransID": transaction.receipt,
        "TransTime": eat_digits(world.now_ms if transaction.final_ms is None else transaction.final_ms),
        "TransAmount": shillings(transaction.amount_cents),
        "BusinessShortCode": receiver.shortcode,
        "BillRefNumber": "" if till else transaction.account_reference,
        "InvoiceNumber": "ThisInvoice" if sandbox_v1 else "",  # so captured in 2025 (KIT103)
        "OrgAccountBalance": "" if validation else shillings(world.balance(receiving_account(receiver))),
        "ThirdPartyTransID": (transaction.validation or "").removeprefix(ACCEPTED) if accepted else "",
        **_payer(transaction.msisdn or "", version, world),
    }


def confirmation(transaction: Transaction, receiver: Organisation, world: World) -> tuple[Notice, ...]:
    """The confirmation of a completed payment, where the receiver has registered URLs."""
    url = receiver.urls.get("ConfirmationURL")
    if url is None or transaction.state != "completed":
        return ()
    delay_ms = int(world.settings.callback_after * 1000)
    return (Notice("confirmation", url, body(transaction, receiver, world, validation=False), delay_ms),)
