"""Where settings come from: flags > MOCK_DARAJA_* environment > mock-daraja.toml > defaults. What is wrong is told with
its flag, its variable, or file and line."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from mock_daraja import files
from mock_daraja.annotated import is_text, is_wrong
from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import INITIATOR, INITIATOR_PASSWORD
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields, Kind, did_you_mean, nearest, read
from mock_daraja.model import Initiator
from mock_daraja.quoting import shown
from mock_daraja.regexes import later
from mock_daraja.settings import Quirks, Settings
from mock_daraja.tables import app_from, check_products, customer_from, initiators_from, misplaced, organisation_from

ENVIRONMENT_PREFIX: Final = "MOCK_DARAJA_"
URL_VARIABLE: Final = f"{ENVIRONMENT_PREFIX}URL"
"""No setting: where the commands find a running server."""
_OURS: Final = later("MOCK_?DARAJA_", re.IGNORECASE)
_SERVICE_LINK: Final = later("MOCK_?DARAJA_(SERVICE_(HOST|PORT.*)|PORT(_[0-9]+_.*)?)")
_AT_LINE: Final = later(r"\(at line ([0-9]+),")
_LONG_KEY: Final = later(
    rf"""(?<![\w"'.\\-])(?:(?:[\w-]++|"(?:\\.|[^"\\\n])*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{files.DEEPEST}}}"""
)
SETTINGS_FILE: Final = "mock-daraja.toml"
_SECRETS: Final = frozenset(each.name for each in fields(Settings) if not each.repr)


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
    values = _from_file(file, products) if os.path.lexists(file) else {}
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
        prefix = _OURS.match(name)
        if prefix is not None and name not in known:
            near = nearest(name[prefix.end() :].upper(), {each.removeprefix(ENVIRONMENT_PREFIX) for each in known})
            listed = "unset it; `mock-daraja docs settings#every-setting` lists those there are"
            remedy = f"did you mean {_variable(near)}?" if near else listed
            raise Problem("there is no such variable", where=name, remedy=remedy)


def _from_file(file: Path, products: Callable[[], Collection[str]] | None) -> dict[str, Any]:
    import tomllib

    raw = files.read(file, "the settings", "make it a file that can be read, or take it away")
    text = files.decoded(raw, str(file))
    if (deep := _LONG_KEY.search(text)) is not None:  # tomllib's time grows with the square of it
        raise files.too_deep(f"{file}:{text.count(chr(10), 0, deep.start()) + 1}")
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise files.too_deep(str(file)) from None
    except ValueError as error:  # TOML's own, or Python's of a number
        found = _AT_LINE.search(str(error))
        place = found[1] if found else len(text.splitlines()) or 1  # it says "at end of document"
        remedy = "see https://toml.io for the syntax"
        raise Problem(f"this is not TOML: {error}", where=f"{file}:{place}", remedy=remedy) from None
    files.must_be_bounded(document, str(file))

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
    quirks = base or Quirks()
    for name, given in _read(value, _kinds(Quirks), where).items():
        try:
            quirks = replace(quirks, **{name: given})
        except Problem as problem:
            raise problem.at(where(name)) from None
    return quirks


def convert(values: Mapping[str, Any], base: Settings) -> dict[str, Any]:
    """Changes of `base`, as JSON holds them, to the types that the fields of Settings have. Raises Problem."""
    return _read(values, {**_kinds(Settings), "quirks": lambda value: quirks_from(value, base=base.quirks)}, str)


def _read(table: Mapping[str, Any], kinds: Fields, where: Callable[[str], str]) -> dict[str, Any]:
    def wrong(name: str, value: Any, wanted: str) -> Problem:
        if name == "app" and isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
            return Problem("app holds a table", remedy='begin it with [[apps]]; app = ["KEY:SECRET"] is for texts')
        return Problem(is_wrong(name, value, may_be_shown=name not in _SECRETS), remedy=f"use {wanted}")

    return read(table, kinds, unknown=lambda name: unknown(name, kinds), wrong=wrong, where=where)


def unknown(name: str, known: Collection[str]) -> Problem:
    remedy = misplaced(name) or did_you_mean(name, sorted(known), "settings")
    return Problem(f"there is no setting {shown(name)}", remedy=remedy)


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


def _text(value: Any) -> str:
    if isinstance(value, (list, Mapping)):
        raise ValueError("text, in quotes")
    if not is_text(text := str(value)):
        raise ValueError("text in UTF-8 without NUL")
    return text


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return tuple(part for part in _text(value).split(",") if part)
    if not all(isinstance(each, str) for each in value):
        raise ValueError("a list of texts")
    return tuple(map(_text, value))


_FLAGS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WHOLE: Final = _parsed(int, "a whole number")
_KINDS: Final[Mapping[Any, Kind]] = {
    str: _text,
    str | None: _text,
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
