"""Double entry over the accounts of organisations and customers. Postings come in as values and always sum to zero."""

from __future__ import annotations

from mock_daraja.ledger.accounts import (
    CHARGES_PAID,
    FLOAT,
    MERCHANT,
    OPENING,
    ORGANISATION_ACCOUNTS,
    REVENUE,
    SETTLEMENT,
    UTILITY,
    WORKING,
    Unbalanced,
    customer,
    organisation,
    transfer,
)
from mock_daraja.ledger.accounts import check as check
from mock_daraja.ledger.people import full_name, name_in_unit, ready, with_names

__all__ = [
    "CHARGES_PAID",
    "FLOAT",
    "MERCHANT",
    "OPENING",
    "ORGANISATION_ACCOUNTS",
    "REVENUE",
    "SETTLEMENT",
    "UTILITY",
    "WORKING",
    "Unbalanced",
    "check",
    "customer",
    "full_name",
    "name_in_unit",
    "organisation",
    "ready",
    "transfer",
    "with_names",
]
