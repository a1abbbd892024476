"""What products make of a request and of a transaction: values, which the steps carry out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Generic, Literal

from msgspec import Struct

from mock_daraja.defaults import CUSTOMER, PAYBILL
from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step
from mock_daraja.model import Details, Posting, PromptEnd
from mock_daraja.model.noun import K, Noun, R

Body = Mapping[str, Any]


# What comes of a request


class Refusal(Struct, frozen=True):
    """A synchronous error and the line of the trace that explains it. `request_id` stands in for a fresh one."""

    error: DarajaError
    step: Step
    request_id: str | None = None


class Put(Struct, Generic[R, K], frozen=True):
    """A row that is to be kept: put in place of the one with its key."""

    noun: Noun[R, K]
    row: R


class Start(Struct, frozen=True):
    """A further transaction, now, of an operation of the same product. Later ones are a Repeat's to start."""

    operation: str  # its name within the product
    command: Command


class Repeat(Struct, frozen=True):
    """The product's `repeat` is to be called with this key, so long after now on the sandbox clock."""

    key: str
    after_ms: int


class Changes(Struct, frozen=True):
    """What an answer, a final state or a repetition brings about besides itself."""

    parties: tuple[str, ...] = ()  # shortcodes and MSISDNs of the default world that come into being with it
    puts: tuple[Put[Any, Any], ...] = ()
    starts: tuple[Start, ...] = ()
    repeats: tuple[Repeat, ...] = ()


NOTHING: Final = Changes()


class Answer(Struct, frozen=True):
    """The body of an operation that answers at once, with what it changes."""

    body: Body
    changes: Changes = NOTHING
    warnings: tuple[str, ...] = ()  # what is to be known of it besides, for the trace
    notes: tuple[str, ...] = ()  # likewise, where nobody need be warned


class Command(Struct, frozen=True):
    """A request that was understood: what the transaction will be. Field names as in `Transaction`."""

    amount_cents: int
    shortcode: str
    details: Details = Details()
    msisdn: str | None = None
    party_b: str = ""
    command: str = ""
    account_reference: str = ""
    remarks: str = ""
    result_url: str | None = None
    originator_id: str | None = None  # the caller's own, where the product echoes it
    prompts: bool = False  # whether it opens a prompt on the customer's handset
    checkout: bool = False  # whether its reference is a CheckoutRequestID rather than a ConversationID
    warnings: tuple[str, ...] = ()  # what M-Pesa takes although it is hardly meant, for the trace


EXAMPLE: Final = Command(100, PAYBILL, msisdn=CUSTOMER, party_b=PAYBILL, account_reference="INV-1", result_url="")
"""A payment that never was, for a forged callback to tell of. Whoever forges gives the URL, unless there is none."""


# What becomes of a transaction

Secret = Literal["right", "wrong", "locked"]
"""What was entered, and what it means for the counter of wrong ones: `locked` is the last wrong one there may be."""


TIMED_OUT: Final = "queue-timeout"
"""Not a result code of M-PESA's: nothing was carried out, and no Result is sent."""


class Settlement(Struct, frozen=True):
    """The final state of a transaction, as a value."""

    result: str
    desc: str
    why: str
    postings: tuple[Posting, ...] = ()
    pin: Secret | None = None  # the customer's
    prompt: PromptEnd | None = None  # what became of it, where that had a part in it
    password: tuple[str, Secret] | None = None  # an initiator's name, and the same of its password
    charge_cents: int = 0
    reverses: str | None = None  # receipt of the transaction that this one undoes
    makes_receipt: bool = False  # some failures do (callbacks.md §3.1, rule 7); a success does, but for a query's
    changes: Changes = NOTHING

    @property
    def is_success(self) -> bool:
        return self.result == "0"


class Notice(Struct, frozen=True):
    """A callback that is owed, before the outcome's plan delays, drops or copies it."""

    kind: str
    url: str
    body: Any
    delay_ms: int
    headers: tuple[tuple[str, str], ...] = ()


class Sides(Struct, frozen=True):
    """Who pays whom: two accounts of the ledger, the second empty where nobody is known. The words are M-Pesa's."""

    debit: str
    credit: str
    reason: str
    charge_name: str = ""


class Heard(Struct, frozen=True):
    """What came of a question: the receiver's answer, or why there was none."""

    status: int | None = None
    body: bytes = b""
    error: str | None = None


class Payment(Struct, frozen=True, kw_only=True):
    """A customer pays from the M-PESA menu, outside of any request."""

    msisdn: str
    shortcode: str
    amount_cents: int
    account: str
    is_till: bool


def json_code(code: str) -> int | str:
    """A result code as callbacks carry it: a JSON number, unless it isn't numeric (callbacks.md §1.2)."""
    return int(code) if code.isascii() and code.isdigit() else code
