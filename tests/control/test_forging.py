"""POST callbacks/forge, from outside. What is forged, and how, stands in tests/testing/test_forging.py."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("about", [{"callback": 1}, {"callback": "c1"}, {"transaction": 1}])
def test_it_is_sent_in_the_shape_of_the_real_one(control: Any, about: dict[str, Any]) -> None:
    sink = "http://127.0.0.1:9/shop"
    control.mock.pushed(CallBackURL=sink)
    control.ok("POST", "clock/advance", {"seconds": 60})

    answer = control.call("POST", "callbacks/forge", {**about, "amount": 7})

    row = answer.json
    assert (answer.status, row["id"], row["forged"], row["url"], row["transaction"]) == (201, 2, True, sink, 1)
    assert '{"Name":"Amount","Value":7}' in row["body"].replace(" ", "")
    assert control.ok("GET", "transactions/1")["amount"] == "1.00"


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({}, 400, "has no URL"),
        ({"callback": 9}, 404, "no callback '9'"),
        ({"callback": "x"}, 404, "no callback 'x'"),
        ({"callback": [1]}, 400, "callback is [1]"),
        ({"transaction": "nobody"}, 404, "no transaction 'nobody'"),
        ({"transaction": 1, "callback": 1}, 400, "both a transaction and a callback"),
        ({"transaction": 1, "kind": "timeout"}, 400, "sends no timeout"),
        ({"transaction": 1, "price": 1}, 400, "no key 'price'"),
        ({"transaction": 1, "result": 99999}, 400, "no result 99999"),
        ({"operation": "oauth", "url": "http://127.0.0.1:9/"}, 400, "no callback to forge"),
    ],
)
def test_what_cannot_be_forged_is_named(control: Any, given: dict[str, Any], status: int, said: str) -> None:
    control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 60})

    problem = control.problem("POST", "callbacks/forge", given)

    assert problem[0] == status
    assert said in problem[1]
    assert problem[3]


def test_what_is_forged_of_no_transaction_is_not_forged_again_by_its_number(control: Any) -> None:
    forged = control.call("POST", "callbacks/forge", {"operation": "stk push", "url": "http://127.0.0.1:9/"}).json

    assert forged["transaction"] == 0
    assert control.problem("POST", "callbacks/forge", {"callback": forged["id"]})[:2] == (
        400,
        f"callback {forged['id']} is forged itself, and of no transaction",
    )
