"""`mock-daraja app`: the apps of a running server, and changing what one may call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.cli.usage import examples
from mock_daraja.client import Row
from mock_daraja.errors import Problem
from mock_daraja.naming import named

_ALL: Final = "all"


def _line(row: Row) -> str:
    """`shop-key  secret shop-secret  products b2c, stk-push  shortcodes all`."""
    return "  ".join(
        (
            row["key"],
            f"secret {_ALL if row['secret'] is None else row['secret']}",
            *(f"{name} {_listed(row[name])}" for name in ("products", "shortcodes")),
        )
    )


def _listed(values: Sequence[str] | None) -> str:
    return _ALL if values is None else ", ".join(values) or "none"


def _read(given: str) -> list[str] | None:
    """None is all of them, as the control API has it."""
    return None if given == _ALL else [each.strip() for each in given.split(",") if each.strip()]


def _products(given: str) -> list[str] | None:
    listed = _read(given)
    return None if listed is None else [named(each, "--products").product for each in listed]


@click.command(
    epilog=examples("mock-daraja app", "mock-daraja app test-key --products stk-push,b2c"),
    short_help="List apps, and change what one may call.",
)
@click.argument("key", required=False, metavar="[KEY]")
@click.option("--products", metavar="LIST|all", help="The products it may call from now on, parted by commas.")
@click.option("--shortcodes", metavar="LIST|all", help="The shortcodes it may use from now on.")
@sandbox_option
@json_option
@url_option
def app(
    *, key: str | None, products: str | None, shortcodes: str | None, sandbox: str, as_json: bool, url: str | None
) -> None:
    """List the apps of a running server: consumer key, secret, products and shortcodes. With KEY, the one that has it.

    With --products or --shortcodes it is changed while the server runs. A token keeps the products that its app had
    when it was granted, until it expires: ask for a new one to use what was added. Products are named as in the
    catalogue, up to the dot: stk-push, b2c. An empty LIST is none of them.
    """
    changes = {}
    if products is not None:
        changes["products"] = _products(products)
    if shortcodes is not None:
        changes["shortcodes"] = _read(shortcodes)
    if changes and key is None:
        raise click.UsageError("give the KEY of the app that is to be changed; `mock-daraja app` lists them")
    printer, client = Printer(), client_at(url, sandbox)
    if key is not None and changes:
        rows = [client.change_app(key, **changes)]
    else:
        rows = client.apps()
        known = [row["key"] for row in rows]
        rows = [row for row in rows if key in (None, row["key"])]
        if key is not None and not rows:
            raise Problem(f"there is no app '{key}'", remedy=f"there are {', '.join(known) or 'none'}")
    if as_json:
        printer.json(rows if key is None else rows[0])
        return
    for row in rows:
        printer.say(_line(row))
    if "products" in changes:
        printer.say("tokens granted before keep their products until they expire")
