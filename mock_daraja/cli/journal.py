"""`mock-daraja journal`: what happened in a running server, a line each, as it happens, or all of it as HAR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Event
from typing import Final, Literal, get_args

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, save, url_option
from mock_daraja.cli.running import end_quietly, until_stopped
from mock_daraja.cli.usage import examples
from mock_daraja.client import Client, Row
from mock_daraja.journal.story import has_failed, lines
from mock_daraja.quoting import json_text

Only = Literal["callbacks", "failed"]

_SHOWN: Final = 20
_MOST: Final = 1000
_PAUSE_S: Final = 0.2  # between two looks at a server


@click.command(
    epilog=examples(
        "mock-daraja journal",
        "mock-daraja journal --follow --only failed",
        "mock-daraja journal --limit 100 --json",
        "mock-daraja journal --har run.har",
    ),
    short_help="List what happened, watch it happen, write it down as HAR.",
)
@sandbox_option
@click.option("--follow", "-f", "follows", is_flag=True, help="Go on as it happens, until Ctrl-C.")
@click.option("--only", type=click.Choice(get_args(Only)), help="Nothing but callbacks, or what has failed.")
@click.option(
    "--limit",
    type=click.IntRange(1, _MOST),
    default=_SHOWN,
    metavar="N",
    help=f"How many of the latest.  [default: {_SHOWN}]",
)
@click.option(
    "--har",
    metavar="FILE",
    help="Write all exchanges and callbacks as HAR 1.2, for browsers and HTTP tools. - is standard output.",
)
@json_option
@url_option
def journal(
    *, sandbox: str, follows: bool, only: Only | None, limit: int, har: str | None, as_json: bool, url: str | None
) -> None:
    """List the latest of what happened in a running server, oldest first; `mock-daraja why ID` explains one of them.

    Requests with their answers, prompts and what the customer did, how each payment ended, with cause and remedy where
    it failed, and each callback with how its receiver took it: what `serve` tells, from any terminal. An event that is
    stuck is there with its traceback, also once it was resumed; `mock-daraja stuck` lists those alone that are stuck
    now. With --json it is an array, with --follow one object a line.
    """
    printer = Printer()
    client = client_at(url, sandbox)
    if har is not None:
        _archive(client, har, printer)
        return
    rows, after = _latest(client, only, limit)
    if follows:
        with until_stopped():
            _show(rows, printer, as_json=as_json)
            for news in _news(client, after):
                _show([each for each in news if _is_wanted(each, only)], printer, as_json=as_json)
        end_quietly()
    elif as_json:
        printer.json(rows)
    elif rows:
        _show(rows, printer, as_json=False)
    else:
        printer.say("nothing has happened in this sandbox yet" if only is None else "nothing of that has happened yet")


def _archive(client: Client, path: str, printer: Printer) -> None:
    document = client.har()
    save(path, json_text(document) + "\n", printer)
    if path != "-":
        printer.say(f"{len(document['log']['entries'])} entries in {path}")


def _latest(client: Client, only: Only | None, limit: int) -> tuple[list[Row], str]:
    """And where the journal goes on."""
    answer = client.journal(limit=limit if only is None else _MOST)
    return [each for each in answer["events"] if _is_wanted(each, only)][-limit:], answer["after"]


def _news(client: Client, after: str) -> Iterator[list[Row]]:
    pause = Event()
    while not pause.wait(_PAUSE_S):
        answer = client.journal(after=after, limit=_MOST)
        after = answer["after"]
        yield answer["events"]


def _show(rows: list[Row], printer: Printer, *, as_json: bool) -> None:
    for row in rows:
        printer.say(json.dumps(row) if as_json else "\n".join(lines(row, printer.paint)))


def _is_wanted(event: Row, only: Only | None) -> bool:
    if only is None:
        return True
    if only == "callbacks":
        return bool(event["event"] == "callback")
    return has_failed(event)
