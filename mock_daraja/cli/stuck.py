"""`mock-daraja stuck`: what a running server could not carry out, and having it tried again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from mock_daraja.cli.output import Printer, client_at, json_option, url_option
from mock_daraja.cli.usage import examples
from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem
from mock_daraja.journal.paint import Paint, plain
from mock_daraja.journal.shapes import became
from mock_daraja.quoting import shown, visible

_PAGE: Final = 1000
_TIME: Final = slice(0, 23)  # of an ISO 8601 instant


def stuck_line(row: Row, paint: Paint = plain, name: str = "") -> str:
    """`stuck 7  settle of transaction 3: OSError: ...`, and what came of it where it was resumed."""
    about = f"{row['kind']} of {row['about']}: {row['error']}"
    number = paint(f"stuck {name}{row['id']}", "bad" if row["resumed"] is None else "note")
    later = "" if row["resumed"] is None else f"; resumed {row['resumed'][_TIME]}: {became(row, name)}"
    return f"{number}  {visible(about)}{later}"


@click.command(
    epilog=examples("mock-daraja stuck", "mock-daraja stuck --resume all"),
    short_help="List what failed at every try, and have it tried again.",
)
@click.argument("number", required=False, metavar="[N]")
@click.option("--resume", "resumed", metavar="N|all", help="Have this one, or all of them, tried again.")
@click.option("--sandbox", metavar="NAME", help="The sandbox to ask.  [default: all of them]")
@json_option
@url_option
def stuck(number: str | None, resumed: str | None, sandbox: str | None, as_json: bool, url: str | None) -> bool:
    """List the events of a running server that failed at every try: when, number, what it is, and the last error.

    Each is a later step of a payment, which waits until it is resumed. With N it is one of them with its traceback. N
    is what the list says: 7, or shop-tests/7 where it is not the default sandbox's.

    On a running clock one that was resumed is being tried for a while: `mock-daraja stuck N` says what has come of it,
    with --json as `state`: trying, done or stuck-again. The exit code is 1 where one that was resumed is stuck again by
    then. Where somebody else resumes one of all first, that is said, and is no error.
    """
    if number is not None and resumed is not None:
        raise click.UsageError("give N or --resume, not both")
    printer, wanted = Printer(), resumed if number is None else number
    server = client_at(url)
    if wanted is None or resumed == "all":
        names = [each["name"] for each in server.sandboxes()] if sandbox is None else [sandbox]
        found = [(server.sandbox(name), row) for name in names for row in _all(server.sandbox(name))]
    else:
        name, _, wanted = wanted.rpartition("/")
        if not (wanted.isascii() and wanted.isdigit()):
            raise click.UsageError(f"{shown(wanted)} is no number of an event; `mock-daraja stuck` lists them")
        if name and sandbox and name != sandbox:
            raise click.UsageError(f"{name}/{wanted} is not of the sandbox {sandbox}: leave out --sandbox")
        client = server.sandbox(name or sandbox or "default")
        found = [(client, client.stuck_event(wanted))]
    if resumed is not None:
        return _resume(found, printer, all_of_them=resumed == "all", as_json=as_json)
    _show(found, printer, whole=number is not None, as_json=as_json)
    return True


def _all(client: Client) -> Iterator[Row]:
    rows = client.stuck(after=0, limit=_PAGE)
    while rows:
        yield from rows
        rows = client.stuck(after=rows[-1]["id"], limit=_PAGE)


def _prefix(client: Client) -> str:
    return "" if client.name == "default" else f"{client.name}/"


def _show(found: list[tuple[Client, Row]], printer: Printer, *, whole: bool, as_json: bool) -> None:
    if as_json:
        printer.json([{"sandbox": client.name, **row} for client, row in found])
        return
    for client, row in found:
        printer.say(f"{row['stuck'][_TIME]}  {stuck_line(row, printer.paint, _prefix(client))}")
        for line in row["traceback"].splitlines() if whole else ():
            printer.say(f"  {visible(line)}")
    if not found:
        printer.say("nothing is stuck")
    elif not whole:
        printer.say("\nmock-daraja stuck N shows the traceback of one; --resume N or --resume all has it tried again")


def _resume(found: list[tuple[Client, Row]], printer: Printer, *, all_of_them: bool, as_json: bool) -> bool:
    answers = [(client, *_resumed(client, row["id"], or_look=all_of_them)) for client, row in found]
    if as_json:
        printer.json([{"sandbox": client.name, **row} for client, _, row in answers])
    else:
        for client, how, row in answers:
            prefix = _prefix(client)
            printer.say(f"{prefix}{row['id']}  {row['kind']} of {row['about']}: {how}: {became(row, prefix)}")
        if any(row["state"] == "trying" for _, _, row in answers):
            printer.say("\nmock-daraja stuck N says what has come of one that is being tried")
        if not found:
            printer.say("nothing is stuck")
    return all(row["stuck_again"] is None for _, _, row in answers)


def _resumed(client: Client, number: int, *, or_look: bool) -> tuple[str, Row]:
    """How it was resumed, and the row as it is then. With `or_look` it may be somebody else who did, since it was
    listed."""
    try:
        return "resumed", client.resume(number)
    except Problem as problem:
        if problem.status != 409 or not or_look:
            raise
        row = client.stuck_event(number)
        del row["traceback"]
        return "resumed meanwhile", row
