"""`mock-daraja customer`: who pays, and what they do with a prompt."""

from __future__ import annotations

from typing import Any

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.cli.usage import Group, examples
from mock_daraja.client import Row
from mock_daraja.client.api import only_given
from mock_daraja.journal.paint import Paint
from mock_daraja.quoting import visible


@click.group(
    cls=Group,
    epilog=examples("mock-daraja customer list", "mock-daraja customer set 0712345678 --balance 50"),
    short_help="Look at customers, add one, change what they do.",
)
def customer() -> None:
    """Customers: name, balance, handset, PIN, and what they do with a prompt. Any Kenyan number is one, with a balance
    of 250,000 shillings and the PIN 1234, before it is set here."""


@customer.command(
    "list",
    epilog=examples("mock-daraja customer list", "mock-daraja customer list --json"),
    short_help="Those that were set, or took part.",
)
@sandbox_option
@json_option
@url_option
def listed(*, sandbox: str, as_json: bool, url: str | None) -> None:
    """The customers that were set or took part in a payment, a line each."""
    printer, rows = Printer(), client_at(url, sandbox).customers()
    if as_json:
        printer.json(rows)
        return
    for row in rows:
        printer.say(_line(row, printer.paint))
    if not rows:
        printer.say("nobody was set or took part yet; every Kenyan number is a customer")


@customer.command(
    epilog=examples("mock-daraja customer show 0708374149"), short_help="One customer: all that is known of them."
)
@click.argument("msisdn")
@sandbox_option
@json_option
@url_option
def show(*, msisdn: str, sandbox: str, as_json: bool, url: str | None) -> None:
    """One customer: all that is known of them. MSISDN may be in any written form."""
    _show(client_at(url, sandbox).customer(msisdn), as_json=as_json)


@customer.command(
    "set",
    epilog=examples(
        "mock-daraja customer set 0712345678 --balance 50",
        "mock-daraja customer set 0712345678 --prompt ask   # leaves prompts open, for mock-daraja answer",
        "mock-daraja customer set 0712345678 --handset offline --name 'AMINA OTIENO'",
    ),
    short_help="Add a customer, or change one.",
)
@click.argument("msisdn")
@click.option("--balance", metavar="SHILLINGS", help="What is in the wallet.")
@click.option("--prompt", metavar="HABIT", help="What they do with a prompt: pay, wrong-pin, cancel, ignore or ask.")
@click.option("--handset", metavar="STATE", help="reachable or offline.")
@click.option("--pin", metavar="PIN", help="The PIN.")
@click.option("--pin-locked/--no-pin-locked", default=None, help="Whether it was wrong too often.")
@click.option("--registered/--no-registered", default=None, help="Whether they are registered with M-PESA.")
@click.option("--name", metavar="NAME", help="As it stands in a confirmation.")
@sandbox_option
@json_option
@url_option
def set_(*, msisdn: str, sandbox: str, as_json: bool, url: str | None, **table: Any) -> None:
    """Add a customer, or change one; what is not given stays as it is. MSISDN may be in any written form."""
    _show(client_at(url, sandbox).put_customer(msisdn, **only_given(**table)), as_json=as_json)


def _show(row: Row, *, as_json: bool) -> None:
    printer = Printer()
    if as_json:
        printer.json(row)
        return
    for name, value in row.items():
        label = printer.paint(f"{name.replace('_', ' '):14}", "name")
        printer.say(f"{label}{visible(_told(value))}")


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _line(row: Row, paint: Paint) -> str:
    """`254708374149  250000.00  pays  AMINA OTIENO`."""
    marks = [
        f"prompt: {row['prompt']}",
        *(["offline"] if row["handset"] == "offline" else []),
        *(["PIN locked"] if row["pin_locked"] else []),
        *([] if row["registered"] else ["not registered"]),
        *([f"prompt open: {row['open_prompt']}"] if row["open_prompt"] else []),
    ]
    return f"{paint(row['msisdn'], 'start')}  {row['balance']:>12}  {visible(row['name'])}  {', '.join(marks)}"
