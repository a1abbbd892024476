"""What a transaction, an event and an outcome say of themselves. What all rows have in common: test_rows.py."""

from __future__ import annotations

import pytest

from mock_daraja.model import Details, Event, Outcome, Transaction
from mock_daraja.model.transaction import State, place_of
from tests.conftest import ids_of


@pytest.mark.parametrize(("state", "final"), [("pending", False), ("completed", True), ("failed", True)])
def test_a_transaction_is_final_once_it_is_no_longer_pending(state: State, final: bool) -> None:
    row = Transaction(1, "stk-push.process", 0, 100, "174379", "o", "r", 1, Details(), state=state)

    assert row.is_final is final


def test_ids_of_our_own_have_a_place_each_and_others_none() -> None:
    ids, day = ids_of(7), 1795503600000
    midnight = day + 14 * 3_600_000
    times = (day, day + 1, day + 999, midnight, midnight + 86_400_000)
    checkouts = {
        ids.checkout_request_id(at, msisdn, digits)
        for at in times
        for msisdn in ("254708374149", "254000000001", "254000000010")
        for digits in (0, 1, 3)
    }
    own = [*checkouts, *(ids.request_id() for _ in range(50)), *(ids.receipt(day) for _ in range(50))]

    places = {place_of(each) for each in own}

    assert len(places) == len(own)
    assert all(isinstance(each, tuple) and -(2**63) <= each[1] < 2**63 for each in places)
    assert place_of("AG_20261124_20100a1b2c3d4e5f6071") == "AG_20261124_20100a1b2c3d4e5f6071"
    assert place_of("skc82pacb8") == "skc82pacb8"
    assert place_of("ws_CO_1") == "ws_CO_1"


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
