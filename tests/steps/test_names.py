"""Faker is imported when the first name is needed, and in no unit, which others wait for."""

from __future__ import annotations

import json

import pytest

from mock_daraja.ledger import people
from mock_daraja.model import CALLBACKS, CUSTOMERS, TRANSACTIONS, Customer
from mock_daraja.steps.opening import pay
from tests.conftest import NOWHERE, Mock, register_urls


@pytest.fixture
def imports(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """As if Faker were not imported; for each time that it then is, whether a unit was open."""
    made: list[bool] = []
    real = people.ready

    def ready() -> None:
        try:
            mock.sandbox.store.put(CUSTOMERS, Customer("254700000000"))
            made.append(True)
        except RuntimeError:  # rows change inside a unit
            made.append(False)
        monkeypatch.undo()
        real()

    monkeypatch.setattr(people, "ready", ready)
    monkeypatch.setattr(people, "_PROVIDER", "not.yet.imported")
    return made


def test_a_payment_that_needs_a_name_is_made_once_with_the_import_before_it(mock: Mock, imports: list[bool]) -> None:
    register_urls(mock.sandbox, "600992", {"ConfirmationURL": NOWHERE})
    pay(mock.gateway.shared, mock.sandbox, msisdn="254712345678", amount=1, paybill="600992", account_reference="A")

    mock.advance(10)

    (row,) = mock.sandbox.store.scan(TRANSACTIONS)
    (callback,) = mock.sandbox.store.scan(CALLBACKS)
    assert row.state == "completed"
    assert json.loads(callback.body)["FirstName"] == "CONSOLATA"
    assert imports == [False]


def test_a_payment_that_needs_no_name_waits_for_no_import(mock: Mock, imports: list[bool]) -> None:
    mock.pushed()
    mock.advance(10)

    assert mock.result() == 0
    assert imports == []
