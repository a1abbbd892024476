"""The error families of the gateway, as captured or documented (requests.md §1.5). The middle digits name the proxy."""

from __future__ import annotations

from typing import Final

from mock_daraja.errors import DarajaError
from mock_daraja.products.base import Body, Family

STK: Final = Family(
    invalid_token=lambda token: DarajaError(404, "404.001.03", "Invalid Access Token"),
    product_missing=lambda token: DarajaError(404, "404.001.03", "Invalid Access Token"),
    invalid_field=lambda field: DarajaError(400, "400.002.02", f"Bad Request - Invalid {field}"),
    wrong_method=lambda method: DarajaError(405, "405.001", f"{method} Method Not Allowed"),
    unknown_resource=DarajaError(404, "404.001.01", "Resource not found"),
    foreign_shortcode=DarajaError(500, "500.001.1001", "Merchant does not exist"),
)
"""STK push and query: a bad token is HTTP 404 (captured many times)."""

OAUTH: Final = Family(
    invalid_token=lambda header: DarajaError(400, "400.008.01", "Invalid Authentication passed"),
    product_missing=lambda header: DarajaError(400, "400.008.01", "Invalid Authentication passed"),
    invalid_field=lambda field: DarajaError(400, "400.008.02", "Invalid grant type passed"),
    wrong_method=lambda method: DarajaError(405, "405.001", f"{method} Method Not Allowed"),
    unknown_resource=DarajaError(404, "404.008.01", "Resource not found"),
    foreign_shortcode=DarajaError(400, "400.008.01", "Invalid Authentication passed"),
)
"""OAuth. What it says to another method or path was never captured: inferred from the other families."""

WRONG_SECRET: Final = DarajaError(400, None, "")
"""Wrong key or secret: HTTP 400 with an empty body (captured in production, 2026)."""

CORE: Final = Family(
    invalid_token=lambda token: DarajaError(401, "401.002.01", f"Error Occurred - Invalid Access Token - {token}"),
    product_missing=lambda token: DarajaError(401, "401.002.01", "Error Occurred - Invalid Access Token - "),
    invalid_field=lambda field: DarajaError(400, "400.002.02", f"Bad Request - Invalid {field}"),
    wrong_method=lambda method: DarajaError(405, "405.001", f"{method} Method Not Allowed"),
    unknown_resource=DarajaError(404, "404.002.01", "Resource not found"),
    foreign_shortcode=DarajaError(400, "400.002.02", "Bad Request - Kindly use your own ShortCode"),
)
"""B2C, Pochi, B2B, tax, balance, status, reversal. A missing product leaves nothing behind the dash (NM 2026)."""

C2B: Final = Family(
    invalid_token=lambda token: DarajaError(401, "401.003.01", f"Error Occurred - Invalid Access Token - {token}"),
    product_missing=lambda token: DarajaError(
        401, "401.003.01", "Error Occurred - Invalid Access Token - Invalid API call as no apiproduct match found"
    ),
    invalid_field=lambda field: DarajaError(400, "400.003.02", f"Bad Request - Invalid {field}"),
    wrong_method=lambda method: DarajaError(404, "404.001.04", "Invalid Authentication Header"),
    unknown_resource=DarajaError(404, "404.003.01", "Resource not found"),
    foreign_shortcode=DarajaError(400, "400.003.02", "Bad Request - Kindly use your own ShortCode"),
)
"""C2B register and simulate (captured: node-lib#56, osen#69)."""

USSD_CODES: Final = frozenset({"4102", "4104", "4201", "4203"})


def ussd_refusal(error: DarajaError) -> Body | None:
    """A refusal behind the gateway, shaped like the documented success; the shape is inferred (requests.md §4.8)."""
    return {"code": error.code, "status": error.message} if error.code in USSD_CODES else None


EXPRESS: Final = Family(
    invalid_token=lambda token: DarajaError(401, "401", "Unauthorized - Invalid Access Token"),
    product_missing=lambda token: DarajaError(401, "401", "Unauthorized - Invalid Access Token"),
    invalid_field=lambda field: DarajaError(400, "400.002.02", f"Bad Request - Invalid {field}"),
    wrong_method=lambda method: DarajaError(405, "405.001", f"{method} Method Not Allowed"),
    unknown_resource=DarajaError(404, "404.002.01", "Resource not found"),
    foreign_shortcode=DarajaError(400, "400.002.02", "Bad Request - Kindly use your own ShortCode"),
    own_body=ussd_refusal,
)
"""B2B Express Checkout (token error captured, NM 2026). Its field errors were never captured: inferred."""
