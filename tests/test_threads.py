"""Many at once: one prompt a customer, one final state a transaction, no money made or lost."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import CUSTOMER, CUSTOMER_OPENING
from mock_daraja.model import TRANSACTIONS, Transaction
from mock_daraja.server import Server
from tests.conftest import PUSH_PATH, MakeMock, Mock, Webhook, operation_of, push_body


def at_once(count: int, act: Callable[[int], None]) -> None:
    """Run `act(0)` to `act(count - 1)` in threads that start together; raises what any of them raised."""
    barrier, failures = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            barrier.wait(10)
            act(number)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures, failures


@pytest.fixture
def serve() -> Iterator[Callable[[Mock], Server]]:
    servers: list[Server] = []

    def start(mock: Mock) -> Server:
        servers.append(Server(mock.app).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


class Poster:
    """Posts over one kept-alive connection."""

    def __init__(self, server: Server, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def push(self, body: dict[str, object]) -> tuple[int, Any]:
        return self.post(PUSH_PATH, body)

    def post(self, path: str, body: dict[str, object]) -> tuple[int, Any]:
        self._connection.request("POST", path, json.dumps(body), self._headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def __enter__(self) -> Poster:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def test_of_eight_pushes_for_one_customer_only_one_opens_a_prompt(
    mock_with: MakeMock, serve: Callable[[Mock], Server]
) -> None:
    mock = mock_with(clock="manual")
    server, token = serve(mock), mock.token()
    answers: list[tuple[int, Any]] = []

    def push(_: int) -> None:
        with Poster(server, token) as poster:
            answers.append(poster.push(push_body(mock.sandbox.now_ms)))

    at_once(8, push)

    assert Counter(status for status, _ in answers) == {200: 1, 500: 7}
    assert {body.get("errorCode") for status, body in answers if status == 500} == {"500.001.1001"}
    assert len([*mock.sandbox.store.scan(TRANSACTIONS)]) == 1


def test_eight_threads_that_push_again_and_again_never_have_two_prompts_open(mock_with: MakeMock) -> None:
    mock = mock_with(clock="real", answer_after=0, callback_after=0, quirks={"same_amount_seconds": 0})
    mock.token()
    accepted: list[str] = []

    def push(_: int) -> None:
        for _ in range(30):
            answer = mock.push()
            if answer.status == 200:
                accepted.append(answer.json["CheckoutRequestID"])
            else:
                assert answer.error[2].startswith("Unable to lock subscriber")

    at_once(8, push)

    assert mock.wait_for(lambda: all(row.is_final for row in mock.sandbox.store.scan(TRANSACTIONS)), 20_000)
    rows = sorted(mock.sandbox.store.scan(TRANSACTIONS), key=lambda row: row.accepted_ms)
    assert len(rows) == len(accepted) == len(set(accepted))
    for before, after in pairwise(rows):
        assert before.final_ms is not None
        assert before.final_ms <= after.accepted_ms


@pytest.mark.slow
def test_a_thousand_pushes_of_different_customers_settle_and_arrive_exactly_once(
    mock_with: MakeMock, serve: Callable[[Mock], Server], webhook: Webhook
) -> None:
    mock = mock_with(clock="real", answer_after=0.05, callback_after=0.01)
    server, token = serve(mock), mock.token()

    def push(thread: int) -> None:
        with Poster(server, token) as poster:
            for number in range(125):
                body = push_body(
                    mock.sandbox.now_ms, PhoneNumber=f"2547110{thread}{number:04}", CallBackURL=webhook.url
                )
                status, answer = poster.push(body)
                assert (status, answer["ResponseCode"]) == (200, "0")

    at_once(8, push)
    done = mock.wait_for(lambda: [row.state for row in mock.callbacks()] == ["delivered"] * 1000, 30_000)

    rows = [*mock.sandbox.store.scan(TRANSACTIONS)]
    arrived = [body["Body"]["stkCallback"]["CheckoutRequestID"] for body in webhook.bodies]
    assert done
    assert len(rows) == 1000
    assert {row.result for row in rows} == {"0"}
    assert len({row.receipt for row in rows}) == 1000
    assert Counter(arrived) == Counter(row.reference for row in rows)
    assert sum(mock.sandbox.balances().values()) == 0
    assert mock.balance("174379:Utility Account") == 100_000_000 + 1000 * 100


def test_no_callback_overtakes_its_acknowledgement_over_the_wire(
    mock_with: MakeMock, serve: Callable[[Mock], Server], webhook: Webhook
) -> None:
    mock = mock_with(clock="real", answer_after=0, callback_after=0)
    before: list[int] = []
    told: list[int] = []
    mock.push(Amount=0)  # its schema is compiled now
    released = mock.sandbox.agenda.release

    def note(exchange: int) -> None:  # the server says that the reply is on the wire
        before.append(len(mock.callbacks()))
        released(exchange)

    with Poster(serve(mock), mock.token()) as poster:
        mock.sandbox.agenda.release = note  # type: ignore[method-assign]  # listened to
        for number in range(20):
            body = push_body(mock.sandbox.now_ms, PhoneNumber=f"2547110000{number:02}", CallBackURL=webhook.url)
            told.append(poster.push(body)[0])
            assert mock.wait_for(lambda: len(mock.callbacks()) == len(told), 10_000)

        assert mock.wait_for(lambda: len(webhook.bodies) == 20, 20_000)
    assert told == [200] * 20
    assert before == list(range(20))


def test_answers_from_many_threads_settle_a_prompt_once(mock: Mock) -> None:
    row = mock.transaction(mock.pushed())
    outcomes: list[str] = []

    def answer(number: int) -> None:
        try:
            mock.sandbox.answer_prompt(CUSTOMER, "cancel" if number % 2 else "pin:1234")
            outcomes.append("answered")
        except Exception as refused:
            outcomes.append(type(refused).__name__)

    at_once(8, answer)
    mock.advance(60)

    assert Counter(outcomes) == {"answered": 1, "Problem": 7}
    assert mock.again(row).is_final
    assert len(mock.callbacks()) == 1


def test_pollers_see_pending_then_one_final_state(mock_with: MakeMock) -> None:
    mock = mock_with(clock="real", answer_after=0.05, callback_after=0)
    mock.token()
    checkout = mock.pushed()
    seen: list[list[object]] = [[] for _ in range(8)]

    def poll(number: int) -> None:
        while not seen[number] or seen[number][-1] == "pending":
            answer = mock.query(checkout)
            seen[number].append(answer.json["ResultCode"] if answer.status == 200 else "pending")

    at_once(8, poll)

    assert {states[-1] for states in seen} == {"0"}


REVERSAL = operation_of("reversal.request").paths[0]
SHOP = "600992"


def test_of_eight_reversals_at_once_over_the_wire_one_moves_the_money(
    mock_with: MakeMock, serve: Callable[[Mock], Server]
) -> None:
    mock = mock_with(clock="manual")
    paid = mock.settled("c2b.simulate", Amount=70)
    held, wallet = mock.balance(f"{SHOP}:Utility Account"), mock.balance(CUSTOMER)
    server, token = serve(mock), mock.token()
    mock.sandbox.clock.switch(ClockSetting.parse("scaled:100"))
    body = mock.body("reversal.request", TransactionID=paid.receipt, Amount=70)
    accepted: list[str] = []

    def reverse(_: int) -> None:
        with Poster(server, token) as poster:
            accepted.append(poster.post(REVERSAL, body)[1]["ConversationID"])

    at_once(8, reverse)
    assert mock.wait_for(lambda: all(mock.transaction(each).is_final for each in accepted), 600_000)

    rows = [mock.transaction(each) for each in accepted]
    assert Counter(row.result for row in rows) == {"0": 1, "R000001": 7}
    assert [mock.again(paid).reversed_by] == [row.receipt for row in rows if row.result == "0"]
    assert held is not None
    assert wallet is not None
    assert mock.balance(f"{SHOP}:Utility Account") == held - 70_00
    assert mock.balance(CUSTOMER) == wallet + 70_00
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.slow
def test_payouts_payments_and_reversals_from_eight_threads_lose_no_money_and_no_receipt(
    mock_with: MakeMock, serve: Callable[[Mock], Server]
) -> None:
    mock = mock_with(clock="scaled:200")
    server, token = serve(mock), mock.token()
    accepted: list[str] = []

    def settled(poster: Poster, operation: str, **changes: object) -> Transaction:
        status, answer = poster.post(operation_of(operation).paths[0], mock.body(operation, **changes))
        assert (status, answer["ResponseCode"]) == (200, "0")
        row = mock.transaction(answer.get("ConversationID") or answer["OriginatorCoversationID"])
        accepted.append(row.reference)
        assert mock.wait_for(lambda: mock.again(row).is_final, 2_000_000)
        return mock.again(row)

    def trade(thread: int) -> None:
        with Poster(server, token) as poster:
            for number in range(10):
                msisdn = f"2547110000{number % 3:02}"
                settled(poster, "b2c.payment", Amount=200, PartyB=msisdn)
                paid = settled(poster, "c2b.simulate", Amount=100, Msisdn=msisdn)
                back = settled(poster, "reversal.request", Amount=100 if thread % 2 else 40, TransactionID=paid.receipt)
                assert back.result == "0"

    at_once(8, trade)

    rows = [*mock.sandbox.store.scan(TRANSACTIONS)]
    receipts = [row.receipt for row in rows]
    assert len(rows) == len(accepted) == len(set(accepted)) == 240
    assert {row.result for row in rows} == {"0"}
    assert len(set(receipts)) == 240
    assert None not in receipts
    assert all(mock.transaction(str(row.receipt)) == row for row in rows)
    balances = mock.sandbox.balances()
    assert sum(balances.values()) == 0
    assert balances[f"{SHOP}:Utility Account"] == 1_000_000_00 + 80 * 100_00 - 40 * 100_00 - 40 * 40_00
    assert balances["600996:Utility Account"] == 1_000_000_00 - 80 * 200_00
    wallets = sum(balances[f"2547110000{number:02}"] for number in range(3))
    assert wallets == 3 * CUSTOMER_OPENING + 80 * 100_00 + 40 * 100_00 + 40 * 40_00
    assert balances["M-PESA:Charges"] == 80 * 5_00


@pytest.mark.parametrize("clock", ["real", "auto", "manual"])
def test_a_gateway_that_is_closed_leaves_no_thread(mock_with: MakeMock, webhook: Webhook, clock: str) -> None:
    before = {*threading.enumerate()}
    mock = mock_with(clock=clock, answer_after=0, callback_after=0)
    for number in range(20):
        mock.pushed(PhoneNumber=f"2547110000{number:02}", CallBackURL=webhook.url)
    assert mock.wait_for(lambda: len(webhook.bodies) == 20, 60_000)

    mock.gateway.close()

    ours = {each for each in threading.enumerate() if each.name.startswith("mock-daraja")}
    started = {each for each in ours - before if each.is_alive()}
    receivers = {each for each in started if each.name == "mock-daraja-pool"}  # the webhook's own server has some
    assert started <= receivers
