"""The rows of a sandbox and their nouns: plain values that every room may read and no room owns."""

from __future__ import annotations

from mock_daraja.model.call import CALLS, CountedCall
from mock_daraja.model.callback import CALLBACKS, DELIVERIES, Callback, Delivery
from mock_daraja.model.failure import Failure, FailureKind, UrlRefusal
from mock_daraja.model.noun import Row, Scalar, changed
from mock_daraja.model.outcome import CallbackPlan, Decision, FaultSpec, Outcome
from mock_daraja.model.parties import (
    APPS,
    CUSTOMERS,
    INITIATORS,
    ORGANISATIONS,
    REGISTERED_URLS,
    TOKENS,
    App,
    Credential,
    Customer,
    Initiator,
    Organisation,
    RegisteredUrls,
    Token,
    initiator_key,
)
from mock_daraja.model.stuck import STUCK, Stuck, StuckState
from mock_daraja.model.transaction import TRANSACTIONS, Details, Event, Posting, PromptEnd, Transaction

__all__ = [
    "APPS",
    "CALLBACKS",
    "CALLS",
    "CUSTOMERS",
    "DELIVERIES",
    "INITIATORS",
    "ORGANISATIONS",
    "REGISTERED_URLS",
    "STUCK",
    "TOKENS",
    "TRANSACTIONS",
    "App",
    "Callback",
    "CallbackPlan",
    "CountedCall",
    "Credential",
    "Customer",
    "Decision",
    "Delivery",
    "Details",
    "Event",
    "Failure",
    "FailureKind",
    "FaultSpec",
    "Initiator",
    "Organisation",
    "Outcome",
    "Posting",
    "PromptEnd",
    "RegisteredUrls",
    "Row",
    "Scalar",
    "Stuck",
    "StuckState",
    "Token",
    "Transaction",
    "UrlRefusal",
    "changed",
    "initiator_key",
]
