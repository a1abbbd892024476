"""The stories about balance, status and reversal, acted out on a whole mock."""

from __future__ import annotations

import json

import pytest

from tests.conftest import Mock, parameters

UTILITY = "600992:Utility Account"


def play(mock: Mock, name: str) -> None:
    mock.sandbox.engine.activate(mock.sandbox.library.open(name))


@pytest.mark.parametrize(
    ("name", "operation", "code"),
    [
        ("balance/listed", "balance.query", 0),
        ("balance/locked-password", "balance.query", 8006),
        ("balance/permission-denied", "balance.query", "TP40153"),
        ("balance/role-missing", "balance.query", 21),
        ("status/unknown-receipt", "status.query", 2032),
        ("status/unknown-conversation", "status.query", 2033),
        ("status/null-parameter", "status.query", 25),
        ("status/locked-password", "status.query", 8006),
        ("reversal/given-back", "reversal.request", 0),
        ("reversal/already-reversed", "reversal.request", "R000001"),
        ("reversal/invalid-receipt", "reversal.request", "R000002"),
        ("reversal/money-gone", "reversal.request", 1),
        ("reversal/shortcode-inactive", "reversal.request", 11),
        ("reversal/role-missing", "reversal.request", 21),
    ],
)
def test_a_story_ends_as_it_says(mock: Mock, name: str, operation: str, code: int | str) -> None:
    paid = mock.settled("c2b.simulate")
    play(mock, name)

    row = mock.settled(operation, **({} if operation == "balance.query" else {"TransactionID": paid.receipt}))

    assert mock.result_of(row)["ResultCode"] == code
    assert (mock.again(paid).reversed_by is not None) == (name == "reversal/given-back")


def test_a_locked_password_has_the_captured_message(mock: Mock) -> None:
    play(mock, "balance/locked-password")

    found = parameters(mock.result_of(mock.settled("balance.query")))

    assert found["ErrorMsg"] == "API Password is locked. "


def test_other_products_go_on_as_usual(mock: Mock) -> None:
    play(mock, "reversal/already-reversed")

    assert mock.settled("balance.query").result == "0"


def test_the_status_that_is_never_told_can_be_asked_for_again(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate")
    play(mock, "status/result-lost")

    lost = mock.settled("status.query", TransactionID=paid.receipt)

    (callback,) = mock.sandbox.callbacks_of(lost.id)
    assert (lost.result, callback.state) == ("0", "dropped")
    assert mock.sandbox.deliveries_of(callback.id) == []


def test_a_timed_out_query_calls_the_other_url(mock: Mock) -> None:
    play(mock, "balance/queue-timeout")

    row = mock.settled("balance.query")

    (callback,) = mock.sandbox.callbacks_of(row.id)
    assert (callback.kind, row.state) == ("timeout", "failed")


def test_an_approval_by_hand_takes_two_hours(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate", Amount=5)
    play(mock, "reversal/approved-by-hand")
    row = mock.settled("reversal.request", TransactionID=paid.receipt, Amount=5)
    held = mock.balance(UTILITY)
    assert row.state == "pending"

    mock.advance(7200)

    assert (mock.again(row).result, mock.balance(UTILITY)) == ("0", (held or 0) - 5_00)


def test_a_reversal_that_timed_out_was_carried_out_all_the_same(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate", Amount=5)
    play(mock, "reversal/queue-timeout-but-reversed")
    held = mock.balance(UTILITY)

    row = mock.settled("reversal.request", TransactionID=paid.receipt, Amount=5)

    (callback,) = mock.sandbox.callbacks_of(row.id)
    assert callback.kind == "timeout"
    assert json.loads(callback.body)["TransactionID"] == paid.receipt
    assert mock.balance(UTILITY) == (held or 0) - 5_00
    assert mock.again(paid).reversed_by == row.receipt
    mock.sandbox.engine.activate(None)
    status = mock.settled("status.query", TransactionID=None, OriginalConversationID=row.reference)
    assert parameters(mock.result_of(status))["ReceiptNo"] == row.receipt
