"""Who is in a sandbox before anybody adds anyone: what Safaricom's public test pages hand out (requests.md §1.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.model import App, Customer, Initiator, Organisation
from mock_daraja.msisdn import normalise

APP_KEY: Final = "test-key"
APP_SECRET: Final = "test-secret"
PAYBILL: Final = "174379"
PASSKEY: Final = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"
HEAD_OFFICE: Final = "3000000"
TILL: Final = "3000001"
KRA: Final = "572572"
CUSTOMER: Final = "254708374149"
INITIATOR: Final = "testapi"
INITIATOR_PASSWORD: Final = "Safaricom999!*!"
OPENING_BALANCES: Final = {"Working Account": 100_000_000, "Utility Account": 100_000_000}
"""Cents in an organisation's accounts at first sight. Ours: the real sandbox's move all the time."""
CUSTOMER_OPENING: Final = 30_000_000
"""Cents in a wallet at first sight: enough for the largest payment, under the largest balance."""

_RANGE: Final = range(600_000, 601_000)
_NAMED: Final = {
    PAYBILL: ("Safaricom Daraja 379", frozenset({"paybill"}), PASSKEY, None),
    HEAD_OFFICE: ("Mock Daraja Stores", frozenset({"head-office"}), PASSKEY, None),
    TILL: ("Mock Daraja Stores Till 1", frozenset({"till"}), None, HEAD_OFFICE),
    KRA: ("Kenya Revenue Authority", frozenset({"paybill", "b2b", "tax"}), None, None),
}
KINDS: Final = ("paybill", "till", "head-office", "b2c", "b2b", "tax")


def organisation(shortcode: str) -> Organisation | None:
    """The organisation that stands behind a shortcode of the default world, or None."""
    if shortcode in _NAMED:
        name, kinds, passkey, head_office = _NAMED[shortcode]
        nominated = CUSTOMER if shortcode == TILL else None
        return Organisation(shortcode, name, kinds, passkey, head_office, _initiators(), nominated=nominated)
    if shortcode.isascii() and shortcode.isdigit() and len(shortcode) == 6 and int(shortcode) in _RANGE:
        kinds = frozenset({"paybill", "b2c", "b2b"})
        return Organisation(shortcode, f"Safaricom Daraja {shortcode[3:]}", kinds, initiators=_initiators())
    return None


def shortcodes() -> tuple[str, ...]:
    return (*_NAMED, *map(str, _RANGE))


def _initiators() -> dict[str, Initiator]:
    return {INITIATOR: Initiator(INITIATOR, INITIATOR_PASSWORD)}


# What settings files and the control API add. Both give tables with these keys; both get Problems that name them.


def _checked(table: Mapping[str, Any], keys: Mapping[str, type | tuple[type, ...]], noun: str, key: str) -> None:
    for name, value in table.items():
        if name not in keys:
            raise Problem(f"{noun} has no {name!r}", remedy=f"the keys are {', '.join(keys)}")
        if not isinstance(value, keys[name]) or (isinstance(value, bool) and keys[name] is not bool):
            raise Problem(f"{name} of {noun} is {value!r}", remedy=f"give {_kind_name(keys[name])}")
    if key not in table:
        raise Problem(f"{noun} has no {key}", remedy=f"give {key} besides {', '.join(table) or 'the rest'}")


def _kind_name(kind: type | tuple[type, ...]) -> str:
    names = {str: "text", bool: "true or false", list: "a list of texts", int: "a whole number"}
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


def organisation_from(table: Mapping[str, Any], old: Organisation | None) -> Organisation:
    """An organisation from its table, changing `old` where there is one."""
    keys: dict[str, type | tuple[type, ...]] = {
        "shortcode": (str, int), "name": str, "kinds": list, "passkey": str, "head_office": (str, int), "active": bool,
    }  # fmt: skip
    _checked(table, keys, "an organisation", "shortcode")
    shortcode = str(table["shortcode"])
    if not (shortcode.isascii() and shortcode.isdigit() and 5 <= len(shortcode) <= 7):
        raise Problem(f"shortcode is {shortcode!r}", remedy="a shortcode is five to seven digits")
    for kind in table.get("kinds", ()):
        if kind not in KINDS:
            raise Problem(f"an organisation of kind {kind!r}", remedy=f"the kinds are {', '.join(KINDS)}")
    row = old or Organisation(shortcode, f"Organisation {shortcode}", frozenset({"paybill"}), initiators=_initiators())
    if old is None and "passkey" not in table and "head_office" not in table:
        row.passkey = PASSKEY
    row.name = table.get("name", row.name)
    row.kinds = frozenset(table["kinds"]) if "kinds" in table else row.kinds
    row.passkey = table.get("passkey", row.passkey)
    row.head_office = str(table["head_office"]) if "head_office" in table else row.head_office
    row.active = table.get("active", row.active)
    return row


def customer_from(table: Mapping[str, Any], old: Customer | None) -> Customer:
    """A customer from its table, changing `old` where there is one. The balance is the ledger's, not set here."""
    keys: dict[str, type | tuple[type, ...]] = {
        "msisdn": (str, int), "pin": str, "name": str, "handset": str, "prompt": str, "pin_locked": bool,
        "registered": bool, "balance": (str, int, float),
    }  # fmt: skip
    _checked(table, keys, "a customer", "msisdn")
    try:
        row = old or Customer(normalise(str(table["msisdn"])))
    except ValueError as error:
        raise Problem(str(error), where="msisdn", remedy="for example 254708374149") from None
    _one_of(table, "handset", ("reachable", "offline"))
    _one_of(table, "prompt", ("pay", "wrong-pin", "cancel", "ignore", "ask"))
    for name in ("pin", "name", "handset", "prompt", "pin_locked", "registered"):
        if name in table:
            setattr(row, name, table[name])
    if table.get("pin_locked") is False:
        row.wrong_pins = 0
    return row


def _one_of(table: Mapping[str, Any], name: str, options: tuple[str, ...]) -> None:
    if name in table and table[name] not in options:
        raise Problem(f"{name} is {table[name]!r}", remedy=f"use one of {', '.join(options)}")
