"""The error families of the gateway, as captured or documented (requests.md §1.5). The middle digits name the proxy."""

from __future__ import annotations

from typing import Final

from mock_daraja.errors import DarajaError
from mock_daraja.products.base import Family

STK: Final = Family(
    invalid_token=lambda token: DarajaError(404, "404.001.03", "Invalid Access Token"),
    product_missing=lambda token: DarajaError(404, "404.001.03", "Invalid Access Token"),
    invalid_field=lambda field: DarajaError(400, "400.002.02", f"Bad Request - Invalid {field}"),
    wrong_method=lambda method: DarajaError(405, "405.001", f"{method} Method Not Allowed"),
    unknown_resource=DarajaError(404, "404.001.01", "Resource not found"),
)
"""STK push and query: a bad token is HTTP 404 (captured many times)."""

OAUTH: Final = Family(
    invalid_token=lambda header: DarajaError(400, "400.008.01", "Invalid Authentication passed"),
    product_missing=lambda header: DarajaError(400, "400.008.01", "Invalid Authentication passed"),
    invalid_field=lambda field: DarajaError(400, "400.008.02", "Invalid grant type passed"),
    wrong_method=lambda method: DarajaError(405, "405.001", f"{method} Method Not Allowed"),
    unknown_resource=DarajaError(404, "404.008.01", "Resource not found"),
)
"""OAuth. What it says to another method or path was never captured: inferred from the other families."""

WRONG_SECRET: Final = DarajaError(400, None, "")
"""Wrong key or secret: HTTP 400 with an empty body (captured in production, 2026)."""
