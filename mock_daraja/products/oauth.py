"""OAuth: GET /oauth/v1/generate?grant_type=client_credentials (requests.md §2)."""

from __future__ import annotations

from typing import Final

from mock_daraja.model import Token
from mock_daraja.products import voice
from mock_daraja.products.base import Grants, Product, World
from mock_daraja.products.values import Body

_LIFE_S: Final = 3600


def grant(token: Token, world: World) -> Body:
    """`expires_in` is the string "3599" in nearly every capture; the 3.0 page prints a number."""
    seconds = _LIFE_S - 1
    numeric = world.settings.quirks.numeric_expires_in
    return {"access_token": token.value, "expires_in": seconds if numeric else str(seconds)}


PRODUCT: Final = Product(
    slug="oauth",
    title="Authorization",
    brief="Token",
    also_called=("token",),
    voice=voice.OAUTH,
    operations=(
        Grants(
            name="generate",
            paths=("/oauth/v1/generate",),
            method="GET",
            grant=grant,
            life_s=_LIFE_S,
            wrong_secret=voice.WRONG_SECRET,
            asked_with="?grant_type=client_credentials, with key and secret in the Authorization header and no body",
        ),
    ),
    docs="oauth.md#oauth",
)
