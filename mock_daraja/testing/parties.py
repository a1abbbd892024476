"""Customers and organisations as a test sees them, with their balances in shillings as they were when it looked; made,
as apps are, of the control API's JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from mock_daraja.model import App
from mock_daraja.money import cents, json_number


@dataclass(frozen=True, slots=True)
class CustomerRow:
    msisdn: str
    pin: str
    balance: int | float
    handset: str
    prompt: str
    pin_locked: bool
    registered: bool


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    shortcode: str
    name: str
    kinds: frozenset[str]
    passkey: str | None
    head_office: str | None
    active: bool
    balances: dict[str, int | float]


_OF_A_CUSTOMER: Final = tuple(each.name for each in fields(CustomerRow))


def customer_of(shape: Mapping[str, Any]) -> CustomerRow:
    values = {name: shape[name] for name in _OF_A_CUSTOMER}
    values["balance"] = json_number(cents(shape["balance"]))
    return CustomerRow(**values)


def organisation_of(shape: Mapping[str, Any]) -> OrganisationRow:
    return OrganisationRow(
        shape["shortcode"],
        shape["name"],
        frozenset(shape["kinds"]),
        shape["passkey"],
        shape["head_office"],
        shape["active"],
        {account: json_number(cents(held)) for account, held in shape["accounts"].items()},
    )


def app_of(shape: Mapping[str, Any]) -> App:
    products, shortcodes = shape.get("products"), shape.get("shortcodes")
    return App(
        shape["key"],
        shape["secret"],
        None if products is None else tuple(products),
        None if shortcodes is None else tuple(shortcodes),
    )
