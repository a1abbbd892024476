"""How a family of products words its synchronous errors (requests.md §1.5): the differences from the core's wording.

The middle digits of a code name the proxy. `{}` in a message stands for what the error is about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from mock_daraja.errors import DarajaError
from mock_daraja.model import changed

_FOREIGN: Final = "Bad Request - Kindly use your own ShortCode"
_TOKEN: Final = "Error Occurred - Invalid Access Token - "


class Voice(Struct, frozen=True):
    """What it says of a token, a field, a method or a path that won't do."""

    invalid_token: DarajaError  # of the token as sent
    product_missing: DarajaError
    invalid_field: DarajaError  # of the field's error name
    wrong_method: DarajaError
    unknown_resource: DarajaError
    foreign_shortcode: DarajaError  # an app is kept to its own shortcodes
    own_body: Callable[[DarajaError], dict[str, Any] | None] = lambda error: None  # in place of the error envelope


CORE: Final = Voice(
    invalid_token=DarajaError(401, "401.002.01", _TOKEN + "{}"),
    product_missing=DarajaError(401, "401.002.01", _TOKEN),
    invalid_field=DarajaError(400, "400.002.02", "Bad Request - Invalid {}"),
    wrong_method=DarajaError(405, "405.001", "{} Method Not Allowed"),
    unknown_resource=DarajaError(404, "404.002.01", "Resource not found"),
    foreign_shortcode=DarajaError(400, "400.002.02", _FOREIGN),
)
"""B2C, Pochi, B2B, tax, balance, status, reversal. A missing product leaves nothing behind the dash (NM 2026)."""

_WRONG_TOKEN: Final = DarajaError(404, "404.001.03", "Invalid Access Token")
STK: Final = changed(
    CORE,
    invalid_token=_WRONG_TOKEN,
    product_missing=_WRONG_TOKEN,
    unknown_resource=DarajaError(404, "404.001.01", "Resource not found"),
    foreign_shortcode=DarajaError(500, "500.001.1001", "Merchant does not exist"),
)
"""STK push and query: a bad token is HTTP 404 (captured many times)."""

_NOT_AUTHENTICATED: Final = DarajaError(400, "400.008.01", "Invalid Authentication passed")
OAUTH: Final = changed(
    CORE,
    invalid_token=_NOT_AUTHENTICATED,
    product_missing=_NOT_AUTHENTICATED,
    invalid_field=DarajaError(400, "400.008.02", "Invalid grant type passed"),
    unknown_resource=DarajaError(404, "404.008.01", "Resource not found"),
    foreign_shortcode=_NOT_AUTHENTICATED,
)
"""OAuth. What it says to another method or path was never captured: inferred from the other families."""

WRONG_SECRET: Final = DarajaError(400, None, "")
"""Wrong key or secret: HTTP 400 with an empty body (captured in production, 2026)."""

C2B: Final = changed(
    CORE,
    invalid_token=DarajaError(401, "401.003.01", _TOKEN + "{}"),
    product_missing=DarajaError(401, "401.003.01", _TOKEN + "Invalid API call as no apiproduct match found"),
    invalid_field=DarajaError(400, "400.003.02", "Bad Request - Invalid {}"),
    wrong_method=DarajaError(404, "404.001.04", "Invalid Authentication Header"),
    unknown_resource=DarajaError(404, "404.003.01", "Resource not found"),
    foreign_shortcode=DarajaError(400, "400.003.02", _FOREIGN),
)
"""C2B register and simulate (captured: node-lib#56, osen#69)."""

USSD_CODES: Final = frozenset({"4102", "4104", "4201", "4203"})


_CONFLICT: Final = "409"


def ussd_refusal(error: DarajaError) -> dict[str, Any] | None:
    """A refusal behind the gateway, shaped like the documented success; the shape is inferred (requests.md §4.8).

    A bad field is answered in Bill Manager's 409 style (requests.md §1.5, addendum-a.md §3). Never captured here.
    """
    if error.code == _CONFLICT:
        return {"Status_Message": error.message, "resmsg": "Action forbidden", "rescode": _CONFLICT}
    return {"code": error.code, "status": error.message} if error.code in USSD_CODES else None


_UNAUTHORIZED: Final = DarajaError(401, "401", "Unauthorized - Invalid Access Token")
EXPRESS: Final = changed(
    CORE,
    invalid_token=_UNAUTHORIZED,
    product_missing=_UNAUTHORIZED,
    invalid_field=DarajaError(409, _CONFLICT, "Invalid {}"),
    foreign_shortcode=DarajaError(409, _CONFLICT, "Invalid consumerkey/shortcode"),
    own_body=ussd_refusal,
)
"""B2B Express Checkout (token error captured, NM 2026). Its field errors were never captured: inferred."""
