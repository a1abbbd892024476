"""How a transaction is opened."""

from __future__ import annotations

from mock_daraja.defaults import CUSTOMER
from mock_daraja.model import ORGANISATIONS, Outcome
from mock_daraja.scenarios.model import Match, OneShot
from mock_daraja.steps.opening import pay
from tests.conftest import Mock


def test_a_customer_who_pays_sees_nothing_of_an_error_for_a_caller(mock: Mock) -> None:
    mock.sandbox.engine.arm(OneShot(Match(msisdn=CUSTOMER), Outcome(error="500.003.1001")))

    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill="600992", account_reference="A")
    mock.advance(10)

    assert row.decision is None
    assert mock.again(row).state == "completed"


def test_both_sides_are_there_as_soon_as_a_transaction_is_open(mock: Mock) -> None:
    row = mock.transaction(mock.send("b2b.payment").json["ConversationID"])

    assert not row.is_final
    assert [organisation.shortcode for organisation in mock.sandbox.store.scan(ORGANISATIONS)] == [
        row.shortcode,
        row.party_b,
    ]
