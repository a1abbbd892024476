"""M-Pesa Express (STK push), for paybill and till (requests.md §3, callbacks.md §1 and §2). Its query: stk_query.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from mock_daraja.access.password import password
from mock_daraja.clock import eat_digits
from mock_daraja.defaults import CUSTOMER, PASSKEY
from mock_daraja.defaults import PAYBILL as PAYBILL_NUMBER
from mock_daraja.model import Transaction, changed
from mock_daraja.money import cents, json_number, shillings
from mock_daraja.products import c2b_callbacks, lesson
from mock_daraja.products.base import Answers, Lesson, Life, Opens, Product, Question, World
from mock_daraja.products.c2b_callbacks import Incoming
from mock_daraja.products.parties import by_customer
from mock_daraja.products.payment import BUY_GOODS, PAYBILL, payer_fault, payment, receiver_fault
from mock_daraja.products.prompt import (
    ANSWERED,
    PROMPT_LIFE_MS,
    RIGHT_PIN,
    Prompted,
    at_best,
    blocked_by,
    foreseen,
    is_unseen,
    prompted,
)
from mock_daraja.products.reading import digits, shortcode_of, text, url_fault
from mock_daraja.products.stk_query import (
    PUSH_PATH,
    QUERY_PATH,
    desc_of,
    invalid,
    merchant_of,
    query,
    remedy,
    server_error,
)
from mock_daraja.products.values import EXAMPLE, Body, Command, Notice, Refusal, Settlement, json_code
from mock_daraja.products.voice import STK

_LOCKED: Final = "Unable to lock subscriber, a transaction is already in process for the current subscriber"
_TIMELINE: Final = {  # result: (final after, callback after that), as seen in the sandbox (callbacks.md §1.3)
    "1037": (14_000, 12_000),
    "1019": (PROMPT_LIFE_MS, 1_000),
    "2029": (500, 500),  # often under a second, before any prompt; the others of a wrong receiver likewise
    "2028": (500, 500),
    "2006": (500, 500),
    "SFC_IC0003": (500, 500),
}


def read(body: Body, world: World) -> Command | Refusal:
    """The rules a schema can't say: calendar, merchant, type, Password, URL, one open prompt per MSISDN."""
    merchant = merchant_of(body, world)
    if isinstance(merchant, Refusal):
        return merchant
    kind = body["TransactionType"]
    wanted = "paybill" if kind == PAYBILL else "head-office"
    if wanted not in merchant.kinds:
        return invalid(
            "TransactionType",
            f"{merchant.shortcode} is no {wanted.replace('-', ' ')}, which {kind} needs",
            kind,
            f"use {BUY_GOODS if kind == PAYBILL else PAYBILL} with this shortcode",
        )
    fault = url_fault(
        "CallBackURL", body["CallBackURL"], world.settings, keywords=world.settings.quirks.stk_url_keywords
    )
    if fault is not None:
        return invalid("CallBackURL", fault.why, body["CallBackURL"], fault.remedy)
    msisdn = digits(body["PhoneNumber"])
    blocking = world.open_prompt(msisdn)
    if blocking is not None:
        why, to_do = blocked_by(blocking)
        return server_error(_LOCKED, why, msisdn, to_do)
    return Command(
        amount_cents=cents(body["Amount"]),
        shortcode=merchant.shortcode,
        details=Incoming(),
        msisdn=msisdn,
        party_b=shortcode_of(body["PartyB"], world),
        command=kind,
        account_reference=text(body["AccountReference"]),
        remarks=text(body["TransactionDesc"]),
        result_url=body["CallBackURL"],
        prompts=True,
        checkout=True,
        warnings=_warnings(digits(body["PartyA"]), msisdn),
    )


def _warnings(payer: str, prompted: str) -> tuple[str, ...]:
    """PartyA is normally PhoneNumber (requests.md §3.1); another one was never seen refused."""
    if payer == prompted:
        return ()
    return (f"PartyA {payer} is not PhoneNumber {prompted}, who is prompted and pays; send the same number in both",)


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
    if transaction.outcome.result is not None:
        return transaction.outcome.result
    party = _party_fault(transaction, world)
    if party is not None:
        return party.result
    return foreseen(transaction, world.customer(transaction.msisdn or ""))


def settle_after(transaction: Transaction[Incoming], world: World) -> int:
    """As things stand. Asked again when that time has come: the customer may have changed. Once the merchant is asked
    it is the merchant's turn."""
    given = transaction.details
    if given.validation == "asked":
        return given.asked_ms - transaction.accepted_ms + c2b_callbacks.patience_ms(world.settings)
    if given.validation != "not asked":
        return 0
    expected = _expected(transaction, world)
    answered_ms = 0 if expected == ANSWERED else int(world.settings.answer_after * 1000)
    return _TIMELINE.get(expected, (answered_ms, 0))[0]


def settle(transaction: Transaction[Incoming], world: World) -> Settlement:
    """What a selector forced, else what the customer did and what the ledger says."""
    decision = transaction.decision
    if decision is not None and decision.outcome.result is not None:
        result, why = decision.outcome.result, str(decision)
        if result == "0":
            return _paid(transaction, world, why)
        return Settlement(result, decision.outcome.result_desc or desc_of(result, transaction, world), why)
    failed = fault(transaction, world)
    if failed is not None:
        return failed
    return changed(_paid(transaction, world, c2b_callbacks.verdict(transaction, world)[1]), prompt="pin")


def fault(transaction: Transaction[Incoming], world: World) -> Settlement | None:
    """Why it fails, where no selector decides: in the order in which the core looks."""
    party = _party_fault(transaction, world)
    if party is not None:
        return changed(party, prompt="unseen")
    answer = _answered(transaction, world)
    if answer.code is not None:
        return changed(_fail(transaction, answer.code, answer.why, world), pin=answer.pin, prompt=answer.end)
    failed = (
        c2b_callbacks.verdict(transaction, world, c2b_callbacks.REFUSED)[0]
        or _same_amount_fault(transaction, world)
        or payer_fault(transaction, world)
        or receiver_fault(transaction, world)
    )
    return None if failed is None else changed(failed, pin=answer.pin, prompt=answer.end)


def screen(transaction: Transaction[Incoming], world: World) -> str:
    """Captured for a paybill, 2017 to 2026 (phone.md 1.1); inferred for a till (phone.md 1.4)."""
    if is_unseen(transaction, world) or _party_fault(transaction, world) is not None:
        return ""
    receiver = world.organisation(transaction.party_b)
    name = transaction.party_b if receiver is None else receiver.name
    account = f" Account no. {transaction.account_reference}" if transaction.command == PAYBILL else ""
    return f"Do you want to pay Kshs. {json_number(transaction.amount_cents)} to {name}{account}?\nEnter M-PESA PIN:"


def ask(transaction: Transaction[Incoming], world: World) -> tuple[Notice, Incoming] | None:
    """The receiver's validation, once the customer has entered the right PIN: 2007 if it rejects (community, EDLUGZ).

    Only where external validation was turned on, in either environment: by default a push brings two notifications,
    the STK callback and the confirmation (captured, callbacks.md §4.1). That it is asked at this moment is inferred.
    """
    receiver = world.organisation(transaction.party_b)
    if receiver is None or not receiver.external_validation or _party_fault(transaction, world) is not None:
        return None
    return None if _answered(transaction, world).code is not None else c2b_callbacks.question(transaction, world)


def _answered(transaction: Transaction[Incoming], world: World) -> Prompted:
    """What the customer did. Whoever's payment the merchant was asked about had entered the right PIN."""
    if transaction.details.validation != "not asked":
        return RIGHT_PIN
    return prompted(transaction, world.customer(transaction.msisdn or ""))


def _same_amount_fault(transaction: Transaction, world: World) -> Settlement | None:
    msisdn, amount = transaction.msisdn or "", transaction.amount_cents
    window_ms = world.settings.quirks.same_amount_seconds * 1000
    earlier = world.last_paid_push(msisdn, amount) if window_ms else None
    if earlier is None or (earlier.final_ms or 0) < world.now_ms - window_ms:
        return None
    why = f"{msisdn} paid {shillings(amount)} already, receipt {earlier.receipt}, within {window_ms // 1000} s"
    return _fail(transaction, "17", why, world)


def _paid(transaction: Transaction, world: World, why: str) -> Settlement:
    postings, charged = payment(transaction, world)
    desc = transaction.outcome.result_desc or desc_of("0", transaction, world)
    return Settlement("0", desc, why, postings, pin="right", charge_cents=charged)


def _party_fault(transaction: Transaction, world: World) -> Settlement | None:
    """PartyB against TransactionType: refused by the core, before any prompt (callbacks.md §2: 2028, 2029)."""
    party_b, shortcode = transaction.party_b, transaction.shortcode
    if transaction.command == PAYBILL and party_b != shortcode:
        why = f"PartyB {party_b} is not BusinessShortCode; for a paybill the two are the same: send {shortcode} in both"
        return _fail(transaction, "2028", why, world)
    receiver = world.organisation(party_b)
    if receiver is None:
        return _fail(transaction, "SFC_IC0003", f"there is no till {party_b}: PartyB is the till number", world)
    if transaction.command != PAYBILL and receiver.head_office != shortcode:
        return _fail(transaction, "2029", f"{party_b} is no till of head office {shortcode}", world)
    if not receiver.active:
        return _fail(transaction, "2006", f"organisation {party_b} is not active", world)
    return None


def _fail(transaction: Transaction, code: str, why: str, world: World) -> Settlement:
    return Settlement(code, desc_of(code, transaction, world), why)


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
    notice = Notice("stk", transaction.result_url, body, delay_ms, headers)
    return (notice, *c2b_callbacks.confirmation(transaction, world))


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


def in_lesson(body: Body, world: World, url: str) -> Body:
    """A till is paid by its head office."""
    named = text(body.get("BusinessShortCode", PAYBILL_NUMBER))
    receiver = world.organisation(named)
    head_office = None if receiver is None else receiver.head_office
    asks = head_office or named
    merchant = world.organisation(asks)
    passkey = (None if merchant is None else merchant.passkey) or PASSKEY
    now = text(body.get("Timestamp", eat_digits(world.now_ms)))
    values = {
        "BusinessShortCode": asks,
        "Password": password(asks, passkey, now),
        "Timestamp": now,
        "TransactionType": PAYBILL if head_office is None else BUY_GOODS,
        "PartyA": CUSTOMER,
        "PartyB": named,
        "PhoneNumber": CUSTOMER,
        "CallBackURL": url,
        "AccountReference": lesson.NOTE,
        "TransactionDesc": lesson.NOTE,
    }
    return lesson.left_out(body, values) | {"BusinessShortCode": asks}


_LESSON: Final = Lesson(
    title="ask a customer to pay: an STK push",
    example={
        "PhoneNumber": CUSTOMER,
        "Amount": 10,
        "Shortcode": PAYBILL_NUMBER,
        "LipaNaMpesaOnline": PAYBILL,
    },
    names={
        "PhoneNumber": ("PhoneNumber", "PartyA"),
        "Amount": ("Amount",),
        "Shortcode": ("BusinessShortCode", "PartyB"),
        "LipaNaMpesaOnline": ("TransactionType",),
    },
    values=in_lesson,
)
PRODUCT: Final = Product(
    slug="stk-push",
    title="M-Pesa Express (STK push)",
    brief="STK push",
    also_called=("STK", "M-Pesa Express", "Lipa na M-Pesa", "Lipa na M-Pesa Online", "LNMO"),
    voice=STK,
    operations=(
        Opens(
            name="process",
            brief="STK push",
            paths=(PUSH_PATH,),
            schema="processrequest",
            owner="BusinessShortCode",
            details=Incoming,
            remedy=remedy,
            lesson=_LESSON,
            read=read,
            acknowledge=acknowledge,
            life=Life(
                settle_after=settle_after,
                settle=settle,
                fault=fault,
                at_best=at_best,
                notices=notices,
                question=Question(c2b_callbacks.VALIDATION, ask, c2b_callbacks.heard, c2b_callbacks.patience_ms),
                screen=screen,
                sides=by_customer,
                customer="pays",
                is_reversible=True,
                is_queried=True,
            ),
            example=changed(EXAMPLE, details=Incoming(), checkout=True),
        ),
        Answers(
            name="query",
            paths=(QUERY_PATH,),
            owner="BusinessShortCode",
            about=("CheckoutRequestID",),
            refused_as="CheckoutRequestID",
            remedy=remedy,
            answer=query,
        ),
    ),
    common_outcomes=("0", "1", "1032", "1037", "2001", "1019"),
    rarer_outcomes=("1036", "8006"),
    docs="stk-push.md#the-push",
)
