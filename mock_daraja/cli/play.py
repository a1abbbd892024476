"""One payment by STK push, from token to the query after the callback, each step printed as the HTTP it was."""

from __future__ import annotations

import json
from typing import Final

from mock_daraja import defaults
from mock_daraja.cli import flows
from mock_daraja.cli.caller import Caller
from mock_daraja.client import Client, HttpAnswer, Row
from mock_daraja.errors import Problem

SINK: Final = "demo"
AMOUNT: Final = 10
_LONG: Final = 180  # seconds of a manual clock: more than any outcome of a push takes
_PATIENCE: Final = 30  # seconds that a callback may take to arrive


class _Failed(Exception):  # noqa: N818 - the demo's own ending, not an error of the program
    """What went otherwise than it should, for the last line."""


def play(caller: Caller, code: str | None) -> bool:
    """Show the payment; with a `code` that is its outcome, and the sandbox's clock is manual.

    False, having said why, unless the callback arrived and the query agrees with it.
    """
    printer = caller.printer
    try:
        ending = _pay(caller, code)
    except (_Failed, Problem) as failure:
        printer.say(f"\n{printer.paint('demo: failed', 'bad')}: {failure}")
        return False
    printer.say(f"\n{printer.paint('demo: done', 'good')}: {ending}")
    return True


def _pay(caller: Caller, code: str | None) -> str:
    """What came of it, in words. Raises _Failed or Problem."""
    credentials = flows.credentials(caller.now()) | {"BusinessShortCode": int(defaults.PAYBILL)}
    caller.get_token()
    if not caller.has_token:
        raise _Failed("there was no token; `mock-daraja why` explains")
    push = _push(caller, credentials, code)
    if push.status != 200:
        return _refused(push, code)
    query = {**credentials, "CheckoutRequestID": push.field("CheckoutRequestID")}
    ask = flows.query_of(flows.usual())
    assert ask is not None  # the demo is of a product that has one
    caller.call("Your app asks how the payment stands, while it is pending", ask, query)
    if code is None:
        path = f"/customers/{defaults.CUSTOMER}/prompt"
        caller.control(
            "The customer enters the PIN (here: through the control API)", path, {"pin": "1234"}, whole=False
        )
    else:
        title = f"Time passes: this sandbox's clock is manual, and moved by {_LONG} s"
        caller.control(title, "/clock/advance", {"seconds": _LONG})
    callback = _callback(caller, query["CheckoutRequestID"])
    return _agree(caller.client, callback, caller.call("Your app asks again", ask, query))


def _push(caller: Caller, credentials: Row, code: str | None) -> HttpAnswer:
    payer = int(defaults.CUSTOMER)
    body = {
        **credentials,
        "TransactionType": "CustomerPayBillOnline",
        "Amount": AMOUNT,
        "PartyA": payer,
        "PartyB": int(defaults.PAYBILL),
        "PhoneNumber": payer,
        "CallBackURL": caller.client.sink_url(SINK),
        "AccountReference": "INV-001",
        "TransactionDesc": "Demo",
    }
    asked = "" if code is None else f", and the header asks for the outcome {code}"
    title = f"Your app asks {defaults.CUSTOMER} to pay {AMOUNT} shillings{asked}"
    return caller.call(title, flows.usual(), body, {} if code is None else {"X-Mock-Scenario": code})


def _refused(push: HttpAnswer, code: str | None) -> str:
    error = push.field("errorCode")
    if error is None or error != code:
        raise _Failed("the push was not accepted; the header X-Mock-Daraja-Why or the body says why")
    return f"the push was refused at once with {error}, as asked for, so there is no callback"


def _callback(caller: Caller, reference: str) -> Row:
    (row, *_) = caller.client.wait_for_callbacks(_PATIENCE, transaction=reference)
    if row["deliveries"]:
        caller.show_delivery(row["deliveries"][-1])
    else:
        caller.heading("M-Pesa calls your app back (here: a built-in sink)")
    if row["state"] != "delivered":
        raise _Failed(f"the callback was {row['state']}: {row['note']}")
    return row


def _agree(client: Client, callback: Row, query: HttpAnswer) -> str:
    said = json.loads(callback["body"])["Body"]["stkCallback"]
    arrived = [each["json"]["Body"]["stkCallback"] for each in client.arrivals(SINK) if each.get("json")]
    if said not in arrived:
        raise _Failed("the sink did not receive the callback")
    result = query.field("ResultCode")
    if result is None or str(result) != str(said["ResultCode"]):
        raise _Failed(f"the callback says result {said['ResultCode']}, the query says {result}")
    items = {each["Name"]: each.get("Value") for each in said.get("CallbackMetadata", {}).get("Item", ())}
    receipt = f", receipt {items['MpesaReceiptNumber']}" if "MpesaReceiptNumber" in items else ""
    return f"callback and query agree: {result} {said['ResultDesc']!r}{receipt}"
