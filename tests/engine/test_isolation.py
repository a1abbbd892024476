"""Nobody waits for somebody else's webhook: whole payments on a real clock, while other receivers hang."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest

pytestmark = pytest.mark.slow

LONG = 10  # seconds; what should happen happens much sooner


def test_a_look_up_that_hangs_holds_up_no_other_callback(mock_with: Any, webhook: Any) -> None:
    asked, released = threading.Semaphore(0), threading.Event()

    def hang(_: str) -> list[str]:
        asked.release()
        released.wait(30)
        return ["127.0.0.1"]

    mock = mock_with(clock="real", answer_after=0)
    mock.sandbox.policy._lookup = hang
    for number in range(30):
        push(mock, number, f"http://name-{number}:9/callback")
    assert all(asked.acquire(timeout=LONG) for _ in range(30))

    push(mock, 999, webhook.url)

    mock.wait_for(lambda: states(mock).count("delivered") == 1, LONG * 1000)
    seen = states(mock)
    released.set()
    assert seen.count("delivered") == 1
    assert seen.count("delivering") == 30


def test_webhooks_that_hang_hold_up_no_other_callback(mock_with: Any, webhook: Any) -> None:
    mock = mock_with(clock="real", answer_after=0, callback_timeout=30)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as hanging:  # takes connections, and never answers
        for number in range(200):
            push(mock, number, f"http://127.0.0.1:{hanging.getsockname()[1]}/callback")
        mock.wait_for(lambda: states(mock).count("delivering") == 200, LONG * 1000)

        push(mock, 999, webhook.url)

        mock.wait_for(lambda: states(mock).count("delivered") == 1, LONG * 1000)
        seen = states(mock)
    assert seen.count("delivered") == 1
    assert seen.count("delivering") == 200


def states(mock: Any) -> list[str]:
    return [row.state for row in mock.callbacks()]


def push(mock: Any, number: int, url: str) -> None:
    """By a customer of its own: each may have one prompt at a time."""
    msisdn = f"254711{number:06}"
    mock.pushed(PartyA=msisdn, PhoneNumber=msisdn, CallBackURL=url)
