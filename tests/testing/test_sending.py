"""Callbacks on their way: delivered again, delivered in this process, forged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.testing import Daraja

Push = Callable[..., tuple[int, Any]]


def result(received: Any) -> int:
    return int(received["Body"]["stkCallback"]["ResultCode"])


def test_a_callback_is_delivered_again(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)
    callback = daraja.wait_for_callback()

    again = daraja.resend(callback, times=2)

    assert webhook.bodies == [callback.json] * 3
    assert (again.attempts, again.state) == (3, "delivered")


def test_a_lost_callback_can_be_delivered_after_all(daraja: Daraja, webhook: Any, push: Push) -> None:
    daraja.next("stk-push", {"callback": {"drop": True}})
    push(daraja, webhook.url)
    daraja.settle()
    (lost,) = daraja.callbacks

    daraja.resend(lost.id)

    assert (lost.state, lost.attempts) == ("dropped", 0)
    assert [result(each) for each in webhook.bodies] == [0]


def test_a_callback_that_is_still_to_come_is_not_sent_again(daraja: Daraja, webhook: Any, push: Push) -> None:
    push(daraja, webhook.url)
    daraja.advance(5)

    with pytest.raises(Problem, match="callback 1 is still to be delivered"):
        daraja.resend(1)
    with pytest.raises(Problem, match="there is no callback 2"):
        daraja.resend(2)


def test_a_failed_delivery_is_seen(daraja: Daraja, webhook: Any, push: Push) -> None:
    webhook.statuses = [503]
    push(daraja, webhook.url)
    daraja.settle()

    (callback,) = daraja.callbacks.where(state="failed")

    assert (callback.status, callback.attempts) == (503, 1)
    assert "503" in callback.note
