"""The C2B validation and confirmation body, which STK push sends too (callbacks.md §4.1): flat, all strings."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from mock_daraja.clock import eat_digits
from mock_daraja.ledger import MERCHANT, UTILITY, organisation
from mock_daraja.model import Organisation, Transaction
from mock_daraja.money import shillings
from mock_daraja.products.base import Body, Notice, World


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


def body(
    transaction: Transaction[Any], receiver: Organisation, world: World, *, validation: bool, third_party: str = ""
) -> Body:
    """A validation goes out before the payment, so it has no balance; its receipt is the confirmation's.

    `third_party` is what the merchant's answer to it named.
    """
    till = is_till(receiver)
    urls = world.registered_urls(receiver.shortcode)
    version = "v2" if urls is None else urls.version
    sandbox_v1 = version == "v1" and world.settings.environment == "sandbox"
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
        "ThirdPartyTransID": third_party,
        **_payer(transaction.msisdn or "", version, world),
    }


def confirmation(
    transaction: Transaction[Any], receiver: Organisation, world: World, third_party: str = ""
) -> tuple[Notice, ...]:
    """The confirmation of a completed payment, where the receiver has registered URLs."""
    urls = world.registered_urls(receiver.shortcode)
    if urls is None or transaction.state != "completed":
        return ()
    delay_ms = int(world.settings.callback_after * 1000)
    told = body(transaction, receiver, world, validation=False, third_party=third_party)
    return (Notice("confirmation", urls.confirmation, told, delay_ms),)
