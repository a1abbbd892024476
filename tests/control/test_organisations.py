from __future__ import annotations

from typing import Any

import pytest


def test_the_default_world_is_listed_without_coming_into_being(control: Any) -> None:
    rows = control.ok("GET", "organisations?limit=8")["organisations"]

    assert [row["shortcode"] for row in rows] == [
        "174379",
        "3000000",
        "3000001",
        "572572",
        *(f"00000{n}" for n in range(3)),
        "600000",
    ]
    assert control.ok("GET", "ledger")["accounts"] == {}


def test_one_is_shown_with_its_accounts_and_initiators(control: Any) -> None:
    row = control.ok("GET", "organisations/600000")

    assert row["balances"]["Utility Account"] == "1000.00" or row["balances"]["Utility Account"].endswith(".00")
    assert list(row["balances"])[:2] == ["Working Account", "Utility Account"]
    assert row["initiators"] == [
        {"name": "testapi", "password": "Safaricom999!*!", "roles": None, "failures": 0, "locked": False}
    ]


def test_one_is_added_and_then_changed(control: Any) -> None:
    first = control.call(
        "POST", "organisations", {"shortcode": 888880, "name": "Duka", "balances": {"Utility Account": 5}}
    )
    second = control.call("POST", "organisations", {"shortcode": "888880", "kinds": ["paybill", "b2c"]})

    assert (first.status, second.status) == (201, 200)
    assert (second.json["name"], second.json["kinds"]) == ("Duka", ["b2c", "paybill"])
    assert second.json["balances"]["Utility Account"] == "5.00"
    assert control.ok("GET", "organisations")["organisations"][0]["shortcode"] == "888880"


def test_balances_are_patched(control: Any) -> None:
    row = control.ok(
        "PATCH", "organisations/174379", {"balances": {"Utility Account": 500, "Merchant Account": "2.50"}}
    )

    assert (row["balances"]["Utility Account"], row["balances"]["Merchant Account"]) == ("500.00", "2.50")
    assert control.ok("GET", "ledger")["sum"] == "0.00"


def test_initiators_are_added_and_changed_by_their_name(control: Any) -> None:
    role = "ORG B2C API initiator"
    added = control.ok(
        "PATCH", "organisations/600000", {"initiators": [{"name": "boss", "password": "pw", "roles": [role]}]}
    )
    locked = control.ok("PATCH", "organisations/600000", {"initiators": [{"name": "boss", "locked": True}]})
    freed = control.ok(
        "PATCH", "organisations/600000", {"initiators": [{"name": "boss", "roles": None, "locked": False}]}
    )

    assert [each["name"] for each in added["initiators"]] == ["testapi", "boss"]
    assert added["initiators"][1] == {"name": "boss", "password": "pw", "roles": [role], "failures": 0, "locked": False}
    assert locked["initiators"][1] == added["initiators"][1] | {"locked": True}
    assert freed["initiators"][1] == added["initiators"][1] | {"roles": None}


def test_unlocking_counts_failures_anew(control: Any) -> None:
    for _ in range(3):
        with control.mock.sandbox.store.unit():
            control.mock.sandbox.count_password("600000", "testapi", right=False, lock=True)
    before = control.ok("GET", "organisations/600000")["initiators"]

    shown = control.ok("PATCH", "organisations/600000", {"initiators": [{"name": "testapi", "locked": False}]})

    assert [(each["failures"], each["locked"]) for each in before] == [(3, True)]
    assert shown["initiators"] == [
        {"name": "testapi", "password": "Safaricom999!*!", "roles": None, "failures": 0, "locked": False}
    ]


@pytest.mark.parametrize(
    ("request_line", "body", "status", "said"),
    [
        ("GET organisations/999999", None, 404, "'999999'"),
        ("GET organisations/" + "9" * 5000, None, 404, "'999"),
        ("PATCH organisations/999999", {}, 404, "'999999'"),
        ("POST organisations", {}, 400, "shortcode is missing"),
        ("POST organisations", {"shortcode": "12"}, 400, "shortcode is '12'"),
        ("POST organisations", {"shortcode": "9" * 5000}, 400, "shortcode is '999"),
        ("POST organisations", {"shortcode": [1]}, 400, "shortcode of an organisation is [1]"),
        ("POST organisations", {"shortcode": "888880", "kinds": ["shop"]}, 400, "kind 'shop'"),
        ("PATCH organisations/174379", {"balances": {"Utility": 5}}, 400, 'balances is {"Utility": 5}'),
        ("PATCH organisations/174379", {"balances": {"Utility Account": "x"}}, 400, "balances is"),
        ("PATCH organisations/174379", {"balances": 5}, 400, "balances is 5"),
        ("PATCH organisations/174379", {"initiators": [{"name": "boss"}]}, 400, "initiator 'boss' has no password"),
        ("PATCH organisations/174379", {"initiators": [5]}, 400, "an initiator is no object"),
        ("PATCH organisations/174379", {"initiators": {"name": "boss"}}, 400, "organisation is no list"),
        (
            "PATCH organisations/174379",
            {"initiators": [{"name": "testapi", "roles": ["king"]}]},
            400,
            "there is no role 'king'",
        ),
        ("PATCH organisations/174379", {"initiators": [{"name": "testapi", "locked": "no"}]}, 400, "locked of"),
        ("PATCH organisations/174379", {"active": "no"}, 400, "active of an organisation is 'no'"),
        ("PATCH organisations/174379", {"shortcode": "174380"}, 400, "no key 'shortcode'"),
    ],
)
def test_a_bad_organisation_is_named(control: Any, request_line: str, body: Any, status: int, said: str) -> None:
    answer = control.problem(*request_line.split(" "), body)

    assert answer[0] == status
    assert said in answer[1]
    assert answer[3]
