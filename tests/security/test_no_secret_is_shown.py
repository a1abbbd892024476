"""Whatever stands where in a request: no output shows a secret, however it is written."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mock_daraja.access.password import password
from mock_daraja.cli.writer import Writer
from mock_daraja.clock import eat_digits
from mock_daraja.exchange import EXCHANGES, Reply, Request
from mock_daraja.journal.text import explanation
from mock_daraja.model import CALLBACKS, TRANSACTIONS, changed
from mock_daraja.testing import Daraja
from mock_daraja.testing.running import Local
from mock_daraja.testing.strict import Strictness
from tests.conftest import PUSH_PATH, Mock, operation_of, push_body, put_stuck
from tests.security.secrets import Places, shown_in
from tests.telling import of_callback, of_end, of_exchange

ADMIN = "admin-token-Of-This-Server"
SECRET = "Consumer$ecret%of/Ours+1"
PASSKEY = "0123456789abcdef" * 3 + "PASSKEYS"
PASSWORD = 'Initiator \N{POUND SIGN}ass & "more"'
SETTINGS: dict[str, Any] = {
    "admin_token": ADMIN,
    "apps": ({"key": "shop-key", "secret": SECRET},),
    "organisations": (
        {
            "shortcode": "600111",
            "name": "Shop",
            "kinds": ["paybill", "b2c"],
            "passkey": PASSKEY,
            "initiators": [{"name": "shopper", "password": PASSWORD}],
        },
    ),
}
MANY = 60
TOKEN_URL, TOKEN_QUERY = "/oauth/v1/generate", "grant_type=client_credentials"
B2C_PATH = "/mpesa/b2c/v3/paymentrequest"


class Shop:
    """Sends requests with its secrets in them, and reads what is shown of these."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        self.token = mock.token("shop-key", SECRET)
        stamp = eat_digits(mock.sandbox.now_ms)
        self.secrets = {
            "consumer secret": SECRET,
            "passkey": PASSKEY,
            "initiator's password": PASSWORD,
            "admin token": ADMIN,
            "token": self.token,
            "token of another": mock.token(),
            "Password": password("600111", PASSKEY, stamp),
            "SecurityCredential": mock.sandbox.certificate.encrypt(PASSWORD),
        }
        self.headers: list[str] = []
        self.bearer = (("Authorization", f"Bearer {self.token}"),)

    def bodies(self) -> dict[str, dict[str, Any]]:
        stamp = eat_digits(self.mock.sandbox.now_ms)
        push = push_body(self.mock.sandbox.now_ms, BusinessShortCode="600111")
        b2c = self.mock.body("b2c.payment", InitiatorName="shopper", PartyA="600111")
        return {
            "stk-push.process": push | {"Password": password("600111", PASSKEY, stamp)},
            "b2c.payment": b2c | {"SecurityCredential": self.secrets["SecurityCredential"]},
        }

    def send(self, places: Places, secret: str) -> None:
        for name, good in self.bodies().items():
            request = places.request(secret, self.token, operation_of(name).paths[0], good)
            self.answer(request)

    def answer(self, request: Request) -> Reply:
        sending = self.mock.app.wsgi_app.answer(request)
        self.headers += [value for name, value in sending.reply.headers if name.startswith("X-Mock-Daraja")]
        sending.after()
        return sending.reply

    def told(self, path: str, method: str = "GET") -> str:
        answer = self.mock.request(method, f"/_mock/{path}", headers={"Authorization": f"Bearer {ADMIN}"})
        return answer.body.decode()

    def outputs(self) -> Iterator[tuple[str, str]]:
        """Each with what it is called."""
        yield "X-Mock-Daraja-Why", "\n".join(self.headers)
        for path in (
            "exchanges", "exchanges?whole=true&limit=1000", "exchanges.har", "callbacks?limit=1000", "transactions",
            "report", "report?as=text", "report?as=junit", "stuck?whole=true", "clock", "one-shots",
        ):  # fmt: skip
            yield path, self.told(path)
        for row in self.mock.sandbox.store.scan(EXCHANGES):
            yield f"exchanges/{row.id}", self.told(f"exchanges/{row.id}")
            yield f"exchanges/{row.id}?as=curl", self.told(f"exchanges/{row.id}?as=curl")
            yield f"why {row.id}", explanation(json.loads(self.told(f"exchanges/{row.id}")))
        yield "log", self.log()
        yield from self.of_pytest()

    def log(self) -> str:
        stream, store = io.StringIO(), self.mock.sandbox.store
        writer = Writer(stream)
        writer.hide = self.mock.gateway.shared.sandboxes.secrets.hide
        for row in store.scan(EXCHANGES):
            writer.write(of_exchange(self.mock.gateway, row))
        for transaction in store.scan(TRANSACTIONS):
            if transaction.is_final:
                writer.write(of_end(self.mock.gateway, transaction))
        for callback in store.scan(CALLBACKS):
            writer.write(of_callback(self.mock.gateway, callback))
        writer.close(seconds=20)
        return stream.getvalue()

    def of_pytest(self) -> Iterator[tuple[str, str]]:
        link = Local("http://127.0.0.1:1", self.mock.gateway, self.mock.sandbox)
        daraja = Daraja(link)
        yield "section", daraja._section()
        yield "timeline", daraja.timeline()
        yield "complaint", Strictness(link, strict=True).complaint() or ""
        for name in ("exchanges", "callbacks", "transactions"):
            yield f"repr of {name}", repr(getattr(daraja, name))
        for row in daraja.exchanges:
            with pytest.raises(AssertionError) as failed:
                daraja.assert_requested(row.operation or "stk-push", status=999)
            yield "assertion", str(failed.value)
            break


@pytest.fixture
def shop(mock_with: Callable[..., Mock]) -> Shop:
    return Shop(mock_with(**SETTINGS))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_no_output_shows_a_secret(shop: Shop, seed: int) -> None:
    places = Places(seed)
    secrets = [*shop.secrets.values()]

    for number in range(MANY // len(secrets)):
        for secret in secrets:
            shop.send(places, secret)
        if number % 2:
            shop.mock.advance(200)
    shop.mock.advance(200)
    put_stuck(shop.mock.sandbox, "settle", 1, f"ValueError: {PASSWORD} {shop.token}")

    found = {name: seen for name, output in shop.outputs() if (seen := shown_in(output, shop.secrets))}
    assert found == {}


@pytest.mark.parametrize(
    "path", ["customers/{}", "transactions/{}", "exchanges/{}", "nothing/{}", "exchanges?a={}", "pay"]
)
def test_no_problem_shows_a_secret(shop: Shop, path: str) -> None:
    for secret in shop.secrets.values():
        written = shop.told(
            path.format(secret.replace("/", "%2F").replace("+", "%2B").replace("&", "%26").replace("%o", "%25o"))
        )

        assert shown_in(written, shop.secrets) == []


FOREIGN = "Secret9Of0Another1Server"
BASIC, EXCHANGED = (b64encode(each.encode()).decode() for each in (f"key:{FOREIGN}", f"{FOREIGN}:key"))
PLACES: dict[str, Request] = {
    "no Bearer": Request("POST", PUSH_PATH, "", (("Authorization", FOREIGN),), b"{}"),
    "no Basic": Request("GET", TOKEN_URL, TOKEN_QUERY, (("Authorization", BASIC),), b""),
    "no Basic, in two": Request("GET", TOKEN_URL, TOKEN_QUERY, (("Authorization", f"{FOREIGN} {FOREIGN}"),), b""),
    "another scheme": Request("POST", PUSH_PATH, "", (("Authorization", f"Hmac {FOREIGN}"),), b"{}"),
    "exchanged": Request("GET", TOKEN_URL, TOKEN_QUERY, (("Authorization", f"Basic {EXCHANGED}"),), b""),
    "a header of its own": Request("GET", TOKEN_URL, "", (("X-Consumer-Secret", FOREIGN), ("passkey", FOREIGN)), b""),
    "a query": Request("GET", TOKEN_URL, f"consumer_secret={FOREIGN}&access%5Ftoken={FOREIGN}", (), b""),
    "an escaped name": Request("POST", PUSH_PATH, "", (), f'{{"\\u0050assword": "{FOREIGN}"}}'.encode()),
    "numbers": Request("POST", PUSH_PATH, "", (), b'{"Password": 918273645546372819, "pin": 918273645546372819}'),
    "InitiatorPassword": Request("POST", B2C_PATH, "", (), f'{{"InitiatorPassword": "{FOREIGN}"}}'.encode()),
    "cut short": Request("POST", B2C_PATH, "", (), f'{{"SecurityCredential": "{FOREIGN}'.encode()),
    "nested": Request("POST", PUSH_PATH, "", (), f'{{"a": {{"Password": ["{FOREIGN}"]}}}}'.encode()),
    "in a text": Request("POST", PUSH_PATH, "", (), json.dumps({"b": json.dumps({"pin": FOREIGN})}).encode()),
    "a form": Request("POST", PUSH_PATH, "", (), f"Amount=1&Password={FOREIGN}&client_secret={FOREIGN}".encode()),
    "Python's own": Request("POST", PUSH_PATH, "", (), f"{{'Password': '{FOREIGN}'}}".encode()),
    "XML": Request("POST", PUSH_PATH, "", (), f"<a><Password>{FOREIGN}</Password></a>".encode()),
    "a URL's query": Request("POST", PUSH_PATH, "", (), f'{{"CallBackURL": "http://a.b/?token={FOREIGN}"}}'.encode()),
    "a URL's user": Request("POST", PUSH_PATH, "", (), f'{{"CallBackURL": "http://me:{FOREIGN}@a.b/"}}'.encode()),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_output_shows_what_its_place_tells_to_be_secret(shop: Shop, place: str) -> None:
    secrets = {"of another server": FOREIGN, "a number": "918273645546372819"}

    for request in (PLACES[place], changed(PLACES[place], headers=(*PLACES[place].headers, *shop.bearer))):
        shop.answer(request)

    assert {name: seen for name, output in shop.outputs() if (seen := shown_in(output, secrets))} == {}


def test_a_secret_that_is_short_is_hidden_by_its_name(shop: Shop) -> None:
    shop.answer(Request("POST", PUSH_PATH, "", shop.bearer, b'{"pin": "9143", "PIN": 9143, "Password": "9143"}'))

    assert [name for name, output in shop.outputs() if "9143" in output] == []


def test_daraja_answers_with_what_it_was_sent(shop: Shop) -> None:
    shop.mock.advance(3700)

    reply = shop.answer(Request("POST", PUSH_PATH, "", shop.bearer, b"{}"))
    granted = shop.mock.ask_token("shop-key", SECRET).json["access_token"]

    assert b"Invalid Access Token" in reply.body
    assert len(granted) == 28
    assert granted not in "".join(output for _, output in shop.outputs())


def test_whoever_asks_for_credentials_gets_them(shop: Shop) -> None:
    assert SECRET in json.loads(shop.told("apps"))["apps"][1]["secret"]
    assert json.loads(shop.told("organisations/600111"))["passkey"] == PASSKEY


def test_a_callback_goes_out_as_it_is(mock_with: Callable[..., Mock]) -> None:
    mock = mock_with(**{name: value for name, value in SETTINGS.items() if name != "admin_token"})
    token = mock.token()
    mock.push(AccountReference="INV-1", CallBackURL=f"http://127.0.0.1:9/{token}")

    mock.advance(60)

    (row,) = mock.callbacks()
    assert row.url.endswith(token)
    assert token not in mock.request("GET", "/_mock/callbacks").body.decode()
