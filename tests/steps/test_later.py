"""The later steps: settling once, delivering once, whatever calls them how often."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from mock_daraja.callbacks.delivery import Receiver
from mock_daraja.clock import ClockSetting
from mock_daraja.defaults import CUSTOMER
from mock_daraja.errors import Problem
from mock_daraja.gateway import LATER
from mock_daraja.model import CallbackPlan, Delivery, Outcome
from mock_daraja.scenarios.model import Match, OneShot
from mock_daraja.steps.delivering import claim
from mock_daraja.steps.later import resend
from tests.conftest import PUSH_PATH, MakeMock, Mock, Webhook, push_body


def test_settling_again_has_no_effect(mock: Mock) -> None:
    row = mock.transaction(mock.pushed())
    mock.advance(60)
    before = mock.again(row), mock.sandbox.balances()

    with mock.sandbox.store.unit():
        again = LATER["settle"](mock.gateway.shared, mock.sandbox, row.id)

    assert not again
    assert (mock.again(row), mock.sandbox.balances()) == before
    assert before[0].receipt is not None
    assert len(mock.callbacks()) == 1


def test_settling_before_its_time_waits_for_it(mock: Mock) -> None:
    row = mock.transaction(mock.pushed())

    with mock.sandbox.store.unit():
        early = LATER["settle"](mock.gateway.shared, mock.sandbox, row.id)

    assert not early
    assert not mock.again(row).is_final
    mock.advance(5)
    assert mock.again(row).is_final


def test_what_is_no_longer_there_has_no_effect(mock: Mock) -> None:
    assert not LATER["settle"](mock.gateway.shared, mock.sandbox, 999)
    with mock.sandbox.store.unit():
        assert claim(mock.sandbox, 999) is None


def test_delivering_again_has_no_effect(mock: Mock, webhook: Webhook) -> None:
    mock.pushed(CallBackURL=webhook.url)
    mock.advance(60)

    mock.gateway.engine.deliver_now(mock.sandbox, [mock.callbacks()[0].id])

    assert len(webhook.bodies) == 1


def test_threads_that_deliver_the_same_callback_deliver_it_once(mock: Mock, webhook: Webhook) -> None:
    mock.pushed(CallBackURL=webhook.url)
    mock.advance(5)
    (row,) = mock.callbacks()
    barrier = threading.Barrier(8)

    def deliver() -> None:
        barrier.wait()
        mock.gateway.engine.deliver_now(mock.sandbox, [row.id])

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    mock.advance(60)

    assert len(webhook.bodies) == 1
    assert mock.callbacks()[0].state == "delivered"
    assert mock.sandbox.store.leased() == []


def test_what_is_on_its_way_cannot_be_sent_again(mock: Mock, webhook: Webhook) -> None:
    mock.pushed(CallBackURL=webhook.url)
    mock.advance(5)
    (row,) = mock.callbacks()

    for state in ("scheduled", "delivering"):
        assert mock.callbacks()[0].state == state
        with pytest.raises(Problem, match="still to be delivered"):
            resend(mock.sandbox, row.id)
        with mock.sandbox.store.unit():
            claim(mock.sandbox, row.id)

    assert webhook.bodies == []


class Anybody(Receiver):
    """A receiver in this process that takes everything."""

    def takes(self, url: str) -> bool:
        return bool(url)

    def deliver(self, url: str, *_: Any, sent_ms: int, **__: Any) -> Delivery:
        return Delivery(url, sent_ms, status=200)


def test_a_callback_that_was_refused_and_then_taken_is_refused_no_more(mock: Mock) -> None:
    mock.pushed(CallBackURL="https://shop.example.com/paid")
    mock.advance(10)
    (before,) = mock.callbacks()

    mock.sandbox.receivers.append(Anybody())
    resend(mock.sandbox, before.id)
    mock.advance(0)

    (after,) = mock.callbacks()
    assert (before.state, before.refusal is None) == ("refused", False)
    assert (after.state, after.refusal) == ("delivered", None)


def test_of_two_copies_before_the_acknowledgement_only_the_first_overtakes_it(mock: Mock, webhook: Webhook) -> None:
    plan = CallbackPlan(before_ack=True, copies=2, every_ms=30_000)
    mock.sandbox.engine.arm(OneShot(Match(operation="stk-push.process"), Outcome(result="0", callback=plan)))

    mock.push(CallBackURL=webhook.url)
    at_once = len(webhook.bodies)
    mock.advance(30)

    assert (at_once, len(webhook.bodies)) == (1, 2)


def test_before_the_acknowledgement_on_a_running_clock_it_still_comes_once(
    mock_with: MakeMock, webhook: Webhook
) -> None:
    mock = mock_with(clock="real")
    for number in range(20):
        mock.push(
            headers={"X-Mock-Scenario": "stk_push/callback-before-ack"},
            CallBackURL=webhook.url,
            PhoneNumber=f"2547110000{number:02}",
        )

        assert len(webhook.bodies) == number + 1

    assert mock.wait_for(lambda: all(row.state == "delivered" for row in mock.callbacks()), 5_000)
    assert len(webhook.bodies) == 20


def test_a_webhook_may_call_back_while_the_clock_is_being_moved(mock: Mock, webhook: Webhook) -> None:
    checkout = mock.pushed(CallBackURL=webhook.url)
    seen: list[int] = []
    webhook.on_request = lambda: seen.append(mock.query(checkout).status)

    mock.advance(10)

    assert seen == [200]


@pytest.mark.parametrize("clock", ["auto", "real", "scaled:1000"])
def test_nothing_that_a_push_causes_begins_before_its_acknowledgement_is_out(
    mock_with: MakeMock, webhook: Webhook, clock: str
) -> None:
    mock = mock_with(clock=clock, answer_after=0, callback_after=0)
    body = push_body(mock.sandbox.now_ms, CallBackURL=webhook.url)
    request = EnvironBuilder(PUSH_PATH, method="POST", json=body, headers={"Authorization": f"Bearer {mock.token()}"})

    reply = mock.app.wsgi_app(request.get_environ(), lambda status, headers: None)
    unsent = mock.sandbox.store.events(), list(webhook.bodies)
    acknowledged = b"".join(reply)
    reply.close()

    assert b"CheckoutRequestID" in acknowledged
    assert unsent == ([], [])
    assert mock.wait_for(lambda: [row.state for row in mock.callbacks()] == ["delivered"], 600_000)
    assert len(webhook.bodies) == 1


def test_switching_to_manual_keeps_what_is_owed(mock_with: MakeMock) -> None:
    mock = mock_with(clock="real")
    row = mock.transaction(mock.pushed())

    mock.sandbox.agenda.switch(ClockSetting.parse("manual"))
    mock.advance(60)

    assert mock.again(row).result == "0"
    assert mock.balance(CUSTOMER) == 24_999_900
