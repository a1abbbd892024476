"""`mock-daraja demo`: one payment by STK push, from token to the query after the callback, as the HTTP that it was."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from typing import Final

import click

from mock_daraja import defaults
from mock_daraja.cli.caller import Caller, credentials, push_body, query_of, usual, visiting
from mock_daraja.cli.log import Log
from mock_daraja.cli.output import Printer, ServerPrinter, client_at, url_option
from mock_daraja.cli.running import end_quietly, is_there, running_at, until_stopped
from mock_daraja.cli.serve import introduce, listening_line
from mock_daraja.cli.usage import examples
from mock_daraja.client import Client, HttpAnswer, Row
from mock_daraja.errors import Problem
from mock_daraja.quoting import shown

SINK: Final = "demo"
AMOUNT: Final = 10
_CALLBACK_AFTER: Final = 1.0  # seconds: what a fresh sandbox of a server with other settings shall do
_LONG: Final = 180  # seconds of a manual clock: more than any outcome of a push takes
_PATIENCE: Final = 30  # seconds that a callback may take to arrive


@click.command(
    epilog=examples("mock-daraja demo", "mock-daraja demo --code 1032", "mock-daraja demo --serve"),
    short_help="Show a whole payment, as the HTTP that goes over the wire.",
)
@click.option("--code", metavar="CODE", help="Play this outcome instead of a payment, e.g. 1032, 2001, 1 or 1037.")
@click.option("--serve", "stays", is_flag=True, help="Start a server, and keep it after the demo until Ctrl-C.")
@url_option
def demo(code: str | None, stays: bool, url: str | None) -> bool:
    """Show a whole payment as the HTTP that goes over the wire.

    Token, STK push, query while it is pending, PIN, callback, and query after: at the server of --url, in a sandbox of
    its own; when none is there the demo starts one at that address. The exit code is 0 only if the callback arrived
    and the query agrees with it.
    """
    if code is not None:
        _must_be_given(code)
    client = client_at(url)
    if not is_there(client):
        if not stays:
            return _with_own_server(client, code, Printer(), stays=False)
        with closing(ServerPrinter()) as printer:
            return _with_own_server(client, code, printer, stays=True)
    if stays:
        remedy = "leave out --serve to use that one, or take another port: --url http://127.0.0.1:6738"
        raise Problem(f"a server is listening on {client.url} already", remedy=remedy)
    return _visit(client, code, Printer())


def _must_be_given(code: str) -> None:
    """Raises Problem on a code that a push is never answered with. A story's name, with its folder, is the server's to
    know."""
    from mock_daraja.scenarios import Facts
    from mock_daraja.scenarios.selectors import asked_for

    push = usual()
    if "/" in code:
        return
    if not code.strip():
        raise Problem(
            "the code is empty", where="--code", remedy="give one such as 1032; `mock-daraja codes` lists them"
        )
    try:
        asked_for(code, Facts(push.full_name, push.product, push.kind))
    except Problem as problem:
        raise Problem(problem.what, where="--code", remedy=problem.remedy) from None


def _visit(client: Client, code: str | None, printer: Printer) -> bool:
    clock = "real" if code is None else "manual"
    with visiting(client, printer, clock=clock, callback_after=_CALLBACK_AFTER) as caller:
        return _play(caller, code)


def _with_own_server(client: Client, code: str | None, printer: Printer, *, stays: bool) -> bool:
    is_well = False
    log = Log("text" if stays else "quiet")
    log.is_on = False  # the demo shows what happens itself
    with ExitStack() as stack:
        wait = stack.enter_context(until_stopped()) if stays else None
        server, gateway = stack.enter_context(running_at(client, log))
        printer.say(listening_line(server.url) if stays else f"No server was running, so here is one at {server.url}.")
        own = client_at(server.url)
        if code is None:
            is_well = _play(Caller(own, defaults.APP_KEY, defaults.APP_SECRET, printer), None)
        else:
            is_well = _visit(own, code, printer)
        if wait is not None:
            log.is_on = True
            introduce(server.url, gateway, printer)
            wait()
    if stays:
        end_quietly()
    return is_well


def _play(caller: Caller, code: str | None) -> bool:
    """Show the payment; with a `code` that is its outcome, and the sandbox's clock is manual.

    False, having said why, unless the callback arrived and the query agrees with it.
    """
    try:
        ending = _pay(caller, code)
    except Problem as problem:
        return caller.printer.verdict("demo", [problem])
    return caller.printer.verdict("demo", (), ending)


def _pay(caller: Caller, code: str | None) -> str:
    """What came of it, in words. Raises Problem where that is not what it should be."""
    given = credentials(caller.now()) | {"BusinessShortCode": int(defaults.PAYBILL)}
    caller.get_token()
    if not caller.bearer:
        raise Problem("there was no token; `mock-daraja why` explains")
    push = _push(caller, given, code)
    if push.status != 200:
        if code is None or push.field("errorCode") != code:
            raise Problem("the push was not accepted; the header X-Mock-Daraja-Why or the body says why")
        return f"the push was refused at once with {code}, as asked for, so there is no callback"
    query = {**given, "CheckoutRequestID": push.field("CheckoutRequestID")}
    ask = query_of(usual())
    assert ask is not None  # the demo is of a product that has one
    caller.call("Your app asks how the payment stands, while it is pending", ask, query)
    if code is None:
        path = f"/customers/{defaults.CUSTOMER}/prompt"
        title = "The customer enters the PIN (here: through the control API)"
        caller.control(title, path, {"pin": "1234"}, whole=False)
    else:
        title = f"Time passes: this sandbox's clock is manual, and moved by {_LONG} s"
        caller.control(title, "/clock/advance", {"seconds": _LONG})
    (callback, *_) = caller.client.wait_for_callbacks(_PATIENCE, transaction=query["CheckoutRequestID"])
    caller.show_callback(callback["deliveries"][-1:])
    if callback["state"] != "delivered":
        raise Problem(f"the callback was {callback['state']}: {callback['note']}")
    return _agree(caller.client, callback, caller.call("Your app asks again", ask, query))


def _push(caller: Caller, given: Row, code: str | None) -> HttpAnswer:
    body = push_body(given, AMOUNT, caller.client.sink_url(SINK))
    asked = "" if code is None else f", and the header asks for the outcome {code}"
    title = f"Your app asks {defaults.CUSTOMER} to pay {AMOUNT} shillings{asked}"
    return caller.call(title, usual(), body, {} if code is None else {"X-Mock-Scenario": code})


def _agree(client: Client, callback: Row, query: HttpAnswer) -> str:
    said = json.loads(callback["body"])["Body"]["stkCallback"]
    arrived = [each["json"]["Body"]["stkCallback"] for each in client.arrivals(SINK) if each.get("json")]
    if said not in arrived:
        raise Problem("the sink did not receive the callback")
    result = query.field("ResultCode")
    if result is None or str(result) != str(said["ResultCode"]):
        raise Problem(f"the callback says result {said['ResultCode']}, the query says {result}")
    items = {each["Name"]: each.get("Value") for each in said.get("CallbackMetadata", {}).get("Item", ())}
    receipt = f", receipt {items['MpesaReceiptNumber']}" if "MpesaReceiptNumber" in items else ""
    return f"callback and query agree: {result} {shown(said['ResultDesc'])}{receipt}"
