"""The examples of control-api.md: each is played on a server, in this order, and shown with what really came back.

A new route needs a line in `SCRIPT`.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from mock_daraja import resources
from mock_daraja.access.password import password
from mock_daraja.app import create_app
from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import APP_KEY, APP_SECRET, CUSTOMER, PASSKEY, PAYBILL
from mock_daraja.model import STUCK, Stuck
from mock_daraja.sandbox import Sandbox
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.conftest import served

_SHOWN_AS = "http://127.0.0.1:6737"
_START = "2026-11-24T10:00:00+03:00"
_WIDTH = 108
_LONGEST_TEXT = 64  # an answer is cut before its Date
_CREDENTIAL = 344  # characters of a SecurityCredential: another one each time
_MOST_ITEMS = 3
_MOST_KEYS = 12  # of an object inside another
_FEW_KEYS = 5
_MORE = re.compile(r'"\.\.\."(?:: "\.\.\.")?')


@dataclass(frozen=True)
class Call:
    """`route` as in ROUTES; `path` below /_mock, the same where none is given. `{checkout}` is the push's id."""

    route: str
    path: str = ""
    body: Any = None


_LONGEST = 40  # lines of an answer
PUSH = Call("push")
"""Not shown: a payment of 10 shillings to the sink `shop`."""
FAIL = Call("fail")
"""Not shown: the delivery of its callback fails at every try."""

SCRIPT: tuple[Call, ...] = (
    Call("GET health"),
    Call("GET sandboxes"),
    Call("POST sandboxes", body={"name": "shop-tests", "clock": "manual", "seed": 7, "quirks": {"in_flight": "4999"}}),
    Call("GET sandboxes/<name>", "sandboxes/shop-tests"),
    Call("POST sandboxes/<name>/reset", "sandboxes/shop-tests/reset"),
    Call("DELETE sandboxes/<name>", "sandboxes/shop-tests"),
    Call("PUT clock", body={"clock": "manual"}),
    Call("GET apps"),
    Call(
        "POST apps",
        body={"key": "shop-key", "secret": "shop-secret", "products": ["stk-push"], "shortcodes": ["174379"]},
    ),
    Call("PATCH apps/<path:key>", "apps/shop-key", {"products": ["stk-push", "b2c"]}),
    Call("DELETE apps/<path:key>", "apps/shop-key"),
    Call("PATCH customers/<msisdn>", "customers/0708374149", {"name": "John Doe", "prompt": "ask"}),
    Call("POST customers", body={"msisdn": "0712345678", "name": "Wanjiku Njeri", "balance": 20, "handset": "offline"}),
    Call("GET customers/<msisdn>", "customers/254712345678"),
    Call("GET customers"),
    Call("POST organisations", body={"shortcode": "400200", "name": "Duka Moja", "kinds": ["paybill", "b2c"]}),
    Call("GET organisations", "organisations?limit=1"),
    Call("GET organisations/<shortcode>", "organisations/400200"),
    Call("PATCH organisations/<shortcode>", "organisations/400200", {"balances": {"Utility Account": 500}}),
    PUSH,
    Call("GET clock"),
    Call("POST customers/<msisdn>/prompt", "customers/254708374149/prompt", {"pin": "1234"}),
    Call("POST clock/advance", body={"seconds": 60}),
    Call("GET journal", "journal?limit=2"),
    Call("GET exchanges", "exchanges?operation=stk-push.process&limit=1"),
    Call("GET exchanges/<name>", "exchanges/last"),
    Call("GET transactions", "transactions?state=completed&limit=1"),
    Call("GET transactions/<reference>", "transactions/{checkout}"),
    Call("GET callbacks", "callbacks?state=delivered"),
    Call("GET callbacks/<name>", "callbacks/1"),
    Call("POST callbacks/wait", body={"timeout": 120, "kind": "stk", "transaction": "{checkout}"}),
    Call("POST callbacks/<name>/resend", "callbacks/1/resend", {"times": 1}),
    Call("POST callbacks/forge", body={"callback": 1, "amount": 1}),
    FAIL,
    Call("GET stuck"),
    Call("GET stuck/<number>", "stuck/{stuck}"),
    Call("POST stuck/<number>/resume", "stuck/{stuck}/resume"),
    Call("GET ledger"),
    Call("GET report"),
    Call("GET exchanges.har"),
    Call("POST pay", body={"paybill": "600996", "account_reference": "INV-7", "amount": 150, "wait": True}),
    Call("GET certificate"),
    Call("POST credential", body={"password": "Safaricom999!*!"}),
    Call("GET scenarios"),
    Call("GET scenarios/<path:name>", "scenarios/stk_push/no-answer"),
    Call("PUT scenario", body={"name": "stk_push/no-answer"}),
    Call("GET scenario"),
    Call("DELETE scenario"),
    Call("POST one-shots", body={"of": "stk-push", "then": "cancelled", "when": {"amount": 10}}),
    Call("GET one-shots"),
    Call("DELETE one-shots/<number>", "one-shots/1"),
    Call("* sink/<name>", "sink/shop", {"hello": "sink"}),
    Call("* sink/<name>/<path:rest>", "sink/shop/orders/7", {"hello": "sink"}),
    Call("GET sinks"),
    Call("GET sinks/<name>", "sinks/shop?after=3"),
    Call("PUT sinks/<name>", "sinks/shop", [{"status": 500, "body": "down"}, {"fault": "reset"}, {"status": 200}]),
    Call("DELETE sinks/<name>", "sinks/shop"),
)


def shown(route: str) -> str:
    """The example of a route: request and answer."""
    played = _played()
    if route not in played:
        raise KeyError(f"{route!r} has no example: add one to SCRIPT in tests/docs/examples.py")
    return played[route]


@cache
def _played() -> dict[str, str]:
    app = create_app(Settings(clock=ClockSetting("manual"), start=_START, seed=1))
    texts: dict[str, str] = {}
    try:
        with Server(app) as server:
            player = _Player(server.url)
            for call in SCRIPT:
                if call is FAIL:
                    player.stuck = _fail(served(app).shared.sandboxes.default)
                    continue
                text = player.play(call)
                texts.setdefault(call.route, text)
    finally:
        served(app).close()
    return texts


def _fail(sandbox: Sandbox) -> str:
    """The number of an event that is stuck from now on."""
    where = 'Traceback (most recent call last):\n  File "mock_daraja/engine/attempt.py", line 92, in _connect\n'
    error = "OSError: [Errno 24] Too many open files"
    with sandbox.store.unit():
        number = sandbox.store.next("event")
        now_ms = sandbox.now_ms
        sandbox.store.put(STUCK, Stuck(number, "deliver", 1, now_ms, now_ms, error, f"{where}{error}\n"))
    return str(number)


class _Player:
    def __init__(self, url: str) -> None:
        self._url = url
        self._checkout = ""
        self.stuck = ""

    def play(self, call: Call) -> str:
        if call is PUSH:
            self._push()
            return ""
        method, _, path = call.route.partition(" ")
        method = "POST" if method == "*" else method
        path = f"/_mock/{call.path or path}".replace("{checkout}", self._checkout).replace("{stuck}", self.stuck)
        body = None if call.body is None else json.loads(json.dumps(call.body).replace("{checkout}", self._checkout))
        status, answer = self._send(method, path, body)
        assert status < 300, (method, path, status, answer)
        lines = [f"{method} {path}", *([] if body is None else [_laid_out(body)]), "", str(status)]
        if isinstance(answer, str):
            lines += [answer.partition("\n")[0], "..."]
        elif answer is not None:
            laid_out = _laid_out(_cut(answer)).splitlines()
            lines += laid_out if len(laid_out) <= _LONGEST else [*laid_out[:_LONGEST], "..."]
        return self._neutral("\n".join(lines))

    def _push(self) -> None:
        basic = base64.b64encode(f"{APP_KEY}:{APP_SECRET}".encode()).decode()
        path = "/oauth/v1/generate?grant_type=client_credentials"
        _, token = self._send("GET", path, headers={"Authorization": f"Basic {basic}"})
        body = {
            "BusinessShortCode": PAYBILL,
            "Password": password(PAYBILL, PASSKEY, "20261124100000"),
            "Timestamp": "20261124100000",
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 10,
            "PartyA": CUSTOMER,
            "PartyB": PAYBILL,
            "PhoneNumber": CUSTOMER,
            "CallBackURL": f"{self._url}/_mock/sink/shop",
            "AccountReference": "INV-1",
            "TransactionDesc": "Tea",
        }
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        _, accepted = self._send("POST", "/mpesa/stkpush/v1/processrequest", body, headers)
        self._checkout = accepted["CheckoutRequestID"]

    def _send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        address = urlsplit(self._url)
        connection = HTTPConnection(address.hostname or "", address.port, timeout=20)
        data = None if body is None else json.dumps(body).encode()
        typed = {} if method == "GET" else {"Content-Type": "application/json"}
        try:
            connection.request(method, path, data, typed | (headers or {}))
            with connection.getresponse() as response:
                read = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, json.loads(read) if is_json else read.decode() or None
        finally:
            connection.close()

    def _neutral(self, text: str) -> str:
        """What differs from one run or machine to the next is shown as it usually is."""
        text = text.replace(self._url, _SHOWN_AS).replace(self._url.partition("//")[2], _SHOWN_AS.partition("//")[2])
        return text.replace(json.dumps(str(resources.scenarios()))[1:-1], "/.../scenarios")


def _laid_out(value: Any, indent: str = "") -> str:
    """JSON, one line where that is short enough."""
    line = _MORE.sub("...", json.dumps(value, ensure_ascii=False))
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, (dict, list)):
        return line
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [_MORE.sub("...", f"{json.dumps(name)}: {_laid_out(each, inner)}") for name, each in value.items()]
    else:
        parts = [_laid_out(each, inner) for each in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{indent}{closing}"


def _cut(value: Any, depth: int = 0) -> Any:
    """Without what is too long to read; `...` stands in its place."""
    if isinstance(value, dict):
        names = list(value) if depth == 0 or len(value) <= _MOST_KEYS else list(value)[:_FEW_KEYS]
        cut = {name: _cut(value[name], depth + 1) for name in names}
        return cut if len(names) == len(value) else cut | {"...": "..."}
    if isinstance(value, list):
        return [_cut(each, depth + 1) for each in value[:_MOST_ITEMS]] + ["..."] * (len(value) > _MOST_ITEMS)
    if isinstance(value, str) and len(value) == _CREDENTIAL:
        return "..."
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]} ..."
    return value
