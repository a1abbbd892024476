"""Who is in a sandbox before anybody adds anyone: what Safaricom's public test pages hand out (requests.md §1.7)."""

from __future__ import annotations

from typing import Final

from mock_daraja.model import Initiator, Organisation
from mock_daraja.model.parties import B2B, B2C, TAX

APP_KEY: Final = "test-key"
APP_SECRET: Final = "test-secret"
PAYBILL: Final = "174379"
PASSKEY: Final = "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919"
HEAD_OFFICE: Final = "3000000"
TILL: Final = "3000001"
BILLER: Final = "000000"
SAMPLE_TILL: Final = "000001"
SAMPLE_VENDOR: Final = "000002"
KRA: Final = "572572"
CUSTOMER: Final = "254708374149"
INITIATOR: Final = "testapi"
INITIATOR_PASSWORD: Final = "Safaricom999!*!"
OPENING_BALANCES: Final = {"Working Account": 100_000_000, "Utility Account": 100_000_000}
"""Cents in an organisation's accounts at first sight. Ours: the real sandbox's move all the time."""
TILL_OPENING: Final = {"Merchant Account": 100_000_000}
"""The same for a till, which pays from its Merchant Account when B2B Express asks it to."""
CUSTOMER_OPENING: Final = 25_000_000
"""Cents in a wallet at first sight: it can make the largest payment, and it can take one."""

_RANGE: Final = range(600_000, 601_000)
_ALL_ROUND: Final = (B2B, B2C, "paybill")
_NAMED: Final = {
    PAYBILL: Organisation(PAYBILL, "Safaricom Daraja 379", ("paybill",), PASSKEY),
    HEAD_OFFICE: Organisation(HEAD_OFFICE, "Mock Daraja Stores", ("head-office",), PASSKEY),
    TILL: Organisation(TILL, "Mock Daraja Stores Till 1", ("till",), None, HEAD_OFFICE, nominated=CUSTOMER),
    KRA: Organisation(KRA, "Kenya Revenue Authority", (B2B, "paybill", TAX)),
    # PartyB of the portal's B2B samples, by this name (callbacks.md §3.3); payer and vendor of its B2B Express sample
    BILLER: Organisation(BILLER, "Biller Company", _ALL_ROUND),
    SAMPLE_TILL: Organisation(SAMPLE_TILL, "Mock Daraja Merchant", ("till",), nominated=CUSTOMER),
    SAMPLE_VENDOR: Organisation(SAMPLE_VENDOR, "Mock Daraja Vendor", _ALL_ROUND),
}
_DECLARED: Final = (PAYBILL, HEAD_OFFICE, TILL, KRA)  # the others are whatever the samples do with them
ROLES: Final = (
    "ORG B2C API initiator",
    "Org Business Pay Bill API initiator",
    "Org Business Pay to Bulk API initiator",
    "Tax Remittance to KRA API",
    "Balance Query ORG API",
    "Transaction Status query ORG API",
    "Org Reversals Initiator",
)
"""The roles of an initiator, as documented (callbacks.md §8)."""


def organisation(shortcode: str) -> Organisation | None:
    """The organisation that stands behind a shortcode of the default world, or None."""
    if shortcode in _NAMED:
        return _NAMED[shortcode]
    if shortcode.isascii() and shortcode.isdigit() and len(shortcode) == 6 and int(shortcode) in _RANGE:
        return Organisation(shortcode, f"Safaricom Daraja {shortcode[3:]}", _ALL_ROUND)
    return None


def takes_all(row: Organisation) -> bool:
    """Whether it is one that Safaricom's samples pay as paybill and till alike, and nobody has declared as either."""
    known = organisation(row.shortcode)
    return known is not None and known.shortcode not in _DECLARED and known.kinds == row.kinds


def opening_balances(row: Organisation) -> dict[str, int]:
    return OPENING_BALANCES | (TILL_OPENING if "till" in row.kinds else {})


def shortcodes() -> tuple[str, ...]:
    return (*_NAMED, *map(str, _RANGE))


def initiators(shortcode: str) -> tuple[Initiator, ...]:
    """Those of any organisation, until somebody names others."""
    return (Initiator(shortcode, INITIATOR, INITIATOR_PASSWORD),)


def variables(
    url: str, key: str = APP_KEY, secret: str = APP_SECRET, *, environment: str = "sandbox"
) -> dict[str, str]:
    """The environment that a client is configured by: `mock-daraja env` prints it, `daraja_env` sets it."""
    return {
        "MPESA_ENVIRONMENT": environment,
        "MPESA_BASE_URL": url,
        "MPESA_CONSUMER_KEY": key,
        "MPESA_CONSUMER_SECRET": secret,
        "MPESA_SHORTCODE": PAYBILL,
        "MPESA_PASSKEY": PASSKEY,
        "MPESA_INITIATOR_NAME": INITIATOR,
        "MPESA_INITIATOR_PASSWORD": INITIATOR_PASSWORD,
        "MPESA_TEST_MSISDN": CUSTOMER,
    }
