"""The stories of C2B: what each decides, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.model import CallbackPlan, Outcome
from mock_daraja.scenarios import Facts
from mock_daraja.steps.opening import pay
from tests.conftest import NOWHERE, Mock, register_urls

PAYMENTS = [
    ("validation-rejected", Outcome(result="C2B00012")),
    ("validation-unreachable", Outcome(result="2007")),
    ("payer-insufficient-funds", Outcome(result="1")),
    ("confirmation-lost", Outcome(callback=CallbackPlan(drop=True))),
    ("confirmation-twice", Outcome(callback=CallbackPlan(copies=2, every_ms=1000))),
    ("confirmation-late", Outcome(callback=CallbackPlan(delay_ms=120_000))),
]
REGISTRATIONS = [
    ("urls-already-registered", (500, "500.003.1001", "Urls are already registered.")),
    (
        "duplicate-notification-info",
        (500, "500.003.1001", "Duplicate notification info, SP ID is 107078, correlator is 600998"),
    ),
    ("service-unreachable", (500, "500.003.1001", "Service is currently unreachable")),
    ("shortcode-not-yours", (400, "400.003.02", "Bad Request - Kindly use your own ShortCode")),
]


def play(mock: Mock, name: str) -> None:
    mock.sandbox.engine.activate(mock.sandbox.library.find(f"c2b/{name}"))


@pytest.mark.parametrize("operation", ["c2b.simulate", "c2b.pay"])
@pytest.mark.parametrize(("name", "outcome"), PAYMENTS)
def test_a_story_decides_simulated_and_outside_payments(
    mock: Mock, name: str, operation: str, outcome: Outcome
) -> None:
    play(mock, name)

    decision = mock.sandbox.engine.decide(Facts(operation, "c2b", msisdn="254708374149", amount_cents=100)).decision

    assert decision is not None
    assert decision.outcome == outcome


@pytest.mark.parametrize(
    ("name", "state", "confirmations"),
    [
        ("validation-rejected", "failed", []),
        ("validation-unreachable", "failed", []),
        ("payer-insufficient-funds", "failed", []),
        ("confirmation-lost", "completed", ["dropped"]),
        ("confirmation-twice", "completed", ["delivered", "delivered"]),
        ("confirmation-late", "completed", ["delivered"]),
    ],
)
def test_a_story_is_played_to_its_end(
    mock: Mock, webhook: Any, name: str, state: str, confirmations: list[str]
) -> None:
    register_urls(mock.sandbox, "600992", {"ResponseType": "Completed", "ConfirmationURL": webhook.url})
    play(mock, name)

    row = pay(
        mock.gateway.shared, mock.sandbox, msisdn="254708374149", amount=1, paybill="600992", account_reference="INV-1"
    )
    mock.advance(130)

    assert mock.again(row).state == state
    assert [each.state for each in mock.callbacks()] == confirmations
    assert len(webhook.bodies) == confirmations.count("delivered")


@pytest.mark.parametrize("operation", ["c2b.register", "c2b.register-v1"])
@pytest.mark.parametrize(("name", "error"), REGISTRATIONS)
def test_a_story_refuses_a_registration(mock: Mock, operation: str, name: str, error: tuple[int, str, str]) -> None:
    play(mock, name)

    assert mock.send(operation).error == error
    assert mock.sandbox.registered_urls("600992") is None


@pytest.mark.parametrize("operation", ["c2b.register", "c2b.register-v1"])
def test_a_failing_relay_answers_with_its_own_fault(mock: Mock, operation: str) -> None:
    play(mock, "register-relay-failed")

    answer = mock.send(operation)

    assert answer.status == 500
    assert "SCO-AddURLVault" in answer.json["Envelope"]["Body"]["Fault"]["faultstring"]


def test_a_story_about_registering_lets_payments_be(mock: Mock) -> None:
    register_urls(mock.sandbox, "600992", {"ResponseType": "Completed", "ConfirmationURL": NOWHERE})
    play(mock, "urls-already-registered")

    assert mock.settled("c2b.simulate").state == "completed"
