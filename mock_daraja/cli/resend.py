"""`mock-daraja resend`: a callback, sent again byte for byte."""

from __future__ import annotations

import click

from mock_daraja.cli.following import CALLBACK, callback_line, delivered
from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.cli.usage import examples
from mock_daraja.client import Row
from mock_daraja.model.callback import PENDING


def _number(ctx: click.Context, param: click.Parameter, value: str) -> int:  # noqa: ARG001 - click's signature
    found = CALLBACK.fullmatch(value if value[:1] in ("c", "C") else f"c{value}")
    if found is None:
        raise click.BadParameter(f"'{value}' is no callback; give one such as c1, as `mock-daraja journal` lists them")
    return int(found[1])


@click.command(
    epilog=examples("mock-daraja resend c1", "mock-daraja resend c1 --times 2"),
    short_help="Send a callback again, byte for byte.",
)
@click.argument("callback", callback=_number, metavar="CALLBACK")
@click.option("--times", type=click.IntRange(1, 100), default=1, metavar="N", help="How often.  [default: 1]")
@sandbox_option
@json_option
@url_option
def resend(*, callback: int, times: int, sandbox: str, as_json: bool, url: str | None) -> bool:
    """Send a callback again, byte for byte: does your webhook count a payment twice?

    CALLBACK is what `mock-daraja why` and the log call it, such as c1. The exit code is 0 only if it was delivered.
    """
    printer, client = Printer(), client_at(url, sandbox)
    row = client.resend(callback, times)
    if row["state"] in PENDING and row["transaction"]:
        delivered(client, row["transaction"])
        row = client.callback(callback)
    return show(printer, row, as_json=as_json)


def show(printer: Printer, row: Row, *, as_json: bool) -> bool:
    """Whether it was delivered."""
    if as_json:
        printer.json(row)
    else:
        number = printer.paint(f"c{row['id']}", "name")
        printer.say(f"{number}  {callback_line(row, printer.paint)}")
    return bool(row["state"] == "delivered")
