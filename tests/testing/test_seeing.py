"""What a test sees afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja import MockDaraja
from mock_daraja.errors import Problem
from mock_daraja.model import TRANSACTIONS, changed
from mock_daraja.testing import Daraja, DarajaServer

NOWHERE = "http://127.0.0.1:9/nobody"
Push = Callable[..., tuple[int, Any]]


def test_exchanges_are_seen_with_parsed_bodies_and_the_reason(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE, Amount="ten")

    (refused,) = daraja.exchanges.where(operation="stk-push.process")

    assert (refused.status, refused.request["Amount"], refused.transaction) == (400, "ten", None)
    assert refused.response["errorCode"] == "400.002.02"
    assert "Amount" in refused.why
    assert daraja.exchanges[0].why == ""


def test_rows_keep_what_they_showed(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)
    (before,) = daraja.transactions

    daraja.settle()

    assert (before.state, before.amount, before.account_reference) == ("pending", 10, "INV-1")
    assert daraja.transactions.where(id=before.id, state="completed")[0].receipt


def test_as_an_operation_a_product_stands_for_all_that_it_has(daraja: Daraja, push: Push) -> None:
    push(daraja, NOWHERE)

    for name in ("stk-push", "stk_push", "stkpush", "stk-push.process", "stk_push.process"):
        assert [row.id for row in daraja.exchanges.where(operation=name)] == ["x2"]
        assert len(daraja.transactions.where(operation=name)) == 1
    assert daraja.exchanges.where(operation="stk-push.query") == []


@pytest.mark.parametrize(
    ("rows", "wanted", "said"),
    [
        ("transactions", {"result_code": "0"}, "TransactionRow has no 'result_code'\n  remedy: did you mean"),
        ("transactions", {"state": "paid"}, "no state 'paid'\n  remedy: the states are pending, completed, failed"),
        ("callbacks", {"state": "deliverd"}, "did you mean 'delivered'?"),
        ("callbacks", {"operation": "stk-push"}, "CallbackRow has no 'operation'"),
        (
            "exchanges",
            {"operation": "stk-psh"},
            "no product or operation 'stk-psh'\n  remedy: did you mean 'stk-push'?",
        ),
    ],
)
def test_a_filter_that_nothing_could_meet_is_refused_also_on_an_empty_list(
    daraja: Daraja, rows: str, wanted: dict[str, Any], said: str
) -> None:
    with pytest.raises(Problem) as caught:
        getattr(daraja, rows).where(**wanted)

    assert said in str(caught.value)


# the whole world, kept and put back


def test_a_sandbox_is_put_back_whole(daraja: Daraja, push: Push) -> None:
    daraja.scenario("stk_push/no-answer")
    daraja.next("stk-push.query", "500.003.02")
    push(daraja, daraja.sink().url)
    saved, before = daraja.snapshot(), (daraja.clock.now, daraja.clock.due, daraja.timeline())

    daraja.settle()
    daraja.scenario(None)
    daraja.customer(balance=0)
    daraja.sink().answer_with(status=500)
    push(daraja, daraja.sink().url, PhoneNumber="254711222333")
    daraja.restore(saved)

    assert (daraja.clock.now, daraja.clock.due, daraja.timeline()) == before
    assert daraja.customer().balance == 250_000
    assert [row.state for row in daraja.transactions] == ["pending"]
    assert daraja.sink().received == []


def test_what_is_put_back_goes_on_in_the_same_way_each_time(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink().url)
    saved = daraja.snapshot()

    def goes_on() -> Any:
        daraja.restore(saved)
        push(daraja, daraja.sink().url, PhoneNumber="254711222333", Amount=70)
        daraja.settle()
        return daraja.transactions, daraja.callbacks, daraja.exchanges[0:2], daraja.sink().received, daraja.timeline()

    first, second = goes_on(), goes_on()

    assert first == second
    assert [row.state for row in first[0]] == ["completed", "completed"]
    assert daraja._link.sandbox.balances() != {}  # type: ignore[attr-defined]  # a link here has one


def test_what_a_snapshot_holds_nobody_changes(daraja: Daraja, push: Push) -> None:
    push(daraja, daraja.sink().url)
    store = daraja._link.sandbox.store  # type: ignore[attr-defined]  # a link here has one
    (row,) = store.scan(TRANSACTIONS)
    saved = daraja.snapshot()

    with store.unit():
        store.put(TRANSACTIONS, changed(row, account_reference="changed"))
    daraja.restore(saved)
    daraja.answer_prompt(cancel=True)
    daraja.settle()
    daraja.restore(saved)

    assert (daraja.transactions[0].account_reference, daraja.transactions[0].state) == ("INV-1", "pending")


def test_a_sink_that_is_held_is_put_back_as_well(daraja: Daraja, push: Push) -> None:
    webhook = daraja.sink()
    push(daraja, webhook.url)
    saved = daraja.snapshot()
    daraja.settle()

    daraja.restore(saved)
    empty = webhook.received
    daraja.settle()

    assert (empty, len(webhook.received)) == ([], 1)


def test_a_snapshot_belongs_to_its_sandbox(daraja: Daraja) -> None:
    server = DarajaServer().start()
    try:
        other = server.fresh(1)

        with pytest.raises(Problem, match="a snapshot of test-00000001, not of default"):
            daraja.restore(other.snapshot())
    finally:
        server.stop()


def test_a_clock_that_runs_has_no_snapshot() -> None:
    with MockDaraja(clock="real") as daraja, pytest.raises(Problem, match="the clock is real"):
        daraja.snapshot()
