"""What a merchant is asked before a C2B payment and told after it, and what its answer means (callbacks.md §4).

STK push asks and sends the confirmation too. What is no answer (another status than 2xx, no JSON, no ResultCode) is
taken for a merchant who could not be reached, which is inferred: only silence is documented.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final, Literal

from mock_daraja import wire
from mock_daraja.clock import eat_digits
from mock_daraja.model import Details, Organisation, Transaction
from mock_daraja.money import shillings
from mock_daraja.products import core
from mock_daraja.products.base import World
from mock_daraja.products.parties import is_till, receiving_account
from mock_daraja.products.reading import text
from mock_daraja.products.values import Body, Heard, Notice, Settlement
from mock_daraja.scenarios import codes
from mock_daraja.settings import Settings

VALIDATION_MS: Final = 8_000  # "usually < 8 seconds from the moment the request leaves M-PESA" (callbacks.md §4.2)
VALIDATION: Final = "validation"
REFUSED: Final = "2007"
_OTHER_ERROR: Final = "C2B00016"  # the reply for reasons that have none of their own
_LONGEST: Final = 64  # of what is kept of ResultCode and ThirdPartyTransID


class Incoming(Details, frozen=True):
    """`validation` is how the merchant stands to a payment; `said` is what it answered, or why it could not."""

    validation: Literal["not asked", "asked", "accepted", "rejected", "unreachable"] = "not asked"
    said: str = ""  # accepted: ThirdPartyTransID; rejected: ResultCode; unreachable: why
    asked_ms: int = 0


def patience_ms(settings: Settings) -> int:
    """How long the merchant has for an answer: 8 s, or less where receivers have less for everything."""
    return min(VALIDATION_MS, int(settings.callback_timeout * 1000))


def question(transaction: Transaction[Incoming], world: World) -> tuple[Notice, Incoming] | None:
    """The validation request, where the receiver has a ValidationURL and external validation is on."""
    receiver = world.organisation(transaction.party_b)
    urls = world.registered_urls(transaction.party_b)
    if receiver is None or urls is None or not urls.validation or transaction.details.validation != "not asked":
        return None
    on = receiver.external_validation
    if not (world.settings.environment == "sandbox" if on is None else on):
        return None
    body = _body(transaction, receiver, world, validation=True)
    return Notice(VALIDATION, urls.validation, body, 0), Incoming("asked", asked_ms=world.now_ms)


def heard(transaction: Transaction[Incoming], answered: Heard) -> Incoming | None:
    """The merchant's answer. Strings and numbers both count; anything else is no answer. One that comes after the
    time-out changes nothing."""
    if transaction.details.validation != "asked":
        return None
    status = answered.status
    if answered.error is not None or status is None or not 200 <= status < 300:
        return Incoming("unreachable", answered.error or f"it answered HTTP {status}")
    answer = wire.json_object(answered.body)
    code = _scalar(answer.get("ResultCode"))
    if not code:
        return Incoming("unreachable", "its answer is no JSON object with a ResultCode")
    if code.strip("0"):
        return Incoming("rejected", code)
    return Incoming("accepted", _scalar(answer.get("ThirdPartyTransID")))


def _third_party(transaction: Transaction[Any]) -> str:
    """The ThirdPartyTransID of a merchant who was asked and accepted."""
    given = transaction.details
    return given.said if isinstance(given, Incoming) and given.validation == "accepted" else ""


def _scalar(value: Any) -> str:
    """A string or number as bounded text; anything else is empty."""
    is_scalar = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return text(value).strip()[:_LONGEST] if is_scalar else ""


def verdict(
    transaction: Transaction[Incoming], world: World, rejected: str | None = None
) -> tuple[Settlement | None, str]:
    """The failure that the answer means, or else, for people, why the payment may go on.

    Without an answer the registered ResponseType decides. `rejected` is the result of a rejection, where it isn't the
    code that the merchant answered.
    """
    given = transaction.details
    if given.validation == "not asked":
        return None, "paid"
    if given.validation == "accepted":
        return None, "paid; the merchant's validation accepted"
    if given.validation == "rejected":
        replies = (each.code for each in codes.find(given.said) if each.kind == "validation-reply")
        why = f"the merchant's validation answered {given.said}"
        return core.fail(transaction, rejected or next(replies, _OTHER_ERROR), why), ""
    silence = f"validation: {given.said or f'no answer within {patience_ms(world.settings) / 1000:g} s'}"
    urls = world.registered_urls(transaction.party_b)
    if urls is not None and urls.response_type == "Cancelled":
        return core.fail(transaction, REFUSED, f"{silence}, and the registered ResponseType is Cancelled"), ""
    return None, f"paid; {silence}, and the registered ResponseType is not Cancelled"


def confirmation(transaction: Transaction[Any], world: World) -> tuple[Notice, ...]:
    """The confirmation of a completed payment, where the receiver has registered URLs."""
    receiver = world.organisation(transaction.party_b)
    urls = world.registered_urls(transaction.party_b)
    if receiver is None or urls is None or transaction.state != "completed":
        return ()
    body = _body(transaction, receiver, world, validation=False)
    return (Notice("confirmation", urls.confirmation, body, int(world.settings.callback_after * 1000)),)


def _payer(msisdn: str, version: str, world: World) -> dict[str, str]:
    """v1 since mid-2022: unsalted SHA-256 of the MSISDN and all three names.

    v2: masked as `2547 ***** 797`, blanks included, and FirstName alone (captured).
    """
    first, middle, last = (*world.customer_name(msisdn).split(" "), "", "")[:3]
    if version == "v1":
        hashed = sha256(msisdn.encode()).hexdigest()
        return {"MSISDN": hashed, "FirstName": first, "MiddleName": middle, "LastName": last}
    names = {"MSISDN": f"{msisdn[:4]} ***** {msisdn[-3:]}", "FirstName": first}
    if world.settings.quirks.c2b_all_names:
        names |= {"MiddleName": "", "LastName": ""}
    return names


def _body(transaction: Transaction[Any], receiver: Organisation, world: World, *, validation: bool) -> Body:
    """Flat, all strings (callbacks.md §4.1).

    A validation goes out before the payment, so it has no balance; its receipt is the confirmation's.
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
        "ThirdPartyTransID": _third_party(transaction),
        **_payer(transaction.msisdn or "", version, world),
    }
