"""How the mistakes of the table are sent: as a valid request, with a change."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any

from mock_daraja.defaults import APP_KEY, APP_SECRET, INITIATOR, INITIATOR_PASSWORD, PASSKEY
from tests.conftest import PUSH_PATH, QUERY_PATH, TOKEN_PATH, Answer, Mock, operation_of

OTHER_KEY, OTHER_SECRET = "second-key", "second-secret"
C2B_KEY, C2B_SECRET = "third-key", "third-secret"  # an app with no product but C2B
OTHER_PAYBILL, OTHER_PASSKEY = "600111", "a-passkey-that-is-nobody-elses"
STAMP = "20261124100000"
"""The Timestamp of every valid request: the server's clock stands still."""
GENERATE = f"GET {TOKEN_PATH}"


@dataclass(frozen=True)
class Shop:
    """An integrator beside a server that listens on a socket."""

    port: int
    mock: Mock
    token: str

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.putrequest(method, path)
            if body is not None:
                headers = {**headers, "Content-Length": str(len(body))}
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.read(), dict(response.getheaders()))

    def post(self, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": content_type} | headers
        return self.ask("POST", path, {name: value for name, value in sent.items() if value}, body)


Asks = Callable[[Shop], Answer]


@dataclass(frozen=True)
class Mistake:
    """`why` is the first line that it must get. `code` is empty where M-Pesa's answer has no errorCode."""

    name: str
    asks: Asks
    status: int
    code: str
    why: str


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


PAIR = encoded(f"{APP_KEY}:{APP_SECRET}")
RIGHT = f'for Timestamp {STAMP} Password is "{encoded(f"174379{PASSKEY}{STAMP}")}"'
"""What is said of a Password for the public test shortcode, whose passkey is no secret."""


def token(authorization: str | None = f"Basic {PAIR}", path: str = TOKEN_PATH) -> Asks:
    """A token is asked for."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return lambda shop: shop.ask("GET", path, headers)


def basic(text: str) -> Asks:
    """A token is asked for with this as key and secret."""
    return token(f"Basic {encoded(text)}")


def token_with(query: str, body: str | None = None, **headers: str) -> Asks:
    """A token is asked for without an Authorization header."""
    sent = headers if body is None else {"Content-Type": "application/json"}
    return lambda shop: shop.ask("GET", f"{TOKEN_PATH}{query}", sent, None if body is None else body.encode())


def token_posted(body: str, path: str = "/oauth/v1/generate") -> Asks:
    headers = {"Authorization": f"Basic {PAIR}", "Content-Type": "application/x-www-form-urlencoded"}
    return lambda shop: shop.ask("POST", path, headers, body.encode())


def push_body(shop: Shop, changes: Mapping[str, object]) -> dict[str, object]:
    given = {"Timestamp": STAMP} | changes
    return shop.mock.body("stk-push.process", **{"Password": password(given), **given})


def password(body: Mapping[str, object]) -> str:
    shortcode = str(body.get("BusinessShortCode", "174379"))
    return encoded(f"{shortcode}{PASSKEY}{body['Timestamp']}")


def push(**changes: object) -> Asks:
    """A push. None leaves a field out."""
    return lambda shop: shop.post(PUSH_PATH, json.dumps(push_body(shop, changes)).encode())


def push_at(path: str) -> Asks:
    """A push's body at another path."""
    return lambda shop: shop.post(path, json.dumps(push_body(shop, {})).encode())


def push_with(authorization: str | Callable[[str], str] | None) -> Asks:
    """A push with another Authorization header; a function makes it of a good token."""

    def asks(shop: Shop) -> Answer:
        header = authorization(shop.token) if callable(authorization) else authorization
        return shop.post(PUSH_PATH, json.dumps(push_body(shop, {})).encode(), Authorization=header or "")

    return asks


def push_of(key: str, secret: str) -> Asks:
    """A push by another app."""

    def asks(shop: Shop) -> Answer:
        authorization = f"Bearer {shop.mock.token(key, secret)}"
        return shop.post(PUSH_PATH, json.dumps(push_body(shop, {})).encode(), Authorization=authorization)

    return asks


def push_as(
    change: Callable[[dict[str, object]], Any] = dict,
    write: Callable[[Any], str | bytes] = json.dumps,
    content_type: str = "application/json",
) -> Asks:
    """A push whose body is changed as a whole, or written in another way."""

    def asks(shop: Shop) -> Answer:
        written = write(change(push_body(shop, {})))
        return shop.post(PUSH_PATH, written.encode() if isinstance(written, str) else written, content_type)

    return asks


def renamed(**names: str) -> Callable[[dict[str, object]], dict[str, object]]:
    """The same body with other names: `renamed(PhoneNumber="Phone")`."""
    return lambda body: {names.get(name, name): value for name, value in body.items()}


def query(checkout: object, **changes: object) -> Asks:
    return query_at(QUERY_PATH, checkout, **changes)


def query_at(path: str, checkout: object = "ws_CO_241120261000000708374149", **changes: object) -> Asks:
    """A query's body at a path."""

    def asks(shop: Shop) -> Answer:
        given: dict[str, object] = {"BusinessShortCode": "174379", "Timestamp": STAMP} | changes
        body = {"CheckoutRequestID": checkout, "Password": password(given), **given}
        kept = {name: value for name, value in body.items() if value is not None}
        return shop.post(path, json.dumps(kept).encode())

    return asks


def query_of_push(phone: str, **changes: object) -> Asks:
    """A push is accepted, and then asked about with these changes."""

    def asks(shop: Shop) -> Answer:
        pushed = push(PhoneNumber=phone, PartyA=phone)(shop)
        return query(pushed.json["CheckoutRequestID"], **changes)(shop)

    return asks


def while_prompted(phone: str) -> Asks:
    """The second of two pushes to a customer who has not answered the first."""

    def asks(shop: Shop) -> Answer:
        push(PhoneNumber=phone, PartyA=phone)(shop)
        return push(PhoneNumber=phone, PartyA=phone)(shop)

    return asks


def send_twice(operation: str, **changes: object) -> Asks:
    """The second of two requests that are alike."""

    def asks(shop: Shop) -> Answer:
        send(operation, **changes)(shop)
        return send(operation, **changes)(shop)

    return asks


def send(operation: str, change: Callable[[dict[str, object]], Any] = dict, path: str = "", **changes: object) -> Asks:
    """Any other operation: its schema's example with these changes; `change` then changes the body as a whole."""

    def asks(shop: Shop) -> Answer:
        body = change(shop.mock.body(operation, **changes))
        return shop.post(path or operation_of(operation).paths[0], json.dumps(body).encode())

    return asks


def encrypted(password: str, operation: str = "b2c.payment", **changes: object) -> Asks:
    """A payment, or another operation, with this password in its SecurityCredential."""

    def asks(shop: Shop) -> Answer:
        credential = shop.mock.sandbox.certificate.encrypt(password)
        return send(operation, SecurityCredential=credential, **changes)(shop)

    return asks


def encrypted_to(operation: str, **changes: object) -> Asks:
    """With the right password."""
    return encrypted(INITIATOR_PASSWORD, operation, **changes)


def locked(shortcode: str, credential: str | None = None) -> Asks:
    """A payment by an organisation whose initiator is locked; its credential is right unless one is given."""

    def asks(shop: Shop) -> Answer:
        with shop.mock.sandbox.store.unit():
            initiators = [{"name": INITIATOR, "locked": True}]
            shop.mock.sandbox.put_organisation({"shortcode": shortcode, "initiators": initiators})
        if credential is not None:
            return send("b2c.payment", PartyA=shortcode, SecurityCredential=credential)(shop)
        return encrypted(INITIATOR_PASSWORD, PartyA=shortcode)(shop)

    return asks


def at(path: str) -> Asks:
    """A path that no operation has."""
    return lambda shop: shop.post(path, b"{}")
