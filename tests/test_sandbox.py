"""One world, who is in it, and how a key or token leads to it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mock_daraja import defaults
from mock_daraja.agenda import CLOCK
from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.exchange import EXCHANGES
from mock_daraja.ledger import Unbalanced, transfer
from mock_daraja.model import CUSTOMERS, INITIATORS, ORGANISATIONS, TOKENS, TRANSACTIONS, App, Initiator, Posting
from tests.conftest import PUSH_PATH, QUERY_PATH, TOKEN_PATH, MakeMock, Mock, RowsRead, push_body, query_body

WALLET = defaults.CUSTOMER


# ids of pushes


@pytest.mark.parametrize("digits", [1, 3])
def test_pushes_of_one_instant_get_the_ids_of_the_next_ones(mock_with: MakeMock, digits: int) -> None:
    mock = mock_with(answer_after=0, quirks={"checkout_id_digits": digits})
    free_ms = 0

    for number in range(50):
        free_ms = max(free_ms, mock.sandbox.now_ms)
        reference = mock.pushed(AccountReference="mock:1032")
        assert reference == mock.sandbox.ids.checkout_request_id(free_ms, WALLET, digits)
        free_ms += 1000 // 10**digits
        mock.advance(0.3 if number == 20 else 0)


def test_pushes_of_one_instant_in_two_sandboxes_never_share_an_id(mock: Mock) -> None:
    sandboxes = mock.gateway.shared.sandboxes
    at_ms = sandboxes.create("shop").now_ms
    tokens = [mock.token(), mock.token("shop-key", "shop-secret")]
    assert mock.sandbox.now_ms == at_ms

    pushes = [
        mock.request("POST", PUSH_PATH, push_body(at_ms), {"Authorization": f"Bearer {token}"}).json for token in tokens
    ]

    given = [push["CheckoutRequestID"] for push in pushes]
    assert given == [mock.sandbox.ids.checkout_request_id(at_ms + later, WALLET, 1) for later in (0, 100)]
    for token, other in zip(tokens, reversed(given), strict=True):
        answer = mock.request("POST", QUERY_PATH, query_body(at_ms, other), {"Authorization": f"Bearer {token}"})
        assert answer.status != 200


def test_the_id_of_a_push_is_free_again_where_its_sandbox_is_gone_or_begins_anew(mock: Mock) -> None:
    sandboxes = mock.gateway.shared.sandboxes
    at_ms = mock.sandbox.now_ms
    first = sandboxes.create("first").new_reference(at_ms, WALLET)

    assert sandboxes.reset("first").new_reference(at_ms, WALLET) == first
    sandboxes.delete("first")
    assert sandboxes.create("second").new_reference(at_ms, WALLET) == first
    assert sandboxes.create("first").new_reference(at_ms, WALLET) != first


def test_pushes_of_one_instant_in_many_sandboxes_stand_in_a_row(mock: Mock) -> None:
    sandboxes = mock.gateway.shared.sandboxes
    at_ms = mock.sandbox.now_ms
    many = [sandboxes.create(f"s{number}") for number in range(60)]

    given = [each.new_reference(at_ms, WALLET) for each in many]

    assert given == [mock.sandbox.ids.checkout_request_id(at_ms + 100 * number, WALLET, 1) for number in range(60)]


def test_pushes_of_one_instant_are_not_all_looked_at(mock_with: MakeMock, rows_read: RowsRead) -> None:
    mock = mock_with(answer_after=0)
    for _ in range(100):
        mock.pushed(AccountReference="mock:1032")
        mock.advance(0)

    rows_read.clear()
    mock.pushed()

    assert sum(noun == "transaction" for noun, _ in rows_read) < 20


# who is in it


@pytest.mark.parametrize(
    ("shortcode", "kinds"),
    [
        ("174379", {"paybill"}),
        ("600000", {"paybill", "b2c", "b2b"}),
        ("600426", {"paybill", "b2c", "b2b"}),
        ("600999", {"paybill", "b2c", "b2b"}),
        ("572572", {"tax"}),
        (defaults.HEAD_OFFICE, {"head-office"}),
        (defaults.TILL, {"till"}),
    ],
)
def test_the_organisations_of_safaricoms_test_pages_are_there(mock: Mock, shortcode: str, kinds: set[str]) -> None:
    found = mock.sandbox.organisation(shortcode)

    assert found is not None
    assert kinds <= set(found.kinds)
    assert mock.sandbox.initiators(shortcode) == (Initiator(shortcode, "testapi", "Safaricom999!*!"),)


@pytest.mark.parametrize("shortcode", ["601000", "599999", "0600000", "٦٠٠٠٠٠", "", "abc"])
def test_others_are_not(mock: Mock, shortcode: str) -> None:
    assert mock.sandbox.organisation(shortcode) is None


def test_the_till_belongs_to_the_head_office(mock: Mock) -> None:
    till = mock.sandbox.organisation(defaults.TILL)

    assert till is not None
    assert till.head_office == defaults.HEAD_OFFICE


def test_all_accounts_are_zero_together_from_the_first_moment(mock: Mock) -> None:
    with mock.sandbox.store.unit():
        mock.sandbox.bring_in("174379")
        mock.sandbox.bring_in(WALLET)
    mock.sandbox.put_customer({"msisdn": "0722000001", "balance": "1500.50"})

    assert mock.balance("254722000001") == 150_050
    assert sum(mock.sandbox.balances().values()) == 0


def test_looking_at_somebody_changes_nothing(mock: Mock) -> None:
    sandbox, store = mock.sandbox, mock.sandbox.store
    before = store.change

    sandbox.customer(WALLET)
    sandbox.customer_name(WALLET)
    sandbox.organisation("174379")
    sandbox.initiators("174379")
    sandbox.registered_urls("174379")
    sandbox.balance(WALLET)

    assert store.change == before
    assert (sandbox.balances(), [*store.scan(CUSTOMERS)], [*store.scan(ORGANISATIONS)]) == ({}, [], [])


@pytest.mark.parametrize(
    ("owner", "account"),
    [(WALLET, WALLET), ("600123", "600123:Utility Account"), (defaults.TILL, f"{defaults.TILL}:Merchant Account")],
)
def test_what_would_be_is_told_as_it_comes_to_be(mock: Mock, owner: str, account: str) -> None:
    sandbox = mock.sandbox

    def told() -> tuple[object, ...]:
        return sandbox.customer(owner), sandbox.organisation(owner), sandbox.initiators(owner), sandbox.balance(account)

    before = told()
    with sandbox.store.unit():
        sandbox.bring_in(owner)

    assert told() == before
    assert mock.balance(account) == sandbox.balance(account) > 0


def test_bringing_somebody_in_again_gives_no_money_again(mock: Mock) -> None:
    before = mock.sandbox.balances()
    with mock.sandbox.store.unit():
        mock.sandbox.bring_in(WALLET)
    once = mock.sandbox.balances()

    with mock.sandbox.store.unit():
        mock.sandbox.bring_in(WALLET)
    mock.sandbox.put_customer({"msisdn": WALLET, "pin": "4321"})

    assert before != once == mock.sandbox.balances()


def test_nobody_else_can_be_brought_in(mock: Mock) -> None:
    with mock.sandbox.store.unit():
        mock.sandbox.bring_in("601000")

    assert mock.sandbox.balances() == {}


@pytest.mark.parametrize("shortcode", ["601000", "174379"])
def test_an_initiator_that_is_added_stands_beside_the_one_there_was(mock: Mock, shortcode: str) -> None:
    mock.sandbox.put_organisation({"shortcode": shortcode, "initiators": [{"name": "boss", "password": "pw"}]})
    mock.sandbox.put_organisation({"shortcode": shortcode, "initiators": [{"name": "testapi", "locked": True}]})

    found = mock.sandbox.initiators(shortcode)
    assert [(each.name, each.locked) for each in found] == [("testapi", True), ("boss", False)]


def test_a_bad_initiator_leaves_the_organisation_alone(mock: Mock) -> None:
    before = mock.sandbox.put_organisation({"shortcode": "601000", "name": "Duka"})

    with pytest.raises(Problem, match="no password"):
        mock.sandbox.put_organisation({"shortcode": "601000", "name": "Other", "initiators": [{"name": "boss"}]})

    assert mock.sandbox.organisation("601000") == before
    assert [each.name for each in mock.sandbox.initiators("601000")] == ["testapi"]


def test_a_payment_brings_its_parties_in(mock: Mock) -> None:
    mock.pushed()

    assert [row.msisdn for row in mock.sandbox.store.scan(CUSTOMERS)] == [WALLET]
    assert [row.shortcode for row in mock.sandbox.store.scan(ORGANISATIONS)] == ["174379"]
    assert [row.name for row in mock.sandbox.store.scan(INITIATORS)] == ["testapi"]


def test_threads_that_meet_a_customer_at_once_meet_the_same_one(mock: Mock) -> None:
    barrier, met = threading.Barrier(8), []

    def meet() -> None:
        barrier.wait()
        with mock.sandbox.store.unit():
            mock.sandbox.post(transfer(WALLET, "600123:Utility Account", 100))
        met.append((mock.sandbox.customer(WALLET), mock.sandbox.organisation("600123")))

    threads = [threading.Thread(target=meet) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert len({(id(customer), id(organisation)) for customer, organisation in met}) == 1
    assert mock.balance(WALLET) == defaults.CUSTOMER_OPENING - 8 * 100
    assert mock.balance("600123:Utility Account") == defaults.OPENING_BALANCES["Utility Account"] + 8 * 100
    assert sum(mock.sandbox.balances().values()) == 0


def test_a_balance_is_set_against_the_opening_account(mock: Mock) -> None:
    mock.sandbox.set_balance("174379:Utility Account", 7)

    assert mock.balance("174379:Utility Account") == 700
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.parametrize("amount", ["ten", "1e9999999", "10.005", True])
def test_a_balance_that_is_no_money_is_a_problem(mock: Mock, amount: Any) -> None:
    with pytest.raises(Problem) as caught:
        mock.sandbox.set_balance(WALLET, amount)

    assert caught.value.where == "balance"
    assert "1500" in caught.value.remedy


def test_an_entry_that_makes_money_is_not_posted(mock: Mock) -> None:
    before = mock.sandbox.balances()

    with pytest.raises(Unbalanced), mock.sandbox.store.unit():
        mock.sandbox.post([Posting(WALLET, 100)])

    assert mock.sandbox.balances() == before


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ({}, "has no msisdn"),
        ({"msisdn": "12"}, "not a Kenyan mobile number"),
        ({"msisdn": "0722000001", "hanset": "offline"}, "has no 'hanset'"),
        ({"msisdn": "0722000001", "handset": "broken"}, "handset is 'broken'"),
        ({"msisdn": "0722000001", "prompt": "pays"}, "prompt is 'pays'"),
        ({"msisdn": "0722000001", "pin": 1234}, "pin of a customer is 1234"),
        ({"msisdn": True}, "msisdn of a customer is true"),
    ],
)
def test_a_customer_that_makes_no_sense_is_a_problem(mock: Mock, table: dict[str, Any], what: str) -> None:
    with pytest.raises(Problem) as caught:
        mock.sandbox.put_customer(table)

    assert what in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ({}, "has no shortcode"),
        ({"shortcode": "12"}, "shortcode is '12'"),
        ({"shortcode": "700000", "kinds": ["shop"]}, "kind 'shop'"),
        ({"shortcode": "700000", "key": "x"}, "has no 'key'"),
    ],
)
def test_an_organisation_that_makes_no_sense_is_a_problem(mock: Mock, table: dict[str, Any], what: str) -> None:
    with pytest.raises(Problem) as caught:
        mock.sandbox.put_organisation(table)

    assert what in caught.value.what
    assert caught.value.remedy


def test_settings_add_organisations_and_customers(mock_with: MakeMock) -> None:
    mock = mock_with(
        organisations=({"shortcode": 700000, "name": "Duka", "passkey": defaults.PASSKEY},),
        customers=({"msisdn": "0722000001", "balance": 5, "prompt": "cancel"},),
    )
    mock.pushed(BusinessShortCode="700000", PhoneNumber="254722000001")
    mock.advance(10)

    assert mock.result() == 1032
    assert mock.balance("254722000001") == 500


# prompts


@pytest.mark.parametrize("pushed", [False, True])
def test_a_prompt_that_is_not_open_cannot_be_answered(mock: Mock, pushed: bool) -> None:
    if pushed:
        mock.pushed()
        mock.advance(10)

    with pytest.raises(Problem, match="has no prompt open") as caught:
        mock.sandbox.answer_prompt(WALLET, "cancel")

    assert caught.value.status == 409


def test_a_prompt_is_answered_once(mock: Mock) -> None:
    row = mock.transaction(mock.pushed())
    mock.sandbox.answer_prompt(WALLET, "cancel")

    with pytest.raises(Problem, match="answered already: cancel"):
        mock.sandbox.answer_prompt(WALLET, "pin:1234")

    mock.advance(10)
    assert mock.again(row).result == "1032"


def test_a_handset_that_is_offline_shows_no_prompt(mock: Mock) -> None:
    mock.sandbox.put_customer({"msisdn": WALLET, "handset": "offline"})
    mock.pushed()

    with pytest.raises(Problem, match="offline"):
        mock.sandbox.answer_prompt(WALLET, "pin:1234")


# waiting


def test_waiting_moves_a_standing_clock_as_far_as_needed(mock: Mock) -> None:
    row = mock.transaction(mock.pushed())
    start = mock.sandbox.now_ms

    assert mock.wait_for(lambda: mock.again(row).is_final, 60_000)
    assert mock.sandbox.now_ms == start + 5_000


def test_waiting_in_vain_ends_at_its_time_out(mock: Mock) -> None:
    start = mock.sandbox.now_ms

    assert not mock.wait_for(lambda: False, 60_000)
    assert mock.sandbox.now_ms == start + 60_000


def test_closing_a_sandbox_lets_go_whoever_waits(mock_with: MakeMock) -> None:
    mock = mock_with(clock="real")
    asked, result = threading.Event(), []

    def never() -> bool:
        asked.set()
        return False

    waiter = threading.Thread(target=lambda: result.append(mock.wait_for(never, 3_600_000)))
    waiter.start()
    assert asked.wait(5)

    mock.sandbox.close()
    waiter.join(5)

    assert result == [False]


# the registry


def test_a_key_and_its_token_lead_to_their_sandbox(mock: Mock) -> None:
    other = mock.gateway.shared.sandboxes.create("shop")
    token = mock.token("shop-key", "shop-secret")

    mock.request("POST", "/mpesa/stkpush/v1/processrequest", {}, {"Authorization": f"Bearer {token}"})

    assert [row.path for row in other.store.scan(EXCHANGES)] == [
        TOKEN_PATH.partition("?")[0],
        "/mpesa/stkpush/v1/processrequest",
    ]
    assert [*mock.sandbox.store.scan(EXCHANGES)] == []


def test_sandboxes_share_nothing(mock: Mock) -> None:
    other = mock.gateway.shared.sandboxes.create("shop")
    mock.pushed()
    mock.advance(10)

    assert other.balances() == {}
    assert [*other.store.scan(TRANSACTIONS)] == []
    assert other.clock.now() < mock.sandbox.clock.now()
    assert mock.ask_token().status == 200


def test_a_name_or_key_that_is_taken_is_a_problem(mock: Mock) -> None:
    sandboxes = mock.gateway.shared.sandboxes
    sandboxes.create("shop")

    with pytest.raises(Problem, match="a sandbox 'shop' already"):
        sandboxes.create("shop")
    with pytest.raises(Problem, match="'test-key' belongs to sandbox 'default'"):
        sandboxes.create("other", app=("test-key:x",))
    assert [each.name for each in sandboxes.all()] == ["default", "shop"]


def test_a_snapshot_puts_back_who_may_call_and_the_time(mock: Mock) -> None:
    sandbox, sandboxes = mock.sandbox, mock.gateway.shared.sandboxes
    old = mock.token()
    mock.advance(10)
    saved, at_ms = sandbox.snapshot(), sandbox.now_ms

    sandboxes.put_app(sandbox, App("later", "secret"))
    new = mock.token("later", "secret")
    newer = mock.token()
    sandboxes.remove_app(sandbox, defaults.APP_KEY)
    mock.advance(60)
    sandbox.restore(saved)

    assert [app.key for app in sandbox.apps()] == [defaults.APP_KEY]
    assert [sandboxes.found_by(TOKENS, token) is not None for token in (old, new, newer)] == [True, False, False]
    assert sandbox.now_ms == at_ms


def test_a_snapshot_puts_back_how_the_clock_runs(mock: Mock) -> None:
    sandbox = mock.sandbox
    saved = sandbox.snapshot()

    sandbox.agenda.switch(ClockSetting.parse("auto"))
    sandbox.restore(saved)

    kept = sandbox.store.get(CLOCK, "")
    assert kept is not None
    assert kept.setting == str(sandbox.clock.setting) == "manual"


def test_an_app_that_is_changed_keeps_its_place(mock: Mock) -> None:
    sandboxes = mock.gateway.shared.sandboxes
    sandboxes.put_app(mock.sandbox, App("second", "secret"))

    sandboxes.put_app(mock.sandbox, App(defaults.APP_KEY, "another"))

    assert [(app.key, app.secret) for app in mock.sandbox.apps()] == [
        (defaults.APP_KEY, "another"),
        ("second", "secret"),
    ]


def test_an_app_is_removed_from_its_own_sandbox_only(mock: Mock) -> None:
    sandboxes = mock.gateway.shared.sandboxes
    other = sandboxes.create("other")

    removed = [sandboxes.remove_app(sandbox, "other-key") for sandbox in (mock.sandbox, other, other)]

    assert removed == [False, True, False]


def test_an_unknown_sandbox_names_those_there_are(mock: Mock) -> None:
    with pytest.raises(Problem, match="no sandbox 'shpo'") as caught:
        mock.gateway.shared.sandboxes.get("shpo")

    assert caught.value.status == 404
    assert "default" in caught.value.remedy


def test_reset_gives_the_sandbox_as_it_was(mock: Mock) -> None:
    token = mock.token()
    mock.pushed()
    mock.advance(10)

    fresh = mock.gateway.shared.sandboxes.reset("default")

    assert mock.sandbox is fresh
    assert [*fresh.store.scan(TRANSACTIONS)] == []
    assert (
        mock.request("POST", "/mpesa/stkpush/v1/processrequest", {}, {"Authorization": f"Bearer {token}"}).status == 404
    )
    assert mock.ask_token().status == 200


def test_deleting_ends_a_sandbox_but_never_the_default_one(mock: Mock) -> None:
    sandboxes = mock.gateway.shared.sandboxes
    sandboxes.create("shop")

    sandboxes.delete("shop")

    assert mock.ask_token("shop-key", "shop-secret").status == 400
    with pytest.raises(Problem, match="default sandbox stays"):
        sandboxes.delete("default")


@pytest.mark.parametrize(("digits", "length"), [(1, 30), (3, 32)])
def test_a_checkout_request_id_that_is_taken_is_not_given_again(mock_with: MakeMock, digits: int, length: int) -> None:
    mock = mock_with(answer_after=0, quirks={"checkout_id_digits": digits, "same_amount_seconds": 0})

    references = []
    for _ in range(12):
        references.append(mock.pushed())
        mock.advance(0)

    assert len(set(references)) == 12
    assert {len(reference) for reference in references} == {length}
