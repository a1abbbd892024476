"""What a product is: data plus pure functions. The gateway calls them in order; they call nothing back but `World`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from mock_daraja.errors import DarajaError
from mock_daraja.exchange import Step
from mock_daraja.model import Customer, Organisation, Posting, Token, Transaction
from mock_daraja.settings import Settings

Body = Mapping[str, Any]


class World(Protocol):
    """What a product may look at: one sandbox at one instant. Looking changes nothing."""

    @property
    def settings(self) -> Settings: ...
    @property
    def now_ms(self) -> int: ...
    def organisation(self, shortcode: str) -> Organisation | None: ...
    def customer(self, msisdn: str) -> Customer: ...
    def customer_name(self, msisdn: str) -> str: ...
    def balance(self, account: str) -> int: ...
    def open_prompt(self, msisdn: str) -> Transaction | None: ...
    def find_transaction(self, reference: str) -> Transaction | None: ...
    def completed_since(self, msisdn: str, since_ms: int) -> Iterator[Transaction]:
        """The customer's completed transactions with a final time from `since_ms` on, newest first."""

    def open_credential(self, credential: str) -> str:
        """What a SecurityCredential holds, as access.security_credential.Opened prints it."""

    def calls_since(self, operation: str, since_ms: int) -> int: ...
    def request_id(self) -> str:
        """The next gateway id; the one look that moves a counter."""

    def pick(self, options: tuple[str, ...]) -> str:
        """One of the options, by the sandbox's seed."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A synchronous error and the line of the trace that explains it. `request_id` stands in for a fresh one."""

    error: DarajaError
    step: Step
    request_id: str | None = None
    body: Body | None = None  # in place of the error envelope, where a product has its own shape


@dataclass(frozen=True, slots=True)
class RegisterUrls:
    """A change that an answer brings about: the C2B URLs of an organisation, with ResponseType and API version."""

    shortcode: str
    urls: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an operation that answers at once, with what it changes."""

    body: Body
    change: RegisterUrls | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A request that was understood: what the transaction will be. Field names as in `Transaction`."""

    amount_cents: int
    shortcode: str
    msisdn: str | None = None
    credential: str = ""
    occasion: str = ""
    subject: str = ""
    parties: str = ""
    party_b: str = ""
    command: str = ""
    account_reference: str = ""
    remarks: str = ""
    initiator: str = ""
    result_url: str | None = None
    timeout_url: str | None = None
    originator_id: str | None = None  # the caller's own, where the product echoes it
    prompts: bool = False  # whether it opens a prompt on the customer's handset
    checkout: bool = False  # whether its reference is a CheckoutRequestID rather than a ConversationID


@dataclass(frozen=True, slots=True)
class Settlement:
    """The final state of a transaction, as a value. `pin` says what it means for the customer's PIN counter."""

    result: str
    desc: str
    why: str
    postings: tuple[Posting, ...] = ()
    pin: Literal["right", "wrong"] | None = None
    initiator: Literal["right", "wrong"] | None = None  # the same for the initiator's password
    charge_cents: int = 0
    reverses: str | None = None  # receipt of the transaction that this one undoes
    makes_receipt: bool = False  # a success always does; so do some failures (callbacks.md §3.1, rule 7)

    @property
    def is_success(self) -> bool:
        return self.result == "0"


@dataclass(frozen=True, slots=True)
class Notice:
    """A callback that is owed, before the outcome's plan delays, drops or copies it."""

    kind: str
    url: str
    body: Any
    delay_ms: int
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """The synchronous errors of a group of products that answer alike (requests.md §1.5)."""

    invalid_token: Callable[[str], DarajaError]  # of the token as sent
    product_missing: Callable[[str], DarajaError]
    invalid_field: Callable[[str], DarajaError]  # of the field's error name
    wrong_method: Callable[[str], DarajaError]  # of the method
    unknown_resource: DarajaError
    foreign_shortcode: DarajaError  # of an app that is kept to its own shortcodes
    own_body: Callable[[DarajaError], Body | None] = lambda error: None  # in place of the error envelope


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and its paths. It either opens a transaction (read, acknowledge) or answers at once (answer)."""

    name: str  # "<product>.<operation>"
    method: str
    paths: tuple[str, ...]
    access: Literal["bearer", "basic"] = "bearer"
    schema: str | None = None  # schemas/<schema>.request.json
    owner: str | None = None  # the field that holds the caller's own shortcode
    read: Callable[[Body, World], Command | Refusal] | None = None
    acknowledge: Callable[[Transaction], Body] | None = None
    answer: Callable[[Body, World], Answer | Refusal] | None = None
    grant: Callable[[Token, World], Body] | None = None  # OAuth alone: the body that hands out a token

    @property
    def product(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Product:
    """One API family of the portal."""

    slug: str
    title: str
    family: Family
    operations: tuple[Operation, ...]
    settle_at: Callable[[Transaction, World], int] | None = None  # when it will be final, in ms
    settle: Callable[[Transaction, World], Settlement] | None = None
    notices: Callable[[Transaction, World], tuple[Notice, ...]] | None = None  # once it is final
    heard: Callable[[int | None, bytes, str | None], str] | None = None  # their answer: status, body, error
    ask: Callable[[Transaction, World], Notice | None] | None = None  # who is asked before it settles, if anybody


def reference(value: Any) -> str:
    """An optional reference: null and absent are empty, 0 is "0"."""
    return "" if value is None else text(value)


def json_code(code: str) -> int | str:
    """A result code as callbacks carry it: a JSON number, unless it isn't numeric (callbacks.md §1.2)."""
    return int(code) if code.isascii() and code.isdigit() else code


def text(value: Any) -> str:
    """A field that may come as string or number ("174379", 174379, 174379.0), as the digits or words it means."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def digits(value: Any) -> str:
    """A shortcode or MSISDN, which some clients send as a float in a string: "174379.0" (requests.md §1.12)."""
    return text(value).partition(".")[0]
