from __future__ import annotations

import json
import time
from urllib.request import Request, urlopen

from bench.sink import Sink, sink


def post(webhook: Sink, checkout_id: str) -> float:
    """When the answer came."""
    body = json.dumps({"Body": {"stkCallback": {"CheckoutRequestID": checkout_id, "ResultCode": 0}}})
    with urlopen(Request(webhook.url, body.encode()), timeout=10) as answer:
        assert json.loads(answer.read()) == {"ResultCode": 0}
    return time.monotonic()


def test_what_came_is_told_once() -> None:
    with sink() as webhook:
        post(webhook, "ws_CO_1")
        post(webhook, "ws_CO_2")

        assert [arrival.checkout_id for arrival in webhook.drain()] == ["ws_CO_1", "ws_CO_2"]
        assert webhook.drain() == []


def test_a_slow_one_answers_later_than_the_callback_came() -> None:
    with sink(after=0.1) as webhook:
        answered = post(webhook, "ws_CO_1")

        (arrival,) = webhook.drain()

    assert answered - arrival.monotonic >= 0.1
