"""What a transaction, an event and an outcome say of themselves. What all rows have in common: test_rows.py."""

from __future__ import annotations

import pytest

from mock_daraja.model import Details, Event, Outcome, Transaction
from mock_daraja.model.transaction import State


@pytest.mark.parametrize(("state", "final"), [("pending", False), ("completed", True), ("failed", True)])
def test_a_transaction_is_final_once_it_is_no_longer_pending(state: State, final: bool) -> None:
    row = Transaction(1, "stk-push.process", 0, 100, "174379", "o", "r", 1, Details(), state=state)

    assert row.is_final is final


def test_events_come_in_order_of_due_time_then_of_arrival() -> None:
    events = [Event(20, 1, "settle", 1), Event(10, 3, "settle", 3), Event(10, 2, "settle", 9)]

    assert [event.sequence for event in sorted(events)] == [2, 3, 1]


@pytest.mark.parametrize(
    ("outcome", "synchronous"),
    [
        (Outcome(), False),
        (Outcome(result="1"), False),
        (Outcome(error="500.003.02"), True),
        (Outcome(page="waf"), True),
        (Outcome(page="waf", executes=True), False),
    ],
)
def test_an_outcome_is_synchronous_when_the_request_itself_is_refused(outcome: Outcome, synchronous: bool) -> None:
    assert outcome.is_synchronous is synchronous
