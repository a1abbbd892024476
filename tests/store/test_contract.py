"""The contract of a store, one suite for every store there is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import astuple

import pytest

from mock_daraja.exchange import Exchange
from mock_daraja.model import (
    App,
    Callback,
    Customer,
    Decision,
    Event,
    Organisation,
    Outcome,
    Posting,
    Token,
    Transaction,
)
from mock_daraja.store import MemoryStore, Store

MakeStore = Callable[..., Store]


def memory(keep: int = 1000, keep_bodies: int = 1000) -> Store:
    return MemoryStore(keep, keep_bodies)


STORES: dict[str, MakeStore] = {"memory": memory}


@pytest.fixture(params=list(STORES))
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    return STORES[request.param]


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    return make_store()


def a_transaction(store: Store, **changes: object) -> Transaction:
    number = store.next_transaction_id()
    fields: dict[str, object] = {
        "id": number, "operation": "stk-push.process", "accepted_ms": 1000, "amount_cents": 100, "shortcode": "174379",
        "originator_id": f"o{number}", "reference": f"r{number}", "exchange": number, "msisdn": "254708374149",
        "prompt": "open",
    }  # fmt: skip
    return Transaction(**(fields | changes))  # type: ignore[arg-type]


def opened(store: Store, **changes: object) -> Transaction:
    row = a_transaction(store, **changes)
    with store.unit():
        store.add_transaction(row)
    return row


def paid(store: Store, final_ms: int, **changes: object) -> Transaction:
    row = opened(store, **changes)
    with store.unit():
        row.state, row.result, row.final_ms, row.receipt = "completed", "0", final_ms, f"RECEIPT{row.id:03}"
        store.finish_transaction(row)
    return row


def a_callback(store: Store, state: str = "scheduled") -> Callback:
    row = Callback(store.next_callback_id(), "stk", 1, "http://x", b"{}", (), 0, state=state)  # type: ignore[arg-type]
    store.put_callback(row)
    return row


def an_exchange(store: Store) -> Exchange:
    row = Exchange(store.next_exchange_number(), "default", 0, "GET", "/", "", (), b"")
    store.put_exchange(row)
    return row


# who may call


def test_an_app_is_found_by_its_key_until_it_is_removed(store: Store) -> None:
    store.put_app(App("k", "s"))
    store.put_app(App("k", "changed"))

    found = store.app("k")

    assert found is not None
    assert found.secret == "changed"
    assert [app.key for app in store.apps()] == ["k"]
    assert store.remove_app("k")
    assert not store.remove_app("k")
    assert store.app("k") is None


def test_a_token_keeps_the_products_it_was_issued_with(store: Store) -> None:
    store.put_token(Token("t", "k", frozenset({"stk-push"}), 0, 10))

    assert store.token("t") == Token("t", "k", frozenset({"stk-push"}), 0, 10)
    assert store.token("u") is None


@pytest.mark.parametrize(
    ("app", "now", "left"),
    [
        (None, 0, {"a1", "a2", "b1"}),
        (None, 10, {"a2", "b1"}),
        ("a", 0, {"b1"}),
        ("b", 0, {"a1", "a2"}),
        (None, 99, set()),
    ],
)
def test_tokens_end_by_app_or_by_time(store: Store, app: str | None, now: int, left: set[str]) -> None:
    for value, key, expires in (("a1", "a", 10), ("a2", "a", 20), ("b1", "b", 20)):
        store.put_token(Token(value, key, None, 0, expires))

    store.expire_tokens(app, now)

    assert {value for value in ("a1", "a2", "b1") if store.token(value)} == left


# who takes part


def test_organisations_and_customers_are_found_by_their_numbers(store: Store) -> None:
    store.put_organisation(Organisation("600000", "One", frozenset({"b2c"})))
    store.put_customer(Customer("254712345678", name="Wanjiku"))

    organisation, customer = store.organisation("600000"), store.customer("254712345678")

    assert organisation is not None
    assert organisation.name == "One"
    assert customer is not None
    assert customer.name == "Wanjiku"
    assert store.organisation("600001") is None
    assert store.customer("254712345679") is None
    assert [row.shortcode for row in store.organisations()] == ["600000"]
    assert [row.msisdn for row in store.customers()] == ["254712345678"]


# money


def test_balances_are_the_sums_of_postings(store: Store) -> None:
    with store.unit():
        store.post((Posting("a", -100), Posting("b", 100)))
        store.post((Posting("b", -30), Posting("c", 30)))

    assert store.balances() == {"a": -100, "b": 70, "c": 30}
    assert store.balance("b") == 70
    assert store.balance("never posted to") is None


# transactions


def test_transaction_ids_never_repeat(store: Store) -> None:
    assert [store.next_transaction_id() for _ in range(3)] == [1, 2, 3]


def test_a_transaction_is_found_by_each_of_its_references(store: Store) -> None:
    row = paid(store, 2000)

    for reference in (row.reference, row.originator_id, row.receipt):
        found = store.find_transaction(str(reference))
        assert found is not None
        assert found.id == row.id
    assert store.find_transaction("nothing") is None
    assert store.transaction(row.id) is not None
    assert store.transaction(999) is None


def test_a_prompt_is_open_from_acceptance_to_the_final_state(store: Store) -> None:
    row = opened(store)
    other = store.open_prompt("254700000099")
    before = store.open_prompt("254708374149")

    row.state, row.final_ms = "failed", 5
    store.finish_transaction(row)

    assert other is None
    assert before is not None
    assert before.id == row.id
    assert store.open_prompt("254708374149") is None


def test_a_transaction_without_a_prompt_opens_none(store: Store) -> None:
    opened(store, prompt=None)

    assert store.open_prompt("254708374149") is None


@pytest.mark.parametrize(
    ("msisdn", "since", "found"),
    [("254708374149", 0, [2, 1]), ("254708374149", 2000, [2, 1]), ("254708374149", 2001, [2]), ("254708374150", 0, [])],
)
def test_payments_of_a_customer_come_newest_first(store: Store, msisdn: str, since: int, found: list[int]) -> None:
    paid(store, 2000)
    paid(store, 3000)

    assert [row.id for row in store.completed_since(msisdn, since)] == found


def test_a_failed_transaction_is_no_payment(store: Store) -> None:
    row = opened(store)
    row.state, row.final_ms = "failed", 2000
    store.finish_transaction(row)

    assert list(store.completed_since("254708374149", 0)) == []


def test_transactions_come_oldest_first(store: Store) -> None:
    rows = [opened(store, msisdn=f"25470000000{number}") for number in range(3)]

    assert [row.id for row in store.transactions()] == [row.id for row in rows]


def test_no_more_transactions_are_kept_than_asked_for_and_the_oldest_go_with_their_references(
    make_store: MakeStore,
) -> None:
    store = make_store(keep=2)
    rows = [paid(store, 2000 + number) for number in range(4)]

    assert [row.id for row in store.transactions()] == [rows[2].id, rows[3].id]
    assert store.transaction(rows[0].id) is None
    for reference in (rows[0].reference, rows[0].originator_id, rows[0].receipt):
        assert store.find_transaction(str(reference)) is None
    assert [row.id for row in store.completed_since("254708374149", 0)] == [rows[3].id, rows[2].id]


def test_a_transaction_long_final_is_read_as_it_was(make_store: MakeStore) -> None:
    store = make_store(keep=100, keep_bodies=2)  # a store may pack what is no longer among the newest
    decision = Decision(Outcome(result="0"), "header", "X-Mock-Scenario: 0")
    rows = [paid(store, 2000 + number, decision=decision if number % 2 else None) for number in range(10)]

    again = [store.transaction(row.id) for row in rows]

    for row, read in zip(rows, again, strict=True):
        assert read is not None
        assert astuple(read) == astuple(row)
    assert [row.id for row in store.completed_since("254708374149", 0)] == [row.id for row in reversed(rows)]
    assert [row.id for row in store.transactions()] == [row.id for row in rows]


def test_a_change_to_a_transaction_long_final_is_kept_when_it_is_saved(make_store: MakeStore) -> None:
    store = make_store(keep=100, keep_bodies=2)
    first, *_ = [paid(store, 2000 + number) for number in range(10)]

    with store.unit():
        row = store.transaction(first.id)
        assert row is not None
        row.reversed_by = "UKO123"
        store.save_transaction(row)

    again = store.find_transaction(first.reference)
    assert again is not None
    assert again.reversed_by == "UKO123"


def test_a_pending_transaction_stays_however_old(make_store: MakeStore) -> None:
    store = make_store(keep=2)
    pending = opened(store, msisdn="254700000001")
    for number in range(5):
        paid(store, 2000 + number)

    assert store.transaction(pending.id) is not None
    assert store.find_transaction(pending.reference) is not None
    assert len(list(store.transactions())) <= 3


def test_a_crowd_of_pending_transactions_goes_by_and_by_once_they_are_final(make_store: MakeStore) -> None:
    store = make_store(keep=3)
    pending = [opened(store, msisdn=f"2547000000{number:02}") for number in range(20)]
    for row in pending:
        row.state, row.final_ms = "failed", 5
        store.finish_transaction(row)

    for number in range(20):
        paid(store, 2000 + number)

    assert len(list(store.transactions())) == 3


# events


def test_events_are_claimed_once_in_order_of_due_time_then_of_arrival(store: Store) -> None:
    for due, subject in ((30, 1), (10, 2), (10, 3)):
        store.add_event(due, "settle", subject)

    assert store.next_due() == 10
    assert [event.subject for event in store.events()] == [2, 3, 1]
    first, second, third = store.claim_event(20), store.claim_event(20), store.claim_event(20)

    assert (first, second, third) == (Event(10, 2, "settle", 2), Event(10, 3, "settle", 3), None)
    assert store.next_due() == 30
    assert store.claim_event(30) is not None
    assert store.next_due() is None
    assert store.claim_event(99) is None


def test_threads_that_claim_at_once_never_get_the_same_event(store: Store) -> None:
    for subject in range(500):
        store.add_event(0, "settle", subject)
    claimed: list[int] = []

    def claim() -> None:
        while (event := store.claim_event(0)) is not None:
            claimed.append(event.subject)

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(claimed) == list(range(500))


# callbacks and exchanges


def test_callbacks_and_exchanges_are_numbered_and_found(store: Store) -> None:
    callbacks, exchanges = [a_callback(store) for _ in range(2)], [an_exchange(store) for _ in range(2)]

    assert [row.id for row in store.callbacks()] == [row.id for row in callbacks] == [1, 2]
    assert [row.number for row in store.exchanges()] == [row.number for row in exchanges] == [1, 2]
    found, exchange = store.callback(2), store.exchange(2)
    assert found is not None
    assert found.id == 2
    assert exchange is not None
    assert exchange.id == "x2"
    assert store.callback(3) is None
    assert store.exchange(3) is None


def test_no_more_bodies_are_kept_than_asked_for(make_store: MakeStore) -> None:
    store = make_store(keep_bodies=2)
    for _ in range(5):
        a_callback(store, "delivered")
        an_exchange(store)

    assert [row.id for row in store.callbacks()] == [4, 5]
    assert [row.number for row in store.exchanges()] == [4, 5]


@pytest.mark.parametrize("state", ["scheduled", "delivering"])
def test_a_callback_that_is_still_owed_stays(make_store: MakeStore, state: str) -> None:
    store = make_store(keep_bodies=1)
    owed = a_callback(store, state)
    for _ in range(3):
        a_callback(store, "delivered")

    assert store.callback(owed.id) is not None


def test_a_unit_can_be_entered_again_and_keeps_others_out(store: Store) -> None:
    inside, other = threading.Event(), []

    def intrude() -> None:
        with store.unit():
            other.append(inside.is_set())

    with store.unit(), store.unit():
        thread = threading.Thread(target=intrude)
        thread.start()
        inside.set()
    thread.join(5)

    assert other == [True]


def test_rows_are_put_back_as_they_were_however_often(store: Store) -> None:
    row = opened(store)
    store.put_app(App("key", "secret"))
    store.add_event(1000, "settle", row.id)
    with store.unit():
        store.post([Posting("a", 5), Posting("b", -5)])
    saved = store.snapshot()

    for _ in range(2):
        again = store.transaction(row.id)
        assert again is not None
        again.state = "completed"
        opened(store)
        store.remove_app("key")
        store.claim_event(1000)
        with store.unit():
            store.post([Posting("a", 1), Posting("b", -1)])
        store.restore(saved)

    kept = [*store.transactions()]
    assert [(each.id, each.state) for each in kept] == [(row.id, "pending")]
    assert kept[0] is store.open_prompt("254708374149")
    assert (store.app("key"), store.next_due(), store.balances()) == (App("key", "secret"), 1000, {"a": 5, "b": -5})
    assert store.next_transaction_id() == row.id + 1
