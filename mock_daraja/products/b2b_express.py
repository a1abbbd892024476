"""B2B Express Checkout: a till's nominated number is prompted to pay a paybill (requests.md §4.8, callbacks.md §5)."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.errors import DarajaError
from mock_daraja.ledger import MERCHANT, UTILITY, organisation, transfer
from mock_daraja.model import Details, Organisation, Transaction, changed
from mock_daraja.money import cents
from mock_daraja.products import core
from mock_daraja.products.base import Life, Opens, Product, World
from mock_daraja.products.parties import is_till
from mock_daraja.products.prompt import (
    ANSWERED,
    PROMPT_LIFE_MS,
    Prompted,
    at_best,
    blocked_by,
    foreseen,
    is_unseen,
    prompted,
)
from mock_daraja.products.reading import reference, shortcode_of, text, url_fault
from mock_daraja.products.result import one_decimal
from mock_daraja.products.values import EXAMPLE, Body, Command, Notice, Refusal, Settlement, Sides
from mock_daraja.products.voice import EXPRESS
from mock_daraja.scenarios import codes

_KYC: Final = "4102"
_NO_NUMBER: Final = "4104"
_CANCELLED: Final = "4001"
_UNREACHED: Final = "4201"
_UNANSWERED: Final = "4203"


class UssdPush(Details, frozen=True):
    request_id: str = ""  # RequestRefID, as the caller names it


def _refuse(code: str, why: str, value: object, remedy: str) -> Refusal:
    """Codes and texts are documented. That they come at once, with HTTP 400 and in this shape, is inferred."""
    error = DarajaError(400, code, codes.find(code)[0].texts[0].text)
    return core.refuse(error, why, value, remedy)


def read(body: Body, world: World) -> Command | Refusal:
    payer, receiver = (shortcode_of(body[name], world) for name in ("primaryShortCode", "receiverShortCode"))
    fault = url_fault("callbackUrl", text(body["callbackUrl"]), world.settings, keywords=False)
    if fault is not None:
        return core.refuse(EXPRESS.invalid_field.about("callbackUrl"), fault.why, body["callbackUrl"], fault.remedy)
    till = _till(payer, world)
    if till is None:
        return _refuse(_KYC, f"{payer} is no active till", payer, "pay from an active till, such as 3000001")
    nominated = till.nominated
    if nominated is None:
        why = f"till {payer} has no nominated number to prompt"
        return _refuse(_NO_NUMBER, why, payer, "set `nominated` of the organisation to an MSISDN")
    blocking = world.open_prompt(nominated)
    if blocking is not None:
        why, remedy = blocked_by(blocking)
        return _refuse(_UNANSWERED, why, nominated, remedy)
    request_id = reference(body.get("RequestRefID")) or reference(body.get("RequestRefId"))
    return Command(
        amount_cents=cents(body["amount"]),
        shortcode=payer,
        details=UssdPush(request_id),
        msisdn=nominated,
        party_b=receiver,
        account_reference=text(body["paymentRef"]),
        remarks=text(body["partnerName"]),
        result_url=text(body["callbackUrl"]),
        prompts=True,
    )


def _till(payer: str, world: World) -> Organisation | None:
    """The one that pays, if it can."""
    row = world.organisation(payer)
    return row if row is not None and row.active and is_till(row) else None


def _unknown_merchant(payer: str, receiver: str, world: World) -> str | None:
    """Why one of the two can't take part, if that is so. Whether the receiver exists is found out here, after the
    acknowledgement, as with any payment."""
    if _till(payer, world) is None:
        return f"{payer} is no active till"
    vendor = world.organisation(receiver)
    if vendor is None or not vendor.active:
        return f"{receiver}, which shall receive, is no active organisation"
    return None


def settle_after(transaction: Transaction[UssdPush], world: World) -> int:
    """As things stand: at the answer, or when nobody will give one any more."""
    answer_ms = int(world.settings.answer_after * 1000)
    if transaction.outcome.result is not None:
        return answer_ms
    payer = world.customer(transaction.msisdn or "")
    expected = foreseen(transaction, payer)
    if expected == ANSWERED:
        return 0
    unanswered = expected == "1019" or (expected == "1037" and payer.handset != "offline")
    return PROMPT_LIFE_MS if unanswered else answer_ms


def settle(transaction: Transaction[UssdPush], world: World) -> Settlement:
    of = sides(transaction, world)
    paid = core.success(transaction, "paid", transfer(of.debit, of.credit, transaction.amount_cents))
    answer = prompted(transaction, world.customer(transaction.msisdn or ""))
    unknown = _unknown_merchant(transaction.shortcode, transaction.party_b, world)
    if answer.code is not None:
        truth = core.fail(transaction, _result(answer), answer.why)
    elif unknown is not None:
        truth = core.fail(transaction, _KYC, unknown)
    else:
        truth = core.short_of(transaction, of.debit, transaction.amount_cents, world) or paid
    return core.settle(transaction, changed(truth, pin=answer.pin, prompt=answer.end), paid)


def screen(transaction: Transaction[UssdPush], world: World) -> str:
    """The first of four, documented 2025 (phone.md 1.11)."""
    if is_unseen(transaction, world):
        return ""
    vendor = world.organisation(transaction.party_b)
    name = transaction.party_b if vendor is None else vendor.name
    amount, reference = one_decimal(transaction.amount_cents), transaction.account_reference
    return f"You are about to send Ksh {amount} to {name} for payment reference: {reference}\nEnter Operator ID"


def _result(answer: Prompted) -> str:
    """4001 is documented for a cancelled prompt. Which of the two USSD errors means what is inferred from the names."""
    if answer.code == "1032":
        return _CANCELLED
    if answer.code in ("1019", "1037"):
        return _UNREACHED if answer.end == "unseen" else _UNANSWERED
    return answer.code or ""


def notices(transaction: Transaction[UssdPush], world: World) -> tuple[Notice, ...]:
    """Flat, every value a string (documented)."""
    assert transaction.result_url is not None and transaction.result is not None
    request_id = transaction.details.request_id or transaction.originator_id
    body: dict[str, Any] = {"resultCode": transaction.result, "resultDesc": transaction.result_desc}
    if transaction.result == "0":
        body |= {
            "amount": one_decimal(transaction.amount_cents),
            "requestId": request_id,
            "resultType": "0",
            "conversationID": transaction.reference,
            "transactionId": transaction.receipt,
            "status": "SUCCESS",
        }
    else:
        body |= {
            "requestId": request_id,
            "amount": one_decimal(transaction.amount_cents),
            "paymentReference": transaction.account_reference,
        }
    return (Notice("express", transaction.result_url, body, int(world.settings.callback_after * 1000)),)


def sides(row: Transaction[UssdPush], world: World) -> Sides:
    """The reason is inferred."""
    del world
    debit, credit = organisation(row.shortcode, MERCHANT), organisation(row.party_b, UTILITY)
    return Sides(debit, credit, "Business to Business via USSD")


PRODUCT: Final = Product(
    slug="b2b-express",
    title="B2B Express Checkout",
    brief="B2B Express",
    voice=EXPRESS,
    operations=(
        Opens(
            name="push",
            paths=("/v1/ussdpush/get-msisdn",),
            owner="receiverShortCode",
            details=UssdPush,
            read=read,
            acknowledge=lambda transaction: {"code": "0", "status": "USSD Initiated Successfully"},
            life=Life(
                settle_after=settle_after,
                settle=settle,
                at_best=at_best,
                notices=notices,
                screen=screen,
                sides=sides,
                is_reversible=True,
            ),
            example=changed(EXAMPLE, details=UssdPush()),
        ),
    ),
    common_outcomes=("0", "4001"),
    docs="b2b.md#b2b-express-checkout",
)
