"""The handle on a sandbox of a server that is reached over HTTP alone: the same verbs, the same words."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.app import create_app
from mock_daraja.errors import Problem
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from mock_daraja.testing import Daraja, MockDaraja
from mock_daraja.testing.remote_server import RemoteServer
from tests.conftest import served

OTHER = "254711222333"
NOWHERE = "http://127.0.0.1:9/nobody"
Push = Callable[..., tuple[int, Any]]


@pytest.fixture
def remote(servers: RemoteServer) -> Daraja:
    return servers.fresh(7)


def test_it_starts_where_a_test_starts(remote: Daraja, server: Server) -> None:
    assert (remote.url, remote.clock.setting) == (server.url, "manual")
    assert remote.clock.now.isoformat() == "2026-11-24T10:00:00+03:00"
    assert remote.control_url == f"{server.url}/_mock/sandboxes/{remote.name}"
    assert (remote.exchanges, remote.transactions, remote.callbacks) == ([], [], [])


def test_a_payment_is_arranged_moved_and_seen(either: Daraja, push: Push) -> None:
    webhook = either.sink()
    either.customer(OTHER, balance=500, pin="4321")
    either.next("stk-push", 1032, amount=10)
    push(either, webhook.url)
    push(either, webhook.url, PhoneNumber=OTHER, PartyA=OTHER, Amount=250)

    done = either.settle()

    assert [event.kind for event in done] == ["settle", "settle", "deliver", "deliver"]
    assert [row.result for row in either.transactions] == ["1032", "0"]
    assert (either.customer(OTHER).balance, either.customer(OTHER).pin) == (250, "4321")
    assert [each["Body"]["stkCallback"]["ResultCode"] for each in webhook.received] == [1032, 0]
    paid = either.assert_paid(amount=250, msisdn=OTHER)
    assert (paid.receipt is not None, paid.amount, paid.state) == (True, 250, "completed")
    assert either.assert_callback("stk", result=0).status == 200
    assert either.assert_requested("stk-push", Amount=250).transaction == 2
    either.assert_not_requested("stk-push.query")


def test_a_failed_assertion_explains(either: Daraja, push: Push) -> None:
    push(either, NOWHERE, Amount="ten")

    with pytest.raises(AssertionError) as failed:
        either.assert_paid()

    assert "why: Amount is not whole shillings" in str(failed.value)
    assert "Amount" in either.exchanges[-1].why


def test_a_prompt_is_answered(either: Daraja, push: Push) -> None:
    results = []
    for answer in ({}, {"pin": "0000"}, {"cancel": True}, {"ignore": True}):
        either.customer(prompt="ask")
        push(either, either.sink().url, Amount=10 + len(results))
        either.answer_prompt(**answer)  # type: ignore[arg-type]  # by name
        either.settle()
        results.append(either.transactions[-1].result)

    assert results == ["0", "2001", "1032", "1037"]


def test_time_moves(either: Daraja, push: Push) -> None:
    push(either, either.sink().url)

    early = either.advance(4.999)
    due = either.clock.due
    either.clock.move_to("2026-11-24T10:01")

    assert (early, [event.kind for event in due]) == ([], ["settle"])
    assert either.clock.now.isoformat() == "2026-11-24T10:01:00+03:00"
    assert either.wait_for_callback(kind="stk", state="delivered", transaction=1).id == 1
    with pytest.raises(AssertionError, match="1 of 2 callbacks came within 5 s"):
        either.wait_for_callback(count=2, timeout=5)
    either.clock.switch("auto")
    assert either.clock.setting == "auto"


def test_a_sink_answers_and_forgets(either: Daraja, push: Push) -> None:
    webhook = either.sink()
    webhook.answer_with({"status": 503}, {"status": 200})
    push(either, webhook.url)
    either.settle()
    (row,) = either.callbacks
    webhook.clear()

    again = either.resend(row, times=2)

    assert (row.state, row.status, row.note) == ("failed", 503, "the receiver answered 503")
    assert (again.attempts, again.state, len(webhook.received)) == (3, "delivered", 2)


def test_a_forgery_is_sent_by_whoever_has_the_sandbox(either: Daraja, push: Push) -> None:
    webhook = either.sink()
    push(either, webhook.url)

    row = either.forge(1, amount=3)

    assert (row.status, row.forged, row.transaction) == (200, True, 1)
    assert webhook.received[0]["Body"]["stkCallback"]["CallbackMetadata"]["Item"][0] == {"Name": "Amount", "Value": 3}
    with pytest.raises(Problem, match="no key 'price'"):
        either.forge(1, price=3)


def test_others_take_part(either: Daraja) -> None:
    shop = either.organisation(888999, name="Duka", kinds=["paybill"], balances={"Utility Account": "0.50"})
    app = either.app(products=["stk-push"])
    paid = either.pay(100, paybill=888999, account_reference="INV-7")
    either.settle()

    assert (shop.shortcode, shop.name, shop.balances["Utility Account"]) == ("888999", "Duka", 0.5)
    assert (app.products, app.key != either.consumer_key) == (("stk-push",), True)
    assert (paid.operation, paid.account_reference) == ("c2b.pay", "INV-7")
    assert either.organisation(888999).balances["Utility Account"] == 100.5


def test_an_app_is_changed_and_the_next_token_with_it(either: Daraja, push: Push) -> None:
    key, secret = either.consumer_key, either.consumer_secret

    lost = either.app(key, products=["b2c"], shortcodes=["174379"])
    refused, _ = push(either, either.sink().url)  # it asks for a token each time
    regained = either.app(key, products="all")
    taken, _ = push(either, either.sink().url)

    assert (lost.products, lost.secret, refused) == (("b2c",), secret, 404)
    assert (regained.products, regained.shortcodes, taken) == (None, ("174379",), 200)
    assert "the app has now: b2c" in either.exchanges[1].why


def test_a_scenario_plays_until_it_is_ended(either: Daraja, push: Push) -> None:
    either.scenario("cancelled")
    push(either, either.sink().url)
    either.settle()
    either.scenario(None)
    push(either, either.sink().url)
    either.settle()

    assert [row.result for row in either.transactions] == ["1032", "0"]


def test_the_timeline_and_the_report_card_are_the_same(servers: RemoteServer, push: Push) -> None:
    def play(daraja: Daraja) -> tuple[str, Any]:
        push(daraja, NOWHERE)
        push(daraja, NOWHERE, Password="bm90IGl0")
        daraja.settle()
        receipts = [row.receipt for row in daraja.transactions if row.receipt]
        shown = daraja.timeline().partition("\n")[2]
        return re.sub("|".join(receipts), "RECEIPT", shown), daraja.report().json() | {"sandbox": ""}

    with MockDaraja(start="2026-11-24T10:00", seed=7, strict=False) as here:
        wanted = play(here)

    assert play(servers.fresh(7)) == wanted


def test_credentials_are_of_that_sandbox(remote: Daraja) -> None:
    assert len(remote.security_credential()) > 100
    assert remote.pin == "1234"
    assert remote.environment["MPESA_CONSUMER_KEY"] == remote.consumer_key


def test_a_strict_test_finds_the_same(servers: RemoteServer, push: Push) -> None:
    daraja = servers.fresh(7)
    push(daraja, NOWHERE, Amount="ten")
    push(daraja, NOWHERE)
    daraja.next("stk-push.query", "500.003.02")
    daraja.sink().answer_with(status=500)
    push(daraja, daraja.sink().url, PhoneNumber=OTHER)
    daraja.settle()

    complaint = daraja._complaint() or ""

    assert complaint.startswith("3 things went wrong")
    assert "one-shot 1 (when operation stk-push.query, then error 500.003.02)" in complaint


def test_what_happened_is_told_after_the_sandbox_is_gone(servers: RemoteServer, push: Push) -> None:
    daraja = servers.fresh(7)
    push(daraja, NOWHERE, Amount="ten")

    servers.drop(daraja)

    assert "Amount is not whole shillings" in daraja._section()
    with pytest.raises(Problem, match="no sandbox"):
        daraja.customer()


def test_settings_reach_the_new_sandbox(server: Server) -> None:
    servers = RemoteServer(
        server.url, {"customers": [{"msisdn": OTHER, "balance": 50}], "app": "shop:hush", "strict": False}
    )

    daraja = servers.fresh(1, {"scenario": "cancelled", "clock": "auto", "quirks": {"in_flight": "4999"}})

    assert daraja.customer(OTHER).balance == 50
    assert daraja.clock.setting == "auto"
    with pytest.raises(Problem, match="'shop'"):
        servers.fresh(2)
    servers.drop(daraja)
    assert servers.fresh(3).customer(OTHER).balance == 50


@pytest.mark.parametrize(
    "verb",
    [
        lambda daraja: daraja.deliver_to(print),
        lambda daraja: daraja.snapshot(),
    ],
)
def test_what_needs_the_same_process_says_so(remote: Daraja, verb: Callable[[Daraja], Any]) -> None:
    with pytest.raises(Problem) as caught:
        verb(remote)

    assert "behind --daraja-url" in str(caught.value)
    assert "run this test without --daraja-url" in str(caught.value)


def test_files_stay_on_their_side(remote: Daraja, servers: RemoteServer) -> None:
    with pytest.raises(Problem, match=r"mine.yaml is a file on this side"):
        remote.scenario(Path("mine.yaml"))
    with pytest.raises(Problem, match=r"mine.yaml, a file on this side"):
        servers.fresh(8, {"scenario": Path("mine.yaml")})


def test_one_test_in_two_sessions_has_two_sandboxes_without_an_id_in_common(server: Server, push: Push) -> None:
    def ids(daraja: Daraja) -> set[str]:
        _, answer = push(daraja, daraja.sink().url)
        daraja.settle()
        return {answer["MerchantRequestID"], str(daraja.assert_paid().receipt)}

    one, other = (RemoteServer(server.url, {"start": "2026-11-24T10:00", "seed": 3}).fresh(7) for _ in range(2))

    assert (one.name, other.name) == ("test-00000007", "test-00000007-2")
    assert not ids(one) & ids(other)


def test_settings_of_the_server_are_its_own(server: Server, servers: RemoteServer) -> None:
    with pytest.raises(Problem, match="max_body is a setting of the server"):
        RemoteServer(server.url, {"max_body": 4096})
    with pytest.raises(Problem, match="port is a setting of the server"):
        servers.fresh(1, {"port": 0})


def test_where_nobody_answers_it_says_so() -> None:
    with pytest.raises(Problem, match=r"no server answers at http://127.0.0.1:9"):
        RemoteServer("http://127.0.0.1:9/")


def test_a_server_that_wants_a_token_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(Settings(port=0, admin_token="sesame"))
    try:
        with Server(app) as running:
            with pytest.raises(Problem, match="asks for a bearer token"):
                RemoteServer(running.url).fresh(1)
            monkeypatch.setenv("MOCK_DARAJA_ADMIN_TOKEN", "sesame")

            assert RemoteServer(running.url).fresh(1).customer().balance == 250_000
    finally:
        served(app).close()
