"""Settings and quirks as values, with their defaults and bounds. sources.py reads them; none is applied here.

Each field's `help` is what `mock-daraja serve --help` and the docs print, so a setting is described once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from mock_daraja.annotated import must_fit
from mock_daraja.clock import LAST_MS, ClockSetting, parse_instant
from mock_daraja.errors import Problem
from mock_daraja.quoting import shown

DEFAULT_PORT: Final = 6737  # M-P-E-S on a telephone's keypad is 6737
DEFAULT_HOST: Final = "127.0.0.1"


def _setting(
    default: Any,
    help_text: str,
    *,
    metavar: str = "",
    source: str = "",
    wanted: str = "",
    is_secret: bool = False,
) -> Any:
    """`wanted` says what a program gives for it, where its type doesn't. Python doesn't show what `is_secret`."""
    told = {"help": help_text, "metavar": metavar, "source": source, "wanted": wanted}
    return field(default=default, repr=not is_secret, metadata=told)


@dataclass(frozen=True, slots=True)
class Quirks:
    """The switches for behaviour on which the evidence disagrees (requests.md §6, callbacks.md §9)."""

    in_flight: Literal["processing", "4999", "empty", "mixed"] = _setting(
        "processing",
        "STK query while pending: 500 'being processed', 200 with ResultCode 4999, 500 with an empty message, or mixed",
        source="callbacks.md §1.3",
    )
    balance_item: bool = _setting(
        True, "five items with an empty Balance in the STK callback's metadata, or four", source="callbacks.md §1.1"
    )
    two_decimals: bool = _setting(False, "Amount 1.00 instead of 1 in the STK callback", source="callbacks.md §1.1")
    checkout_id_digits: Literal[1, 3] = _setting(
        1, "sub-second digits in CheckoutRequestID: 1 (2026) or 3 (2022 to 2025)", source="requests.md §1.4"
    )
    legacy_texts: bool = _setting(False, "query text 'successsfully', as until 2024", source="requests.md §3.2")
    one_token_only: bool = _setting(False, "a new token ends the one before it", source="requests.md §2")
    numeric_expires_in: bool = _setting(False, "expires_in 3599 as a number", source="requests.md §2")
    stk_url_keywords: bool = _setting(
        False, "refuse an STK CallBackURL that holds mpesa, safaricom, exe, cmd, sql, query", source="requests.md §1.6"
    )
    query_rate_limit: bool = _setting(
        False, "STK query: five a minute, then HTTP 429 spike arrest", source="requests.md §1.12, weak"
    )
    c2b_url_keywords: bool = _setting(
        True, "refuse C2B URLs that hold mpesa, safaricom, exe, cmd, sql, query", source="requests.md §1.6"
    )
    register_code_zero: bool = _setting(
        False, "C2B v2 register answers ResponseCode 0 instead of 00000000", source="requests.md §4.1"
    )
    c2b_all_names: bool = _setting(
        False, "v2 confirmations carry empty MiddleName and LastName, as documented", source="callbacks.md §4.1"
    )
    till_type_documented: bool = _setting(
        False, "confirmations of a till say 'Buy Goods', as documented", source="callbacks.md §4.1"
    )
    b2b_success: Literal["documented", "production-2026"] = _setting(
        "documented",
        "the ResultParameters of a B2B success: the documented eight, or the three of 2026",
        source="callbacks.md §3.3",
    )
    same_amount_seconds: int = _setting(
        120,
        "result 17 for the same amount from the same customer within this time; 0 is never",
        source="callbacks.md §2",
    )

    def __post_init__(self) -> None:
        must_fit(self)
        _must_be_between(self, "same_amount_seconds", 0, _DAY_S)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a server and its sandboxes need to know at their start.

    Raises Problem for a value of another type, one out of bounds, and a text that can't be read.
    """

    host: str = _setting(DEFAULT_HOST, "address to bind", metavar="ADDRESS")
    port: int = _setting(DEFAULT_PORT, "port to bind; 0 takes a free one", metavar="PORT")
    clock: ClockSetting = _setting(  # noqa: RUF009 - a field()
        ClockSetting(),
        "real, scaled:60, manual or auto",
        metavar="CLOCK",
        wanted='a ClockSetting: ClockSetting.parse("auto"), from mock_daraja.clock',
    )
    start: str | None = _setting(None, "the clock's first instant, e.g. 2026-11-24T10:00+03:00", metavar="INSTANT")
    scenario: str | None = _setting(None, "scenario to play from the start: a name or a file", metavar="NAME")
    scenarios: tuple[str, ...] = _setting((), "one more folder of scenario files; may be repeated", metavar="FOLDER")
    watch: bool = _setting(False, "take up changed scenario files while serving; a file that is wrong changes nothing")
    seed: int | None = _setting(None, "seed of every id; default: a new one at each start", metavar="N")
    app: tuple[str, ...] = _setting(
        (), "one more app, as KEY:SECRET; may be repeated", metavar="KEY:SECRET", is_secret=True
    )
    accept_any_app: bool = _setting(False, "register an unknown consumer key at first sight")
    allow_callbacks_to: tuple[str, ...] = _setting(
        (),
        "private, a host, *.host or CIDR that callbacks may go to besides this machine; may be repeated",
        metavar="PATTERN",
    )
    rewrite_callbacks: tuple[str, ...] = _setting(
        (), "send callbacks for URLs that start with FROM to TO; may be repeated", metavar="FROM=TO"
    )
    callback_timeout: float = _setting(10.0, "seconds a receiver has to answer a callback", metavar="SECONDS")
    callback_grace: float = _setting(
        2.0,
        "real seconds that whoever is asked first (C2B validation) has in any case, on a fast or a standing clock",
        metavar="SECONDS",
    )
    hang_limit: float = _setting(
        0.0,
        "real seconds after which a fault that keeps a client waiting goes on or ends in any case; 0: never",
        metavar="SECONDS",
    )
    callback_connections: int = _setting(
        1024, "callbacks under way at once; at most half of the files that may be open", metavar="N"
    )
    receiver_connections: int = _setting(256, "of these, to one receiver", metavar="N")
    callback_retries: int = _setting(
        0, "more attempts after a failed delivery; the real API makes none (callbacks.md §6)", metavar="N"
    )
    answer_after: float = _setting(5.0, "seconds until a customer answers a prompt", metavar="SECONDS")
    callback_after: float = _setting(1.0, "seconds from the final state to its callback", metavar="SECONDS")
    pure: bool = _setting(False, "no X-Mock-Daraja-* headers on Daraja's paths")
    keep: int = _setting(100_000, "transactions kept per sandbox; the oldest go first", metavar="N")
    keep_bodies: int = _setting(2_000, "exchanges and callbacks kept whole per sandbox", metavar="N")
    environment: Literal["sandbox", "production"] = _setting(
        "sandbox", "which of Safaricom's hosts to mimic where they differ", metavar="NAME"
    )
    lesson: bool = _setting(
        False, "take calls as courses for beginners write them, with names that the real API doesn't have"
    )
    credentials: Literal["lenient", "strict"] = _setting(
        "lenient",
        "a SecurityCredential that isn't for the sandbox's certificate: lenient takes it unchecked, strict gives 2001",
        metavar="NAME",
    )
    selectors: bool = _setting(
        True, "X-Mock-Scenario, reserved MSISDNs and mock: codes in a request choose its outcome"
    )
    admin_token: str | None = _setting(None, "bearer token that /_mock asks for", metavar="TOKEN", is_secret=True)
    insecure: bool = _setting(False, "serve other machines although /_mock asks for no token")
    allow_host: tuple[str, ...] = _setting(
        (), "one more Host header that /_mock answers to, e.g. a container's name; may be repeated", metavar="NAME"
    )
    max_connections: int = _setting(512, "connections open at once", metavar="N")
    max_body: int = _setting(1 << 20, "bytes of a request body", metavar="N")
    max_memory: int = _setting(
        512, "MiB of all that is kept and comes in; the oldest go first, what is owed never", metavar="MIB"
    )
    quirks: Quirks = field(
        default_factory=Quirks, metadata={"wanted": 'Quirks(in_flight="4999"), say, from mock_daraja.settings'}
    )
    apps: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)  # they have secrets, passkeys, PINs
    organisations: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    customers: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        must_fit(self)
        for name, least, most in _BOUNDS:
            _must_be_between(self, name, least, most)
        if self.lesson and self.environment == "production":
            what = "lesson is on, and environment is production, where nobody learns"
            raise Problem(what, remedy="leave one of the two out: `lesson` is for environment sandbox")
        if self.admin_token is not None and not self.admin_token.strip():
            raise Problem("admin_token is empty", remedy="give a token that is hard to guess, or none at all")
        if self.admin_token is not None and not (self.admin_token.isascii() and self.admin_token.isprintable()):
            what = "admin_token has characters that no Authorization header can carry"
            raise Problem(what, remedy="write it in ASCII's letters, digits and signs")
        if self.start is not None and not 0 <= parse_instant(self.start) <= LAST_MS:
            raise Problem(f"start is {shown(self.start)}", remedy="give a time from 1970 to 9986")
        for number, text in enumerate(self.app, 1):
            if not all(text.partition(":")):  # not shown: it may be the secret
                raise Problem(f"app {number} of {len(self.app)} is no key and secret", remedy="write it as KEY:SECRET")
        for name in self.allow_host:
            if not name.strip() or any(each in name for each in "*/@[ ") or name.count(":") == 1:
                what = f"allow_host {shown(name)} is no name of a host"
                raise Problem(what, remedy="give each name by itself, without scheme and port: shop.test")
        for text in self.rewrite_callbacks:
            if not all(text.partition("=")):
                raise Problem(f"rewrite_callbacks {shown(text)} has no target", remedy="write it as FROM=TO")

    @property
    def start_ms(self) -> int | None:
        return None if self.start is None else parse_instant(self.start)


_DAY_S: Final = 86_400
_BOUNDS: Final[tuple[tuple[str, float, float], ...]] = (
    ("port", 0, 65535),
    ("callback_timeout", 0.01, 600),
    ("callback_grace", 0, 600),
    ("hang_limit", 0, 86_400),
    ("callback_connections", 1, 65_536),
    ("receiver_connections", 1, 65_536),
    ("callback_retries", 0, 100),
    ("answer_after", 0, 3600),
    ("callback_after", 0, 3600),
    ("keep", 1, 100_000_000),
    ("keep_bodies", 1, 1_000_000),
    ("max_connections", 1, 100_000),
    ("max_body", 1024, 1 << 30),
    ("max_memory", 16, 1 << 20),
)


def _must_be_between(given: object, name: str, least: float, most: float) -> None:
    value = getattr(given, name)
    if not least <= value <= most:
        raise Problem(f"{name} is {value}", remedy=f"use a number from {least} to {most}")


def option_fields() -> tuple[Any, ...]:
    """The fields that are also flags and environment variables, in the order of `--help`."""
    return tuple(each for each in fields(Settings) if "help" in each.metadata)
