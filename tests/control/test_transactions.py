from __future__ import annotations

from typing import Any

import pytest


def test_a_transaction_is_found_by_any_of_its_references(control: Any) -> None:
    reference = control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 60})
    row = control.ok("GET", f"transactions/{reference}")

    found = [control.ok("GET", f"transactions/{row[key]}") for key in ("id", "originator_id", "receipt")]

    assert found == [row] * 3
    assert (row["state"], row["result"]) == ("completed", "0")


def test_transactions_are_filtered_and_the_latest_shown(control: Any) -> None:
    control.mock.pushed()
    control.ok("POST", "clock/advance", {"seconds": 60})
    control.mock.pushed(PhoneNumber="254712345678", PartyA="254712345678")

    def ids(query: str) -> list[int]:
        return [row["id"] for row in control.ok("GET", f"transactions{query}")["transactions"]]

    assert ids("") == [1, 2]
    assert ids("?limit=1") == [2]
    assert ids("?state=completed") == [1]
    assert ids("?msisdn=0712345678") == [2]
    assert ids("?msisdn=0712345678&state=failed") == []


def test_an_unknown_reference_is_named(control: Any) -> None:
    status, problem, _, remedy = control.problem("GET", "transactions/ws_CO_x")

    assert status == 404
    assert "'ws_CO_x'" in problem
    assert "CheckoutRequestID" in remedy


def test_the_ledger_sums_to_zero_after_a_payment(control: Any) -> None:
    control.mock.pushed(Amount=25)
    control.ok("POST", "clock/advance", {"seconds": 60})

    ledger = control.ok("GET", "ledger")

    assert ledger["sum"] == "0.00"
    assert ledger["accounts"]["254708374149"] == "249975.00"


def test_no_more_are_read_than_are_shown(control: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    store = control.mock.sandbox.store
    for amount in (1, 2, 3):
        control.mock.pushed(Amount=amount, PhoneNumber=f"25471100000{amount}")
    read: list[Any] = []

    def scan(*asked: Any, **how: Any) -> Any:
        rows = [*type(store).scan(store, *asked, **how)]
        read.extend(rows)
        return iter(rows)

    monkeypatch.setattr(store, "scan", scan)
    shown = control.ok("GET", "transactions?limit=2")["transactions"]

    assert [row["id"] for row in shown] == [2, 3]
    assert [row.id for row in read] == [3, 2]
