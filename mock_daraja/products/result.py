"""The Result envelope that B2C, B2B, balance, status and reversal share, artefacts included (callbacks.md §3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from mock_daraja.ids import zero_receipt
from mock_daraja.model import Transaction
from mock_daraja.money import shillings
from mock_daraja.products.base import World
from mock_daraja.products.parties import account_type
from mock_daraja.products.values import Body, Notice, json_code

Pair = tuple[str, Any]
"""A key and its value; a value of None is a key without `Value`, as the real API leaves it."""

_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_HOSTS: Final = {
    "sandbox": "https://internalsandbox.safaricom.co.ke",
    "production": "https://internalapi.safaricom.co.ke",
}
_PRODUCTION_B2B: Final = "https://internalapi.safaricom.net"  # B2B alone, captured 2026 (callbacks.md §3.1, rule 6)


def number_like(value: str) -> int | str:
    """The converter guesses types: a bill reference of 353353 becomes a number, "0012" and "AB1" stay text."""
    return int(value) if _WHOLE.match(value) else value


def optional(key: str, value: str) -> Pair:
    """Without `Value` where there is none."""
    return key, number_like(value) if value else None


def decimal(cents: int) -> Decimal:
    """A JSON number with two decimals: 8959269.60."""
    return Decimal(shillings(cents))


def one_decimal(cents: int) -> str:
    """1.0 for one shilling, as captured and documented; never fewer decimals than one."""
    written = shillings(cents)
    return written[:-1] if written.endswith("0") else written


def account_line(account: str, world: World) -> str:
    """`Working Account|KES|current|available|reserved|uncleared`; nothing is ever reserved or uncleared here."""
    balance = shillings(world.balance(account))
    return f"{account_type(account)}|KES|{balance}|{balance}|0.00|0.00"


def internal_timeout_url(path: str, world: World) -> Pair:
    """The QueueTimeoutURL of ReferenceData is Safaricom's own, not the caller's. `path` is e.g. "b2cresults"."""
    environment = world.settings.environment
    host = _PRODUCTION_B2B if (environment, path) == ("production", "b2bresults") else _HOSTS[environment]
    return "QueueTimeoutURL", f"{host}/mpesa/{path}/v1/submit"


def _items(pairs: Iterable[Pair]) -> Any:
    """One item is an object, several are an array: the artefact of an XML to JSON converter."""
    items = [{"Key": key} if value is None else {"Key": key, "Value": value} for key, value in pairs]
    return items[0] if len(items) == 1 else items


def envelope(
    transaction: Transaction,
    parameters: Iterable[Pair] | None,
    references: Iterable[Pair],
    transaction_id: str | None = None,
) -> Body:
    """`parameters` of None leaves ResultParameters out, as failures before the transaction do.

    `transaction_id` of None is the receipt, or where there is none the day and zeros.
    """
    result: dict[str, Any] = {
        "ResultType": 0,
        "ResultCode": json_code(transaction.result or ""),
        "ResultDesc": transaction.result_desc,
        "OriginatorConversationID": transaction.originator_id,
        "ConversationID": transaction.reference,
        "TransactionID": transaction_id or transaction.receipt or zero_receipt(transaction.final_ms or 0),
    }
    if parameters is not None:
        result["ResultParameters"] = {"ResultParameter": _items(parameters)}
    result["ReferenceData"] = {"ReferenceItem": _items(references)}
    return {"Result": result}


def result_notice(transaction: Transaction, body: Body, world: World) -> Notice:
    assert transaction.result_url is not None  # every product with a Result wants a ResultURL
    return Notice("result", transaction.result_url, body, int(world.settings.callback_after * 1000))
