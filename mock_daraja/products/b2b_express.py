"""B2B Express Checkout: a till's nominated number is prompted to pay a paybill (requests.md §4.8, callbacks.md §5)."""

from __future__ import annotations

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
    text,
)
from mock_daraja.products.prompt import prompted
from mock_daraja.products.urls import url_fault

_SLUG: Final = "b2b-express"
_CANCELLED: Final = "4001"
_UNREACHED: Final = "4201"
_IGNORED: Final = "4203"


def _refuse(code: str, status: str, why: str, value: object, remedy: str) -> Refusal:
    """The shape {code, status} of a refusal is inferred from the success (requests.md §4.8)."""
    step = Step("product", "refused", why, value, remedy, _SLUG)
    return Refusal(DarajaError(400, code, status), step, body={"code": code, "status": status})


def read(body: Body, world: World) -> Command | Refusal:
    payer, receiver = digits(body["primaryShortCode"]), digits(body["receiverShortCode"])
    fault = url_fault(text(body["callbackUrl"]), world.settings, keywords=False)
    if fault is not None:
        return core.refuse(
            families.EXPRESS.invalid_field("callbackUrl"), fault.why, body["callbackUrl"], fault.remedy, _SLUG
        )
    till = world.organisation(payer)
    if till is None or not till.active or "till" not in till.kinds:
        return _refuse("4102", "Merchant KYC Fail", f"{payer} is no active till", payer, "use a till, such as 3000001")
    if till.nominated is None:
        why = f"till {payer} has no nominated number to prompt"
        return _refuse(
            "4104", "Missing Nominated Number", why, payer, "set `nominated` of the organisation to an MSISDN"
        )
    return Command(
        amount_cents=cents(body["amount"]),
        shortcode=payer,
        msisdn=till.nominated,
        party_b=receiver,
        account_reference=text(body["paymentRef"]),
        remarks=text(body["partnerName"]),
        subject=text(body.get("RequestRefID") or body.get("RequestRefId") or ""),
        result_url=text(body["callbackUrl"]),
        prompts=True,
    )


def acknowledge(transaction: Transaction) -> Body:
    del transaction
    return {"code": "0", "status": "USSD Initiated Successfully"}


def settle_at(transaction: Transaction, world: World) -> int:
    outcome = transaction.decision.outcome if transaction.decision is not None else None
    after = outcome.settle_ms if outcome is not None else None
    return transaction.accepted_ms + (int(world.settings.answer_after * 1000) if after is None else after)


def settle(transaction: Transaction, world: World) -> Settlement:
    return core.settle(transaction, world, _SLUG, _truth, _paid)


def _truth(transaction: Transaction, world: World) -> Settlement:
    answer = prompted(transaction, world.customer(transaction.msisdn or ""))
    if answer.code is not None:
        code = {"1032": _CANCELLED, "1037": _UNREACHED, "1019": _IGNORED}.get(answer.code, answer.code)
        settlement = core.fail(code, answer.why, _SLUG)
        return Settlement(settlement.result, settlement.desc, settlement.why, pin=answer.pin)
    if world.organisation(transaction.party_b) is None:
        return core.fail("4102", f"there is no paybill {transaction.party_b}", _SLUG)
    account = organisation(transaction.shortcode, MERCHANT)
    return core.short_of(account, transaction.amount_cents, world, _SLUG) or _paid(transaction, world)


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
    head: dict[str, Any] = {"resultCode": transaction.result, "resultDesc": transaction.result_desc}
    if transaction.result == "0":
        body = head | {
            "amount": _amount(transaction),
            "requestId": transaction.subject,
            "resultType": "0",
            "conversationID": transaction.reference,
            "transactionId": transaction.receipt,
            "status": "SUCCESS",
        }
    else:
        body = head | {
            "requestId": transaction.subject,
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
