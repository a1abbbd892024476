"""`mock-daraja pay`: a customer pays from the outside, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

import click

from mock_daraja.cli.output import Printer, client_at, json_option, url_option
from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem
from mock_daraja.fields import nearest
from mock_daraja.journal.failed import fact_lines
from mock_daraja.journal.paint import Paint, Role
from mock_daraja.model.callback import PENDING

_PATIENCE_S: Final = 60  # of the sandbox clock, for callbacks of a transaction that is final
_STATES: Final[dict[str, Role]] = {"completed": "good", "delivered": "good", "failed": "bad", "refused": "bad"}


def delivered(client: Client, transaction: int) -> list[Row]:
    """The callbacks of a final transaction, when none is pending any more, or as they are after a minute."""
    rows = client.callbacks(transaction=transaction)
    if any(each["state"] in PENDING for each in rows):
        with suppress(Problem):  # time is up: it is shown as it stands
            client.wait_for_callbacks(_PATIENCE_S, len(rows), transaction=transaction)
        rows = client.callbacks(transaction=transaction)
    return rows


def lines(row: Row, callbacks: Sequence[Row], paint: Paint) -> Iterator[str]:
    """Receipt and result, who paid whom, why, what is known of a failure, and what became of each callback."""
    result = f": {row['result']} {row['result_desc']}" if row["result"] is not None else ""
    state = paint(f"{row['state']}{result}", _STATES.get(row["state"], "note"))
    yield f"{paint(row['receipt'] or 'no receipt', 'start')}  {state}"
    account = f", account {row['account_reference']}" if row["account_reference"] else ""
    yield f"  {row['amount']} from {row['msisdn']} to {row['shortcode']}{account}"
    if row["state"] == "pending":
        yield "  it becomes final on the sandbox's clock"
        return
    yield f"  why: {row['why']}"
    yield from (f"  {line}" for line in fact_lines(row))
    for each in callbacks:
        became = paint(each["state"], _STATES.get(each["state"], "note"))
        yield f"  {each['kind']} to {each['url']}: {became}{_told(each)}"
    if not any(each["kind"] == "confirmation" for each in callbacks):
        unregistered = f"no URLs are registered for {row['shortcode']}"
        yield f"  no confirmation: {'the payment failed' if row['state'] == 'failed' else unregistered}"


def _told(callback: Row) -> str:
    """What became of it, behind its state."""
    if not callback["deliveries"]:
        return f": {callback['note']}" if callback["note"] else ""
    last = callback["deliveries"][-1]
    return f", {last['error']}" if last["error"] else f", answered {last['status']}"


class _Pay(click.Command):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:  # click compares letters alone, and finds --help for --phone
            near = nearest(error.option_name.lstrip("-"), ["msisdn"])
            if near is None:
                raise
            raise click.UsageError(f"{error.message} Did you mean '--{near}'?", ctx) from None


@click.command(
    cls=_Pay,
    epilog=(
        "Example: mock-daraja pay --paybill 174379 --account-reference INV-7 --amount 100; "
        "mock-daraja pay --msisdn 0712345678 --till 3000001 --amount 50"
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
