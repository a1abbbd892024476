"""Transactions of the M-Pesa core for tests of what its products share, as they stand before they are settled."""

from __future__ import annotations

from typing import Any

from mock_daraja.defaults import CUSTOMER, INITIATOR_PASSWORD
from mock_daraja.model import Credential, Decision, Outcome, Transaction
from mock_daraja.products import core
from mock_daraja.products.values import Settlement

ROLE = "ORG B2C API initiator"
PAYER = "600996"
CORE = ("b2b.payment", "tax.remit", "balance.query", "status.query", "reversal.request")
"""Those with `Initiator`; B2C's InitiatorName is in test_b2c.py."""
RIGHT = Credential("password", INITIATOR_PASSWORD)
WRONG = Credential("password", "x")
PADDED = Credential("fault", "padding: it is OAEP")
OPAQUE = Credential()
UNCHECKED = "password not checked: not encrypted for this sandbox's certificate"


def transaction(**fields: Any) -> Transaction:
    given = {"shortcode": PAYER, "party_b": CUSTOMER} | fields
    asked = {"initiator": "testapi", "credential": OPAQUE} | {
        name: given.pop(name) for name in ("initiator", "credential", "timeout_url") if name in given
    }
    return Transaction(
        id=1,
        operation="b2c.payment",
        accepted_ms=1_000,
        amount_cents=1_000,
        originator_id="own",
        reference="AG_1",
        exchange=1,
        details=core.Initiated(**asked),
        **given,
    )


def decided(credential: Credential = OPAQUE, **outcome: Any) -> Transaction:
    return transaction(credential=credential, decision=Decision(Outcome(**outcome), "header", "X-Mock-Scenario"))


def told(result: str) -> Settlement:
    return Settlement(result, "", "the truth")


MOVED = Settlement("0", "", "moved")
