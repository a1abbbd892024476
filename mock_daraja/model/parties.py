"""Who takes part: apps with their tokens, organisations with their initiators, customers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Handset = Literal["reachable", "offline"]
"""Whether a prompt reaches the customer's telephone."""

PromptHabit = Literal["pay", "wrong-pin", "cancel", "ignore", "ask"]
"""What a customer does with a prompt by default; `ask` leaves it open until somebody answers it for them."""


@dataclass(slots=True)
class App:
    """A consumer key and secret. `products` and `shortcodes` of None mean "all of them"."""

    key: str
    secret: str | None  # None: any secret is taken (an app registered at first sight)
    products: frozenset[str] | None = None
    shortcodes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token with the product list its app had when it was issued (requests.md §1.7)."""

    value: str
    app_key: str
    products: frozenset[str] | None
    issued_ms: int
    expires_ms: int


@dataclass(slots=True)
class Initiator:
    """An API operator of an organisation. `roles` of None means every role."""

    name: str
    password: str
    roles: frozenset[str] | None = None
    failures: int = 0
    locked: bool = False


@dataclass(slots=True)
class Organisation:
    """A shortcode. `kinds` is what it can do: any of `paybill`, `till`, `head-office`, `b2c`, `b2b`, `tax`."""

    shortcode: str
    name: str
    kinds: frozenset[str]
    passkey: str | None = None  # None: not set up for STK push ("Merchant does not exist")
    head_office: str | None = None  # of a till: the shortcode that pushes for it
    initiators: dict[str, Initiator] = field(default_factory=dict)
    active: bool = True
    bouquet: str = "customer"  # who pays a paybill's charges: see ledger/tariffs.py
    external_validation: bool | None = None  # None: on in the sandbox, off in production until Safaricom turns it on
    nominated: str | None = None  # of a till: the MSISDN that gets B2B Express prompts
    urls: dict[str, str] = field(default_factory=dict)  # registered C2B URLs


@dataclass(slots=True)
class Customer:
    """An MSISDN in 2547XXXXXXXX form. `name` of None means the Faker name that the MSISDN seeds."""

    msisdn: str
    pin: str = "1234"
    name: str | None = None
    handset: Handset = "reachable"
    prompt: PromptHabit = "pay"
    wrong_pins: int = 0
    pin_locked: bool = False
    registered: bool = True
    id_types: tuple[str, ...] = ("01",)  # identity documents: 01 national ID, 02, 05
    id_number: str | None = None  # None: any number matches
