"""One M-Pesa transaction, from accepted to its single final state, and the events it is waiting for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mock_daraja.model.outcome import Decision

State = Literal["pending", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg of a double entry. Positive credits the account, negative debits it; the legs of an entry sum to zero."""

    account: str  # "customer:254708374149" or "174379:Utility Account"
    cents: int


@dataclass(slots=True, eq=False)
class Transaction:
    """What every later step needs to know, in one flat row: a hundred thousand of them stay in memory.

    Times are milliseconds since the epoch on the sandbox clock. `originator_id` is MerchantRequestID or
    OriginatorConversationID, `reference` is CheckoutRequestID or ConversationID.
    """

    id: int
    operation: str
    accepted_ms: int
    amount_cents: int
    shortcode: str  # the organisation's side
    originator_id: str
    reference: str
    exchange: int  # number of the exchange that opened it
    msisdn: str | None = None  # the customer's side, where there is one
    party_b: str = ""
    command: str = ""  # TransactionType or CommandID
    account_reference: str = ""
    remarks: str = ""
    initiator: str = ""
    credential: str = ""  # what the SecurityCredential turned out to be: see access/security_credential.py
    occasion: str = ""
    subject: str = ""  # the receipt or conversation id that a status query or reversal is about
    parties: str = ""  # "from to" identifier types, as sent
    result_url: str | None = None
    timeout_url: str | None = None
    decision: Decision | None = None  # None: the ledger's truth decides
    prompt: str | None = None  # "open", or how the customer answered: "pin:1234", "cancel"
    state: State = "pending"
    result: str | None = None  # final result code
    result_desc: str | None = None
    receipt: str | None = None
    final_ms: int | None = None
    charge_cents: int = 0
    validation: str | None = None  # "asked", then the merchant's answer: see products/c2b.py
    reversed_by: str | None = None  # receipt of the reversal
    why: str = ""  # for people: what decided the final state

    @property
    def is_final(self) -> bool:
        return self.state != "pending"


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something due at a time of the sandbox clock. Data only: any process that holds the store can run it."""

    due_ms: int
    sequence: int
    kind: str  # "settle", "deliver", ...
    subject: int  # id of the transaction or callback
