"""`mock-daraja answer`: what a customer does with the prompt on the phone."""

from __future__ import annotations

from typing import Final

import click

from mock_daraja.cli.following import callback_line, delivered, payment_lines
from mock_daraja.cli.output import Printer, client_at, json_option, url_option
from mock_daraja.cli.usage import ByMsisdn, examples
from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem

_WAYS: Final = ("pay", "wrong-pin", "cancel", "ignore")


@click.command(
    cls=ByMsisdn,
    epilog=examples(
        "mock-daraja answer", "mock-daraja answer cancel --msisdn 0712345678", "mock-daraja answer --pin 0000"
    ),
    short_help="Answer the prompt on a customer's phone: pay, cancel, ignore.",
)
@click.argument("way", required=False, type=click.Choice(_WAYS), metavar="[pay|wrong-pin|cancel|ignore]")
@click.option("--pin", metavar="PIN", help="Enter this one.")
@click.option("--msisdn", metavar="MSISDN", help="Whose phone.  [default: the one that has a prompt open]")
@click.option("--no-wait", "at_once", is_flag=True, help="Don't wait for the final state and its callback.")
@click.option("--sandbox", default="default", metavar="NAME", help="The sandbox of the phone.  [default: default]")
@json_option
@url_option
def answer(
    *, way: str | None, pin: str | None, msisdn: str | None, at_once: bool, sandbox: str, as_json: bool, url: str | None
) -> None:
    """Answer the prompt on a customer's phone: pay, which enters the right PIN, and is meant where nothing is said;
    wrong-pin; cancel; or ignore.

    Customers answer by themselves after a while, unless they were told to leave the prompt open:
    `mock-daraja customer set MSISDN --prompt ask`. Waits until the payment is final and its callback has gone; a manual
    clock is moved so far. One that is ignored is not waited for.
    """
    if way is not None and pin is not None:
        raise click.UsageError("give one of --pin and what is done with the prompt")
    printer, client = Printer(), client_at(url, sandbox)
    number = _whose(client) if msisdn is None else msisdn
    row = client.answer_prompt(number, way or "pay") if pin is None else client.enter_pin(number, pin)
    callbacks: list[Row] = []
    if not at_once and way != "ignore":
        callbacks = delivered(client, row["id"], least=1)
        row = client.transaction(row["id"])
    if as_json:
        printer.json({**row, "callbacks": callbacks})
        return
    printer.say("\n".join(payment_lines(row, printer.paint)))
    for each in callbacks:
        printer.say(f"  {callback_line(each, printer.paint)}")


def _whose(client: Client) -> str:
    """The one whose prompt is open. Raises Problem unless there is one."""
    waiting = [each["msisdn"] for each in client.transactions(state="pending", limit=1000) if each["prompt"] == "open"]
    if len(waiting) == 1:
        return str(waiting[0])
    if not waiting:
        remedy = "push one: mock-daraja push --amount 10 --no-wait"
        raise Problem("no prompt is open", where="answer", remedy=remedy)
    raise Problem(
        f"{len(waiting)} prompts are open", where="answer", remedy=f"give --msisdn {' or '.join(waiting[:5])}"
    )
