"""C2B: registering URLs, simulated and outside payments, the merchant's validation, and the confirmation
(requests.md §4.1 and §4.2, callbacks.md §4)."""

from __future__ import annotations

import json
from typing import Any, Final

from mock_daraja.errors import DarajaError
from mock_daraja.model import Organisation, Transaction
from mock_daraja.money import cents
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
from mock_daraja.products.payment import payer_fault, payment
from mock_daraja.products.urls import url_fault
from mock_daraja.scenarios import codes

PAYBILL: Final = "CustomerPayBillOnline"
BUY_GOODS: Final = "CustomerBuyGoodsOnline"
VALIDATION_MS: Final = 8_000  # "usually < 8 seconds from the moment the request leaves M-PESA" (callbacks.md §4.2)

ASKED: Final = "asked"
_REJECTED: Final = "rejected:"
_UNREACHABLE: Final = "unreachable:"
_SERVER_ERROR: Final = "500.003.1001"
_LONGEST_THIRD_PARTY_ID: Final = 64


def _refuse(error: DarajaError, why: str, value: object, remedy: str) -> Refusal:
    return core.refuse(error, why, value, remedy, "c2b")


# Registering


def _register(body: Body, world: World, version: str) -> Answer | Refusal:
    shortcode = digits(body["ShortCode"])
    receiver = world.organisation(shortcode)
    if receiver is None:
        return _refuse(
            DarajaError(400, "400.003.02", "Bad Request - Kindly use your own ShortCode"),
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
    receiver = world.organisation(transaction.party_b)
    if receiver is None:
        return core.fail("SFC_IC0003", f"there is no shortcode {transaction.party_b}", "c2b")
    if not receiver.active:
        return core.fail("14", f"organisation {receiver.shortcode} is not active", "c2b")
    if confirmation.is_till(receiver) != (transaction.command == BUY_GOODS):
        return core.fail("2029", f"{transaction.command} does not fit {sorted(receiver.kinds)}", "c2b")
    return _refused(transaction, receiver) or payer_fault(transaction, world, "c2b") or _paid(transaction, world)


def _refused(transaction: Transaction, receiver: Organisation) -> Settlement | None:
    """What the merchant's validation means. Unreachable, late or garbled: the registered ResponseType decides."""
    heard = transaction.validation
    if heard is None or heard.startswith(confirmation.ACCEPTED):
        return None
    if heard.startswith(_REJECTED):
        code = heard.removeprefix(_REJECTED)
        known = next(iter(codes.find(code)), None)
        desc = known.name if known is not None else "External validation failed for the C2B transaction."
        return Settlement(code, desc, f"the merchant's validation answered {code}")
    why = heard.removeprefix(_UNREACHABLE) if heard.startswith(_UNREACHABLE) else "no answer within 8 s"
    if receiver.urls.get("ResponseType") == "Cancelled":
        return core.fail("2007", f"validation: {why}; the registered ResponseType is Cancelled", "c2b")
    return None


def _paid(transaction: Transaction, world: World) -> Settlement:
    postings, charged = payment(transaction, world)
    return core.success("paid", "c2b", postings, charged)


def ask(transaction: Transaction, world: World) -> Notice | None:
    """The validation request, where the receiver has a ValidationURL and external validation is on."""
    receiver = world.organisation(transaction.party_b)
    if receiver is None or not receiver.urls.get("ValidationURL"):
        return None
    on = receiver.external_validation
    if not (world.settings.environment == "sandbox" if on is None else on):
        return None
    return Notice(
        "validation",
        receiver.urls["ValidationURL"],
        confirmation.body(transaction, receiver, world, validation=True),
        0,
    )


def heard(status: int | None, body: bytes, error: str | None) -> str:
    """The merchant's answer as a transaction keeps it. Strings and numbers both count; anything else is no answer."""
    if error is not None or status is None or not 200 <= status < 300:
        return f"{_UNREACHABLE}{error or f'it answered HTTP {status}'}"
    answer = _object(body)
    given = answer.get("ResultCode")
    if not isinstance(given, (str, int)) or isinstance(given, bool):
        return f"{_UNREACHABLE}its answer has no ResultCode"
    if str(given) != "0":
        return _REJECTED + str(given)[:_LONGEST_THIRD_PARTY_ID]
    return confirmation.ACCEPTED + reference(answer.get("ThirdPartyTransID"))[:_LONGEST_THIRD_PARTY_ID]


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`, or an empty one."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    receiver = world.organisation(transaction.party_b)
    return () if receiver is None else confirmation.confirmation(transaction, receiver, world)


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
        Operation("c2b.pay", "POST", ()),
    ),
    settle_at=core.settle_at,
    settle=settle,
    notices=notices,
    ask=ask,
    heard=heard,
)
"""`c2b.pay` has no path: it is a customer who pays from the outside (`mock-daraja pay`)."""
