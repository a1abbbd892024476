"""`mock-daraja demo`: whose server, which sandbox. The payment itself is play.py's."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from mock_daraja import defaults
from mock_daraja.cli.caller import Caller, visiting
from mock_daraja.cli.output import Printer, client_at, url_option
from mock_daraja.cli.play import play
from mock_daraja.cli.running import OURS, is_there, running, until_stopped
from mock_daraja.cli.serve import introduce, listening_line, log
from mock_daraja.client import Client
from mock_daraja.errors import Problem
from mock_daraja.settings import load

if TYPE_CHECKING:
    from mock_daraja.exchange import Exchange

_CALLBACK_AFTER: Final = 1.0  # seconds: what a fresh sandbox of a server with other settings shall do


@click.command(
    epilog="Example: mock-daraja demo; mock-daraja demo --code 1032; mock-daraja demo --serve",
    short_help="Show a whole payment, as the HTTP that goes over the wire.",
)
@click.option("--code", metavar="CODE", help="Play this outcome instead of a payment, e.g. 1032, 2001, 1 or 1037.")
@click.option("--serve", "stays", is_flag=True, help="Start a server, and keep it after the demo until Ctrl-C.")
@url_option
@click.pass_context
def demo(context: click.Context, code: str | None, stays: bool, url: str | None) -> None:
    """Show a whole payment as the HTTP that goes over the wire.

    Token, STK push, query while it is pending, PIN, callback, and query after: at the server of --url, in a sandbox of
    its own; when none is there the demo starts one at that address. The exit code is 0 only if the callback arrived
    and the query agrees with it.
    """
    printer = Printer()
    client = client_at(url)
    if not is_there(client):
        is_well = _with_own_server(client, code, printer, stays=stays)
    elif stays:
        remedy = "leave out --serve to use that one, or take another port: --url http://127.0.0.1:6738"
        raise Problem(f"a server is listening on {client.url} already", remedy=remedy)
    else:
        is_well = _visit(client, code, printer)
    if not is_well:
        context.exit(1)


def _visit(client: Client, code: str | None, printer: Printer) -> bool:
    clock = "real" if code is None else "manual"
    with visiting(client, printer, clock=clock, callback_after=_CALLBACK_AFTER) as caller:
        return play(caller, code)


def _with_own_server(client: Client, code: str | None, printer: Printer, *, stays: bool) -> bool:
    is_well = False
    logs = Event()
    parts = urlsplit(client.url)
    settings = load({"host": OURS[parts.hostname or ""], "port": 80 if parts.port is None else parts.port})

    def log_later(exchange: Exchange) -> None:
        if logs.is_set():
            log(exchange)

    with ExitStack() as stack:
        wait = stack.enter_context(until_stopped()) if stays else None
        server, gateway = stack.enter_context(running(settings, log_later if stays else None))
        printer.say(listening_line(server.url) if stays else f"No server was running, so here is one at {server.url}.")
        own = client_at(server.url)
        if code is None:
            is_well = play(Caller(own, defaults.APP_KEY, defaults.APP_SECRET, printer), None)
        else:
            is_well = _visit(own, code, printer)
        if wait is not None:
            logs.set()
            introduce(server.url, gateway, printer)
            wait()
    return is_well
