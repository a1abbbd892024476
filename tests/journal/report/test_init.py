"""The report card of real flows, in this process. The whole texts stand in tests/journal/golden."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.journal.report import Report
from mock_daraja.products import CATALOGUE
from mock_daraja.steps.later import resend
from mock_daraja.steps.reporting import card_of

GOLDEN = Path(__file__).parents[1] / "golden"
HOOK = "http://127.0.0.1:8000/hook"
LOST = {"X-Mock-Scenario": "stk_push/callback-lost"}


def card(mock: Any) -> Report:
    return card_of(mock.sandbox, CATALOGUE)


def careful(mock: Any, webhook: Any) -> None:
    """One token, every common outcome, a duplicate taken, and a query for the callback that was lost."""
    for number, code in enumerate(("0", "1", "1032", "1037", "2001", "1019")):
        reference = "INV-0" if code == "0" else f"mock:{code}"
        mock.pushed(CallBackURL=webhook.url, Amount=10 + number, AccountReference=reference)
        mock.advance(150)
    resend(mock.sandbox, mock.callbacks()[0].id)
    checkout = mock.pushed(CallBackURL=webhook.url, Amount=20, AccountReference="INV-7", headers=LOST)
    mock.advance(60)
    mock.query(checkout)


def careless(mock: Any, webhook: Any) -> None:
    """A token a call, UTC, impatience, a receiver that falls over, and trust in the acknowledgement."""
    webhook.statuses = [200, 500]
    mock.pushed(CallBackURL=webhook.url, Timestamp="20261124070000")
    mock.token()
    mock.push(CallBackURL=webhook.url, Timestamp="20261124070000")
    mock.advance(60)
    resend(mock.sandbox, mock.callbacks()[0].id)
    mock.token()
    mock.pushed(AccountReference="INV-2", Amount=7, headers=LOST)
    mock.advance(60)
    mock.push(AccountReference="INV-2", Amount=7)
    mock.advance(60)
    mock.push(Amount="ten")
    mock.request("POST", "/mpesa/stkpush/v1/procesrequest", {})


def idle(mock: Any, webhook: Any) -> None:
    """Nothing was asked."""


@pytest.mark.parametrize("story", [careful, careless, idle])
def test_a_flow_is_told(mock: Any, webhook: Any, story: Callable[[Any, Any], None]) -> None:
    story(mock, webhook)

    text = card(mock).text

    assert text.replace(webhook.url, HOOK) == (GOLDEN / f"report-{story.__name__}.txt").read_text(encoding="utf-8")


def test_a_receiver_that_hangs_runs_out_of_time(mock_with: Callable[..., Any]) -> None:
    mock = mock_with(callback_timeout=0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mock.pushed(CallBackURL=f"http://127.0.0.1:{silent.getsockname()[1]}/hook")
        mock.advance(60)

    report = card(mock)

    assert report["callbacks-in-time"].verdict == "fail"
    assert report["callbacks-answered"].verdict == "not seen"  # told once


def test_a_scenarios_copies_are_duplicates(mock: Any, webhook: Any) -> None:
    mock.pushed(CallBackURL=webhook.url, headers={"X-Mock-Scenario": "stk_push/callback-twice"})
    mock.advance(120)

    assert card(mock)["duplicates"].verdict == "pass"


def test_a_retry_into_an_outage_is_warned_of(mock: Any) -> None:
    mock.push(headers={"X-Mock-Scenario": "500.003.02"})
    mock.advance(1)
    mock.push()

    check = card(mock)["retries"]

    assert check.verdict == "warn"
    assert (
        check.evidence[0].text == "1 of 254708374149 again, 1 s after x2, which got 500; nothing was asked in between"
    )


def test_a_payout_whose_result_was_lost_and_that_was_looked_up_is_well(mock: Any) -> None:
    row = mock.settled("b2c.payment", headers=LOST)

    before = card(mock)["queries"].verdict
    mock.send("status.query", TransactionID=None, OriginatorConversationID=row.originator_id)
    after = card(mock)["queries"].verdict

    assert (before, after) == ("fail", "pass")


def test_a_token_that_has_expired_may_be_replaced(mock: Any) -> None:
    mock.push()
    mock.advance(3600)
    mock._token = ""
    mock.push()

    assert card(mock)["tokens"].verdict == "pass"


def test_the_same_flow_gives_the_same_report(mock_with: Callable[..., Any], webhook: Any) -> None:
    first, second = mock_with(seed=7), mock_with(seed=7)
    for mock in (first, second):
        careless(mock, webhook)

    assert card(first).json() == card(second).json()
