"""Settings: flags > MOCK_DARAJA_* environment > mock-daraja.toml > defaults. Reads them; applies none.

Each field's `help` is what `mock-daraja serve --help` and the docs print, so a setting is described once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_type_hints

from mock_daraja.annotated import must_fit
from mock_daraja.clock import ClockSetting, parse_instant
from mock_daraja.defaults import INITIATOR, INITIATOR_PASSWORD
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields, Kind, did_you_mean, nearest, read
from mock_daraja.model import Initiator
from mock_daraja.quoting import shown
from mock_daraja.tables import app_from, check_products, customer_from, initiators_from, organisation_from

ENVIRONMENT_PREFIX: Final = "MOCK_DARAJA_"
URL_VARIABLE: Final = f"{ENVIRONMENT_PREFIX}URL"
"""No setting: where the commands find a running server."""
_SERVICE_LINK: Final = re.compile(f"{ENVIRONMENT_PREFIX}(SERVICE_(HOST|PORT.*)|PORT(_[0-9]+_.*)?)")
SETTINGS_FILE: Final = "mock-daraja.toml"
DEFAULT_PORT: Final = 6737  # M-P-E-S on a telephone's keypad is 6737


def _setting(default: Any, help_text: str, *, metavar: str = "", source: str = "", wanted: str = "") -> Any:
    """`wanted` says what a program gives for it, where its type doesn't."""
    return field(default=default, metadata={"help": help_text, "metavar": metavar, "source": source, "wanted": wanted})


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


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a server and its sandboxes need to know at their start.

    Raises Problem for a value of another type, one out of bounds, and a text that can't be read.
    """

    host: str = _setting("127.0.0.1", "address to bind", metavar="ADDRESS")
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
    app: tuple[str, ...] = _setting((), "one more app, as KEY:SECRET; may be repeated", metavar="KEY:SECRET")
    accept_any_app: bool = _setting(False, "register an unknown consumer key at first sight")
    allow_callbacks_to: tuple[str, ...] = _setting(
        (),
        "host, *.host or CIDR that callbacks may go to besides private addresses; may be repeated",
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
    credentials: Literal["lenient", "strict"] = _setting(
        "lenient",
        "a SecurityCredential that isn't for the sandbox's certificate: lenient takes it unchecked, strict gives 2001",
        metavar="NAME",
    )
    admin_token: str | None = _setting(None, "bearer token that /_mock asks for", metavar="TOKEN")
    allow_host: tuple[str, ...] = _setting(
        (), "one more Host header that /_mock answers to, e.g. a container's name; may be repeated", metavar="NAME"
    )
    max_connections: int = _setting(512, "connections open at once", metavar="N")
    max_body: int = _setting(1 << 20, "bytes of a request body", metavar="N")
    quirks: Quirks = field(
        default_factory=Quirks, metadata={"wanted": 'Quirks(in_flight="4999"), say, from mock_daraja.settings'}
    )
    apps: tuple[Mapping[str, Any], ...] = ()
    organisations: tuple[Mapping[str, Any], ...] = ()
    customers: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        must_fit(self)
        for name, least, most in _BOUNDS:
            value = getattr(self, name)
            if not least <= value <= most:
                raise Problem(f"{name} is {value}", remedy=f"use a number from {least} to {most}")
        if self.start is not None:
            parse_instant(self.start)
        for text in self.app:
            if not all(text.partition(":")):
                raise Problem(f"app {shown(text)} has no secret", remedy="write it as KEY:SECRET")
        for text in self.rewrite_callbacks:
            if not all(text.partition("=")):
                raise Problem(f"rewrite_callbacks {shown(text)} has no target", remedy="write it as FROM=TO")

    @property
    def start_ms(self) -> int | None:
        return None if self.start is None else parse_instant(self.start)


_BOUNDS: Final[tuple[tuple[str, float, float], ...]] = (
    ("port", 0, 65535),
    ("callback_timeout", 0.01, 600),
    ("callback_grace", 0, 600),
    ("callback_connections", 1, 65_536),
    ("receiver_connections", 1, 65_536),
    ("callback_retries", 0, 100),
    ("answer_after", 0, 3600),
    ("callback_after", 0, 3600),
    ("keep", 1, 100_000_000),
    ("keep_bodies", 1, 1_000_000),
    ("max_connections", 1, 100_000),
    ("max_body", 1024, 1 << 30),
)


def option_fields() -> tuple[Any, ...]:
    """The fields that are also flags and environment variables, in the order of `--help`."""
    return tuple(each for each in fields(Settings) if "help" in each.metadata)


def load(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    products: Callable[[], Collection[str]] | None = None,
) -> Settings:
    """Settings from all four sources. `flags` holds only what was given; `products` tells those that an app of the file
    may have. Raises Problem with flag, variable or line.
    """
    environment = os.environ if environment is None else environment
    file = (Path.cwd() if folder is None else folder) / SETTINGS_FILE
    values = _from_file(file, products) if file.is_file() else {}
    values |= _from_environment(environment, values.get("quirks", Quirks()))
    given = {name: value for name, value in (flags or {}).items() if value is not None and value != ()}
    return Settings(**values | _checked(given, flag))


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _checked(values: dict[str, Any], where: Callable[[str], str]) -> dict[str, Any]:
    """The same. Raises Problem, with its place, for one that Settings refuses."""
    for name, value in values.items():
        try:
            Settings(**{name: value})
        except Problem as problem:
            raise problem.at(where(name)) from None
    return values


def _from_environment(environment: Mapping[str, str], quirks_before: Quirks) -> dict[str, Any]:
    def given(of: type) -> dict[str, str]:
        return {name: environment[_variable(name)] for name in _kinds(of) if _variable(name) in environment}

    environment = {name: text for name, text in environment.items() if not _is_service_link(name, text)}
    _check_names(environment)
    values = _checked(_read(given(Settings), _kinds(Settings), _variable), _variable)
    return values | {"quirks": quirks_from(given(Quirks), _variable, quirks_before)}


def _variable(name: str) -> str:
    return ENVIRONMENT_PREFIX + name.upper()


def _is_service_link(name: str, text: str) -> bool:
    """Whether Kubernetes set it, as in each container beside a service that is called mock-daraja."""
    return _SERVICE_LINK.fullmatch(name) is not None and (name != _variable("port") or "://" in text)


def _check_names(environment: Mapping[str, str]) -> None:
    """Raises Problem for a variable that is named as ours are, and is none."""
    known = {URL_VARIABLE, *(_variable(name) for of in (Settings, Quirks) for name in _kinds(of))}
    for name in environment:
        if name.upper().startswith(ENVIRONMENT_PREFIX) and name not in known:
            near = nearest(name[len(ENVIRONMENT_PREFIX) :], {each.removeprefix(ENVIRONMENT_PREFIX) for each in known})
            listed = "unset it; `mock-daraja docs settings#every-setting` lists those there are"
            remedy = f"did you mean {_variable(near)}?" if near else listed
            raise Problem("there is no such variable", where=name, remedy=remedy)


def _from_file(file: Path, products: Callable[[], Collection[str]] | None) -> dict[str, Any]:
    import tomllib

    text = file.read_text(encoding="utf-8")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        remedy = "see https://toml.io for the syntax"
        raise Problem(f"this is not TOML: {error}", where=str(file), remedy=remedy) from None

    def where(name: str) -> str:
        return f"{file}:{_line_of(name, text)}"

    def app(table: Any) -> None:
        row = app_from(table)
        if row.products and products is not None:
            check_products(row, products())

    readers = {**_PARTIES, "apps": app}
    tables = {name: _list_of_tables(name, reader, file, text) for name, reader in readers.items()}
    kinds = {**_kinds(Settings), **tables, "quirks": lambda value: quirks_from(value, where)}
    return _checked(_read(document, kinds, where), where)


def _list_of_tables(name: str, read_one: Callable[[Any], object], file: Path, text: str) -> Kind:
    def kind(value: Any) -> tuple[Mapping[str, Any], ...]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise Problem(f"{name} is no list of tables", remedy=f"begin each with [[{name}]]")
        for index, each in enumerate(value):
            try:
                read_one(each)
            except Problem as problem:
                problem.where = f"{file}:{_line_in_table(name, index, problem.where, text)}"
                raise
        return tuple(value)

    return kind


def quirks_from(value: Any, where: Callable[[str], str] = "quirks.{}".format, base: Quirks | None = None) -> Quirks:
    """Quirks from a table of a settings file or of the control API: `base` with these changed. Raises Problem."""
    if not isinstance(value, Mapping):
        raise Problem(f"quirks is {shown(value)}", remedy='give an object such as {"in_flight": "4999"}')
    return replace(base or Quirks(), **_read(value, _kinds(Quirks), where))


def convert(values: Mapping[str, Any], base: Settings) -> dict[str, Any]:
    """Changes of `base`, as JSON holds them, to the types that the fields of Settings have. Raises Problem."""
    return _read(values, {**_kinds(Settings), "quirks": lambda value: quirks_from(value, base=base.quirks)}, str)


def _read(table: Mapping[str, Any], kinds: Fields, where: Callable[[str], str]) -> dict[str, Any]:
    def wrong(name: str, value: Any, wanted: str) -> Problem:
        return Problem(f"{name} is {shown(value)}", remedy=f"use {wanted}")

    return read(table, kinds, unknown=lambda name: unknown(name, kinds), wrong=wrong, where=where)


def unknown(name: str, known: Collection[str]) -> Problem:
    return Problem(f"there is no setting {shown(name)}", remedy=did_you_mean(name, sorted(known), "settings"))


def _line_of(name: str, text: str) -> int:
    """The line on which a key or table of a TOML text stands; tomllib doesn't say."""
    key = _key(name)
    return next((number for number, line in enumerate(text.splitlines(), 1) if key.match(line)), 1)


def _line_in_table(name: str, index: int, key: str, text: str) -> int:
    """That of a key in the table of this index, else where the table begins, or all of them do. In an inline table, the
    key counts where it is the only one of that name."""
    lines = text.splitlines()
    header = re.compile(rf"\s*\[\[\s*{name}\s*\]\]")
    begins = [number for number, line in enumerate(lines, 1) if header.match(line)]
    if index >= len(begins):
        begins, index = [_line_of(name, text)], 0
    ends = begins[index + 1] - 1 if index + 1 < len(begins) else len(lines)
    within = range(begins[index] + 1, ends + 1) if key else range(0)
    own = (number for number in within if _key(key).match(lines[number - 1]))
    inline = re.compile(rf"""[{{,\s]["']?{re.escape(key)}["']?\s*=""")
    others = [number for number in within if inline.search(lines[number - 1])]
    return next(own, others[0] if len(others) == 1 else begins[index])


def _key(name: str) -> re.Pattern[str]:
    return re.compile(rf"\s*\[*{re.escape(name)}(?![\w-])")


@cache
def _kinds(of: type) -> Fields:
    """How each field that has a help text is read, by its type: from TOML, JSON and the environment alike."""
    types = get_type_hints(of)
    return {each.name: _kind(types[each.name]) for each in fields(of) if "help" in each.metadata}


def _kind(of: Any) -> Kind:
    options = {str(option): option for option in get_args(of)}
    return _KINDS.get(of) or _parsed(options.__getitem__, " or ".join(options))


def _parsed(parse: Callable[[str], Any], wanted: str) -> Kind:
    """What `parse` makes of a value's text."""

    def kind(value: Any) -> Any:
        try:
            return parse(str(value))
        except (KeyError, ValueError):
            raise ValueError(wanted) from None

    return kind


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return tuple(part for part in str(value).split(",") if part)
    if not all(isinstance(each, str) for each in value):
        raise ValueError("a list of texts")
    return tuple(value)


_FLAGS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WHOLE: Final = _parsed(int, "a whole number")
_KINDS: Final[Mapping[Any, Kind]] = {
    str: str,
    str | None: str,
    bool: _parsed(lambda text: _FLAGS[text.lower()], "true or false"),
    int: _WHOLE,
    int | None: _WHOLE,
    float: _parsed(float, "a number"),
    tuple[str, ...]: _texts,
    ClockSetting: _parsed(ClockSetting.parse, "a clock"),
}


def _organisation_from(table: Mapping[str, Any]) -> None:
    row = organisation_from(table, old=None)
    initiators_from(table, row, [Initiator(row.shortcode, INITIATOR, INITIATOR_PASSWORD)])


_PARTIES: Final[Mapping[str, Callable[[Any], object]]] = {
    "organisations": _organisation_from,
    "customers": partial(customer_from, old=None),
}
"""What reads one of each, or raises Problem."""
