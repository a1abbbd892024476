"""Apps: consumer key and secret, and the products they may call. Secrets are shown: they are there to be pasted."""

from __future__ import annotations

from typing import Final

from mock_daraja import tables
from mock_daraja.control.call import GONE, Call, Response, Shape
from mock_daraja.control.sandboxes import app_key
from mock_daraja.errors import Problem
from mock_daraja.fields import anything, text
from mock_daraja.model import App
from mock_daraja.quoting import shown

MOST: Final = 10_000
_KEYS: Final = {"key": text, "secret": text, "products": anything, "shortcodes": anything}


def _shape(app: App) -> Shape:
    return {name: getattr(app, name) for name in _KEYS}


def listed(call: Call) -> Shape:
    return {"apps": [_shape(each) for each in call.sandbox.apps()]}


def create(call: Call) -> Response:
    given = call.body(_KEYS, required=("key", "secret"))
    app = tables.app_from({name: value for name, value in given.items() if value is not None})
    app_key(app.key, "key")
    slugs = [product.slug for product in call.shared.catalogue.products]
    for slug in app.products or ():
        if slug not in slugs:
            raise Problem(
                f"there is no product {shown(slug)}", where="products", remedy=f"there are {', '.join(slugs)}"
            )
    if len([*call.sandbox.apps()]) >= MOST:
        raise Problem(f"there are {MOST} apps already", remedy="delete some", status=409)
    kept = call.shared.sandboxes.put_app(call.sandbox, app, only_new=not call.is_inside)
    return Response(_shape(kept), 201)


def delete(call: Call, key: str) -> Response:
    """Its tokens go with it."""
    if not call.shared.sandboxes.remove_app(call.sandbox, key):
        known = ", ".join(app.key for app in [*call.sandbox.apps()][:10]) or "none"
        raise Problem(f"there is no app {shown(key)}", remedy=f"there are {known}", status=404)
    return GONE
