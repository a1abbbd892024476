"""B2B Express Checkout: a till's nominated number is prompted to pay a paybill (requests.md §4.8, callbacks.md §5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step
from mock_daraja.ledger import MERCHANT, UTILITY, organisation, transfer
from mock_daraja.model import Transaction
from mock_daraja.money import cents, shillings
from mock_daraja.products import core, families
from mock_daraja.products.base import (
    Body,
    Command,
    Notice,
    Operation,
    Product,
    Refusal,
    Settlement,
    World,
    digits,
    reference,
    text,
)
from mock_daraja.products.prompt import ANSWERED, PROMPT_LIFE_MS, Prompted, foreseen, prompted
from mock_daraja.products.urls import url_fault
from mock_daraja.scenarios import codes

_SLUG: Final = "b2b-express"
_KYC: Final = "4102"
_NO_NUMBER: Final = "4104"
_CANCELLED: Final = "4001"
_UNREACHED: Final = "4201"
_UNANSWERED: Final = "4203"


def _refuse(code: str, why: str, value: object, remedy: str) -> Refusal:
    """Codes and texts are documented. That they come at once, with HTTP 400 and in this shape, is inferred."""
    status = codes.text(code, _SLUG) or ""
    error = DarajaError(400, code, status)
    return Refusal(error, Step("product", "refused", why, value, remedy, _SLUG), body=families.ussd_refusal(error))


def read(body: Body, world: World) -> Command | Refusal:
    payer, receiver = digits(body["primaryShortCode"]), digits(body["receiverShortCode"])
    fault = url_fault(text(body["callbackUrl"]), world.settings, keywords=False)
    if fault is not None:
        return core.refuse(
            families.EXPRESS.invalid_field("callbackUrl"), fault.why, body["callbackUrl"], fault.remedy, _SLUG
        )
    unknown = _unknown_merchant(payer, receiver, world)
    if unknown is not None:
        return _refuse(_KYC, unknown, payer, "pay from an active till, such as 3000001, to an active shortcode")
    till = world.organisation(payer)
    nominated = till.nominated if till is not None else None
    if nominated is None:
        why = f"till {payer} has no nominated number to prompt"
        return _refuse(_NO_NUMBER, why, payer, "set `nominated` of the organisation to an MSISDN")
    blocking = world.open_prompt(nominated)
    if blocking is not None:
        why = f"{nominated} still has the prompt of {blocking.reference} open"
        remedy = "wait until it is final: answer the prompt, or advance the clock"
        return _refuse(_UNANSWERED, why, nominated, remedy)
    return Command(
        amount_cents=cents(body["amount"]),
        shortcode=payer,
        msisdn=nominated,
        party_b=receiver,
        account_reference=text(body["paymentRef"]),
        remarks=text(body["partnerName"]),
        subject=reference(body.get("RequestRefID")) or reference(body.get("RequestRefId")),
        result_url=text(body["callbackUrl"]),
        prompts=True,
    )


def _unknown_merchant(payer: str, receiver: str, world: World) -> str | None:
    """Why one of the two can't take part, if that is so."""
    till, vendor = world.organisation(payer), world.organisation(receiver)
    if till is None or not till.active or "till" not in till.kinds:
        return f"{payer} is no active till"
    if vendor is None or not vendor.active:
        return f"{receiver}, which shall receive, is no active organisation"
    return None


def acknowledge(transaction: Transaction) -> Body:
    del transaction
    return {"code": "0", "status": "USSD Initiated Successfully"}


def settle_at(transaction: Transaction, world: World) -> int:
    """When it will be final as things stand: at the answer, or when nobody will give one any more."""
    outcome = transaction.decision.outcome if transaction.decision is not None else None
    if outcome is not None and outcome.settle_ms is not None:
        return transaction.accepted_ms + outcome.settle_ms
    answer_ms = int(world.settings.answer_after * 1000)
    if outcome is not None and outcome.result is not None:
        return transaction.accepted_ms + answer_ms
    payer = world.customer(transaction.msisdn or "")
    expected = foreseen(transaction, payer)
    if expected == ANSWERED:
        return transaction.accepted_ms
    unanswered = expected == "1019" or (expected == "1037" and payer.handset != "offline")
    return transaction.accepted_ms + (PROMPT_LIFE_MS if unanswered else answer_ms)


def settle(transaction: Transaction, world: World) -> Settlement:
    return core.settle(transaction, world, _SLUG, _truth, _paid)


def _truth(transaction: Transaction, world: World) -> Settlement:
    answer = prompted(transaction, world.customer(transaction.msisdn or ""))
    if answer.code is not None:
        return replace(core.fail(_result(answer), answer.why, _SLUG), pin=answer.pin)
    unknown = _unknown_merchant(transaction.shortcode, transaction.party_b, world)
    if unknown is not None:
        return replace(core.fail(_KYC, unknown, _SLUG), pin=answer.pin)
    account = organisation(transaction.shortcode, MERCHANT)
    settled = core.short_of(account, transaction.amount_cents, world, _SLUG) or _paid(transaction, world)
    return replace(settled, pin=answer.pin)


def _result(answer: Prompted) -> str:
    """4001 is documented for a cancelled prompt. Which of the two USSD errors means what is inferred from the names."""
    if answer.code == "1032":
        return _CANCELLED
    if answer.code in ("1019", "1037"):
        return _UNANSWERED if answer.seen else _UNREACHED
    return answer.code or ""


def _paid(transaction: Transaction, world: World) -> Settlement:
    del world
    debit, credit = organisation(transaction.shortcode, MERCHANT), organisation(transaction.party_b, UTILITY)
    return core.success("paid", _SLUG, transfer(debit, credit, transaction.amount_cents))


def _amount(transaction: Transaction) -> str:
    """One decimal where that is enough, as documented: 71.0."""
    written = shillings(transaction.amount_cents)
    return written[:-1] if written.endswith("0") else written


def notices(transaction: Transaction, world: World) -> tuple[Notice, ...]:
    """Flat, every value a string (documented)."""
    assert transaction.result_url is not None and transaction.result is not None
    request_id = transaction.subject or transaction.originator_id
    body: dict[str, Any] = {"resultCode": transaction.result, "resultDesc": transaction.result_desc}
    if transaction.result == "0":
        body |= {
            "amount": _amount(transaction),
            "requestId": request_id,
            "resultType": "0",
            "conversationID": transaction.reference,
            "transactionId": transaction.receipt,
            "status": "SUCCESS",
        }
    else:
        body |= {
            "requestId": request_id,
            "amount": _amount(transaction),
            "paymentReference": transaction.account_reference,
        }
    return (Notice("express", transaction.result_url, body, int(world.settings.callback_after * 1000)),)


PRODUCT: Final = Product(
    slug=_SLUG,
    title="B2B Express Checkout",
    family=families.EXPRESS,
    operations=(
        Operation(
            "b2b-express.push",
            "POST",
            ("/v1/ussdpush/get-msisdn",),
            schema="b2b_express/push",
            owner="receiverShortCode",
            read=read,
            acknowledge=acknowledge,
        ),
    ),
    settle_at=settle_at,
    settle=settle,
    notices=notices,
)
