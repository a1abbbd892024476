"""M-Pesa Express (STK push) and its query, for paybill and till (requests.md §3, callbacks.md §1 and §2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from mock_daraja.access import check_password
from mock_daraja.clock import eat_digits, is_timestamp
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step
from mock_daraja.ledger import MERCHANT, UTILITY, customer, organisation, transfer
from mock_daraja.model import Organisation, Transaction
from mock_daraja.money import cents, json_number, shillings
from mock_daraja.products import families
from mock_daraja.products.base import (
    Answer,
    Body,
    Command,
    Notice,
    Operation,
    Product,
    Refusal,
    Settlement,
    World,
    digits,
    json_code,
    text,
)
from mock_daraja.products.urls import url_fault
from mock_daraja.scenarios import codes

PAYBILL: Final = "CustomerPayBillOnline"
BUY_GOODS: Final = "CustomerBuyGoodsOnline"
WRONG_PINS_ALLOWED: Final = 3  # the third locks the PIN (callbacks.md §2)

_SERVER_ERROR: Final = "500.001.1001"
_LOCKED: Final = "Unable to lock subscriber, a transaction is already in process for the current subscriber"
_PROMPT_LIFE_MS: Final = 60_000  # typical; one to three minutes by handset (callbacks.md §1.4)
_TIMELINE: Final = {  # result: (final after, callback after that), as seen in the sandbox (callbacks.md §1.3)
    "1037": (14_000, 12_000),
    "1019": (_PROMPT_LIFE_MS, 1_000),
    "2029": (500, 500),  # often under a second, before any prompt; the others of a wrong receiver likewise
    "2028": (500, 500),
    "2006": (500, 500),
    "SFC_IC0003": (500, 500),
}
_ANSWERED: Final = "answered"  # not a result: the customer's answer is there, and it is final at once
_QUERY_TEXTS: Final = {"1032": "Request Cancelled by user."}  # query and callback differ (NKAP 2026-10)
_PRODUCTION_TEXTS: Final = {"1037": "DS timeout user cannot be reached"}
_QUERIES_A_MINUTE: Final = 5


def _refuse(error: DarajaError, why: str, value: object = None, remedy: str = "", docs: str = "stk-push") -> Refusal:
    return Refusal(error, Step("product", "refused", why, value, remedy, docs))


def _invalid(field: str, why: str, value: object, remedy: str) -> Refusal:
    return _refuse(families.STK.invalid_field(field), why, value, remedy)


def _server_error(message: str, why: str, value: object, remedy: str, request_id: str | None = None) -> Refusal:
    step = Step("product", "refused", why, value, remedy, "stk-push")
    return Refusal(DarajaError(500, _SERVER_ERROR, message), step, request_id)


def _merchant(body: Body, world: World) -> Organisation | Refusal:
    """The organisation whose Password this is: what push and query check alike."""
    shortcode, timestamp = digits(body["BusinessShortCode"]), text(body["Timestamp"])
    if not is_timestamp(timestamp):
        return _invalid(
            "Timestamp", "Timestamp is not a date and time", timestamp, "write it as YYYYMMDDHHmmss, in EAT"
        )
    merchant = world.organisation(shortcode)
    if merchant is None or merchant.passkey is None:
        return _server_error(
            "Merchant does not exist",
            f"shortcode {shortcode} is not set up for STK push",
            shortcode,
            "use 174379, or add an organisation with a passkey",
        )
    fault = check_password(text(body["Password"]), shortcode, merchant.passkey, timestamp)
    if fault is not None:
        return _server_error("Wrong credentials", fault.why, f"Password, part {fault.part}", fault.remedy)
    return merchant


def read(body: Body, world: World) -> Command | Refusal:
    """The rules a schema can't say: calendar, merchant, type, Password, URL, one open prompt per MSISDN."""
    merchant = _merchant(body, world)
    if isinstance(merchant, Refusal):
        return merchant
    kind = body["TransactionType"]
    wanted = "paybill" if kind == PAYBILL else "head-office"
    if wanted not in merchant.kinds:
        return _invalid(
            "TransactionType",
            f"{merchant.shortcode} is no {wanted.replace('-', ' ')}, which {kind} needs",
            kind,
            f"use {BUY_GOODS if kind == PAYBILL else PAYBILL} with this shortcode",
        )
    fault = url_fault(body["CallBackURL"], world.settings, keywords=world.settings.quirks.stk_url_keywords)
    if fault is not None:
        return _invalid("CallBackURL", fault.why, body["CallBackURL"], fault.remedy)
    msisdn = digits(body["PhoneNumber"])
    blocking = world.open_prompt(msisdn)
    if blocking is not None:
        return _server_error(
            _LOCKED,
            f"{msisdn} still has the prompt of {blocking.reference} open",
            msisdn,
            "wait until it is final: query it, answer the prompt, or advance the clock",
        )
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=merchant.shortcode,
        msisdn=msisdn,
        party_b=digits(body["PartyB"]),
        command=kind,
        account_reference=text(body["AccountReference"]),
        remarks=text(body["TransactionDesc"]),
        result_url=body["CallBackURL"],
        prompts=True,
    )


def acknowledge(transaction: Transaction) -> Body:
    """Captured 2026 (NM stk-push.json)."""
    return {
        "MerchantRequestID": transaction.originator_id,
        "CheckoutRequestID": transaction.reference,
        "ResponseCode": "0",
        "ResponseDescription": "Success. Request accepted for processing",
        "CustomerMessage": "Success. Request accepted for processing",
    }


def _expected(transaction: Transaction, world: World) -> str:
    """The result to expect as things stand, as far as it decides how long the transaction takes."""
    forced = transaction.decision.outcome.result if transaction.decision else None
    if forced is not None:
        return forced
    party = _party_fault(transaction, world)
    if party is not None:
        return party[0]
    if transaction.prompt != "open":
        return "1037" if transaction.prompt == "ignore" else _ANSWERED
    payer = world.customer(transaction.msisdn or "")
    if payer.handset == "offline" or payer.prompt == "ignore":
        return "1037"
    return "1019" if payer.prompt == "ask" else "0"


def settle_at(transaction: Transaction, world: World) -> int:
    """When it will be final as things stand. Asked again when that time has come: the customer may have changed."""
    if transaction.decision is not None and transaction.decision.outcome.settle_ms is not None:
        return transaction.accepted_ms + transaction.decision.outcome.settle_ms
    expected = _expected(transaction, world)
    answered_ms = 0 if expected == _ANSWERED else int(world.settings.answer_after * 1000)
    after, _ = _TIMELINE.get(expected, (answered_ms, 0))
    return transaction.accepted_ms + after


def settle(transaction: Transaction, world: World) -> Settlement:
    """What a selector forced, else what the customer did and what the ledger says."""
    decision = transaction.decision
    if decision is not None and decision.outcome.result is not None:
        desc = decision.outcome.result_desc or _desc(decision.outcome.result, world)
        postings = _payment(transaction) if decision.outcome.result == "0" else ()
        return Settlement(decision.outcome.result, desc, f"{decision.selector}: {decision.rule}", postings)
    party = _party_fault(transaction, world)
    if party is not None:
        return _fail(party[0], party[1], world)
    return _answered(transaction, world)


def _answered(transaction: Transaction, world: World) -> Settlement:
    payer = world.customer(transaction.msisdn or "")
    if not payer.registered:  # the same code as a wrong PIN (DJ22, 2022)
        return _fail("2001", f"{payer.msisdn} is not registered with M-PESA", world)
    answer = transaction.prompt or "open"
    if answer == "open":
        if payer.handset == "offline":
            return _fail("1037", f"the handset of {payer.msisdn} is offline", world)
        if payer.prompt == "ask":
            return _fail("1019", "nobody answered the prompt while it lived", world)
        if payer.prompt == "ignore":
            return _fail("1037", f"{payer.msisdn} ignores prompts", world)
        answer = {"pay": f"pin:{payer.pin}", "cancel": "cancel"}.get(payer.prompt, "pin:wrong")
    if answer == "ignore":
        return _fail("1037", "the prompt was ignored", world)
    if answer == "cancel":
        return _fail("1032", "the customer pressed cancel", world)
    if payer.pin_locked:
        return _fail("8006", f"the PIN of {payer.msisdn} is locked; unlock the customer to go on", world)
    if answer != f"pin:{payer.pin}":
        wrong = payer.wrong_pins + 1
        code = "8006" if wrong >= WRONG_PINS_ALLOWED else "2001"
        return Settlement(code, _desc(code, world), f"wrong PIN, number {wrong} of {WRONG_PINS_ALLOWED}", pin="wrong")
    return _pay(transaction, world)


def _pay(transaction: Transaction, world: World) -> Settlement:
    msisdn, amount = transaction.msisdn or "", transaction.amount_cents
    window_ms = world.settings.quirks.same_amount_seconds * 1000
    for earlier in world.completed_since(msisdn, world.now_ms - window_ms) if window_ms else ():
        if earlier.operation != transaction.operation or earlier.amount_cents != amount:
            continue
        why = f"{msisdn} paid {shillings(amount)} already, receipt {earlier.receipt}, within {window_ms // 1000} s"
        return Settlement("17", _desc("17", world), why, pin="right")
    balance = world.balance(customer(msisdn))
    if balance < amount:
        why = f"the wallet of {msisdn} holds {shillings(balance)}, the payment is {shillings(amount)}"
        return Settlement("1", _desc("1", world), why, pin="right")
    return Settlement("0", _desc("0", world), "paid", _payment(transaction), pin="right")


def _payment(transaction: Transaction) -> Any:
    """Customer to Utility (paybill) or Merchant (till) account (callbacks.md §8)."""
    account = MERCHANT if transaction.command == BUY_GOODS else UTILITY
    return transfer(
        customer(transaction.msisdn or ""), organisation(transaction.party_b, account), transaction.amount_cents
    )


def _party_fault(transaction: Transaction, world: World) -> tuple[str, str] | None:
    """PartyB against TransactionType: refused by the core, before any prompt (callbacks.md §2: 2028, 2029)."""
    party_b, shortcode = transaction.party_b, transaction.shortcode
    if transaction.command == PAYBILL and party_b != shortcode:
        return "2028", f"PartyB {party_b} is not the paybill {shortcode}: for a paybill the two are the same"
    receiver = world.organisation(party_b)
    if receiver is None:
        return "SFC_IC0003", f"there is no till {party_b}: PartyB is the till number"
    if transaction.command != PAYBILL and receiver.head_office != shortcode:
        return "2029", f"{party_b} is no till of head office {shortcode}"
    if not receiver.active:
        return "2006", f"organisation {party_b} is not active"
    return None


def _fail(code: str, why: str, world: World) -> Settlement:
    return Settlement(code, _desc(code, world), why)


def _desc(code: str, world: World) -> str:
    if world.settings.environment == "production" and code in _PRODUCTION_TEXTS:
        return _PRODUCTION_TEXTS[code]
    return codes.text(code, "stk-push") or f"Result {code}"


def notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    assert transaction.result is not None and transaction.result_url is not None  # it is final, and read() wants a URL
    callback: dict[str, Any] = {
        "MerchantRequestID": transaction.originator_id,
        "CheckoutRequestID": transaction.reference,
        "ResultCode": json_code(transaction.result),
        "ResultDesc": transaction.result_desc,
    }
    if transaction.result == "0":
        callback["CallbackMetadata"] = {"Item": _metadata(transaction, world)}
    _, delay_ms = _TIMELINE.get(transaction.result, (0, int(world.settings.callback_after * 1000)))
    headers = (("Businessshortcode", transaction.shortcode),)  # captured (NKAP)
    body = {"Body": {"stkCallback": callback}}
    return (Notice("stk", transaction.result_url, body, delay_ms, headers),)


def _metadata(transaction: Transaction, world: World) -> list[dict[str, Any]]:
    """Five items, or four without Balance: both are real (callbacks.md §1.1). Balance never has a Value."""
    quirks = world.settings.quirks
    amount = transaction.amount_cents
    items: list[dict[str, Any]] = [
        {"Name": "Amount", "Value": Decimal(shillings(amount)) if quirks.two_decimals else json_number(amount)},
        {"Name": "MpesaReceiptNumber", "Value": transaction.receipt},
        {"Name": "TransactionDate", "Value": int(eat_digits(transaction.final_ms or 0))},
        {"Name": "PhoneNumber", "Value": int(transaction.msisdn or 0)},
    ]
    if quirks.balance_item:
        items.insert(2, {"Name": "Balance"})
    return items


def query(body: Body, world: World) -> Answer | Refusal:
    """The final state as strings, without receipt or amount; in flight, the shape the quirk names."""
    merchant = _merchant(body, world)
    if isinstance(merchant, Refusal):
        return merchant
    rate = world.settings.quirks.query_rate_limit
    if rate and world.calls_since("stk-push.query", world.now_ms - 60_000) > _QUERIES_A_MINUTE:
        return _refuse(
            DarajaError(429, "500.003.02", "Error Occurred: Spike Arrest Violation"),
            f"more than {_QUERIES_A_MINUTE} queries within a minute, and the query_rate_limit quirk is on",
            remedy="query less often: the callback is the answer",
        )
    reference = text(body["CheckoutRequestID"])
    transaction = world.find_transaction(reference)
    if transaction is None or transaction.reference != reference or transaction.shortcode != merchant.shortcode:
        return _server_error(
            "The transaction does not Exist",
            f"no push of {merchant.shortcode} has this CheckoutRequestID",
            reference,
            "use the CheckoutRequestID of the push's answer, with the same BusinessShortCode and sandbox",
            reference,
        )
    if not transaction.is_final:
        return _in_flight(transaction, world)
    result, desc = transaction.result or "", transaction.result_desc or ""
    if transaction.decision is not None and transaction.decision.outcome.query_result is not None:
        result = transaction.decision.outcome.query_result
        desc = _desc(result, world)
    if desc == _desc(result, world):  # and not a scenario's own words
        desc = _QUERY_TEXTS.get(result, desc)
    return Answer(_query_body(transaction, result, desc, world))


def _query_body(transaction: Transaction, result: str, desc: str, world: World) -> Body:
    accepted = "successsfully" if world.settings.quirks.legacy_texts else "successfully"
    return {
        "ResponseCode": "0",
        "ResponseDescription": f"The service request has been accepted {accepted}",
        "MerchantRequestID": transaction.originator_id,
        "CheckoutRequestID": transaction.reference,
        "ResultCode": result,
        "ResultDesc": desc,
    }


def _in_flight(transaction: Transaction, world: World) -> Answer | Refusal:
    """Three shapes co-exist (callbacks.md §1.3); `mixed` reproduces their interleaving of October 2026."""
    shape: str = world.settings.quirks.in_flight
    if shape == "mixed":
        shape = world.pick(("processing", "4999", "4999", "4999", "empty"))
    if shape == "4999":
        return Answer(_query_body(transaction, "4999", "The transaction is still under processing", world))
    return Refusal(
        DarajaError(500, _SERVER_ERROR, "" if shape == "empty" else "The transaction is being processed"),
        Step("product", "note", "the transaction is not final yet", transaction.reference, "ask again later"),
        request_id=transaction.reference,  # the query's errors carry the CheckoutRequestID (requests.md §1.3)
    )


PRODUCT: Final = Product(
    slug="stk-push",
    title="M-Pesa Express (STK push)",
    family=families.STK,
    operations=(
        Operation(
            "stk-push.process",
            "POST",
            ("/mpesa/stkpush/v1/processrequest",),
            schema="stk_push/processrequest",
            owner="BusinessShortCode",
            read=read,
            acknowledge=acknowledge,
        ),
        Operation(
            "stk-push.query",
            "POST",
            ("/mpesa/stkpushquery/v1/query",),
            schema="stk_push/query",
            owner="BusinessShortCode",
            answer=query,
        ),
    ),
    settle_at=settle_at,
    settle=settle,
    notices=notices,
)
