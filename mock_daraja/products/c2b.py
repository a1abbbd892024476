"""C2B: registering URLs, simulated and outside payments (requests.md §4.1 and §4.2).

What the merchant is asked and told is c2b_callbacks.py's.
"""

from __future__ import annotations

from functools import partial
from typing import Final, Literal

from mock_daraja.defaults import CUSTOMER
from mock_daraja.errors import DarajaError
from mock_daraja.model import REGISTERED_URLS, RegisteredUrls, Transaction, changed
from mock_daraja.money import cents, json_number
from mock_daraja.products import c2b_callbacks, commands, core, lesson
from mock_daraja.products.base import Answers, Lesson, Life, Opens, Product, Question, World
from mock_daraja.products.c2b_callbacks import Incoming
from mock_daraja.products.parties import by_customer
from mock_daraja.products.payment import BUY_GOODS, PAYBILL, payer_fault, payment, receiver_fault
from mock_daraja.products.reading import digits, misnamed, reference, shortcode_of, text, url_fault
from mock_daraja.products.values import (
    EXAMPLE,
    NOTHING,
    Answer,
    Body,
    Changes,
    Command,
    Notice,
    Payment,
    Put,
    Refusal,
    Settlement,
)
from mock_daraja.products.voice import C2B

_SERVER_ERROR: Final = "500.003.1001"
_SIMULATED: Final = "600992"
"""Who is paid in a lesson, where nobody is named: as in Safaricom's samples."""


# Registering


def register(body: Body, world: World, *, version: Literal["v1", "v2"]) -> Answer | Refusal:
    """v2's ResponseCode "00000000" was captured in the sandbox in 2025 and 2026; the portal prints "0"."""
    shortcode = shortcode_of(body["ShortCode"], world)
    receiver = world.organisation(shortcode)
    if receiver is None:
        return core.refuse(
            C2B.foreign_shortcode,
            f"there is no organisation {shortcode}",
            shortcode,
            "use 600000 to 600999, or add the organisation",
        )
    for name in ("ConfirmationURL", "ValidationURL"):
        fault = url_fault(name, text(body[name]), world.settings, keywords=world.settings.quirks.c2b_url_keywords)
        if fault is not None:
            message = f"Bad Request - Invalid {name}"
            if fault.keyword:
                message += f" - URL has the word {fault.keyword.upper()}"
            return core.refuse(DarajaError(400, "400.003.02", message), fault.why, body[name], fault.remedy)
    if world.registered_urls(shortcode) is not None and world.settings.environment == "production":
        return core.refuse(
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
    registered = RegisteredUrls(
        shortcode, text(body["ResponseType"]), text(body["ConfirmationURL"]), text(body["ValidationURL"]), version
    )
    return Answer(answer, Changes((shortcode,), (Put(REGISTERED_URLS, registered),)))


# Paying


def read(body: Body, world: World) -> Command | Refusal:
    """A simulated payment. Who receives is looked up later, as the core does."""
    if world.settings.environment == "production":
        return core.refuse(
            C2B.unknown_resource,
            "simulate is not on production",
            None,
            "pay from the outside: `mock-daraja pay`",
        )
    if body["CommandID"] == PAYBILL and not reference(body.get("BillRefNumber")):
        return core.refuse(
            C2B.invalid_field.about("BillRefNumber"),
            f"{PAYBILL} needs an account number",
            body.get("BillRefNumber"),
            misnamed("BillRefNumber", body, "BillRefNo", "BillReferenceNumber", "AccountReference", "AccountNumber")
            or "give BillRefNumber, at most twenty characters",
        )
    return _command(body, shortcode_of(body["ShortCode"], world), cents(body["Amount"]))


def _command(body: Body, shortcode: str, amount_cents: int) -> Command:
    return Command(
        amount_cents=amount_cents,
        shortcode=shortcode,
        details=Incoming(),
        msisdn=digits(body["Msisdn"]),
        party_b=shortcode,
        command=text(body["CommandID"]),
        account_reference=reference(body.get("BillRefNumber")),
    )


def from_outside(payment: Payment) -> tuple[Body, Command]:
    """As a simulate would have asked for it."""
    body = {
        "ShortCode": payment.shortcode,
        "CommandID": BUY_GOODS if payment.is_till else PAYBILL,
        "Amount": json_number(payment.amount_cents),
        "Msisdn": payment.msisdn,
        "BillRefNumber": payment.account,
    }
    return body, _command(body, payment.shortcode, payment.amount_cents)


def acknowledge(transaction: Transaction) -> Body:
    """Captured 2026 (NM c2b-simulate.json)."""
    return {
        "OriginatorCoversationID": transaction.originator_id,
        "ResponseCode": "0",
        "ResponseDescription": core.ACCEPTED,
    }


def settle(transaction: Transaction[Incoming], world: World) -> Settlement:
    postings, charged = payment(transaction, world)
    rejection, why = c2b_callbacks.verdict(transaction, world)
    paid = core.success(transaction, why, postings, charged)
    fault = (
        _party_fault(transaction, world)
        or rejection
        or payer_fault(transaction, world)
        or receiver_fault(transaction, world)
    )
    return core.settle(transaction, fault or paid, paid)


def _party_fault(transaction: Transaction[Incoming], world: World) -> Settlement | None:
    receiver = world.organisation(transaction.party_b)
    if receiver is None:
        return core.fail(transaction, "SFC_IC0003", f"there is no shortcode {transaction.party_b}")
    if not receiver.active:
        return core.fail(transaction, "14", f"organisation {receiver.shortcode} is not active")
    if ("till" if transaction.command == BUY_GOODS else "paybill") not in receiver.kinds:
        kinds = " and ".join(sorted(receiver.kinds))
        why = f"{transaction.command} does not fit {receiver.shortcode}, which is {kinds}"
        return core.fail(transaction, "2029", why)
    return None


def ask(transaction: Transaction[Incoming], world: World) -> tuple[Notice, Incoming] | None:
    """Whoever can't be paid is not asked."""
    return None if _party_fault(transaction, world) is not None else c2b_callbacks.question(transaction, world)


def in_lesson(body: Body, world: World, url: str) -> Body:
    del url  # it is registered
    named = text(body.get("ShortCode", _SIMULATED))
    receiver = world.organisation(shortcode_of(named, world))
    is_till = receiver is not None and receiver.head_office is not None
    values = {
        "ShortCode": named,
        "CommandID": BUY_GOODS if is_till else PAYBILL,
        "Msisdn": CUSTOMER,
        "BillRefNumber": lesson.NOTE,
    }
    return lesson.left_out(body, values)


def registered_in_lesson(body: Body, world: World, url: str) -> Changes:
    """Who has registered no URLs hears of no payment, and the course has no call for that."""
    shortcode = shortcode_of(body["ShortCode"], world)
    if world.organisation(shortcode) is None or world.registered_urls(shortcode) is not None:
        return NOTHING
    return Changes((shortcode,), (Put(REGISTERED_URLS, RegisteredUrls(shortcode, "Completed", url, url, "v2")),))


_SIMULATE: Final = Opens(
    name="simulate",
    paths=("/mpesa/c2b/v1/simulate", "/mpesa/c2b/v2/simulate"),
    owner="ShortCode",
    details=Incoming,
    remedy=commands.remedy,
    lesson=Lesson(
        title="have a customer pay from the M-PESA menu: C2B",
        example={"PhoneNumber": CUSTOMER, "Amount": 20, "Shortcode": _SIMULATED, "CommandID": PAYBILL},
        names={
            "PhoneNumber": ("Msisdn",),
            "Amount": ("Amount",),
            "Shortcode": ("ShortCode",),
            "CommandID": ("CommandID",),
        },
        path="/mpesa/c2b/v1/paymentrequest",
        values=in_lesson,
        brings=registered_in_lesson,
    ),
    read=read,
    acknowledge=acknowledge,
    life=Life(
        settle=settle,
        notices=c2b_callbacks.confirmation,
        question=Question(c2b_callbacks.VALIDATION, ask, c2b_callbacks.heard, c2b_callbacks.patience_ms),
        sides=by_customer,
        customer="pays",
        is_reversible=True,
    ),
    example=changed(EXAMPLE, details=Incoming(), result_url=None),  # where it goes to is registered
)
_PAY: Final = changed(_SIMULATE, name="pay", paths=(), owner=None, lesson=None, from_outside=from_outside)
"""A customer pays from the outside (`mock-daraja pay`)."""

PRODUCT: Final = Product(
    slug="c2b",
    title="Customer to Business (C2B)",
    brief="C2B",
    voice=C2B,
    operations=(
        Answers(
            name="register-v1",
            paths=("/mpesa/c2b/v1/registerurl",),
            schema="register",
            owner="ShortCode",
            answer=partial(register, version="v1"),
        ),
        Answers(
            name="register",
            paths=("/mpesa/c2b/v2/registerurl",),
            owner="ShortCode",
            answer=partial(register, version="v2"),
            comes_first="registers its C2B URLs",
        ),
        _SIMULATE,
        _PAY,
    ),
    common_outcomes=("C2B00012",),
    docs="c2b.md#c2b-customer-to-business",
)
