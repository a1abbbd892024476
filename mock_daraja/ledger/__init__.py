"""Double entry over the accounts of organisations and customers: their names, and the arithmetic of an entry.

Postings come in as values and always sum to zero. Which product moves what stands in callbacks.md §8.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mock_daraja.model import Posting

WORKING: Final = "Working Account"
UTILITY: Final = "Utility Account"
CHARGES_PAID: Final = "Charges Paid Account"
MERCHANT: Final = "Merchant Account"
SETTLEMENT: Final = "Organization Settlement Account"
FLOAT: Final = "Float Account"  # in balance bodies only until 2020
ORGANISATION_ACCOUNTS: Final = (WORKING, UTILITY, CHARGES_PAID, MERCHANT, SETTLEMENT)
"""In the order of a 2026 account balance body (callbacks.md §3.4)."""

REVENUE: Final = "M-PESA:Charges"
"""Where charges go."""
OPENING: Final = "M-PESA:Opening"
"""The other side of every opening balance, so that all accounts together are zero from the first moment."""


class Unbalanced(Exception):  # noqa: N818 - the state of the entry is the message
    """An entry whose legs don't sum to zero, which is a mistake of ours."""


def customer(msisdn: str) -> str:
    """A customer's wallet; the MSISDN itself, since there is one per customer."""
    return msisdn


def organisation(shortcode: str, account: str) -> str:
    return f"{shortcode}:{account}"


def transfer(debit: str, credit: str, cents: int) -> tuple[Posting, Posting]:
    """The entry that moves `cents` from one account to another."""
    return Posting(debit, -cents), Posting(credit, cents)


def check(entry: Sequence[Posting]) -> None:
    """Raises Unbalanced, with the legs, unless they sum to zero."""
    if sum(posting.cents for posting in entry) != 0:
        raise Unbalanced(", ".join(f"{posting.account} {posting.cents:+}" for posting in entry))
