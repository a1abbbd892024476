"""Apps, organisations and customers from tables: what settings files and the control API both give.

A table that can't be read is a Problem that names the key, its value and what would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.defaults import KINDS, PASSKEY, ROLES, default_initiators
from mock_daraja.errors import Problem
from mock_daraja.model import App, Customer, Initiator, Organisation
from mock_daraja.msisdn import normalise


def _checked(table: Mapping[str, Any], keys: Mapping[str, type | tuple[type, ...]], noun: str, key: str) -> None:
    for name, value in table.items():
        if name not in keys:
            raise Problem(f"{noun} has no {name!r}", remedy=f"the keys are {', '.join(keys)}")
        if not isinstance(value, keys[name]) or (isinstance(value, bool) and keys[name] is not bool):
            raise Problem(f"{name} of {noun} is {value!r}", remedy=f"give {_kind_name(keys[name])}")
    if key not in table:
        raise Problem(f"{noun} has no {key}", remedy=f"give {key} besides {', '.join(table) or 'the rest'}")


def _kind_name(kind: type | tuple[type, ...]) -> str:
    names = {str: "text", bool: "true or false", list: "a list", int: "a whole number", type(None): "null"}
    return " or ".join(names.get(each, each.__name__) for each in (kind if isinstance(kind, tuple) else (kind,)))


def app_from(table: Mapping[str, Any]) -> App:
    """An app from `key`, `secret`, and optionally `products` and `shortcodes`."""
    _checked(table, {"key": str, "secret": str, "products": list, "shortcodes": list}, "an app", "key")
    if not table.get("secret"):
        raise Problem(f"app {table['key']!r} has no secret", remedy="give secret as well")
    products, shortcodes = table.get("products"), table.get("shortcodes")
    return App(
        table["key"],
        table["secret"],
        None if products is None else frozenset(map(str, products)),
        None if shortcodes is None else frozenset(map(str, shortcodes)),
    )


_ORGANISATION_KEYS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "shortcode": (str, int), "name": str, "kinds": list, "passkey": str, "head_office": (str, int), "active": bool,
    "bouquet": str, "external_validation": bool, "nominated": (str, int), "initiators": list,
}  # fmt: skip


def organisation_from(table: Mapping[str, Any], old: Organisation | None) -> Organisation:
    """An organisation from its table, changing `old` where there is one."""
    _checked(table, _ORGANISATION_KEYS, "an organisation", "shortcode")
    shortcode = str(table["shortcode"])
    if not (shortcode.isascii() and shortcode.isdigit() and 5 <= len(shortcode) <= 7):
        raise Problem(f"shortcode is {shortcode!r}", remedy="a shortcode is five to seven digits")
    for kind in table.get("kinds", ()):
        if kind not in KINDS:
            raise Problem(f"an organisation of kind {kind!r}", remedy=f"the kinds are {', '.join(KINDS)}")
    _one_of(table, "bouquet", ("customer", "business", "mgao"))
    known = {} if old is None else old.initiators
    initiators = [initiator_from(each, known) for each in table.get("initiators", ())]
    nominated = _msisdn(table, "nominated") if "nominated" in table else None
    row = old or Organisation(
        shortcode, f"Organisation {shortcode}", frozenset({"paybill"}), initiators=default_initiators()
    )
    if old is None and "passkey" not in table and "head_office" not in table:
        row.passkey = PASSKEY
    for name in ("name", "passkey", "active", "bouquet", "external_validation"):
        if name in table:
            setattr(row, name, table[name])
    row.kinds = frozenset(table["kinds"]) if "kinds" in table else row.kinds
    row.head_office = str(table["head_office"]) if "head_office" in table else row.head_office
    row.nominated = nominated or row.nominated
    row.initiators |= {each.name: each for each in initiators}
    return row


def initiator_from(table: Any, known: Mapping[str, Initiator]) -> Initiator:
    """An initiator from `name`, `password`, `roles` and `locked`, changing the known one of that name if there is one.

    A new one needs a password. `roles` of None, as where they are left out, are all roles. Whenever `locked` or
    `password` is given, its failures are counted anew.
    """
    if not isinstance(table, Mapping):
        raise Problem(f"an initiator is {table!r}", remedy="give an object with name and password")
    kinds: dict[str, type | tuple[type, ...]] = {
        "name": str, "password": str, "roles": (list, type(None)), "locked": bool
    }  # fmt: skip
    _checked(table, kinds, "an initiator", "name")
    old = known.get(table["name"])
    password = table.get("password", "" if old is None else old.password)
    if not password:
        raise Problem(f"initiator {table['name']!r} has no password", remedy="give password as well")
    roles = table.get("roles", None if old is None else old.roles)
    for role in roles or ():
        if role not in ROLES:
            raise Problem(f"there is no role {role!r}", remedy=f"the roles are {'; '.join(ROLES)}")
    anew = old is None or "locked" in table or "password" in table
    return Initiator(
        table["name"],
        password,
        None if roles is None else frozenset(roles),
        failures=0 if anew or old is None else old.failures,
        locked=table.get("locked", old is not None and old.locked),
    )


def _msisdn(table: Mapping[str, Any], name: str) -> str:
    try:
        return normalise(str(table[name]))
    except ValueError as error:
        raise Problem(str(error), where=name, remedy="for example 254708374149") from None


def customer_from(table: Mapping[str, Any], old: Customer | None) -> Customer:
    """A customer from its table, changing `old` where there is one. The balance is the ledger's, not set here."""
    keys: dict[str, type | tuple[type, ...]] = {
        "msisdn": (str, int), "pin": str, "name": str, "handset": str, "prompt": str, "pin_locked": bool,
        "registered": bool, "balance": (str, int, float), "id_number": str, "id_types": list,
    }  # fmt: skip
    _checked(table, keys, "a customer", "msisdn")
    row = old or Customer(_msisdn(table, "msisdn"))
    _one_of(table, "handset", ("reachable", "offline"))
    _one_of(table, "prompt", ("pay", "wrong-pin", "cancel", "ignore", "ask"))
    for name in ("pin", "name", "handset", "prompt", "pin_locked", "registered", "id_number"):
        if name in table:
            setattr(row, name, table[name])
    row.id_types = tuple(map(str, table["id_types"])) if "id_types" in table else row.id_types
    if table.get("pin_locked") is False:
        row.wrong_pins = 0
    return row


def _one_of(table: Mapping[str, Any], name: str, options: tuple[str, ...]) -> None:
    if name in table and table[name] not in options:
        raise Problem(f"{name} is {table[name]!r}", remedy=f"use one of {', '.join(options)}")
