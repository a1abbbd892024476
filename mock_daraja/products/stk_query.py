"""STK query: how a push stands, final or in flight (requests.md §3.2, callbacks.md §1.3).

And what push and query share: Timestamp, merchant and Password, how they refuse, and a result's words (requests.md §3).
"""

from __future__ import annotations

from typing import Final

from mock_daraja.access import check_password, right_password, timestamp_in
from mock_daraja.clock import is_timestamp
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step
from mock_daraja.model import Organisation, Transaction, changed
from mock_daraja.products import core
from mock_daraja.products.base import World
from mock_daraja.products.reading import reference, shortcode_of, text
from mock_daraja.products.values import Answer, Body, Refusal
from mock_daraja.products.voice import STK
from mock_daraja.quoting import pasted
from mock_daraja.validation import MISSING, FieldProblem

PUSH_PATH: Final = "/mpesa/stkpush/v1/processrequest"
QUERY_PATH: Final = "/mpesa/stkpushquery/v1/query"
_SERVER_ERROR: Final = "500.001.1001"
_PRODUCTION_TEXTS: Final = {"1037": "DS timeout user cannot be reached"}
_TEXTS: Final = {"1032": "Request Cancelled by user."}  # query and callback differ (NKAP 2026-10)
_QUERIES_A_MINUTE: Final = 5


def query(body: Body, world: World) -> Answer | Refusal:
    """The final state as strings, without receipt or amount; in flight, the shape the quirk names."""
    merchant = merchant_of(body, world)
    checkout = text(body["CheckoutRequestID"])
    if isinstance(merchant, Refusal):
        return changed(merchant, request_id=checkout)  # so are the query's errors (LNM#13, requests.md §1.3)
    limited = world.settings.quirks.query_rate_limit
    if limited and world.calls_since(world.now_ms - 60_000) > _QUERIES_A_MINUTE:
        return core.refuse(
            DarajaError(429, "500.003.02", "Error Occurred: Spike Arrest Violation"),
            f"more than {_QUERIES_A_MINUTE} queries within a minute, and the query_rate_limit quirk is on",
            None,
            "query less often: the callback is the answer",
        )
    transaction = world.find_transaction(checkout)
    if transaction is None or transaction.reference != checkout or transaction.shortcode != merchant.shortcode:
        return changed(_unknown(checkout, merchant.shortcode, transaction), request_id=checkout)
    if not transaction.is_final:
        return _in_flight(transaction, world)
    result, desc = transaction.result or "", transaction.result_desc or ""
    if transaction.outcome.query_result is not None:
        result = transaction.outcome.query_result
        desc = desc_of(result, transaction, world)
    if desc == desc_of(result, transaction, world):  # and not a scenario's own words
        desc = _TEXTS.get(result, desc)
    decided = transaction.decision
    warnings = (decided.unattested,) if decided is not None and decided.unattested else ()
    lie = f"{decided} answers with {result}; the truth is {transaction.result}"
    notes = () if result == transaction.result else (lie,)
    return Answer(_query_body(transaction, result, desc, world), warnings=warnings, notes=notes)


def _unknown(reference: str, shortcode: str, found: Transaction | None) -> Refusal:
    why = f"no push of {shortcode} has this CheckoutRequestID"
    remedy = "use the CheckoutRequestID of the push's answer, with the same BusinessShortCode and sandbox"
    if found is not None and found.reference == reference and found.shortcode != shortcode:
        why = f"this push was made with BusinessShortCode {found.shortcode}, not {shortcode}"
        remedy = f"query it with {found.shortcode}, and a Password of {found.shortcode}"
    return server_error("The transaction does not Exist", why, reference, remedy)


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


def invalid(field: str, why: str, value: object, remedy: str) -> Refusal:
    return core.refuse(STK.invalid_field.about(field), why, value, remedy)


def server_error(message: str, why: str, value: object, remedy: str) -> Refusal:
    return core.refuse(DarajaError(500, _SERVER_ERROR, message), why, value, remedy)


def merchant_of(body: Body, world: World) -> Organisation | Refusal:
    """The organisation whose Password this is: what push and query check alike."""
    shortcode, timestamp = shortcode_of(body["BusinessShortCode"], world), text(body["Timestamp"])
    if not is_timestamp(timestamp):
        why = f"Timestamp {timestamp} is not a date and time"
        return invalid("Timestamp", why, timestamp, "write the moment of the request as YYYYMMDDHHmmss, in EAT")
    merchant = world.organisation(shortcode)
    if merchant is None or merchant.passkey is None:
        return _no_merchant(shortcode, merchant)
    fault = check_password(text(body["Password"]), shortcode, merchant.passkey, timestamp)
    if fault is not None:
        return server_error("Wrong credentials", fault.why, f"Password, part {fault.part}", fault.remedy)
    return merchant


def _no_merchant(shortcode: str, organisation: Organisation | None) -> Refusal:
    why = f"shortcode {shortcode} is not set up for STK push"
    remedy = "use 174379, or add an organisation with a passkey"
    if organisation is not None and organisation.head_office is not None:
        why = f"{shortcode} is a till, and BusinessShortCode is the head office's"
        remedy = f"send {organisation.head_office} as BusinessShortCode and in Password, and {shortcode} as PartyB"
    return server_error("Merchant does not exist", why, shortcode, remedy)


def remedy(problem: FieldProblem, body: Body, world: World) -> str:
    """The path of a body of the other operation; for a missing Timestamp, that of the Password; for a Password that is
    missing or no base64, the right one, as far as Timestamp and merchant are known."""
    from mock_daraja.validation.hints import nearest_key  # there since the problem was found

    if problem.rule == MISSING and (other := _other_path(problem.field, body)):
        return other
    if problem.rule == MISSING and nearest_key(problem.field, body):
        return ""
    if problem.field == "Timestamp" and problem.rule == MISSING:
        inside = timestamp_in(reference(body["Password"]), shortcode_of(body["BusinessShortCode"], world))
        made = "the same YYYYMMDDHHmmss that the Password was made with"
        add = f'add "Timestamp", {made}' if inside is None else f"add {pasted('Timestamp', inside)}"
        return add if inside is None else f"{add}, which Password holds"
    if problem.field != "Password":
        return ""
    shortcode, timestamp = shortcode_of(body["BusinessShortCode"], world), reference(body.get("Timestamp"))
    merchant = world.organisation(shortcode)
    if merchant is None or merchant.passkey is None or not is_timestamp(timestamp):
        return ""
    if problem.rule == MISSING or not body["Password"]:
        return right_password(shortcode, merchant.passkey, timestamp)
    fault = check_password(reference(body["Password"]), shortcode, merchant.passkey, timestamp)
    return "" if fault is None else f"{fault.why}; {fault.remedy}"


def _other_path(field: str, body: Body) -> str:
    """Where a body belongs that is whole, but for the other one of push and query."""
    if field == "CheckoutRequestID" and "PhoneNumber" in body:
        return f"the body is a push's: send it to {PUSH_PATH}"
    if field == "TransactionType" and "CheckoutRequestID" in body and "PhoneNumber" not in body:
        return f"the body is a query's: send it to {QUERY_PATH}"
    return ""


def desc_of(code: str, push: Transaction, world: World) -> str:
    """ResultDesc of a code, as the environment words it."""
    if world.settings.environment == "production" and code in _PRODUCTION_TEXTS:
        return _PRODUCTION_TEXTS[code]
    return core.desc_of(code, push)
