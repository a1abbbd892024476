"""One attempt at a callback, and what comes of it."""

from __future__ import annotations

from mock_daraja.steps.later import resend
from tests.conftest import MakeMock, Webhook


def test_a_callback_that_was_not_taken_is_tried_again_after_five_seconds(mock_with: MakeMock, webhook: Webhook) -> None:
    webhook.statuses = [500, 502]
    mock = mock_with(callback_retries=2)
    mock.pushed(CallBackURL=webhook.url)

    mock.advance(60)

    (row,) = mock.callbacks()
    sent = [each.sent_ms for each in mock.sandbox.deliveries_of(row.id)]
    assert sent == [row.due_ms, row.due_ms + 5_000, row.due_ms + 10_000]


def test_each_resending_is_retried_before_the_next(mock_with: MakeMock, webhook: Webhook) -> None:
    webhook.statuses = [500] * 6
    mock = mock_with(callback_retries=1)
    mock.pushed(CallBackURL=webhook.url)
    mock.advance(60)
    (row,) = mock.callbacks()
    began = mock.sandbox.now_ms

    resend(mock.sandbox, row.id, times=2)
    mock.advance(60)

    sent = [each.sent_ms - began for each in mock.sandbox.deliveries_of(row.id)]
    assert sent[2:] == [0, 5_000, 5_000, 10_000]
    assert mock.callbacks()[0].state == "failed"
