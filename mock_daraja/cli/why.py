"""`mock-daraja why`: the trace of an exchange of a running server, as text or JSON."""

from __future__ import annotations

from typing import Final

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem
from mock_daraja.journal.shapes import has_failed
from mock_daraja.journal.text import explanation

_LOOKED_AT: Final = 20  # newest exchanges among which the last failure is looked for


def asked(exchange: str | None, sandbox: str, url: str | None) -> tuple[Client, Row]:
    """A whole exchange, the last failure where none is named, and who told it."""
    if exchange and "/" in exchange:  # default/x12, as the header has it
        sandbox, _, exchange = exchange.rpartition("/")
    client = client_at(url, sandbox)
    return client, client.exchange(exchange) if exchange else _last_failure(client)


def _last_failure(client: Client) -> Row:
    """The last exchange that was refused, or whose transaction or callback failed; else the last one."""
    lines = client.exchanges(limit=_LOOKED_AT)
    if not lines:
        raise Problem("nothing was asked of this sandbox yet", remedy="send a request, then ask again")
    for line in reversed(lines):
        if line["status"] == 200 and line["transaction"] is None and line["fault"] is None:
            continue
        whole = client.exchange(line["id"])
        if has_failed(whole):
            return whole
    return client.exchange(lines[-1]["id"])


@click.command(
    epilog="Example: mock-daraja why; mock-daraja why x12; mock-daraja why last --curl",
    short_help="Explain an answer: what was checked, what failed, what to do.",
)
@click.argument("exchange", required=False, metavar="[last|ID]")
@sandbox_option
@click.option("--curl", "as_curl", is_flag=True, help="Print the curl command that asks the same again.")
@json_option
@url_option
def why(exchange: str | None, sandbox: str, as_curl: bool, as_json: bool, url: str | None) -> None:
    """Explain an answer of a running server: what was checked, what failed, the offending value, and what to do.

    ID is what the header X-Mock-Daraja-Exchange and the log call it, such as x12. Without one it is the last exchange
    that failed, at once or later, else the last.
    """
    printer = Printer()
    client, found = asked(exchange, sandbox, url)
    if as_curl:
        printer.say(client.curl(found["id"]), end="")
        return
    if as_json:
        printer.json(found)
        return
    printer.say(explanation(found, client.clock(), printer.paint), end="")
