"""`mock-daraja why`: the trace of an exchange of a running server, as text or JSON."""

from __future__ import annotations

import re
from typing import Final

import click

from mock_daraja.cli.following import CALLBACK, TRANSACTION
from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, url_option
from mock_daraja.cli.usage import examples
from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem
from mock_daraja.journal.shapes import attempted, has_failed
from mock_daraja.journal.text import explanation, outside_payment
from mock_daraja.quoting import shown

_LOOKED_AT: Final = 20  # newest exchanges among which the last failure is looked for
_EXCHANGE: Final = re.compile(r"last|x?[0-9]{1,18}", re.IGNORECASE)


def asked(exchange: str | None, sandbox: str, url: str | None) -> tuple[Client, Row]:
    """A whole exchange, the last failure where none is named, and who told it. Raises Problem where that is none."""
    client, found = _asked(exchange, sandbox, url)
    if "id" not in found:
        remedy = "name an exchange, such as x12; `mock-daraja journal` lists them"
        raise Problem("no request opened this payment: it came from outside", remedy=remedy)
    return client, found


def _asked(name: str | None, sandbox: str, url: str | None) -> tuple[Client, Row]:
    """A whole exchange, or a payment that came from outside, with its callbacks."""
    if name and "://" in name:
        raise Problem(f"{shown(name)} is a URL, and no ID", remedy="give an ID; --url says which server is asked")
    if name and "/" in name:  # default/x12, as the header has it
        sandbox, _, name = name.rpartition("/")
    client = client_at(url, sandbox)
    return client, _named(client, name) if name else _last_failure(client)


def _named(client: Client, name: str) -> Row:
    if _EXCHANGE.fullmatch(name):
        return client.exchange(name.lower())
    if (callback := CALLBACK.fullmatch(name)) is not None:
        return _about(client, client.callback(int(callback[1])))
    number = TRANSACTION.fullmatch(name)
    try:
        return _opened(client, client.transaction(number[1] if number is not None else name))
    except Problem as problem:
        if problem.status != 404 or not problem.what.startswith("there is no transaction"):
            raise
        what = f"there is no transaction {shown(name)} in sandbox {client.name}"
        if number is None:
            what = f"{shown(name)} names no exchange, callback or transaction of sandbox {client.name}"
        remedy = (
            "give x12, t4, c1, a CheckoutRequestID, MerchantRequestID, ConversationID, OriginatorConversationID or a "
            "receipt; `mock-daraja journal` lists what is kept"
        )
        raise Problem(what, remedy=remedy, status=404) from None


def _last_failure(client: Client) -> Row:
    """The last exchange that was refused, or whose transaction or callback failed; else the last one. A callback that
    was not delivered counts when it was sent."""
    lines = client.exchanges(limit=_LOOKED_AT)
    callback = max(client.undelivered(1), key=attempted, default=None)
    if not lines and callback is None:
        raise Problem("nothing was asked of this sandbox yet", remedy="send a request, then ask again")
    for line in reversed(lines):
        if callback is not None and line["received"] <= attempted(callback):
            break
        if line["status"] == 200 and line["transaction"] is None and line["fault"] is None:
            continue
        whole = client.exchange(line["id"])
        if has_failed(whole):
            return whole
    return client.exchange(lines[-1]["id"]) if callback is None else _about(client, callback)


def _about(client: Client, callback: Row) -> Row:
    """What a callback is about: see `_opened`. Where the transaction isn't kept any more, the callback alone."""
    try:
        transaction = client.transaction(callback["transaction"])
    except Problem as problem:
        if problem.status != 404:
            raise
        return {"sandbox": client.name, "transaction": None, "callbacks": [callback]}
    return _opened(client, transaction)


def _opened(client: Client, transaction: Row) -> Row:
    """The exchange that opened a transaction, if there is one and it is kept, else the transaction itself."""
    try:
        if transaction["exchange"] is not None:
            return client.exchange(transaction["exchange"])
    except Problem as problem:
        if problem.status != 404:
            raise
    callbacks = client.callbacks(transaction=transaction["id"])
    return {"sandbox": client.name, "transaction": transaction, "callbacks": callbacks}


@click.command(
    epilog=examples("mock-daraja why", "mock-daraja why x2", "mock-daraja why t1", "mock-daraja why last --curl"),
    short_help="Explain an answer: what was checked, what failed, what to do.",
)
@click.argument("exchange", required=False, metavar="[last|ID]")
@sandbox_option
@click.option("--curl", "as_curl", is_flag=True, help="Print the curl command that asks the same again.")
@json_option
@url_option
def why(exchange: str | None, sandbox: str, as_curl: bool, as_json: bool, url: str | None) -> None:
    """Explain an answer of a running server: what was checked, what failed, the offending value, and what to do.

    ID is what the header X-Mock-Daraja-Exchange and the log call it, such as x12; or t4 for a transaction, c1 for what
    a callback is about; or a CheckoutRequestID, MerchantRequestID, ConversationID, OriginatorConversationID or receipt.
    Without one it is the last that failed, at once or later, else the last exchange.
    """
    printer = Printer()
    if as_curl:
        client, found = asked(exchange, sandbox, url)
        printer.say(client.curl(found["id"]), end="")
        return
    client, found = _asked(exchange, sandbox, url)
    if as_json:
        printer.json(found)
        return
    told = explanation if "id" in found else outside_payment
    printer.say(told(found, client.clock(), printer.paint), end="")
