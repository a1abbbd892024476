"""An app at a server, whose calls and callbacks are shown, numbered, as the HTTP that went over the wire."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import defaults
from mock_daraja.access.password import password
from mock_daraja.cli.output import Printer
from mock_daraja.client import Client, HttpAnswer, Row
from mock_daraja.clock import eat_digits, parse_instant
from mock_daraja.errors import Problem
from mock_daraja.journal.message import message_text

if TYPE_CHECKING:
    from mock_daraja.products.base import Operation
    from mock_daraja.products.catalogue import Catalogue

_MORE_SECONDS: Final = 20  # for an answer, than the control API has


class Caller:
    """The app with this key, in the sandbox of `client`. What it shows raises Problem where no answer comes."""

    def __init__(self, client: Client, key: str, secret: str, printer: Printer) -> None:
        self.client = client
        self.printer = printer
        self._app = (key, secret)
        self.bearer: dict[str, str] = {}  # the header of later calls, once there is a token
        self._number = 0

    def heading(self, title: str) -> None:
        self._number += 1
        self.printer.say(f"\n{self.printer.paint(f'{self._number}. {title}', 'heading')}")

    def get_token(self) -> HttpAnswer:
        """The answer. Later calls carry the token, if there was one."""
        answer = self.show("Your app gets a token", *token_request(*self._app))
        self.bearer = bearer_of(answer) or self.bearer
        return answer

    def call(
        self, title: str, operation: Operation, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> HttpAnswer:
        return self.show(title, operation.method, operation.paths[0], self.bearer | dict(headers or {}), body)

    def control(self, title: str, path: str, body: Mapping[str, Any], *, whole: bool = True) -> None:
        """A POST to the control API; not `whole`, the answer is shown without its body, our own view of things."""
        self.show(title, "POST", self.client.base + path, self.client.headers, body, whole=whole)

    def show(
        self, title: str, method: str, target: str, headers: Mapping[str, str], body: Any = None, *, whole: bool = True
    ) -> HttpAnswer:
        self.heading(title)
        answer = self.client.send(method, target, body, headers=headers, more_seconds=_MORE_SECONDS)
        self.print(answer, whole=whole)
        return answer

    def print(self, answer: HttpAnswer, *, whole: bool = True) -> None:
        """With the request that it answers."""
        self._print(answer.request, answer.head + answer.body if whole else answer.head.partition(b"\r\n")[0])

    def show_callback(self, deliveries: Iterable[Row], when: str = "") -> None:
        self.heading(f"M-Pesa calls your app back{when} (here: a built-in sink)")
        for each in deliveries:
            self._print(each["request"], each["answer"])

    def now(self) -> str:
        return timestamp(self.client)

    def _print(self, request: bytes | str, answer: bytes | str) -> None:
        self.printer.say(message_text(request, "> ", self.printer.paint))
        if answer:
            self.printer.say(message_text(answer, "< ", self.printer.paint))


@contextmanager
def visiting(client: Client, printer: Printer, **settings: Any) -> Iterator[Caller]:
    """The app of a new sandbox of a server, which no scenario decides about; it is deleted in the end."""
    made = client.create_sandbox(environment="sandbox", credentials="lenient", **settings)
    theirs = client.sandbox(made["name"])
    try:
        theirs.stop_scenario()
        yield Caller(theirs, made["app"]["key"], made["app"]["secret"], printer)
    finally:
        with suppress(Problem):
            theirs.delete()


def _catalogue() -> Catalogue:
    from mock_daraja.products import CATALOGUE

    return CATALOGUE


def usual() -> Operation:
    """What most integrations begin with."""
    return next(_catalogue().opens())


def query_of(operation: Operation) -> Operation | None:
    """What says at once how a transaction of the operation's product stands."""
    return next((each for each in _catalogue().answers(operation.product) if each.about), None)


def token_request(key: str, secret: str) -> tuple[str, str, dict[str, str]]:
    """Method, target and headers."""
    basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
    path = f"{next(_catalogue().grants()).paths[0]}?grant_type=client_credentials"
    return "GET", path, {"Authorization": f"Basic {basic}"}


def bearer_of(answer: HttpAnswer) -> dict[str, str]:
    """The header that carries the token of an answer, if there is one in it."""
    granted = answer.field("access_token")
    return {"Authorization": f"Bearer {granted}"} if answer.status == 200 and isinstance(granted, str) else {}


def timestamp(client: Client) -> str:
    """The sandbox's time, as a Timestamp has it."""
    return eat_digits(parse_instant(client.clock()["now"]))


def credentials(now: str, shortcode: str = defaults.PAYBILL, passkey: str = defaults.PASSKEY) -> dict[str, Any]:
    """The Password of a shortcode at this time, with what it is made of."""
    return {"BusinessShortCode": shortcode, "Password": password(shortcode, passkey, now), "Timestamp": now}


def push_body(
    credentials: Mapping[str, Any],
    amount: int | str,
    url: str,
    *,
    msisdn: str = defaults.CUSTOMER,
    till: str | None = None,
    reference: str = "INV-001",
    description: str = "Demo",
) -> dict[str, Any]:
    """What an app sends that asks a customer to pay."""
    shortcode = int(credentials["BusinessShortCode"])
    return {
        **credentials,
        "BusinessShortCode": shortcode,
        "TransactionType": "CustomerPayBillOnline" if till is None else "CustomerBuyGoodsOnline",
        "Amount": amount,
        "PartyA": int(msisdn),
        "PartyB": shortcode if till is None else int(till),
        "PhoneNumber": int(msisdn),
        "CallBackURL": url,
        "AccountReference": reference,
        "TransactionDesc": description,
    }
