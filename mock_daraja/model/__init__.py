"""The rows of a sandbox: plain values that every room may read and no room owns."""

from __future__ import annotations

from mock_daraja.model.callback import Callback, Delivery
from mock_daraja.model.failure import Failure, FailureKind, UrlRefusal
from mock_daraja.model.outcome import CallbackPlan, Decision, FaultSpec, Outcome
from mock_daraja.model.parties import App, Customer, Initiator, Organisation, Token
from mock_daraja.model.transaction import Event, Posting, Transaction

__all__ = [
    "App",
    "Callback",
    "CallbackPlan",
    "Customer",
    "Decision",
    "Delivery",
    "Event",
    "Failure",
    "FailureKind",
    "FaultSpec",
    "Initiator",
    "Organisation",
    "Outcome",
    "Posting",
    "Token",
    "Transaction",
    "UrlRefusal",
]
