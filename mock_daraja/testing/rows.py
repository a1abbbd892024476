"""What a test sees of a sandbox: rows as they were when it looked, and lists of them that can be narrowed down.

They are made of the control API's JSON, apart from the store's own rows, so that a test's assertions outlive a change
of those.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from msgspec import convert

from mock_daraja.errors import Problem
from mock_daraja.fields import did_you_mean
from mock_daraja.journal.shapes import refusal
from mock_daraja.money import cents, json_number
from mock_daraja.naming import named
from mock_daraja.quoting import shown


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
    result: str | None  # ResultCode in the answer of a query, "0" or "1032"

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> ExchangeRow:
        """From a line with its trace and bodies. Over HTTP these come without secrets."""
        refused = refusal(shape)
        response = parsed(shape["response_body"])
        result = response.get("ResultCode") if isinstance(response, dict) else None
        others = {
            "request": parsed(shape["request_body"]),
            "response": response,
            "result": None if result is None else str(result),
            "why": "" if refused is None else "; ".join(filter(None, (refused["text"], refused.get("remedy")))),
        }
        return convert({**shape, **others}, cls)


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

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> TransactionRow:
        return convert({**shape, "amount": _shillings(shape["amount"])}, cls)


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
    answer: Any  # its body: parsed where it is JSON, else text; None where there was none
    sent: datetime | None  # when it was last sent, on the sandbox clock
    took_ms: int | None  # until the answer was there, on the sandbox clock: 0 where that stands still
    note: str  # why it was not delivered, and what to do
    forged: bool = False  # sent by `daraja.forge`

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> CallbackRow:
        deliveries = shape["deliveries"]
        last = deliveries[-1] if deliveries else {}
        others = {
            "json": parsed(shape["body"]),
            "attempts": len(deliveries),
            "status": last.get("status"),
            "answer": _answer(last.get("answer") or b""),
            "sent": last.get("sent"),
            "took_ms": last.get("took_ms"),
        }
        return convert({**shape, **others}, cls)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer. `balance` is in shillings."""

    msisdn: str
    pin: str
    balance: int | float
    handset: str
    prompt: str
    pin_locked: bool
    registered: bool

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> CustomerRow:
        return convert({**shape, "balance": _shillings(shape["balance"])}, cls)


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation. `balances` are in shillings, by the name of the account."""

    shortcode: str
    name: str
    kinds: frozenset[str]
    passkey: str | None
    head_office: str | None
    active: bool
    balances: dict[str, int | float]

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> OrganisationRow:
        balances = {account: _shillings(held) for account, held in shape["balances"].items()}
        return convert({**shape, "balances": balances}, cls)


Row = TypeVar("Row", bound=ExchangeRow | TransactionRow | CallbackRow)
_STATES: Final[Mapping[type, tuple[str, ...]]] = {
    TransactionRow: ("pending", "completed", "failed"),
    CallbackRow: ("scheduled", "delivering", "delivered", "failed", "refused", "dropped"),
}


class Rows(list[Row], Generic[Row]):
    """A list, oldest first, of rows of one kind."""

    def __init__(self, kind: type[Row], rows: Iterable[Row] = ()) -> None:
        super().__init__(rows)
        self._kind = kind

    def where(self, **wanted: Any) -> Rows[Row]:
        """Those whose attributes are all as given: `daraja.callbacks.where(kind="stk", state="failed")`.

        As `operation`, a product's name stands for all that it has. Raises Problem on an attribute that rows of this
        kind don't have, and on an operation or a state that there isn't, also where the list is empty.
        """
        names = [each.name for each in fields(self._kind)]
        for name, value in wanted.items():
            if name not in names:
                what = f"{self._kind.__name__} has no {shown(name)}"
                raise Problem(what, where="where", remedy=did_you_mean(name, names, "attributes"))
            if name == "state" and value not in _STATES[self._kind]:
                what = f"{self._kind.__name__} has no state {shown(value)}"
                raise Problem(what, where="where", remedy=did_you_mean(str(value), _STATES[self._kind], "states"))
        asked = wanted.get("operation")
        operations = None if asked is None else named(str(asked), "where").operations

        def is_wanted(row: Row) -> bool:
            return all(
                getattr(row, name) in operations if name == "operation" and operations else getattr(row, name) == value
                for name, value in wanted.items()
            )

        return Rows(self._kind, filter(is_wanted, self))


def _answer(message: bytes | str) -> Any:
    """The body of a whole HTTP message."""
    raw = message.encode() if isinstance(message, str) else message
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return parsed(body) if head else None


def _shillings(printed: str) -> int | float:
    return json_number(cents(printed))


def parsed(body: bytes | str) -> Any:
    """JSON as a value; anything else as text."""
    try:
        return json.loads(body)
    except ValueError:
        return body if isinstance(body, str) else body.decode(errors="replace")
