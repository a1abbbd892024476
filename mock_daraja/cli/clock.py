"""`mock-daraja clock`: the sandbox's time, looked at, moved and switched."""

from __future__ import annotations

import click

from mock_daraja import durations
from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.cli.usage import Group, examples
from mock_daraja.client import Client, Row
from mock_daraja.clock import parse_instant
from mock_daraja.errors import Problem


@click.group(
    cls=Group,
    epilog=examples("mock-daraja clock show", "mock-daraja clock set manual"),
    short_help="Look at the sandbox's time, move it, switch its clock.",
)
def clock() -> None:
    """The sandbox's time. docs/clocks.md says which clocks there are, and what each is for."""


@clock.command(
    epilog=examples("mock-daraja clock show", "mock-daraja clock show --json"),
    short_help="What time it is, and what is due.",
)
@sandbox_option
@json_option
@url_option
def show(*, sandbox: str, as_json: bool, url: str | None) -> None:
    """What time it is in the sandbox, which clock it has, and what is due, the next first."""
    _show(client_at(url, sandbox).clock(), as_json=as_json)


@clock.command(
    epilog=examples("mock-daraja clock advance 90s", 'mock-daraja clock advance "1d 12h"'),
    short_help="Move a clock that stands still.",
)
@click.argument("span")
@sandbox_option
@json_option
@url_option
def advance(*, span: str, sandbox: str, as_json: bool, url: str | None) -> None:
    """Move a manual or auto clock on by SPAN, seconds or a span such as 90s, 36h or "90 days", and do all that falls
    due on the way: prompts are answered, payments become final, callbacks go out."""
    try:
        seconds = durations.seconds(span)
    except ValueError as error:
        raise click.BadParameter(f"'{span}' is none; give {error}", param_hint="SPAN") from None
    _move(client_at(url, sandbox), seconds, as_json=as_json)


@clock.command(
    epilog=examples("mock-daraja clock to 2030-01-31T08:00", "mock-daraja clock to 2030-02-28T23:59:50+03:00"),
    short_help="Move a clock that stands still to a time.",
)
@click.argument("instant")
@sandbox_option
@json_option
@url_option
def to(*, instant: str, sandbox: str, as_json: bool, url: str | None) -> None:
    """Move a manual or auto clock on to INSTANT, and do all that falls due on the way. Without an offset it is East
    Africa Time."""
    client = client_at(url, sandbox)
    now = client.clock(limit=1)["now"]
    ahead_ms = parse_instant(instant) - parse_instant(now)
    if ahead_ms < 0:
        raise Problem(f"{instant} is over: the clock shows {now}", remedy="a clock goes on only; reset the sandbox")
    _move(client, ahead_ms / 1000, as_json=as_json)


@clock.command(
    "set",
    epilog=examples("mock-daraja clock set manual", "mock-daraja clock set scaled:60", "mock-daraja clock set real"),
    short_help="Give the sandbox another clock.",
)
@click.argument("clock", metavar="real|scaled:N|manual|auto")
@sandbox_option
@json_option
@url_option
def set_(*, clock: str, sandbox: str, as_json: bool, url: str | None) -> None:
    """Give the sandbox another clock, at the time that it is: real; scaled:60, sixty times as fast; manual, which
    stands still until it is moved; auto, which moves itself to what is awaited."""
    _show(client_at(url, sandbox).switch_clock(clock), as_json=as_json)


def _show(row: Row, *, as_json: bool) -> None:
    printer = Printer()
    if as_json:
        printer.json(row)
        return
    printer.say(f"{printer.paint(row['now'], 'start')}  {row['clock']}")
    _events(printer, row["due"], "due")


def _move(client: Client, seconds: float, *, as_json: bool) -> None:
    printer, row = Printer(), client.advance(seconds)
    if as_json:
        printer.json(row)
        return
    printer.say(printer.paint(row["now"], "start"))
    _events(printer, row["fired"], "done")


def _events(printer: Printer, events: list[Row], word: str) -> None:
    for each in events:
        printer.say(f"  {each['at']}  {each['kind']} {each['subject']}")
    if not events:
        printer.say(f"  nothing was {word}" if word == "done" else f"  nothing is {word}")
