"""Who takes part: apps with their tokens, organisations with their initiators, customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from mock_daraja.model.noun import Noun, Ranked, Retention, Row

Handset = Literal["reachable", "offline"]
"""Whether a prompt reaches the customer's telephone."""

Role = Literal["pays", "receives"]
"""What a customer does in a payment."""

PromptHabit = Literal["pay", "wrong-pin", "cancel", "ignore", "ask"]
"""What a customer does with a prompt by default; `ask` leaves it open until somebody answers it for them."""

Names = tuple[str, ...]


def _without(*secrets: str) -> Callable[[Any], str]:
    """What Python shows of a row, in a traceback or the report of a failing test."""

    def shown(row: Any) -> str:
        values = ((name, getattr(row, name)) for name in row.__struct_fields__)
        pairs = (f"{name}={'***' if name in secrets and value else value!r}" for name, value in values)
        return f"{type(row).__name__}({', '.join(pairs)})"

    return shown


class App(Row, frozen=True):
    """A consumer key and secret. `products` and `shortcodes` of None mean "all of them"."""

    key: str
    secret: str | None  # None: any secret is taken (an app registered at first sight)
    products: Names | None = None
    shortcodes: Names | None = None
    sandbox: str = ""  # the one its key leads to
    number: int = 0  # in the order in which they were added

    __repr__ = _without("secret")


class Token(Row, frozen=True):
    """A bearer token with the product list its app had when it was issued (requests.md §1.7)."""

    value: str
    app_key: str
    products: Names | None
    issued_ms: int
    expires_ms: int
    sandbox: str = ""

    __repr__ = _without("value")


B2C: Final = "b2c"
B2B: Final = "b2b"
TAX: Final = "tax"
KINDS: Final = ("paybill", "till", "head-office", B2C, B2B, TAX)
"""What an organisation can do."""


class Organisation(Row, frozen=True):
    """A shortcode. `kinds` are any of KINDS."""

    shortcode: str
    name: str
    kinds: Names
    passkey: str | None = None  # None: not set up for STK push ("Merchant does not exist")
    head_office: str | None = None  # of a till: the shortcode that pushes for it
    active: bool = True
    bouquet: str = "customer"  # who pays a paybill's charges: see ledger/tariffs.py
    external_validation: bool | None = None  # None: on in the sandbox, off in production until Safaricom turns it on
    nominated: str | None = None  # of a till: the MSISDN that gets B2B Express prompts
    maximum_balance: int | None = None  # cents in the account that receives payments; None: no maximum is known

    __repr__ = _without("passkey")


class Initiator(Row, frozen=True):
    """An API operator of an organisation. `roles` of None means every role."""

    shortcode: str
    name: str
    password: str
    roles: Names | None = None
    failures: int = 0
    locked: bool = False
    number: int = 0  # in the order in which the organisation got them

    __repr__ = _without("password")


class Credential(Row, frozen=True):
    """What a SecurityCredential turned out to be. `text` is the password that is in it, or what is wrong with it. An
    opaque one has none: our certificate doesn't open it, so it may be made with Safaricom's, whose key nobody has."""

    kind: Literal["password", "fault", "opaque"] = "opaque"
    text: str = ""

    __repr__ = _without("text")


class RegisteredUrls(Row, frozen=True):
    """The C2B URLs of an organisation, as registered with one version of the API."""

    shortcode: str
    response_type: str
    confirmation: str
    validation: str
    version: Literal["v1", "v2"]


class Customer(Row, frozen=True):
    """An MSISDN in 2547XXXXXXXX form. `name` of None means the Faker name that the MSISDN seeds."""

    msisdn: str
    name: str | None = None
    pin: str = "1234"
    handset: Handset = "reachable"
    prompt: PromptHabit = "pay"
    wrong_pins: int = 0
    pin_locked: bool = False
    registered: bool = True
    id_number: str | None = None  # None: any number matches
    id_types: Names = ("01",)  # identity documents: 01 national ID, 02, 05

    __repr__ = _without("pin")


# The server's: they lead from a key or a token to a sandbox.

_SPELLINGS: Final = 16  # of a secret, in which it is looked for
APPS: Final[Noun[App, str]] = Noun(
    "app",
    App,
    lambda row: row.key,
    ranked=(Ranked("sandbox", lambda row: ((row.sandbox, row.number),)),),
    size=lambda row: len(row.key) + _SPELLINGS * len(row.secret or ""),
)
TOKENS: Final[Noun[Token, str]] = Noun(
    "token",
    Token,
    lambda row: row.value,
    ranked=(
        Ranked("app", lambda row: ((row.app_key, row.issued_ms),)),
        Ranked("sandbox", lambda row: ((row.sandbox, row.expires_ms),)),
    ),
    retention=Retention("tokens", by="sandbox"),
)

# A sandbox's.

ORGANISATIONS: Final[Noun[Organisation, str]] = Noun("organisation", Organisation, lambda row: row.shortcode)
INITIATORS: Final[Noun[Initiator, str]] = Noun(
    "initiator",
    Initiator,
    lambda row: initiator_key(row.shortcode, row.name),
    ranked=(
        Ranked("organisation", lambda row: ((row.shortcode, row.number),)),
        Ranked("password", lambda row: ((row.password, row.number),)),
    ),
)
REGISTERED_URLS: Final[Noun[RegisteredUrls, str]] = Noun("registered-urls", RegisteredUrls, lambda row: row.shortcode)
CUSTOMERS: Final[Noun[Customer, str]] = Noun("customer", Customer, lambda row: row.msisdn)


def initiator_key(shortcode: str, name: str) -> str:
    return f"{shortcode} {name}"
