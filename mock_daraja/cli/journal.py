"""`mock-daraja journal`: what was asked of a running server, a line each, or all of it as HAR."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, save, url_option
from mock_daraja.cli.stuck import stuck_line
from mock_daraja.cli.usage import examples
from mock_daraja.client import Client, Row
from mock_daraja.journal.failed import failed_lines
from mock_daraja.journal.paint import Paint
from mock_daraja.journal.shapes import attempted
from mock_daraja.journal.text import callback_about, callback_why
from mock_daraja.quoting import json_text, visible

_SHOWN: Final = 20
_TIME: Final = slice(11, 23)  # of an ISO 8601 instant


def entries(client: Client, limit: int) -> list[Row]:
    """The latest exchanges, and among them the transactions that failed, the callbacks that were not delivered and the
    events that are stuck or were, each at its time."""
    stuck = client.stuck(limit=limit, resumed="true", whole="true")
    failed = client.transactions(state="failed", limit=limit)
    rows = [*client.exchanges(limit=limit), *failed, *client.undelivered(limit), *stuck]
    return sorted(rows, key=_at)[-limit:]


def _at(row: Row) -> str:
    """The instant: ISO 8601, always of the same offset."""
    if "deliveries" in row:
        return attempted(row)
    return str(next(row[name] for name in ("stuck", "final", "received") if name in row))


def lines(row: Row, paint: Paint) -> Iterator[str]:
    """One; below it what is known of a transaction that failed, the traceback of an event that is stuck or was."""
    at = _at(row)[_TIME]
    under: list[str] = []
    if "failure" in row:
        head, *under = failed_lines(row)
        head = paint(visible(head), "bad")
    elif "deliveries" in row:
        head = _callback(row, paint)
    elif "stuck" in row:
        head, under = stuck_line(row, paint), row.get("traceback", "").splitlines()
    else:
        head = _exchange(row, paint)
    yield f"{at}  {head}"
    for each in under:
        yield f"  {visible(each)}"


def _callback(row: Row, paint: Paint) -> str:
    """`c1  stk callback to https://...  refused  shop.example.com is a public name ...`."""
    about = paint(callback_about(row["kind"], row["url"]), "start")
    number = paint(f"c{row['id']}", "name")
    return f"{number}  {about}  {paint(row['state'], 'bad')}  {callback_why(row['note'])}"


def _exchange(exchange: Row, paint: Paint) -> str:
    """`x2  POST /mpesa/...  400  Amount is not ...`, and which transaction it opened."""
    status = exchange["status"]
    is_well = exchange["fault"] is None and status is not None and status < 400
    answered = paint(str(exchange["fault"] or status or "no answer"), "good" if is_well else "bad")
    request = paint(visible(f"{exchange['method']} {exchange['path']}".rstrip()), "start")
    opened = "" if exchange["transaction"] is None else f"  opens t{exchange['transaction']}"
    why = f"  {visible(exchange['why'])}" if exchange["why"] else ""
    return f"{paint(exchange['id'], 'name')}  {request}  {answered}{opened}{why}"


@click.command(
    epilog=examples("mock-daraja journal", "mock-daraja journal --limit 100", "mock-daraja journal --har run.har"),
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
    """List the latest requests to a running server, oldest first; `mock-daraja why ID` explains one of them.

    A transaction that failed is among them at its end, with cause and remedy, and a callback that was not delivered at
    its last attempt; `mock-daraja why c1` explains it. An event that is stuck is, too, with its traceback and at the
    time when it was given up, and stays there once it was resumed; `mock-daraja stuck` lists those alone that are stuck
    now.
    """
    printer = Printer()
    client = client_at(url, sandbox)
    if har is not None:
        document = client.har()
        save(har, json_text(document) + "\n", printer)
        if har != "-":
            printer.say(f"{len(document['log']['entries'])} entries in {har}")
        return
    rows = entries(client, limit)
    if as_json:
        printer.json(rows)
        return
    for each in rows:
        printer.say("\n".join(lines(each, printer.paint)))
    if not rows:
        printer.say("nothing was asked of this sandbox yet")
