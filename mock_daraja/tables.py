"""Apps, organisations and customers from tables: what settings files and the control API both give.

A table that can't be read is a Problem that names the key, its value and what would do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from mock_daraja import fields
from mock_daraja.defaults import PASSKEY, ROLES
from mock_daraja.errors import Problem
from mock_daraja.fields import Fields, Kind, typed
from mock_daraja.model import App, Customer, Initiator, Organisation, changed
from mock_daraja.model.parties import KINDS
from mock_daraja.money import cents
from mock_daraja.msisdn import normalise
from mock_daraja.quoting import shown
from mock_daraja.settings import Quirks, option_fields

_TEXT: Final = typed(str)
_FLAG: Final = typed(bool)
_LIST: Final = typed(list)
_NUMBER: Final = typed(str, int)  # of a party: digits, in quotes or without


def _read(table: Mapping[str, Any], keys: Fields, noun: str, key: str) -> dict[str, Any]:
    def unknown(name: str) -> Problem:
        remedy = misplaced(name) or fields.did_you_mean(name, keys, "keys")
        return Problem(f"{noun} has no {shown(name)}", remedy=remedy)

    values = fields.read(
        table,
        keys,
        unknown=unknown,
        wrong=lambda name, value, wanted: Problem(f"{name} of {noun} is {shown(value)}", remedy=f"give {wanted}"),
        where=str,
    )
    if key not in table:
        raise Problem(f"{noun} has no {key}", remedy=f"give {key} besides {', '.join(table) or 'the rest'}")
    return values


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, _LIST(value)))


def _set(value: Any) -> tuple[str, ...]:
    """Of texts that have no order, each once."""
    return tuple(sorted({*_texts(value)}))


def _instead(value: Any, options: Collection[str], listed: str, between: str = ", ") -> str:
    """What to do about a value that is none of these: the nearest, and all."""
    near = fields.nearest(value, options) if isinstance(value, str) else None
    return (f"did you mean {shown(near)}? " if near else "") + f"{listed} {between.join(options)}"


def _one_of(name: str, *options: str) -> Kind:
    def kind(value: Any) -> str:
        if _TEXT(value) not in options:
            raise Problem(f"{name} is {shown(value)}", remedy=_instead(value, options, "use one of"))
        return str(value)

    return kind


def _phone(name: str) -> Kind:
    def kind(value: Any) -> str:
        written = str(_NUMBER(value))
        try:
            return normalise(written)
        except ValueError as error:
            raise Problem(str(error), where=name, remedy="for example 254708374149") from None

    return kind


def _set_or_all(value: Any) -> tuple[str, ...] | None:
    return None if typed(list, type(None))(value) is None else _set(value)


def _shortcode(value: Any) -> str:
    written = str(_NUMBER(value))
    if not (written.isascii() and written.isdigit() and 5 <= len(written) <= 7):
        raise Problem(f"shortcode is {shown(written)}", remedy="a shortcode is five to seven digits")
    return written


def _shortcodes_or_all(value: Any) -> tuple[str, ...] | None:
    return None if typed(list, type(None))(value) is None else _set([*map(_shortcode, value)])


_APP: Final[Fields] = {
    "key": _TEXT,
    "secret": _TEXT,
    "products": _set_or_all,
    "shortcodes": _shortcodes_or_all,
}


def app_from(table: Mapping[str, Any], old: App | None = None) -> App:
    """An app from `key`, `secret`, and optionally `products` and `shortcodes`, null for all: a new one, or `old` with
    what the table changes."""
    values = _read(table, _APP, "an app", "key")
    if not values.get("secret", old is not None):
        raise Problem(f"app {shown(values['key'])} has no secret", remedy="give secret as well")
    return changed(old or App(values["key"], values["secret"]), **values)


def check_products(app: App, known: Collection[str]) -> None:
    """Raises Problem for a product that is none of the known ones."""
    for slug in app.products or ():
        if slug not in known:
            remedy = _instead(slug, known, "there are")
            raise Problem(f"there is no product {shown(slug)}", where="products", remedy=remedy)


def _kinds(value: Any) -> tuple[str, ...]:
    for kind in _LIST(value):
        if kind not in KINDS:
            raise Problem(f"an organisation of kind {shown(kind)}", remedy=_instead(kind, KINDS, "the kinds are"))
    return _set(value)


def _maximum(value: Any) -> int | None:
    return None if value is None else cents(fields.shillings(value))


def _initiators(value: Any) -> list[Any]:
    if not isinstance(value, list):  # not shown: it may be a password
        what = "initiators of an organisation is no list"
        raise Problem(what, where="initiators", remedy="give a list of objects with name and password")
    return value


ORGANISATION: Final[Fields] = {
    "shortcode": _shortcode,
    "name": _TEXT,
    "kinds": _kinds,
    "passkey": _TEXT,
    "head_office": lambda value: str(_NUMBER(value)),
    "active": _FLAG,
    "bouquet": _one_of("bouquet", "customer", "business", "mgao"),
    "external_validation": _FLAG,
    "nominated": _phone("nominated"),
    "maximum_balance": _maximum,
    "initiators": _initiators,
}


def organisation_from(table: Mapping[str, Any], old: Organisation | None) -> Organisation:
    """An organisation from its table: a new one, or `old` with what the table changes."""
    values = _read(table, ORGANISATION, "an organisation", "shortcode")
    values.pop("initiators", None)
    shortcode = values["shortcode"]
    passkey = None if "head_office" in values else PASSKEY
    return changed(old or Organisation(shortcode, f"Organisation {shortcode}", ("paybill",), passkey), **values)


def initiators_from(
    table: Mapping[str, Any], organisation: Organisation, known: Sequence[Initiator]
) -> tuple[Initiator, ...]:
    """The organisation's initiators with those of its table added, or changed where their names are known."""
    by_name = {each.name: each for each in known}
    for given in table.get("initiators", ()):
        row = _initiator_from(given, Initiator(organisation.shortcode, "", "", number=len(by_name)), by_name)
        by_name[row.name] = row
    return tuple(by_name.values())


def _roles(value: Any) -> tuple[str, ...] | None:
    for role in typed(list, type(None))(value) or ():
        if role not in ROLES:
            raise Problem(f"there is no role {shown(role)}", remedy=_instead(role, ROLES, "the roles are", "; "))
    return None if value is None else _set(value)


_INITIATOR: Final[Fields] = {"name": _TEXT, "password": _TEXT, "roles": _roles, "locked": _FLAG}


def _initiator_from(table: Any, new: Initiator, known: Mapping[str, Initiator]) -> Initiator:
    """From `name`, `password`, `roles` and `locked`, changing the known one of that name if there is one, else `new`.

    A new one needs a password. `roles` of None, as where they are left out, are all roles. Whenever `locked` or
    `password` is given, its failures are counted anew.
    """
    if not isinstance(table, Mapping):
        what = "an initiator is no object of name and password"  # not shown: it may be the password
        raise Problem(what, where="initiators", remedy='write it as {"name": "...", "password": "..."}')
    values = _read(table, _INITIATOR, "an initiator", "name")
    row = known.get(values["name"], new)
    if not values.get("password", row.password):
        raise Problem(f"initiator {shown(values['name'])} has no password", remedy="give password as well")
    counts_anew = "locked" in values or "password" in values
    return changed(row, **values, failures=0 if counts_anew else row.failures)


_CUSTOMER: Final[Fields] = {
    "msisdn": _phone("msisdn"),
    "pin": _TEXT,
    "name": _TEXT,
    "handset": _one_of("handset", "reachable", "offline"),
    "prompt": _one_of("prompt", "pay", "wrong-pin", "cancel", "ignore", "ask"),
    "pin_locked": _FLAG,
    "registered": _FLAG,
    "balance": fields.shillings,
    "id_number": _TEXT,
    "id_types": _texts,
}


def customer_from(table: Mapping[str, Any], old: Customer | None) -> Customer:
    """A customer from its table: a new one, or `old` with what the table changes. The balance is the ledger's."""
    values = _read(table, _CUSTOMER, "a customer", "msisdn")
    values.pop("balance", None)
    if values.get("pin_locked") is False:
        values["wrong_pins"] = 0
    return changed(old or Customer(values["msisdn"]), **values)


_HOMES: Final[Mapping[str, Collection[str]]] = {
    "the top of the file, above all tables": {each.name for each in option_fields()},
    "[quirks]": Quirks.__dataclass_fields__.keys(),
    "[[apps]]": _APP,
    "[[organisations]]": ORGANISATION,
    "initiators of [[organisations]]": _INITIATOR,
    "[[customers]]": _CUSTOMER,
}
"""The keys of each table of a settings file."""


def misplaced(name: str) -> str:
    """Of a key that its table doesn't have: which tables have it, in words; empty where none has."""
    homes = [home for home, names in _HOMES.items() if name in names]
    return f"it belongs to {' or '.join(homes)}" if homes else ""
