"""`GET /_mock/journal`: what happened, in order, and what has happened since."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import NOWHERE, Mock

ROWS = {"request": "exchange", "final": "transaction", "callback": "callback"}


def asked(mock: Mock, query: str = "") -> dict[str, Any]:
    answer = mock.request("GET", f"/_mock/journal{query}")
    assert answer.status == 200
    return dict(answer.json)


def test_it_is_in_order_of_time(mock: Mock) -> None:
    mock.pushed(CallBackURL=NOWHERE)
    mock.advance(3)
    mock.push(Amount="ten")
    mock.advance(60)

    events = asked(mock)["events"]

    assert [each["event"] for each in events] == ["request", "request", "request", "final", "callback"]
    assert [each["at"] for each in events] == sorted(each["at"] for each in events)
    assert events[1]["transaction"]["screen"].startswith("Do you want to pay Kshs. 1 to ")
    assert (events[3]["what"], events[3]["transaction"]["prompt"]) == ("STK push", "pin")
    assert events[4]["callback"]["deliveries"][0]["error"].startswith("connection refused")


def test_what_has_happened_since_is_neither_missed_nor_told_twice(mock: Mock) -> None:
    told: list[str] = []
    after = "0.0.0.0"
    for _ in range(3):
        mock.pushed(PhoneNumber="254711222333", CallBackURL=NOWHERE)
        mock.pushed(PhoneNumber="254711222334", CallBackURL=NOWHERE)  # final at the same instant
        for seconds in (5, 1, 60):
            mock.advance(seconds)
            answer = asked(mock, f"?after={after}&limit=1")
            while answer["events"]:
                told += [f"{each['event']} {each[ROWS[each['event']]]['id']}" for each in answer["events"]]
                after = answer["after"]
                answer = asked(mock, f"?after={after}&limit=1")

    assert len(told) == len(set(told))
    assert [sum(each.startswith(kind) for each in told) for kind in ("request", "final", "callback")] == [7, 6, 6]


def test_a_callback_is_told_again_when_it_is_sent_again(mock: Mock) -> None:
    mock.pushed(CallBackURL=NOWHERE)
    mock.advance(60)
    after = asked(mock)["after"]

    mock.request("POST", "/_mock/callbacks/1/resend")
    mock.advance(1)

    (event,) = asked(mock, f"?after={after}")["events"]
    assert (event["event"], event["callback"]["id"], len(event["callback"]["deliveries"])) == ("callback", 1, 1)


def test_after_a_reset_everything_is_new(mock: Mock) -> None:
    mock.pushed()
    mock.advance(60)
    after = asked(mock)["after"]

    mock.request("POST", "/_mock/sandboxes/default/reset")
    mock.request("GET", "/nowhere")

    assert [each["exchange"]["id"] for each in asked(mock, f"?after={after}")["events"]] == ["x1"]


@pytest.mark.parametrize("after", ["", "1", "1.2.3", "1.2.3.x", "1.2.3.-1", "1.2.3.4.5", f"1.2.3.{'9' * 30}"])
def test_a_place_that_is_none_is_refused(mock: Mock, after: str) -> None:
    answer = mock.request("GET", f"/_mock/journal?after={after}")

    assert answer.status == 400
    assert "the `after` of an earlier answer" in answer.json["remedy"]
