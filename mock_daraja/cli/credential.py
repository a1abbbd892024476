"""`mock-daraja credential`: an initiator's password, encrypted with the certificate of a running sandbox."""

from __future__ import annotations

import sys

import click

from mock_daraja import defaults
from mock_daraja.cli.output import Printer, client_at, json_option, url_option
from mock_daraja.cli.usage import examples
from mock_daraja.errors import Problem


def _asked() -> str:
    """Typed without an echo at a terminal, else the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Initiator password", hide_input=True, err=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        remedy = f"give it as an argument ('{defaults.INITIATOR_PASSWORD}' is {defaults.INITIATOR}'s) or pipe it in"
        raise Problem("no password was given", remedy=remedy)
    return password


@click.command(
    epilog=examples("mock-daraja credential 'Safaricom999!*!'", "mock-daraja credential < password.txt"),
    short_help="Encrypt an initiator's password for SecurityCredential.",
)
@click.argument("password", required=False)
@click.option("--sandbox", default="default", metavar="NAME", help="Whose certificate.  [default: default]")
@json_option
@url_option
def credential(password: str | None, sandbox: str, as_json: bool, url: str | None) -> None:
    """Print the SecurityCredential of an initiator's PASSWORD: encrypted with the certificate of a running sandbox.

    A sandbox makes its certificate when it is first asked for, so a credential is good until the server stops. One made
    with Safaricom's certificate is accepted as well, but its password can't be checked: the trace says so, and `serve
    --credentials strict` lets it fail with 2001. Without PASSWORD it is asked
    for at a terminal, or read from standard input. The certificate itself is at /_mock/certificate.
    """
    printer = Printer()
    made = client_at(url, sandbox).credential(_asked() if password is None else password)
    if as_json:
        printer.json({"credential": made})
    else:
        printer.say(made)
