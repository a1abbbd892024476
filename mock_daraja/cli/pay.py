"""`mock-daraja pay`: a customer pays from the outside, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from mock_daraja.cli.following import callback_line, delivered, payment_lines
from mock_daraja.cli.output import Printer, client_at, json_option, url_option
from mock_daraja.cli.usage import ByMsisdn, examples
from mock_daraja.client import Row
from mock_daraja.journal.paint import Paint


def lines(row: Row, callbacks: Sequence[Row], paint: Paint) -> Iterator[str]:
    """How the payment ended, and what became of each callback."""
    yield from payment_lines(row, paint)
    if row["state"] == "pending":
        return
    yield from (f"  {callback_line(each, paint)}" for each in callbacks)
    if not any(each["kind"] == "confirmation" for each in callbacks):
        unregistered = f"no URLs are registered for {row['shortcode']}"
        yield f"  no confirmation: {'the payment failed' if row['state'] == 'failed' else unregistered}"


@click.command(
    cls=ByMsisdn,
    epilog=examples(
        "mock-daraja pay --paybill 174379 --account-reference INV-7 --amount 100",
        "mock-daraja pay --msisdn 0712345678 --till 3000001 --amount 50",
    ),
    short_help="Pay a paybill or till, as a customer does without being asked.",
)
@click.option("--msisdn", metavar="MSISDN", help="Who pays, in any written form.  [default: 254708374149]")
@click.option("--paybill", metavar="SHORTCODE", help="The paybill that is paid; needs --account-reference.")
@click.option("--till", metavar="SHORTCODE", help="The till that is paid.")
@click.option("--account-reference", metavar="TEXT", help="The account number that the customer types.")
@click.option("--amount", metavar="SHILLINGS", required=True, help="How much.")
@click.option("--no-wait", "at_once", is_flag=True, help="Don't wait for the final state and its callbacks.")
@click.option("--sandbox", default="default", metavar="NAME", help="The sandbox to pay in.  [default: default]")
@json_option
@url_option
def pay(
    *,
    msisdn: str | None,
    paybill: str | None,
    till: str | None,
    account_reference: str | None,
    amount: str,
    at_once: bool,
    sandbox: str,
    as_json: bool,
    url: str | None,
) -> bool:
    """Pay a paybill or a till, as a customer does from the M-PESA menu without being asked.

    Goes the way of a C2B payment: the receiver's validation URL is asked, the money moves, the confirmation URL is
    told. Waits until that is done; a manual clock is moved so far. The exit code is 0 only if the payment went through.
    """
    if (paybill is None) == (till is None):
        raise click.UsageError("give one of --paybill and --till")
    if (paybill is None) != (account_reference is None):
        raise click.UsageError(
            "--account-reference goes with --paybill" if paybill is None else "--paybill needs --account-reference"
        )
    printer, client = Printer(), client_at(url, sandbox)
    row = client.pay(
        amount, paybill=paybill, till=till, account_reference=account_reference, msisdn=msisdn, wait=not at_once
    )
    callbacks = [] if row["state"] == "pending" else delivered(client, row["id"])
    if as_json:
        printer.json({**row, "callbacks": callbacks})
    else:
        printer.say("\n".join(lines(row, callbacks, printer.paint)))
    return not (row["state"] == "failed" or (row["state"] == "pending" and not at_once))
