"""What is to be seen of a sandbox, to the millisecond."""

from __future__ import annotations

from mock_daraja.defaults import CUSTOMER, INITIATOR_PASSWORD
from mock_daraja.model import TRANSACTIONS, changed
from tests.conftest import Mock


def test_the_last_paid_push_of_an_amount_is_neither_one_that_failed_nor_another_way_of_paying(mock: Mock) -> None:
    references = [mock.pushed(Amount=7)]
    for changes in ({"Amount": 7}, {"Amount": 8}, {"Amount": 7, "AccountReference": "mock:1032"}):
        mock.advance(150)
        references.append(mock.pushed(**changes))
    mock.settled("c2b.simulate", Amount=7)

    assert mock.sandbox.last_paid_push(CUSTOMER, 700) == mock.transaction(references[1])
    assert mock.sandbox.last_paid_push(CUSTOMER, 100) is None
    assert mock.sandbox.last_paid_push("254711111111", 700) is None


def test_calls_since_an_instant_are_those_after_it(mock: Mock) -> None:
    with mock.sandbox.store.unit():
        mock.sandbox.count_call("stk-push.query")

    assert mock.world("stk-push.query").calls_since(mock.sandbox.now_ms) == 0
    assert mock.world("stk-push.query").calls_since(mock.sandbox.now_ms - 1) == 1
    assert mock.world("status.query").calls_since(0) == 0


def test_the_passwords_are_those_that_initiators_have_by_now(mock: Mock) -> None:
    def known() -> list[str]:
        tried = (INITIATOR_PASSWORD, "first", "second", "")
        return [each for each in tried if mock.sandbox.is_initiator_password(each)]

    def let_boss_have(shortcode: str, password: str) -> None:
        initiators = [{"name": "boss", "password": password}]
        mock.sandbox.put_organisation({"shortcode": shortcode, "initiators": initiators})

    assert known() == [INITIATOR_PASSWORD]  # nobody has come into being
    for shortcode in ("600996", "600997"):
        let_boss_have(shortcode, "first")
    assert known() == [INITIATOR_PASSWORD, "first"]
    let_boss_have("600996", "second")
    assert known() == [INITIATOR_PASSWORD, "first", "second"]
    let_boss_have("600997", "second")
    assert known() == [INITIATOR_PASSWORD, "second"]


def test_a_reference_leads_to_the_transaction_that_came_to_have_it_last(mock: Mock) -> None:
    """A client's own id may be what a later transaction is given as its receipt, or by the gateway."""
    first, second = mock.settled("b2c.payment"), mock.settled("c2b.simulate")
    assert second.receipt is not None

    for taken in (second.receipt, second.originator_id):
        with mock.sandbox.store.unit():
            mock.sandbox.store.put(TRANSACTIONS, changed(first, originator_id=taken))

        assert mock.sandbox.find_transaction(taken) == second


def test_only_a_customer_of_the_network_would_come_with_money(mock: Mock) -> None:
    assert mock.sandbox.balance("254999999999") == 0
