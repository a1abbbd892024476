"""What the log and the journal tell of what happens. Whole stories stand in golden/."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.defaults import INITIATOR_PASSWORD
from mock_daraja.journal.paint import PAYMENTS, plain
from mock_daraja.journal.story import has_failed, lines
from tests.conftest import NOWHERE, Mock, Webhook, put_stuck

GOLDEN = Path(__file__).parent / "golden"
PUBLIC = "https://shop.example.com/cb?password=hunter2"
EVIL = "\x1b[2J\nt9  paid"


def events(mock: Mock) -> list[dict[str, Any]]:
    answer = mock.request("GET", "/_mock/journal?limit=1000")
    return list(answer.json["events"])


def told(mock: Mock) -> list[str]:
    return [line for event in events(mock) for line in lines(event, plain)]


def pushes(mock: Mock, webhook: Webhook) -> None:
    """Each way a push goes."""
    checkout = mock.pushed(CallBackURL=webhook.url)
    mock.query(checkout)
    mock.advance(60)
    mock.query(checkout)
    for habit in ("cancel", "wrong-pin", "ignore", "ask"):
        mock.sandbox.put_customer({"msisdn": "254711222333", "prompt": habit})
        mock.pushed(PartyA="254711222333", PhoneNumber="254711222333", CallBackURL=NOWHERE)
        mock.advance(120)
    mock.sandbox.put_customer({"msisdn": "254711222333", "prompt": "pay", "handset": "offline"})
    mock.pushed(PartyA="254711222333", PhoneNumber="254711222333", CallBackURL=PUBLIC)
    mock.advance(120)
    mock.push(headers={"X-Mock-Scenario": "stk_push/callback-lost"})
    mock.advance(60)
    mock.push(Amount="ten")
    mock.push(headers={"X-Mock-Scenario": "faults/reset"})


def others(mock: Mock, webhook: Webhook) -> None:
    """What is no push."""
    mock.request("GET", "/nowhere")
    secret = mock.request("POST", "/_mock/credential", {"password": INITIATOR_PASSWORD}).json["credential"]
    mock.send("b2c.payment", ResultURL=webhook.url, SecurityCredential=secret)
    mock.advance(30)
    mock.send("balance.query", ResultURL=webhook.url, SecurityCredential=secret)
    mock.advance(30)
    mock.request("POST", "/_mock/pay", {"paybill": "600996", "account_reference": "A1", "amount": "10.50"})
    mock.advance(30)
    mock.send("b2b-express.push", callbackUrl=webhook.url)
    mock.advance(30)
    mock.request("POST", "/_mock/callbacks/1/resend")
    mock.request("POST", "/_mock/callbacks/forge", {"operation": "stk-push.process", "url": webhook.url})
    put_stuck(mock.sandbox, "settle", 1)


@pytest.mark.parametrize("story", [pushes, others])
def test_each_line_is_read_with_ease(story: Callable[[Mock, Webhook], None], mock: Mock, webhook: Webhook) -> None:
    story(mock, webhook)

    text = "\n".join(told(mock)).replace(webhook.url, "http://webhook") + "\n"
    assert text == (GOLDEN / f"story-{story.__name__}.txt").read_text(encoding="utf-8")


def test_a_payment_has_a_colour_of_its_own(mock: Mock) -> None:
    mock.pushed()
    mock.pushed(PhoneNumber="254711222333")
    mock.advance(60)

    roles: dict[str, set[str]] = {}
    for event in events(mock):
        list(lines(event, lambda text, role: roles.setdefault(text.strip(), set()).add(role) or text))

    assert roles["t1"] | roles["t2"] <= set(PAYMENTS)
    assert (len(roles["t1"]), len(roles["t2"])) == (1, 1)
    assert roles["t1"] != roles["t2"]


def test_another_sandbox_is_named(mock: Mock) -> None:
    mock.request("POST", "/_mock/sandboxes", {"name": "mine"})
    mock.request("GET", "/nowhere", headers={"Authorization": "Basic bWluZS1rZXk6bWluZS1zZWNyZXQ="})

    (event,) = mock.request("GET", "/_mock/sandboxes/mine/journal").json["events"]

    assert "  mine/x1  GET  " in next(lines(event, plain))


def test_what_a_client_sent_is_one_line_that_no_terminal_obeys(mock: Mock) -> None:
    mock.request("GET", "/%1b[2J%0At9")
    mock.push(AccountReference=EVIL, TransactionDesc=EVIL, headers={"X-Mock-Scenario": "1032"})
    mock.advance(60)

    assert all(line.isprintable() for line in told(mock))


def test_what_has_failed_is_known(mock: Mock, webhook: Webhook) -> None:
    mock.pushed(CallBackURL=webhook.url)
    mock.advance(60)
    mock.push(Amount="ten")
    mock.pushed(CallBackURL=PUBLIC, AccountReference="mock:1032")
    mock.advance(60)
    put_stuck(mock.sandbox, "settle", 1)

    failed = [event["event"] for event in events(mock) if has_failed(event)]

    assert failed == ["request", "final", "callback", "stuck"]
