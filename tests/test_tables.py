"""Apps, organisations, initiators and customers from tables, and what is said of a table that can't be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja import defaults
from mock_daraja.defaults import PASSKEY, ROLES
from mock_daraja.errors import Problem
from mock_daraja.model import App, Customer, Initiator, Organisation
from mock_daraja.tables import app_from, customer_from, initiators_from, organisation_from


def organisation(old: Organisation | None = None, **table: Any) -> Organisation:
    return organisation_from({"shortcode": "888880", **table}, old)


def boss(password: str = "pw", **fields: Any) -> Initiator:
    return Initiator("888880", "boss", password, **fields)


def initiators(*known: Initiator, given: list[Any]) -> tuple[Initiator, ...]:
    return initiators_from({"initiators": given}, organisation(), known)


def initiator(*known: Initiator, **table: Any) -> Initiator:
    (row,) = initiators(*known, given=[{"name": "boss", **table}])
    return row


# apps


def test_an_app_may_call_everything_unless_it_is_told_otherwise() -> None:
    free = app_from({"key": "k", "secret": "s"})
    bound = app_from({"key": "k", "secret": "s", "products": ["b2c"], "shortcodes": [600000]})

    assert free == App("k", "s", None, None)
    assert bound == App("k", "s", ("b2c",), ("600000",))


# organisations


def test_a_new_organisation_is_a_paybill_with_the_public_passkey_and_testapi() -> None:
    row = organisation()

    assert (row.name, row.kinds, row.passkey, row.active) == ("Organisation 888880", ("paybill",), PASSKEY, True)
    assert [each.name for each in defaults.initiators(row.shortcode)] == ["testapi"]


def test_a_till_of_a_head_office_gets_no_passkey_of_its_own() -> None:
    row = organisation(kinds=["till"], head_office=3000000)

    assert (row.passkey, row.head_office, row.kinds) == (None, "3000000", ("till",))


def test_what_is_left_out_stays_as_it_was() -> None:
    old = organisation(name="Duka", kinds=["b2c"], bouquet="mgao", nominated="0708374149")

    row = organisation(old, active=False)

    assert (row.name, row.kinds, row.bouquet, row.nominated) == ("Duka", ("b2c",), "mgao", "254708374149")
    assert (row.active, old.active) == (False, True)


def test_what_has_no_order_is_kept_in_one_and_once() -> None:
    assert organisation(kinds=["paybill", "b2c", "b2c", "b2b"]).kinds == ("b2b", "b2c", "paybill")
    assert app_from({"key": "k", "secret": "s", "products": ["tax", "b2c", "tax"]}).products == ("b2c", "tax")
    assert initiator(password="pw", roles=[ROLES[1], ROLES[0], ROLES[1]]).roles == tuple(sorted(ROLES[:2]))


# initiators


def test_a_new_initiator_has_every_role_unless_some_are_given() -> None:
    assert initiator(password="pw") == boss(roles=None)
    assert initiator(password="pw", roles=[ROLES[0]]) == boss(roles=(ROLES[0],))
    assert initiator(password="pw", roles=[]) == boss(roles=())


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, boss(roles=(), failures=2, locked=True)),
        ({"password": "new"}, boss("new", roles=(), failures=0, locked=True)),
        ({"locked": False}, boss(roles=(), failures=0, locked=False)),
        ({"roles": None}, boss(roles=None, failures=2, locked=True)),
        ({"roles": [ROLES[1]]}, boss(roles=(ROLES[1],), failures=2, locked=True)),
    ],
    ids=str,
)
def test_a_known_initiator_changes_by_its_name(change: dict[str, Any], expected: Initiator) -> None:
    known = boss(roles=(), failures=2, locked=True)

    assert initiator(known, **change) == expected


def test_an_organisation_gets_further_initiators() -> None:
    known = defaults.initiators("888880")

    testapi, added = initiators(*known, given=[{"name": "boss", "password": "pw"}, {"name": "testapi", "locked": True}])

    assert testapi == Initiator("888880", "testapi", "Safaricom999!*!", locked=True)
    assert added == boss(number=1)


# customers


def test_a_customer_is_known_by_any_form_of_the_number() -> None:
    row = customer_from({"msisdn": "0712 345 678", "registered": False, "id_types": ["01", 5]}, None)

    assert (row.msisdn, row.registered, row.id_types) == ("254712345678", False, ("01", "5"))


def test_unlocking_a_pin_counts_its_failures_anew() -> None:
    old = Customer("254712345678", wrong_pins=3, pin_locked=True)

    row = customer_from({"msisdn": "254712345678", "pin_locked": False}, old)

    assert (row.wrong_pins, row.pin_locked) == (0, False)


# what can't be read

READERS: dict[str, Callable[[Any], Any]] = {
    "app": app_from,
    "organisation": lambda table: organisation_from(table, None),
    "initiator": lambda table: initiators(given=[table]),
    "customer": lambda table: customer_from(table, None),
}
SHORTCODE = {"shortcode": "888880"}
MSISDN = {"msisdn": "254712345678"}
PROBLEMS = [
    ("app", {}, "an app has no key", "give key"),
    ("app", {"key": "k"}, "app 'k' has no secret", "give secret"),
    ("app", {"key": "k", "secret": "s", "colour": 1}, "an app has no 'colour'", "key, secret, products, shortcodes"),
    ("app", {"key": 5, "secret": "s"}, "key of an app is 5", "give text"),
    ("app", {"key": "k", "secret": "s", "products": "b2c"}, "products of an app is 'b2c'", "give a list"),
    ("app", {"key": "k", "secret": "s", "shortcodes": ["1"]}, "shortcode is '1'", "five to seven digits"),
    ("app", {"key": "k", "secret": "s", "shortcodes": [True]}, "is [true]", "text or a whole number"),
    ("app", {"key": "k", "secret": "s", "balance": 5}, "an app has no 'balance'", "it belongs to [[customers]]"),
    (
        "organisation",
        SHORTCODE | {"kinds": ["paybil"]},
        "kind 'paybil'",
        "did you mean 'paybill'? the kinds are paybill",
    ),
    ("organisation", {"name": "Duka"}, "an organisation has no shortcode", "give shortcode"),
    ("organisation", {"shortcode": True}, "shortcode of an organisation is true", "text or a whole number"),
    ("organisation", {"shortcode": "12"}, "shortcode is '12'", "five to seven digits"),
    ("organisation", {"shortcode": "12345678"}, "shortcode is '12345678'", "five to seven digits"),
    ("organisation", {"shortcode": "١٢٣٤٥٦"}, "shortcode is", "five to seven digits"),
    ("organisation", SHORTCODE | {"kinds": ["shop"]}, "kind 'shop'", "paybill, till, head-office, b2c, b2b, tax"),
    ("organisation", SHORTCODE | {"bouquet": "big"}, "bouquet is 'big'", "customer, business, mgao"),
    ("organisation", SHORTCODE | {"active": 1}, "active of an organisation is 1", "true or false"),
    ("organisation", SHORTCODE | {"nominated": "12"}, "12", "254708374149"),
    ("organisation", SHORTCODE | {"initiators": {}}, "initiators of an organisation is no list", "give a list"),
    ("initiator", "boss", "an initiator is no object of name", "password"),
    ("initiator", {"password": "pw"}, "an initiator has no name", "give name"),
    ("initiator", {"name": "boss"}, "initiator 'boss' has no password", "give password"),
    ("initiator", {"name": "boss", "password": ""}, "initiator 'boss' has no password", "give password"),
    ("initiator", {"name": "boss", "password": 5}, "password of an initiator is 5", "give text"),
    ("initiator", {"name": "boss", "password": "pw", "locked": "no"}, "locked of an initiator is 'no'", "true or"),
    ("initiator", {"name": "boss", "password": "pw", "roles": ["king"]}, "there is no role 'king'", ROLES[0]),
    ("initiator", {"name": "boss", "password": "pw", "roles": "all"}, "roles of an initiator is 'all'", "a list"),
    ("customer", {"name": "Ann"}, "a customer has no msisdn", "give msisdn"),
    ("customer", {"msisdn": "12"}, "12", "254708374149"),
    ("customer", MSISDN | {"handset": "off"}, "handset is 'off'", "reachable, offline"),
    ("customer", MSISDN | {"prompt": "maybe"}, "prompt is 'maybe'", "pay, wrong-pin, cancel, ignore, ask"),
    ("customer", MSISDN | {"registered": "yes"}, "registered of a customer is 'yes'", "true or false"),
    ("customer", MSISDN | {"pin": 1234}, "pin of a customer is 1234", "give text"),
]


@pytest.mark.parametrize(("noun", "table", "said", "remedy"), PROBLEMS, ids=str)
def test_a_problem_names_the_key_its_value_and_what_would_do(
    noun: str, table: dict[str, Any], said: str, remedy: str
) -> None:
    with pytest.raises(Problem) as raised:
        READERS[noun](table)

    assert said in raised.value.what
    assert remedy in raised.value.remedy
