"""A whole mock-daraja in this process, and the few calls that every test makes of it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from mock_daraja import resources, wire
from mock_daraja.access.password import password
from mock_daraja.app import create_app
from mock_daraja.clock import ClockSetting, eat_digits
from mock_daraja.defaults import APP_KEY, APP_SECRET, CUSTOMER, PASSKEY, PAYBILL
from mock_daraja.exchange import EXCHANGES, Exchange
from mock_daraja.gateway import Gateway
from mock_daraja.ids import Ids
from mock_daraja.ledger import people
from mock_daraja.loop import Loop
from mock_daraja.model import (
    CALLBACKS,
    REGISTERED_URLS,
    STUCK,
    TRANSACTIONS,
    Callback,
    Event,
    RegisteredUrls,
    Stuck,
    Transaction,
)
from mock_daraja.products import PRODUCTS
from mock_daraja.products.base import Operation
from mock_daraja.products.values import TIMED_OUT
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios import codes, possible
from mock_daraja.server import Server
from mock_daraja.settings import Quirks, Settings
from mock_daraja.steps.world import SandboxWorld
from mock_daraja.store import MemoryStore
from mock_daraja.store.table import Table
from mock_daraja.tables import app_from
from mock_daraja.view import BALANCE
from tests.certificates import write_certificate

hypothesis_settings.register_profile("untimed", deadline=None)  # how busy the machine is, is no property of the code
hypothesis_settings.load_profile("untimed")

START = "2026-11-24T10:00:00+03:00"
NOWHERE = "http://127.0.0.1:9/callback"  # nothing listens there: a delivery fails at once
TOKEN_PATH = "/oauth/v1/generate?grant_type=client_credentials"
PUSH_PATH = "/mpesa/stkpush/v1/processrequest"
QUERY_PATH = "/mpesa/stkpushquery/v1/query"


def served(app: Any) -> Gateway:
    """The gateway of an app that create_app made."""
    gateway: Gateway = app.extensions["mock_daraja"]
    return gateway


def ids_of(seed: int, sandbox: str = "default") -> Ids:
    """A sandbox's identifiers without the sandbox."""
    counts: defaultdict[str, Iterator[int]] = defaultdict(count)
    return Ids(seed, sandbox, lambda stream: next(counts[stream]))


@dataclass(frozen=True)
class Answer:
    """One response, read to its end."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def why(self) -> str:
        return self.headers.get("X-Mock-Daraja-Why", "")

    @property
    def error(self) -> tuple[int, str, str]:
        """HTTP status, errorCode and errorMessage, after checking the envelope around them (requests.md §1.3)."""
        assert list(self.json) == ["requestId", "errorCode", "errorMessage"], self.body
        return self.status, self.json["errorCode"], self.json["errorMessage"]


@dataclass
class Mock:
    """Client and server in one, without sockets. Keywords change what `push` and `query` send; None leaves out."""

    gateway: Gateway
    app: Any
    _token: str = field(default="", repr=False)
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    @property
    def sandbox(self) -> Sandbox:
        return self.gateway.shared.sandboxes.default

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        headers = dict(headers or {})
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        elif raw is None and path.startswith("/_mock") and method not in ("GET", "HEAD"):
            headers.setdefault("Content-Type", "application/json")  # which it wants also without a body
        response = self.app.test_client().open(path, method=method, data=raw, headers=headers)
        answer = Answer(response.status_code, response.get_data(), dict(response.headers))
        response.close()
        return answer

    def ask_token(self, key: str = APP_KEY, secret: str = APP_SECRET) -> Answer:
        basic = b64encode(f"{key}:{secret}".encode()).decode()
        return self.request("GET", TOKEN_PATH, headers={"Authorization": f"Basic {basic}"})

    def token(self, key: str = APP_KEY, secret: str = APP_SECRET) -> str:
        return str(self.ask_token(key, secret).json["access_token"])

    def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> Answer:
        self._token = self._token or self.token()
        return self.request("POST", path, body, {"Authorization": f"Bearer {self._token}"} | (headers or {}))

    def push(self, *, headers: dict[str, str] | None = None, **changes: object) -> Answer:
        return self.post(PUSH_PATH, push_body(self.sandbox.now_ms, **changes), headers)

    def pushed(self, **changes: Any) -> str:
        """Push, and give the CheckoutRequestID of what was accepted."""
        answer = self.push(**changes)
        assert answer.status == 200, (answer.status, answer.body, answer.why)
        return str(answer.json["CheckoutRequestID"])

    def query(self, checkout: object, *, headers: dict[str, str] | None = None, **changes: object) -> Answer:
        return self.post(QUERY_PATH, query_body(self.sandbox.now_ms, checkout, **changes), headers)

    def send(self, operation: str, *, headers: dict[str, str] | None = None, **changes: object) -> Answer:
        """Any operation, with its schema's example: keywords change fields, None leaves one out."""
        return self.post(operation_of(operation).paths[0], self.body(operation, **changes), headers)

    def body(self, operation: str, **changes: object) -> dict[str, object]:
        """The schema's example with URLs where nothing listens and, where the caller names it, a fresh id."""
        body = example(operation) | changes
        if "OriginatorConversationID" in body and operation != "status.query":
            body |= {"OriginatorConversationID": f"mine-{next(self._numbers)}"} | changes
        return {name: value for name, value in body.items() if value is not None}

    def settled(self, operation: str, *, headers: dict[str, str] | None = None, **changes: object) -> Transaction:
        """Send it, have it accepted, and wait until it is final and its callback sent."""
        answer = self.send(operation, headers=headers, **changes)
        assert answer.status == 200, (answer.status, answer.body, answer.why)
        row = self.sandbox.transaction(self.exchange().transaction or 0)
        assert row is not None
        self.advance(10)
        return self.again(row)

    def again(self, row: Transaction) -> Transaction:
        """The transaction as it is by now."""
        found = self.sandbox.transaction(row.id)
        assert found is not None
        return found

    def world(self, operation: str = "", opened: Mapping[str, str] = MappingProxyType({})) -> SandboxWorld:
        """The sandbox as products see it; `opened` are SecurityCredentials and what is in them."""
        people.ready()  # as whoever carries out a unit would, where a name turns out to be needed
        return SandboxWorld(self.sandbox, self.gateway.shared.catalogue, operation, opened)

    def result_of(self, row: Transaction) -> Any:
        """The Result object of the one callback that a transaction brought."""
        (callback,) = self.sandbox.callbacks_of(row.id)
        return json.loads(callback.body)["Result"]

    def advance(self, seconds: float) -> list[Event]:
        return self.gateway.engine.advance(self.sandbox, int(seconds * 1000))

    def wait_for(self, predicate: Callable[[], bool], timeout_ms: int) -> bool:
        return self.gateway.engine.wait_for(self.sandbox, predicate, timeout_ms)

    def transaction(self, reference: str) -> Transaction:
        found = self.sandbox.find_transaction(reference)
        assert found is not None
        return found

    def callbacks(self) -> list[Callback]:
        return [*self.sandbox.store.scan(CALLBACKS)]

    def callback(self) -> Any:
        """The stkCallback object of the one callback there is."""
        (row,) = self.callbacks()
        return json.loads(row.body)["Body"]["stkCallback"]

    def result(self) -> object:
        return self.callback()["ResultCode"]

    def exchange(self) -> Exchange:
        return [*self.sandbox.store.scan(EXCHANGES)][-1]

    def invented(self) -> list[tuple[str, str]]:
        """Product and code of what the default sandbox has said, and M-Pesa would not."""
        said: list[tuple[str, possible.Word, str, bool]] = []
        for row in self.sandbox.store.scan(TRANSACTIONS):
            if row.result is not None and row.result != TIMED_OUT:
                product = row.operation.partition(".")[0]
                ours = any(each.borrowed and product in each.products for each in codes.find(row.result))
                forced = ours if row.decision is None else row.decision.outcome.unattested
                said.append((row.operation, "result", row.result, forced))
        for exchange in self.sandbox.store.scan(EXCHANGES):
            told = wire.json_object(exchange.reply.body if exchange.reply else b"")
            if exchange.operation is not None and isinstance(told.get("errorCode"), str):
                forced = any(step.verdict == "warning" for step in exchange.steps)
                said.append((exchange.operation, "error", told["errorCode"], forced))
        products = [(operation.partition(".")[0], word, code, forced) for operation, word, code, forced in said]
        return [
            (product, code)
            for product, word, code, forced in products
            if possible.objection(word, code, product, unattested=forced) is not None
        ]

    def balance(self, account: str) -> int | None:
        """In cents."""
        return self.sandbox.store.number(BALANCE, account)


def operation_of(name: str) -> Operation:
    return next(each for product in PRODUCTS for each in product.operations if each.full_name == name)


@cache
def _example(schema: str) -> str:
    document = json.loads((resources.schemas() / f"{schema}.request.json").read_text(encoding="utf-8"))
    return json.dumps(document["examples"][0])


def example(operation: str) -> dict[str, object]:
    """The first example of the operation's schema, with URLs where nothing listens."""
    body: dict[str, object] = json.loads(_example(str(operation_of(operation).schema_path)))
    return {name: NOWHERE if name.lower().endswith("url") else value for name, value in body.items()}


def parameters(result: Any) -> dict[str, Any]:
    """The ResultParameters of a Result by key, in order; a key without Value is None."""
    found = result["ResultParameters"]["ResultParameter"]
    return {each["Key"]: each.get("Value") for each in (found if isinstance(found, list) else [found])}


def push_body(now_ms: int, **changes: object) -> dict[str, object]:
    """A good push. The Password is made from what BusinessShortCode and Timestamp end up as, unless it is given."""
    body: dict[str, object] = {
        "BusinessShortCode": PAYBILL,
        "Password": "",
        "Timestamp": eat_digits(now_ms),
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 1,
        "PartyA": CUSTOMER,
        "PartyB": changes.get("BusinessShortCode", PAYBILL),
        "PhoneNumber": CUSTOMER,
        "CallBackURL": NOWHERE,
        "AccountReference": "INV-1",
        "TransactionDesc": "Payment",
    }
    return _changed(body, changes)


def query_body(now_ms: int, checkout: object, **changes: object) -> dict[str, object]:
    body: dict[str, object] = {
        "BusinessShortCode": PAYBILL,
        "Password": "",
        "Timestamp": eat_digits(now_ms),
        "CheckoutRequestID": checkout,
    }
    return _changed(body, changes)


def _changed(body: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    body |= changes
    if "Password" not in changes:
        shortcode = str(body["BusinessShortCode"]).partition(".")[0]
        body["Password"] = password(shortcode, PASSKEY, str(body["Timestamp"]))
    return {name: value for name, value in body.items() if value is not None}


def register_urls(sandbox: Sandbox, shortcode: str, urls: Mapping[str, str]) -> None:
    """As a merchant would, with the names of the request's fields."""
    version: Any = urls.get("version", "v2")
    row = RegisteredUrls(
        shortcode,
        urls.get("ResponseType", "Completed"),
        urls.get("ConfirmationURL", ""),
        urls.get("ValidationURL", ""),
        version,
    )
    with sandbox.store.unit():
        with sandbox.store.unit():
            sandbox.bring_in(shortcode)
        sandbox.store.put(REGISTERED_URLS, row)


def put_stuck(sandbox: Sandbox, kind: str, subject: int, error: str = "OSError: no file left") -> int:
    """The number of an event that is stuck from now on."""
    with sandbox.store.unit():
        number = sandbox.store.next("event")
        traceback = f"Traceback (most recent call last):\n  in fail\n{error}\n"
        sandbox.store.put(STUCK, Stuck(number, kind, subject, sandbox.now_ms, sandbox.now_ms, error, traceback))
    return number


def put_app(mock: Mock, **changes: Any) -> None:
    """Change the app that `mock` sends as, from a table as the control API takes it."""
    (app,) = mock.sandbox.apps()
    mock.gateway.shared.sandboxes.put_app(mock.sandbox, app_from({"key": app.key, "secret": app.secret, **changes}))


MakeMock = Callable[..., Mock]


@pytest.fixture
def mock_with() -> Iterator[MakeMock]:
    """Make a Mock with these settings (`quirks` as a dict): a manual clock, a fixed start and seed 1 unless given."""
    made: list[Mock] = []

    def make(*, quirks: dict[str, Any] | None = None, clock: str = "manual", **settings: Any) -> Mock:
        defaults: dict[str, Any] = {"start": START, "seed": 1, "quirks": Quirks(**(quirks or {}))}
        app = create_app(Settings(clock=ClockSetting.parse(clock), **(defaults | settings)))
        made.append(Mock(served(app), app))
        return made[-1]

    yield make
    invented = [code for each in made for code in each.invented()]
    for each in made:
        each.gateway.close()
    assert invented == []


@pytest.fixture
def mock(mock_with: MakeMock) -> Mock:
    """A Mock with default settings on a manual clock."""
    return mock_with()


RowsRead = list[tuple[str, Any]]
"""Noun and key of each row that a store was asked for."""


@pytest.fixture
def rows_read(monkeypatch: pytest.MonkeyPatch) -> RowsRead:
    """What is read during the test, in order."""
    read: RowsRead = []
    get, find = MemoryStore.get, Table.get

    def gotten(store: MemoryStore, noun: Any, key: Any) -> Any:
        read.append((noun.name, key))
        return get(store, noun, key)

    def found(table: Table[Any, Any], key: Any) -> Any:
        read.append((table.noun.name, key))
        return find(table, key)

    monkeypatch.setattr(MemoryStore, "get", gotten)
    monkeypatch.setattr(Table, "get", found)
    return read


class Webhook:
    """An integrator's receiver on a real socket. `statuses` are answered in turn, then 200; `on_request` runs first."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.statuses: list[int] = []
        self.on_request: Callable[[], None] = lambda: None
        self._server = Server(self._answer).start()
        self.url = f"{self._server.url}/hook"

    def _answer(self, environ: Any, start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.on_request()
        self.headers.append({name: value for name, value in environ.items() if isinstance(value, str)})
        self.paths.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}".rstrip("?"))
        self.bodies.append(json.loads(body))
        status = self.statuses.pop(0) if self.statuses else 200
        answer = b'{"ResultCode":0,"ResultDesc":"Accepted"}'
        start_response(f"{status} OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    def close(self) -> None:
        self._server.stop()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A receiver for callbacks."""
    receiver = Webhook()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file that a client must trust to reach a server with it, which names localhost; its key is in there too."""
    return write_certificate(tmp_path_factory.mktemp("tls") / "localhost.pem")


@pytest.fixture
def loop() -> Iterator[Loop]:
    """One that runs, in a thread of its own."""
    loop = Loop()
    loop.start()
    yield loop
    loop.stop()
    assert not loop.is_running
