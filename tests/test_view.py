"""What is to be seen of a sandbox, to the millisecond."""

from __future__ import annotations

from mock_daraja.defaults import CUSTOMER
from tests.conftest import Mock


def test_payments_since_an_instant_are_those_final_then_or_later(mock: Mock) -> None:
    row = mock.settled("c2b.simulate")
    assert row.final_ms is not None

    assert [*mock.sandbox.completed_since(CUSTOMER, row.final_ms)] == [row]
    assert [*mock.sandbox.completed_since(CUSTOMER, row.final_ms + 1)] == []


def test_calls_since_an_instant_are_those_after_it(mock: Mock) -> None:
    with mock.sandbox.store.unit():
        mock.sandbox.count_call("stk-push.query")

    assert mock.world("stk-push.query").calls_since(mock.sandbox.now_ms) == 0
    assert mock.world("stk-push.query").calls_since(mock.sandbox.now_ms - 1) == 1
    assert mock.world("status.query").calls_since(0) == 0
