"""`mock-daraja journal`: what was asked of a running server, a line each, or all of it as HAR."""

from __future__ import annotations

import json
from typing import Final

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, save, url_option
from mock_daraja.client import Row
from mock_daraja.journal.message import printable
from mock_daraja.journal.paint import Paint

_SHOWN: Final = 20
_TIME: Final = slice(11, 23)  # of an ISO 8601 instant


def line(exchange: Row, paint: Paint) -> str:
    """`10:00:00.000  x2  POST /mpesa/...  400  Amount is not ...`, and which transaction it opened."""
    status = exchange["status"]
    is_well = exchange["fault"] is None and status is not None and status < 400
    answered = paint(str(exchange["fault"] or status or "no answer"), "good" if is_well else "bad")
    request = paint(printable(f"{exchange['method']} {exchange['path']}"), "start")
    opened = "" if exchange["transaction"] is None else f"  opens t{exchange['transaction']}"
    why = f"  {printable(exchange['why'])}" if exchange["why"] else ""
    return f"{exchange['received'][_TIME]}  {paint(exchange['id'], 'name')}  {request}  {answered}{opened}{why}"


@click.command(
    epilog="Example: mock-daraja journal; mock-daraja journal --limit 100; mock-daraja journal --har run.har",
    short_help="List what was asked, or write it down as HAR.",
)
@sandbox_option
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=_SHOWN,
    metavar="N",
    help=f"How many, the latest.  [default: {_SHOWN}]",
)
@click.option(
    "--har",
    metavar="FILE",
    help="Write all exchanges and callbacks as HAR 1.2, for browsers and HTTP tools. - is standard output.",
)
@json_option
@url_option
def journal(sandbox: str, limit: int, har: str | None, as_json: bool, url: str | None) -> None:
    """List the latest requests to a running server, oldest first; `mock-daraja why ID` explains one of them."""
    printer = Printer()
    client = client_at(url, sandbox)
    if har is not None:
        document = client.har()
        save(har, json.dumps(document, indent=2, ensure_ascii=False) + "\n", printer)
        if har != "-":
            printer.say(f"{len(document['log']['entries'])} entries in {har}")
        return
    exchanges = client.exchanges(limit=limit)
    if as_json:
        printer.json(exchanges)
        return
    for each in exchanges:
        printer.say(line(each, printer.paint))
    if not exchanges:
        printer.say("nothing was asked of this sandbox yet")
