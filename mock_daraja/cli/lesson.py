"""`mock-daraja lesson`: what a course for M-Pesa beginners teaches, as real requests, one step after another."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import click

from mock_daraja import defaults
from mock_daraja.cli.caller import Caller, credentials, query_of, usual, visiting
from mock_daraja.cli.output import Printer, client_at, hanging, text_width, url_option
from mock_daraja.cli.running import is_there, running_at
from mock_daraja.cli.usage import examples
from mock_daraja.client import Client, HttpAnswer, Row
from mock_daraja.errors import Problem
from mock_daraja.products import CATALOGUE
from mock_daraja.products.base import Lesson, Operation

_WIDTH: Final = 100
_LATER_S: Final = 60  # on the sandbox clock: all callbacks of a call have gone by then
_MOST_QUERIES: Final = 10
_ACCEPTED: Final = (
    "ResponseCode 0 says that the request was accepted, and no more. Where a course shows `ResultCode: 0, Success` in "
    "this answer, it means this ResponseCode: ResultCode comes later, in the callback, and in the answer of a query."
)
_PRACTICE: Final = (
    "An accepted request is no payment: deliver when ResultCode 0 has come, by callback or query.",
    "Compare amount, account and receipt of a callback with your own order before you believe it: anybody can post "
    "to a public URL.",
    "Take a callback that comes twice once (the receipt tells), answer 200 at once, and do the work afterwards.",
    "A callback that stays away is not sent again: ask by the query after a minute or two.",
    "Never repeat a request blindly after a time-out: ask first what became of it.",
    "Keep a token until shortly before it expires: it lives for an hour.",
    "Keep consumer secret, passkey and initiator's password out of code, logs and browsers.",
    "Give public HTTPS URLs for callbacks, without a login and without the words that Safaricom refuses.",
    "Stop at the first 2001 for an initiator: the third locks its password (8006).",
)
_HELP: Final = (
    ("`mock-daraja why`", "why the last request was refused, and what to do; `mock-daraja codes 1032` explains a code"),
    ("`mock-daraja docs`", "all of it offline: `mock-daraja docs lesson` has the real names"),
    ("daraja.safaricom.co.ke", "Safaricom's portal: the APIs, your apps, going live, a chat called Ask Daraja"),
    ("apisupport@safaricom.co.ke", "technical questions about the API"),
    ("M-PESABusiness@safaricom.co.ke", "operators, passkeys, and whatever is about your shortcode"),
    ("100 or 200", "Safaricom's care, for a locked operator"),
)
"""Addresses as Safaricom gave them in 2025 and 2026 (addendum-b.md §6). It has no public page of its API's status."""


class _EndedError(Exception):
    """Whoever looks on has had enough."""


@click.command(
    epilog=examples("mock-daraja lesson", "mock-daraja lesson --no-pause"),
    short_help="Learn M-Pesa's API: a walk through its calls.",
)
@click.option("--no-pause", "runs_on", is_flag=True, help="Don't wait for Enter after each step.")
@url_option
def lesson(*, runs_on: bool, url: str | None) -> bool:
    """Learn M-Pesa's API step by step: a token, the four calls of a beginners' course, a payment that fails
    for want of money, a rate limit, how to read an error, good practice, and where to get help.

    Every step is a real request, to a sandbox of its own at the server of --url; when none is there the lesson starts
    one at that address. At a terminal it waits for Enter after each step, and q ends it. The exit code is 0 only if
    everything happened as the lesson says.
    """
    client, printer = client_at(url), Printer()
    waits = not runs_on and is_watched()
    with _server(client, printer) as there:
        # the limit of queries is off otherwise: nobody has captured the real one
        sandbox: Row = {"clock": "manual", "lesson": True, "quirks": {"query_rate_limit": True}}
        with visiting(there, printer, **sandbox) as caller:
            return _Walk(caller, waits=waits).play()


def is_watched() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


@contextmanager
def _server(client: Client, printer: Printer) -> Iterator[Client]:
    if is_there(client):
        yield client
        return
    with running_at(client) as (server, _):
        printer.say(f"No server was running, so here is one at {server.url}.")
        yield client_at(server.url)


class _Walk:
    def __init__(self, caller: Caller, *, waits: bool) -> None:
        self._caller = caller
        self._client = caller.client
        self._printer = caller.printer
        self._waits = waits
        self._begun = False
        self._checkout = ""  # the first push's CheckoutRequestID

    def play(self) -> bool:
        """Whether everything happened as it should."""
        try:
            self._play()
        except _EndedError:
            self._printer.say("The lesson ends here.")
            return True
        except Problem as problem:
            return self._printer.verdict("lesson", [problem])
        return self._printer.verdict("lesson", (), "everything that you saw was sent and answered")

    def _play(self) -> None:
        self._step(
            "Everything begins with a token. Your app sends its consumer key and secret, in base64 behind Basic, and "
            "gets a token that is good for an hour. Every other call carries it behind Bearer."
        )
        self._caller.get_token()
        if not self._caller.bearer:
            raise Problem("there was no token; `mock-daraja why` explains")
        push, taught = usual(), list(_taught())
        for operation, each in taught:
            self._teach(operation, each)
            if operation is push:
                self._ask(push)
        self._fail(push)
        self._hurry(push)
        self._err(push)
        self._listed("Good practice", _PRACTICE)
        self._help()

    def _teach(self, operation: Operation, taught: Lesson) -> None:
        """One call of the course: as the course writes it, what it really is, and what comes of it."""
        self._step(f"Now {taught.title}. This is how a course writes it; outside a lesson M-Pesa refuses those names.")
        body = dict(taught.example)
        if operation.secret is not None and operation.secret in taught.names:
            body[operation.secret] = self._client.credential(defaults.INITIATOR_PASSWORD)
        answer = self._send(f"Your app sends the course's call: {operation.brief}", operation, body, taught.path)
        self._accepted(answer)
        self._say("What that is in M-Pesa's own names:")
        self._bullets(step["text"] for step in self._client.exchange()["trace"] if step["room"] == "lesson")
        if not self._checkout:  # the first call: it is told once
            self._checkout = self._client.exchange()["transaction"]["reference"]
            self._say(_ACCEPTED)
        callbacks = self._later()
        for row in callbacks:
            self._caller.show_callback(row["deliveries"][-1:], f": {row['kind']}" if len(callbacks) > 1 else "")
            if row["state"] != "delivered":
                raise Problem(f"the callback was {row['state']}: {row['note']}")
        self._ended_with("0")

    def _ask(self, push: Operation) -> None:
        ask = query_of(push)
        assert ask is not None  # the usual operation has one
        self._step("Where a callback stays away, your app asks. The query's ResultCode is the callback's.")
        answer = self._caller.call("Your app asks how the payment stands", ask, self._query_body())
        if str(answer.field("ResultCode")) != "0":
            raise Problem("the query does not say 0; `mock-daraja why` explains")

    def _fail(self, push: Operation) -> None:
        self._step(
            "The same push again, but the customer has 5 shillings. It is accepted all the same: M-Pesa looks at the "
            "money when the PIN has been entered. ResultCode 1 in the callback says so, with HTTP 200 all the way."
        )
        self._client.put_customer(defaults.CUSTOMER, balance="5.00")
        taught = push.lesson
        assert taught is not None  # the course begins with it
        self._accepted(self._send("Your app asks a customer without money", push, taught.example, taught.path))
        for row in self._later():
            self._caller.show_callback(row["deliveries"][-1:])
        self._ended_with("1")

    def _hurry(self, push: Operation) -> None:
        ask = query_of(push)
        assert ask is not None  # the usual operation has one
        self._step(
            "Whoever asks too often is turned away, with HTTP 429. Wait, and ask seldom: the callback is the answer."
        )
        body = self._query_body()
        for calls in range(1, _MOST_QUERIES + 1):
            answer = self._client.send(ask.method, ask.paths[0], body, headers=self._caller.bearer)
            if answer.status == 429:
                self._caller.heading(f"Your app asks for the {calls}th time within a minute")
                self._caller.print(answer)
                return
        raise Problem(f"{_MOST_QUERIES} queries within a minute were all answered")

    def _err(self, push: Operation) -> None:
        self._step(
            "How to read an error. The HTTP status says whose fault it is (4xx: the request's, 5xx: often too). "
            "errorCode says which kind, errorMessage names the field, and requestId is what Safaricom's support asks "
            "for. 400.002.02 is a field; 404.001.03 the token; 500.001.1001 the merchant, his Password, or a busy "
            "phone."
        )
        taught = push.lesson
        assert taught is not None  # the course begins with it
        answer = self._send("Your app sends an amount in words", push, {**taught.example, "Amount": "ten"}, taught.path)
        if answer.status != 400:
            raise Problem(f"it was not refused: HTTP {answer.status}")
        self._say(f"`mock-daraja why` says what M-Pesa doesn't: {self._client.exchange()['why']}.")

    def _help(self) -> None:
        self._step("")
        self._caller.heading("Where to get help")
        width = max(len(name) for name, _ in _HELP) + 4
        for name, text in _HELP:
            self._printer.say("\n".join(hanging(f"  {name:{width - 2}}", text, width, text_width(_WIDTH))))

    # what the steps share

    def _step(self, text: str) -> None:
        """Wait for Enter, but for the first time, and say what is next."""
        if self._begun and self._waits:
            self._printer.say(f"\n{self._printer.paint('Enter goes on, q ends the lesson.', 'dim')} ", end="")
            key = click.getchar()
            self._printer.say()
            if key in ("q", "Q", "\x03", "\x04"):
                raise _EndedError
        self._begun = True
        if text:
            self._printer.say()
            self._say(text)

    def _say(self, text: str) -> None:
        self._printer.say(textwrap.fill(text, text_width(_WIDTH), break_long_words=False, break_on_hyphens=False))

    def _listed(self, title: str, lines: Iterable[str]) -> None:
        self._step("")
        self._caller.heading(title)
        self._bullets(lines)

    def _bullets(self, lines: Iterable[str]) -> None:
        for each in lines:
            self._printer.say("\n".join(hanging("  - ", each, 4, text_width(_WIDTH))))

    def _send(self, title: str, operation: Operation, body: Mapping[str, Any], path: str) -> HttpAnswer:
        return self._caller.show(title, operation.method, path or operation.paths[0], self._caller.bearer, body)

    def _accepted(self, answer: HttpAnswer) -> None:
        if answer.status != 200:
            raise Problem(f"the call was not accepted: {self._client.exchange()['why']}")

    def _later(self) -> list[Row]:
        """The callbacks of the last call, once they have gone."""
        number = self._client.exchange()["transaction"]["id"]
        self._client.advance(_LATER_S)
        return self._client.callbacks(transaction=number)

    def _ended_with(self, result: str) -> None:
        transaction = self._client.exchange()["transaction"]
        if transaction["result"] != result:
            raise Problem(f"it ended with {transaction['result']} {transaction['result_desc']}, not with {result}")

    def _query_body(self) -> dict[str, Any]:
        return credentials(self._caller.now()) | {"CheckoutRequestID": self._checkout}


def _taught() -> Iterator[tuple[Operation, Lesson]]:
    """The calls of the course: of those that have several versions, the first."""
    seen = set[str]()
    for _, operation in CATALOGUE.operations.values():
        if operation.lesson is not None and operation.product not in seen:
            seen.add(operation.product)
            yield operation, operation.lesson
