"""One M-Pesa transaction, from accepted to its single final state, and the events it is waiting for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, Literal

from mock_daraja.model.noun import ALL, Noun, Ranked, Retention, Unique
from mock_daraja.model.outcome import Decision
from mock_daraja.model.row import Row

State = Literal["pending", "completed", "failed"]


class Posting(Row, frozen=True):
    """One leg of a double entry. Positive credits the account, negative debits it; the legs of an entry sum to zero."""

    account: str  # "customer:254708374149" or "174379:Utility Account"
    cents: int


class Details(Row, frozen=True, tag=True):
    """What only one kind of operation needs to know about its transactions. JSON names the class as `type`."""


if TYPE_CHECKING:
    from typing_extensions import TypeVar  # for its default, which Python has from 3.13 on

    D = TypeVar("D", bound=Details, default=Any)
else:
    from typing import TypeVar

    D = TypeVar("D", bound=Details)


class Transaction(Row, Generic[D], frozen=True):
    """What every later step needs to know. Times are milliseconds since the epoch on the sandbox clock.

    `originator_id` is MerchantRequestID or OriginatorConversationID, `reference` is CheckoutRequestID or
    ConversationID.
    """

    id: int
    operation: str
    accepted_ms: int
    amount_cents: int
    shortcode: str  # the organisation's side
    originator_id: str
    reference: str
    exchange: int  # number of the exchange that opened it
    details: D
    msisdn: str | None = None  # the customer's side, where there is one
    party_b: str = ""
    command: str = ""  # TransactionType or CommandID
    account_reference: str = ""
    remarks: str = ""
    result_url: str | None = None
    decision: Decision | None = None  # None: the ledger's truth decides
    prompt: str | None = None  # "open", or how the customer answered: "pin:1234", "cancel"
    state: State = "pending"
    result: str | None = None  # final result code
    result_desc: str | None = None
    receipt: str | None = None
    final_ms: int | None = None
    charge_cents: int = 0
    reversed_by: str | None = None  # receipt of the reversal
    why: str = ""  # for people: what decided the final state

    @property
    def is_final(self) -> bool:
        return self.state != "pending"


class Event(Row, frozen=True, order=True):
    """Something due at a time of the sandbox clock. Data only: any process that holds the store can run it."""

    due_ms: int
    sequence: int
    kind: str  # "settle", "deliver", ...
    subject: int | str  # id of the transaction or callback; product and key of what is repeated


_GATEWAY_ID: Final = re.compile(r"[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}([0-9]{3,8})\Z")


@lru_cache(maxsize=256)  # asked for each time a row is put, of the same few ids
def gateway_number(originator_id: str) -> int | None:
    """The counter at the end of an id that the gateway gave (ids.Ids.request_id); None of a caller's own."""
    match = _GATEWAY_ID.match(originator_id)
    return None if match is None else int(match[1])


def _references(row: Transaction) -> tuple[str, ...]:
    """By the gateway's own ids a row is found by number: a hundred thousand more texts would take 14 MB."""
    own = () if gateway_number(row.originator_id) is not None else (row.originator_id,)
    return (row.reference, *own, row.receipt) if row.receipt is not None and row.is_final else (row.reference, *own)


def _numbers(row: Transaction) -> tuple[tuple[str, int], ...]:
    number = gateway_number(row.originator_id)
    return () if number is None else ((ALL, number),)


def _open_prompt(row: Transaction) -> tuple[str, ...]:
    return (row.msisdn,) if row.state == "pending" and row.prompt is not None and row.msisdn is not None else ()


def _completed(row: Transaction) -> tuple[tuple[str, int], ...]:
    is_completed = row.state == "completed" and row.msisdn is not None and row.final_ms is not None
    return ((row.msisdn, row.final_ms),) if is_completed else ()  # type: ignore[return-value]  # neither is None


TRANSACTIONS: Final[Noun[Transaction, int]] = Noun(
    "transaction",
    Transaction,
    lambda row: row.id,
    unique=(Unique("reference", _references), Unique("open-prompt", _open_prompt)),
    ranked=(Ranked("gateway-id", _numbers), Ranked("completed", _completed)),
    retention=Retention("keep", unpacked="keep_bodies", done=lambda row: row.is_final),
)
