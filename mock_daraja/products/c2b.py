"""C2B: registering URLs, simulated and outside payments (requests.md §4.1 and §4.2).

The merchant's validation is c2b_validation.py's, the bodies that are sent are confirmation.py's.
"""

from __future__ import annotations

from typing import Final

from mock_daraja.errors import DarajaError
from mock_daraja.model import Transaction
from mock_daraja.money import cents, json_number
from mock_daraja.products import confirmation, core, families
from mock_daraja.products.base import (
    Answer,
    Body,
    Command,
    Notice,
    Operation,
    Product,
    Refusal,
    RegisterUrls,
    Settlement,
    World,
    digits,
    reference,
    text,
)
from mock_daraja.products.c2b_validation import heard, passed, question, rejection
from mock_daraja.products.payment import payer_fault, payment
from mock_daraja.products.urls import url_fault

PAYBILL: Final = "CustomerPayBillOnline"
BUY_GOODS: Final = "CustomerBuyGoodsOnline"
_SERVER_ERROR: Final = "500.003.1001"


def _refuse(error: DarajaError, why: str, value: object, remedy: str) -> Refusal:
    return core.refuse(error, why, value, remedy, "c2b")


# Registering


def _register(body: Body, world: World, version: str) -> Answer | Refusal:
    shortcode = digits(body["ShortCode"])
    receiver = world.organisation(shortcode)
    if receiver is None:
        return _refuse(
            families.C2B.foreign_shortcode,
            f"there is no organisation {shortcode}",
            shortcode,
            "use 600000 to 600999, or add the organisation",
        )
    for name in ("ConfirmationURL", "ValidationURL"):
        fault = url_fault(text(body[name]), world.settings, keywords=world.settings.quirks.c2b_url_keywords)
        if fault is not None:
            message = f"Bad Request - Invalid {name}"
            if fault.keyword:
                message += f" - URL has the word {fault.keyword.upper()}"
            return _refuse(DarajaError(400, "400.003.02", message), fault.why, body[name], fault.remedy)
    if receiver.urls and world.settings.environment == "production":
        return _refuse(
            DarajaError(500, _SERVER_ERROR, "Urls are already registered."),
            f"{shortcode} has registered URLs, and production takes them once",
            shortcode,
            "change them on the portal, or mimic the sandbox environment, which overwrites freely",
        )
    zero = world.settings.quirks.register_code_zero
    answer = {
        "OriginatorCoversationID": world.request_id(),  # sic
        "ResponseCode": "0" if version == "v1" or zero else "00000000",
        "ResponseDescription": "success" if version == "v1" else "Success",
    }
    urls = {name: text(body[name]) for name in ("ResponseType", "ConfirmationURL", "ValidationURL")}
    return Answer(answer, RegisterUrls(shortcode, {**urls, "version": version}))


def register_v1(body: Body, world: World) -> Answer | Refusal:
    return _register(body, world, "v1")


def register_v2(body: Body, world: World) -> Answer | Refusal:
    """ResponseCode "00000000" was captured in the sandbox in 2025 and 2026; the portal prints "0"."""
    return _register(body, world, "v2")


# Paying


def read(body: Body, world: World) -> Command | Refusal:
    """A simulated payment. Who receives is looked up later, as the core does."""
    if world.settings.environment == "production":
        return _refuse(
            families.C2B.unknown_resource,
            "simulate is not on production",
            None,
            "pay from the outside: `mock-daraja pay`",
        )
    if body["CommandID"] == PAYBILL and not reference(body.get("BillRefNumber")):
        return _refuse(
            families.C2B.invalid_field("BillRefNumber"),
            f"{PAYBILL} needs an account number",
            body.get("BillRefNumber"),
            "give BillRefNumber, at most twenty characters",
        )
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=digits(body["ShortCode"]),
        msisdn=digits(body["Msisdn"]),
        party_b=digits(body["ShortCode"]),
        command=text(body["CommandID"]),
        account_reference=reference(body.get("BillRefNumber")),
    )


def from_outside(msisdn: str, shortcode: str, amount_cents: int, command: str, account: str) -> tuple[Body, Command]:
    """A payment that no request asked for, as a simulate would have asked for it, and what it means."""
    body = {
        "ShortCode": shortcode,
        "CommandID": command,
        "Amount": json_number(amount_cents),
        "Msisdn": msisdn,
        "BillRefNumber": account,
    }
    return body, Command(
        amount_cents=amount_cents,
        shortcode=shortcode,
        msisdn=msisdn,
        party_b=shortcode,
        command=command,
        account_reference=account,
    )


def acknowledge(transaction: Transaction) -> Body:
    """Captured 2026 (NM c2b-simulate.json)."""
    return {
        "OriginatorCoversationID": transaction.originator_id,
        "ResponseCode": "0",
        "ResponseDescription": core.ACCEPTED,
    }


def settle(transaction: Transaction, world: World) -> Settlement:
    return core.settle(transaction, world, "c2b", _truth, _paid)


def _truth(transaction: Transaction, world: World) -> Settlement:
    return (
        _receiver_fault(transaction, world)
        or rejection(transaction, world)
        or payer_fault(transaction, world, "c2b")
        or _paid(transaction, world)
    )


def _receiver_fault(transaction: Transaction, world: World) -> Settlement | None:
    receiver = world.organisation(transaction.party_b)
    if receiver is None:
        return core.fail("SFC_IC0003", f"there is no shortcode {transaction.party_b}", "c2b")
    if not receiver.active:
        return core.fail("14", f"organisation {receiver.shortcode} is not active", "c2b")
    if ("till" if transaction.command == BUY_GOODS else "paybill") not in receiver.kinds:
        kinds = " and ".join(sorted(receiver.kinds))
        why = f"{transaction.command} does not fit {receiver.shortcode}, which is {kinds}"
        return core.fail("2029", why, "c2b")
    return None


def _paid(transaction: Transaction, world: World) -> Settlement:
    postings, charged = payment(transaction, world)
    return core.success(passed(transaction, world), "c2b", postings, charged)


def ask(transaction: Transaction, world: World) -> Notice | None:
    """Whoever can't be paid is not asked."""
    return None if _receiver_fault(transaction, world) is not None else question(transaction, world)


def notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    receiver = world.organisation(transaction.party_b)
    return () if receiver is None else confirmation.confirmation(transaction, receiver, world)


PAY: Final = Operation("c2b.pay", "POST", ())
"""No path: it is a customer who pays from the outside (`mock-daraja pay`)."""

PRODUCT: Final = Product(
    slug="c2b",
    title="Customer to Business (C2B)",
    family=families.C2B,
    operations=(
        Operation(
            "c2b.register-v1",
            "POST",
            ("/mpesa/c2b/v1/registerurl",),
            schema="c2b/register",
            owner="ShortCode",
            answer=register_v1,
        ),
        Operation(
            "c2b.register",
            "POST",
            ("/mpesa/c2b/v2/registerurl",),
            schema="c2b/register",
            owner="ShortCode",
            answer=register_v2,
        ),
        Operation(
            "c2b.simulate",
            "POST",
            ("/mpesa/c2b/v1/simulate", "/mpesa/c2b/v2/simulate"),
            schema="c2b/simulate",
            owner="ShortCode",
            read=read,
            acknowledge=acknowledge,
        ),
        PAY,
    ),
    settle_at=core.settle_at,
    settle=settle,
    notices=notices,
    ask=ask,
    heard=heard,
)
