"""`mock-daraja push`: an STK push as an app sends it, and what came of it."""

from __future__ import annotations

import re
from typing import Final

import click

from mock_daraja import defaults, msisdn
from mock_daraja.cli.caller import bearer_of, credentials, push_body, timestamp, token_request, usual
from mock_daraja.cli.following import callback_line, delivered, payment_lines
from mock_daraja.cli.output import Printer, client_at, json_option, url_option
from mock_daraja.cli.usage import ByMsisdn, examples
from mock_daraja.client import Client, HttpAnswer, Row, Unreachable
from mock_daraja.errors import Problem
from mock_daraja.quoting import visible

SINK: Final = "push"
_EXCHANGE: Final = re.compile(rb"X-Mock-Daraja-Exchange: \S+/(x[0-9]+)", re.IGNORECASE)
_PATIENCE_S: Final = 180  # of the sandbox clock: more than any outcome of a push takes


def _msisdn(ctx: click.Context, param: click.Parameter, value: str) -> str:  # noqa: ARG001 - click's signature
    try:
        return msisdn.normalise(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _number(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:  # noqa: ARG001 - click's
    if value is not None and not (value.isascii() and value.isdigit() and len(value) <= 20):
        raise click.BadParameter(f"'{value}' is not a number")
    return value


@click.command(
    cls=ByMsisdn,
    epilog=examples(
        "mock-daraja push --amount 10",
        "mock-daraja push --amount 250 --msisdn 0712345678 --account-reference INV-7 --no-wait",
        "mock-daraja push --amount 99 --till 3000001 --callback-url http://127.0.0.1:8000/mpesa",
    ),
    short_help="Ask a customer to pay, as an app does: an STK push.",
)
@click.option("--amount", metavar="SHILLINGS", required=True, help="How much.")
@click.option(
    "--msisdn",
    metavar="MSISDN",
    default=defaults.CUSTOMER,
    callback=_msisdn,
    help=f"Who is asked to pay, in any written form.  [default: {defaults.CUSTOMER}]",
)
@click.option(
    "--paybill",
    metavar="SHORTCODE",
    callback=_number,
    help=f"The paybill that is to be paid.  [default: {defaults.PAYBILL}]",
)
@click.option(
    "--till", metavar="SHORTCODE", callback=_number, help="The till that is to be paid, in place of a paybill."
)
@click.option("--account-reference", metavar="TEXT", default="INV-001", help="[default: INV-001]")
@click.option("--description", metavar="TEXT", default="Push", help="The TransactionDesc.  [default: Push]")
@click.option("--callback-url", metavar="URL", help=f"Your webhook.  [default: the built-in sink '{SINK}']")
@click.option("--no-wait", "at_once", is_flag=True, help="Don't wait for the final state and its callback.")
@click.option("--sandbox", default="default", metavar="NAME", help="The sandbox to push in.  [default: default]")
@json_option
@url_option
def push(
    *,
    amount: str,
    msisdn: str,
    paybill: str | None,
    till: str | None,
    account_reference: str,
    description: str,
    callback_url: str | None,
    at_once: bool,
    sandbox: str,
    as_json: bool,
    url: str | None,
) -> bool:
    """Ask a customer to pay, as your app does with an STK push: a token first, then the request, over HTTP.

    Waits until it is final and its callback has gone; a manual clock is moved so far. A customer whose prompt is on
    `ask` is answered for by `mock-daraja answer`, from another terminal. The exit code is 0 only if the customer paid;
    with --no-wait, if the push was accepted. --json prints the exchange as `why --json` does.
    """
    if paybill is not None and till is not None:
        raise click.UsageError("give one of --paybill and --till")
    printer, client = Printer(), client_at(url, sandbox)
    shortcode, passkey = _merchant(client, paybill or defaults.PAYBILL, till)
    body = push_body(
        credentials(timestamp(client), shortcode, passkey),
        int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 20 else amount,
        callback_url or client.sink_url(SINK),
        msisdn=msisdn,
        till=till,
        reference=account_reference,
        description=description,
    )
    number = _sent(client, body)
    opened = client.exchange(number)["transaction"]
    if opened is not None and not at_once:
        delivered(client, opened["id"], least=1, patience_s=_PATIENCE_S)
    exchange = client.exchange(number)
    if as_json:
        printer.json(exchange)
    else:
        _show(printer, exchange)
    opened = exchange["transaction"]
    return opened is not None and (at_once or opened["state"] == "completed")


def _merchant(client: Client, paybill: str, till: str | None) -> tuple[str, str]:
    """Whose shortcode and passkey a push is made with: for a till, its head office's."""
    shortcode = paybill if till is None else client.organisation(till)["head_office"]
    if shortcode is None:
        remedy = f"give one that has, such as {defaults.TILL}, or its own with POST /_mock/organisations"
        raise Problem(f"till {till} has no head office, whose shortcode a push for it needs", remedy=remedy)
    return shortcode, client.organisation(shortcode)["passkey"] or defaults.PASSKEY


def _sent(client: Client, body: Row) -> str:
    """The number of its exchange; where no token was granted, of that."""
    app = client.apps()[0]
    granted = _asked(client, *token_request(app["key"], app["secret"] or "any"))
    bearer = {} if granted is None else bearer_of(granted)
    pushed = _asked(client, usual().method, usual().paths[0], bearer, body) if bearer else granted
    told = None if pushed is None else _EXCHANGE.search(pushed.head)
    return "last" if told is None else told[1].decode()


def _asked(client: Client, method: str, target: str, headers: Row, body: Row | None = None) -> HttpAnswer | None:
    """None: there was no answer, as a fault has it."""
    try:
        return client.send(method, target, body, headers=headers, more_seconds=_PATIENCE_S)
    except Unreachable:
        raise
    except Problem:
        client.health()  # raises where it is no fault of the kind that is played
        return None


def _show(printer: Printer, exchange: Row) -> None:
    paint, opened = printer.paint, exchange["transaction"]
    number = paint(exchange["id"], "name")
    answer = f"HTTP {exchange['status']}" if exchange["status"] else "no answer"
    if exchange["fault"]:
        answer = f"the fault {exchange['fault']}"
    if opened is None:
        said = visible(exchange["response_body"])
        printer.say(f"{number}  {paint(f'not accepted: {answer}', 'bad')}  {said}")
        printer.say(f"  why: {visible(exchange['why'] or 'a fault was asked for')}")
        printer.say(f"  mock-daraja why {exchange['id']} explains")
        return
    told = "accepted" if answer == "HTTP 200" else paint(f"accepted, and answered with {answer}", "bad")
    printer.say(f"{number}  {told}: {opened['reference']}, a prompt for {opened['msisdn']}")
    printer.say("\n".join(payment_lines(opened, paint)))
    for each in exchange["callbacks"]:
        printer.say(f"  {callback_line(each, paint)}")
    if opened["state"] == "pending" and opened["prompt"] == "open":
        printer.say("  mock-daraja answer answers the prompt")
