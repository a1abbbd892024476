"""What a test sees of a sandbox: rows as they were when it looked, and lists of them that can be narrowed down.

They are apart from the store's own rows, so that a test's assertions outlive a change of those.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Generic, TypeVar

from mock_daraja.errors import Problem
from mock_daraja.journal.failure import refusal
from mock_daraja.money import cents, json_number


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One HTTP request and its answer. `request` and `response` are parsed where they are JSON, else text."""

    id: str  # "x3"; `mock-daraja why x3` and the X-Mock-Daraja-Exchange header use the same
    operation: str | None  # None: no product has this path
    method: str
    path: str
    status: int | None
    request: Any
    response: Any
    why: str  # why it was refused, and what to do; empty when it was not
    transaction: int | None  # id of the one it opened


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One M-Pesa transaction. `amount` is in shillings."""

    id: int
    operation: str
    state: str  # "pending", "completed" or "failed"
    amount: int | float
    shortcode: str
    msisdn: str | None
    account_reference: str
    reference: str  # CheckoutRequestID or ConversationID
    originator_id: str  # MerchantRequestID or OriginatorConversationID
    result: str | None  # final result code, "0" or "1032"
    result_desc: str | None
    receipt: str | None
    why: str  # what decided the final state


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """One notification owed to the app under test. `json` is its body."""

    id: int
    kind: str  # "stk", "result", "validation", "confirmation", "express" or "timeout"
    state: str  # "scheduled", "delivering", "delivered", "failed", "refused" or "dropped"
    url: str
    json: Any
    transaction: int
    attempts: int
    status: int | None  # what the receiver last answered
    note: str  # why it was not delivered, and what to do
    forged: bool = False  # sent by `daraja.forge`


Row = TypeVar("Row", ExchangeRow, TransactionRow, CallbackRow)


class Rows(list[Row], Generic[Row]):
    """A list, oldest first."""

    def where(self, **wanted: Any) -> Rows[Row]:
        """Those whose attributes are all as given: `daraja.callbacks.where(kind="stk", state="failed")`."""
        if self:
            names = [each.name for each in fields(self[0])]
            for name in wanted:
                if name not in names:
                    kind = type(self[0]).__name__
                    raise Problem(f"{kind} has no {name!r}", where="where", remedy=f"it has {', '.join(names)}")
        return Rows(row for row in self if all(getattr(row, name) == value for name, value in wanted.items()))


_OF_A_TRANSACTION: Final = tuple(each.name for each in fields(TransactionRow))


def exchange_of(shape: Mapping[str, Any]) -> ExchangeRow:
    """From a whole exchange of the control API. Over HTTP its bodies come without secrets."""
    refused = refusal(shape)
    why = "" if refused is None else "; ".join(filter(None, (refused["text"], refused.get("remedy"))))
    opened = shape["transaction"]
    return ExchangeRow(
        shape["id"],
        shape["operation"],
        shape["method"],
        shape["path"],
        shape["status"],
        parsed(shape["request_body"]),
        parsed(shape["response_body"]),
        why,
        opened["id"] if isinstance(opened, Mapping) else opened,
    )


def transaction_of(shape: Mapping[str, Any]) -> TransactionRow:
    values = {name: shape[name] for name in _OF_A_TRANSACTION}
    values["amount"] = json_number(cents(shape["amount"]))
    return TransactionRow(**values)


def callback_of(shape: Mapping[str, Any]) -> CallbackRow:
    deliveries = shape["deliveries"]
    return CallbackRow(
        shape["id"],
        shape["kind"],
        shape["state"],
        shape["url"],
        parsed(shape["body"]),
        shape["transaction"],
        len(deliveries),
        deliveries[-1]["status"] if deliveries else None,
        shape["note"],
        shape.get("forged", False),
    )


def parsed(body: bytes | str) -> Any:
    """JSON as a value; anything else as text."""
    try:
        return json.loads(body)
    except ValueError:
        return body if isinstance(body, str) else body.decode(errors="replace")
