"""`mock-daraja next`: the outcome of the next request, armed at a running server."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.cli.usage import a_product, an_outcome, examples
from mock_daraja.client import Client, Row
from mock_daraja.client.api import only_given
from mock_daraja.journal.paint import Paint
from mock_daraja.quoting import visible

_ALL = "all"


def _value(text: str) -> Any:
    """As a scenario file has it: 254708374149 is a number, ">100" a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _conditions(pairs: Iterable[str]) -> Row:
    when: Row = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--when is '{pair}', and is written NAME=VALUE, e.g. --when msisdn=0712345678")
        when[name] = value if name == "msisdn" else _value(value)
    return when


def _line(row: Row, paint: Paint) -> str:
    when = ", ".join(f"{name} {_told(each)}" for name, each in row["when"].items()) or "any request"
    then = ", ".join(f"{name} {_told(each)}" for name, each in row["then"].items()) or "as things stand"
    return f"{paint(str(row['id']), 'name')}  {visible(when)}: {visible(then)}"


def _told(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@click.command(
    "next",
    epilog=examples(
        "mock-daraja next stk-push cancelled",
        "mock-daraja next stk-push 2001 --when msisdn=0712345678 --times 3",
        "mock-daraja next b2c --http 503",
        "mock-daraja next   # what is armed",
        "mock-daraja next --remove all",
    ),
    short_help="Say how the next request ends: cancelled, 1037, hang, HTTP 503.",
)
@click.argument("product", required=False, metavar="[PRODUCT", shell_complete=a_product)
@click.argument("outcome", required=False, metavar="OUTCOME]", shell_complete=an_outcome)
@click.option("--http", type=int, metavar="STATUS", help="An answer of the gateway in front of Daraja, e.g. 503.")
@click.option("--when", multiple=True, metavar="NAME=VALUE", help="Only where this holds, as in a rule's `when`.")
@click.option(
    "--times", type=click.IntRange(1, 100), default=1, metavar="N", help="For so many requests.  [default: 1]"
)
@click.option("--unattested", is_flag=True, help="Also a code that this product was never seen to give.")
@click.option("--remove", metavar="N|all", help="Take back what is armed.")
@sandbox_option
@json_option
@url_option
def next_(
    *,
    product: str | None,
    outcome: str | None,
    http: int | None,
    when: tuple[str, ...],
    times: int,
    unattested: bool,
    remove: str | None,
    sandbox: str,
    as_json: bool,
    url: str | None,
) -> None:
    """Say how the next request for a product ends; without PRODUCT, list what is armed.

    OUTCOME is the name of a story with one outcome (cancelled, callback-lost or lost), of a fault (hang, reset), or a
    code (1032, 500.003.02). Products and operations are understood as people write them: stk-push, STKPush,
    stk-push.query.
    """
    printer, client = Printer(), client_at(url, sandbox)
    conditions = _conditions(when)
    if remove is not None:
        if product is not None:
            raise click.UsageError("--remove takes back what is armed, and arms nothing: leave out the product")
        rows = _removed(client, remove)
    elif product is None:
        if http is not None or conditions:
            raise click.UsageError("give the product, too: mock-daraja next stk-push --http 503")
        rows = client.one_shots()
    else:
        if (outcome is None) == (http is None):
            raise click.UsageError("give one outcome: a word or code behind the product, or --http STATUS")
        asked = only_given(then=outcome, http=http, unattested=unattested or None)
        rows = [client.arm(of=product, when=conditions, **asked) for _ in range(times)]
    if as_json:
        printer.json(rows)
        return
    for row in rows:
        printer.say(_line(row, printer.paint))
    if not rows:
        printer.say("nothing is armed")


def _removed(client: Client, which: str) -> list[Row]:
    """What is still armed."""
    numbers = [str(each["id"]) for each in client.one_shots()] if which == _ALL else [which]
    for number in numbers:
        client.disarm(number)
    return client.one_shots()
