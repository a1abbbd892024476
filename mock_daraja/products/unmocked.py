"""Products that the real API has and this mock doesn't yet, with their paths. Once one is mocked, its entry goes."""

from __future__ import annotations

from typing import Final

from mock_daraja.products.paths import Unmocked


def _under(base: str, *resources: str) -> tuple[str, ...]:
    return tuple(f"{base}/{each}" for each in resources)


_BILLS: Final = _under(
    "/v1/billmanager-invoice",
    "optin", "single-invoicing", "bulk-invoicing", "reconciliation", "cancel-single-invoice", "cancel-bulk-invoices",
    "cancel-bulk-invoice", "change-optin-details", "change-invoice", "change-invoices",
)  # fmt: skip

UNMOCKED: Final = (
    Unmocked("Dynamic QR", ("/mpesa/qrcode/v1/generate",), "requests.md §4.12"),
    Unmocked("M-Pesa Ratiba", ("/standingorder/v1/createStandingOrderExternal",), "requests.md §4.13"),
    Unmocked(  # the base may be doubled in production
        "Bill Manager", (*_BILLS, *(f"/v1/billmanager-invoice{each}" for each in _BILLS)), "requests.md §4.14"
    ),
    Unmocked("Pull Transactions", _under("/pulltransactions/v1", "register", "query"), "requests.md §4.15"),
    Unmocked("IMSI", ("/imsi/v1/checkATI", "/imsi-lookup/v1/checkATI"), "requests.md §4.16, addendum-b.md §1"),
    Unmocked("Swap", ("/imsi/v2/checkATI",), "requests.md §4.16, addendum-b.md §1"),
    Unmocked("Age on Network", ("/registration/lookup/v1/checkATI",), "requests.md §4.16"),
    Unmocked("Query Org Info", ("/sfcverify/v1/query/info",), "requests.md §4.17"),
    Unmocked("B2C Hakikisha", ("/mpesa/b2c/hakikisha/v1/hakikisha",), "requests.md §4.18"),
    Unmocked("Mobile Number Validation", ("/v1/KYC-validation/validateID",), "requests.md §4.19"),
    Unmocked(
        "Lipa na Bonga",
        _under("/v1/lipa/na/bonga", "calculate-points", "calculator-points", "redeem-paybill"),
        "requests.md §4.20, addendum-b.md §3",
    ),
    Unmocked(
        "Mobile Data Bundles",
        ("/v1/dynamic-offers/fetch", "/v1/dynamic-offers/facebook-bundle/purchase", "/v2/bundles/get/status"),
        "requests.md §4.21",
    ),
    Unmocked(
        "IoT SIM Management",
        _under(
            "/simportal/v1",
            "allsims", "queryLifeCycleStatus", "querycustomerinfo", "simactivation", "getactivationtrends",
            "renameasset", "suspend_unsuspend_sub", "searchmessages", "filtermessages", "getallmessages",
            "sendsinglemessage", "deleteMessageThread", "deletemessage", "getlocationinfo",
        ),
        "requests.md §4.22",
    ),
)  # fmt: skip
