"""The same payment on each of the four clocks."""

from __future__ import annotations

import pytest

from mock_daraja.clock import monotonic
from mock_daraja.model import TRANSACTIONS, Transaction
from tests.conftest import MakeMock, Mock, Webhook


def rows(mock: Mock) -> list[Transaction]:
    return [*mock.sandbox.store.scan(TRANSACTIONS)]


@pytest.mark.parametrize(
    ("clock", "settings"),
    [
        ("real", {"answer_after": 0.05, "callback_after": 0.02}),
        ("scaled:1000", {}),
        ("auto", {"answer_after": 1800, "callback_after": 600}),
    ],
)
def test_a_clock_that_moves_by_itself_brings_the_callback_and_never_early(
    mock_with: MakeMock, webhook: Webhook, clock: str, settings: dict[str, float]
) -> None:
    mock = mock_with(clock=clock, **settings)
    began = monotonic()
    row = mock.transaction(mock.pushed(CallBackURL=webhook.url))

    arrived = mock.wait_for(lambda: any(each.state == "delivered" for each in mock.callbacks()), 3_600_000)

    (callback,) = mock.callbacks()
    (delivery,) = mock.sandbox.deliveries_of(callback.id)
    row = mock.again(row)
    after_ms = int(mock.sandbox.settings.answer_after * 1000)
    assert arrived
    assert monotonic() - began < 10
    assert row.final_ms is not None
    assert row.final_ms - row.accepted_ms >= after_ms
    assert delivery.sent_ms >= callback.due_ms >= row.final_ms
    assert len(webhook.bodies) == 1


def test_a_manual_clock_does_nothing_until_it_is_moved(mock_with: MakeMock, webhook: Webhook) -> None:
    mock = mock_with(clock="manual")
    row = mock.transaction(mock.pushed(CallBackURL=webhook.url))

    pending = row.state, list(webhook.bodies)
    fired = mock.advance(60)

    assert pending == ("pending", [])
    assert [event.kind for event in fired] == ["settle", "deliver"]
    assert [event.due_ms - row.accepted_ms for event in fired] == [5_000, 6_000]
    assert len(webhook.bodies) == 1


def test_an_auto_clock_never_really_waits_for_most_of_an_hour_of_prompts(mock_with: MakeMock) -> None:
    mock = mock_with(clock="auto", answer_after=300, callback_after=300)
    began = monotonic()

    for number in range(5):
        mock.pushed(PhoneNumber=f"25471100000{number}")
        assert mock.wait_for(lambda: all(row.is_final for row in rows(mock)), 7_200_000)

    assert monotonic() - began < 5


@pytest.mark.parametrize("clock", ["manual", "auto", "scaled:1000", "real"])
def test_the_result_is_the_same_on_every_clock(mock_with: MakeMock, clock: str) -> None:
    mock = mock_with(clock=clock, answer_after=0.01, callback_after=0.01)
    checkout = mock.pushed(AccountReference="mock:1032")

    assert mock.wait_for(lambda: mock.transaction(checkout).is_final, 60_000)
    assert mock.transaction(checkout).result == "1032"
    assert mock.query(checkout).json["ResultCode"] == "1032"
