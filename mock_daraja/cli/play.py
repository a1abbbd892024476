"""One payment by STK push, from token to the query after the callback, each step printed as the HTTP it was."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mock_daraja import defaults
from mock_daraja.cli.output import Printer
from mock_daraja.cli.recorder import Recorded, record
from mock_daraja.cli.screen import Screen
from mock_daraja.clock import eat_digits, parse_instant
from mock_daraja.errors import Problem

if TYPE_CHECKING:
    from mock_daraja.client import Client, Row

SINK: Final = "demo"
AMOUNT: Final = 10
_PUSH: Final = "/mpesa/stkpush/v1/processrequest"
_QUERY: Final = "/mpesa/stkpushquery/v1/query"
_LONG: Final = 180  # seconds of a manual clock: more than any outcome of a push takes
_PATIENCE: Final = 30  # seconds that a callback may take to arrive


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the payment is made, by which app. With a `code` that is the outcome, and the sandbox's clock is manual."""

    client: Client
    key: str
    secret: str
    code: str | None


class _Failed(Exception):  # noqa: N818 - the demo's own ending, not an error of the program
    """What went otherwise than it should, for the last line."""


def play(stage: Stage, printer: Printer) -> bool:
    """Show the payment. False, having said why, unless the callback arrived and the query agrees with it."""
    try:
        ending = _Play(stage, printer).run()
    except (_Failed, Problem) as failure:
        printer.say(f"\n{printer.paint('demo: failed', 'bad')}: {failure}")
        return False
    printer.say(f"\n{printer.paint('demo: done', 'good')}: {ending}")
    return True


class _Play:
    def __init__(self, stage: Stage, printer: Printer) -> None:
        self._stage = stage
        self._client = stage.client
        self._screen = Screen(stage.client, printer)
        now = eat_digits(parse_instant(stage.client.clock()["now"]))
        password = base64.b64encode(f"{defaults.PAYBILL}{defaults.PASSKEY}{now}".encode()).decode()
        self._credentials = {"BusinessShortCode": int(defaults.PAYBILL), "Password": password, "Timestamp": now}
        self._bearer: dict[str, str] = {}

    def run(self) -> str:
        """What came of it, in words. Raises _Failed or Problem."""
        self._get_token()
        push = self._push()
        if push.status != 200:
            return self._refused(push)
        reference = push.field("CheckoutRequestID")
        self._query("Your app asks how the payment stands, while it is pending", reference)
        if self._stage.code is None:
            self._enter_pin()
        else:
            self._pass_time()
        callback = self._callback(reference)
        query = self._query("Your app asks again", reference)
        return self._agree(callback, query)

    def _get_token(self) -> None:
        _, token = self._screen.show_token(self._stage.key, self._stage.secret)
        if token is None:
            raise _Failed("there was no token; `mock-daraja why` explains")
        self._bearer = {"Authorization": f"Bearer {token}"}

    def _push(self) -> Recorded:
        code = self._stage.code
        payer = int(defaults.CUSTOMER)
        body = {
            **self._credentials,
            "TransactionType": "CustomerPayBillOnline",
            "Amount": AMOUNT,
            "PartyA": payer,
            "PartyB": int(defaults.PAYBILL),
            "PhoneNumber": payer,
            "CallBackURL": self._client.sink_url(SINK),
            "AccountReference": "INV-001",
            "TransactionDesc": "Demo",
        }
        headers = self._bearer | ({} if code is None else {"X-Mock-Scenario": code})
        asked = "" if code is None else f", and the header asks for the outcome {code}"
        return self._screen.show(
            f"Your app asks {defaults.CUSTOMER} to pay {AMOUNT} shillings{asked}", "POST", _PUSH, headers, body
        )

    def _refused(self, push: Recorded) -> str:
        error = push.field("errorCode")
        if error is None or error != self._stage.code:
            raise _Failed("the push was not accepted; the header X-Mock-Daraja-Why or the body says why")
        return f"the push was refused at once with {error}, as asked for, so there is no callback"

    def _query(self, title: str, reference: str) -> Recorded:
        body = {**self._credentials, "CheckoutRequestID": reference}
        return self._screen.show(title, "POST", _QUERY, self._bearer, body)

    def _enter_pin(self) -> None:
        path = f"{self._client.base}/customers/{defaults.CUSTOMER}/prompt"
        title = "The customer enters the PIN (here: through the control API)"
        self._screen.heading(title)
        entered = record(self._client.url, "POST", path, self._client.headers, {"pin": "1234"})
        status_line = entered.answer.partition(b"\r\n")[0]  # its body is our own view of the transaction
        self._screen.print(entered.request, status_line)

    def _pass_time(self) -> None:
        path = f"{self._client.base}/clock/advance"
        title = f"Time passes: this sandbox's clock is manual, and moved by {_LONG} s"
        self._screen.show(title, "POST", path, self._client.headers, {"seconds": _LONG})

    def _callback(self, reference: str) -> Row:
        (row, *_) = self._client.wait_for_callbacks(_PATIENCE, transaction=reference)
        self._screen.heading("M-Pesa calls your app back (here: a built-in sink)")
        if not row["deliveries"]:
            raise _Failed(f"the callback was {row['state']}: {row['note']}")
        delivery = row["deliveries"][-1]
        self._screen.print(delivery["request"], delivery["answer"])
        if row["state"] != "delivered":
            raise _Failed(f"the callback was {row['state']}: {row['note']}")
        return row

    def _agree(self, callback: Row, query: Recorded) -> str:
        said = json.loads(callback["body"])["Body"]["stkCallback"]
        arrived = [each["json"]["Body"]["stkCallback"] for each in self._client.arrivals(SINK) if each.get("json")]
        if said not in arrived:
            raise _Failed("the sink did not receive the callback")
        result = query.field("ResultCode")
        if result is None or str(result) != str(said["ResultCode"]):
            raise _Failed(f"the callback says result {said['ResultCode']}, the query says {result}")
        items = {each["Name"]: each.get("Value") for each in said.get("CallbackMetadata", {}).get("Item", ())}
        receipt = f", receipt {items['MpesaReceiptNumber']}" if "MpesaReceiptNumber" in items else ""
        return f"callback and query agree: {result} {said['ResultDesc']!r}{receipt}"
