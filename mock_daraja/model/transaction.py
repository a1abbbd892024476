"""One M-Pesa transaction, from accepted to its single final state, and the events it is waiting for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, Literal

from mock_daraja.model.noun import ALL, Noun, Place, Ranked, Retention, Row, Unique
from mock_daraja.model.outcome import Decision, Outcome

State = Literal["pending", "completed", "failed"]
PromptEnd = Literal["pin", "wrong-pin", "cancel", "ignore", "unseen", "closed"]
"""What became of a prompt: what was done with it; `ignore` is nothing; it was `unseen` where none came up, and is
`closed` where a rule said how it ends."""
_UNDECIDED: Final = Outcome()


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
    prompt: str | None = None  # "open", or how the customer answered: "pin:1234", "cancel"; in the end a PromptEnd
    state: State = "pending"
    result: str | None = None  # final result code
    result_desc: str | None = None
    receipt: str | None = None
    final_ms: int | None = None
    ended: int = 0  # its place among all that are final
    charge_cents: int = 0
    reversed_by: str | None = None  # receipt of the reversal
    size: int = 0  # bytes that its texts take at most, where they may be long: they are the request's
    why: str = ""  # for people: what decided the final state

    @property
    def is_final(self) -> bool:
        return self.state != "pending"

    @property
    def outcome(self) -> Outcome:
        """What was decided; where nothing was, that everything be as it would have been."""
        return _UNDECIDED if self.decision is None else self.decision.outcome


class Event(Row, frozen=True, order=True):
    """Something due at a time of the sandbox clock. Data only: any process that holds the store can run it."""

    due_ms: int
    sequence: int
    kind: str  # "settle", "deliver", ...
    subject: int | str  # id of the transaction or callback; product and key of what is repeated


_CHECKOUT_ID: Final = re.compile(r"(ws_CO_[0-9]{8})([0-9]{15,18})\Z")
_GATEWAY_ID: Final = re.compile(r"([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})([1-9][0-9]{2,7})\Z")
_LONGEST_ID: Final = 64  # characters, of ours; a caller's may have more, and isn't kept for the next time
_RECEIPT: Final = re.compile(r"[A-Z0-9]{10}\Z")


@lru_cache(maxsize=1024)  # asked for each time a row is put, of the few ids of those that are under way
def place_of(reference: str) -> str | Place:
    """Where an id of the sandbox's own (see ids.py) leads to its transaction; any other id as it is.

    A CheckoutRequestID has its place in its day, by time and MSISDN; a gateway id in its node, by its counter; a
    receipt is a number to base 36. As texts they would take 35 MiB more for a hundred thousand transactions.
    """
    if match := _CHECKOUT_ID.match(reference):
        return match[1], int("1" + match[2])  # the 1 keeps the zeros behind it
    if match := _GATEWAY_ID.match(reference):
        return match[1], int(match[2])
    return ("receipt", int(reference, 36)) if _RECEIPT.match(reference) else reference


def _references(row: Transaction) -> tuple[str | Place, ...]:
    own = row.originator_id
    ids = place_of(row.reference), place_of(own) if len(own) <= _LONGEST_ID else own
    return ids if row.receipt is None or not row.is_final else (*ids, place_of(row.receipt))


def _open_prompt(row: Transaction) -> tuple[str, ...]:
    return (row.msisdn,) if row.state == "pending" and row.prompt is not None and row.msisdn is not None else ()


def _paid_push(row: Transaction) -> tuple[Place, ...]:
    """By customer and amount, which must not recur soon. Nothing but a push has a CheckoutRequestID."""
    if row.state != "completed" or row.msisdn is None or not row.reference.startswith("ws_CO_"):
        return ()
    return ((row.msisdn, row.amount_cents),)


TRANSACTIONS: Final[Noun[Transaction, int]] = Noun(
    "transaction",
    Transaction,
    lambda row: row.id,
    unique=(
        Unique("reference", _references),
        Unique("open-prompt", _open_prompt),
        Unique("paid-push", _paid_push),
    ),
    ranked=(Ranked("ended", lambda row: ((ALL, row.ended),) if row.ended else ()),),
    retention=Retention("keep", unpacked="keep_bodies", done=lambda row: row.is_final),
    size=lambda row: row.size,
)
