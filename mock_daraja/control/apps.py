"""Apps: consumer key and secret, and the products they may call. Secrets are shown: they are there to be pasted."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja import tables
from mock_daraja.control.call import Call, Response, created, gone, shown
from mock_daraja.control.routing import Route
from mock_daraja.control.sandboxes import app_key
from mock_daraja.errors import Problem
from mock_daraja.fields import anything, text
from mock_daraja.model import App

MOST: Final = 10_000
_KEYS: Final = {"key": text, "secret": text, "products": anything, "shortcodes": anything}


def _shape(app: App) -> dict[str, Any]:
    return {
        "key": app.key,
        "secret": app.secret,
        "products": None if app.products is None else sorted(app.products),
        "shortcodes": None if app.shortcodes is None else sorted(app.shortcodes),
    }


def listed(call: Call) -> Response:
    return shown({"apps": [_shape(each) for each in call.sandbox.store.apps()]})


def create(call: Call) -> Response:
    given = call.body(_KEYS, required=("key", "secret"))
    app = tables.app_from({name: value for name, value in given.items() if value is not None})
    app_key(app.key, "key")
    slugs = [product.slug for product in call.control.shared.products]
    for slug in sorted(app.products or ()):
        if slug not in slugs:
            raise Problem(f"there is no product {slug!r:.80}", where="products", remedy=f"there are {', '.join(slugs)}")
    if len(call.sandbox.store.apps()) >= MOST:
        raise Problem(f"there are {MOST} apps already", remedy="delete some", status=409)
    if call.is_inside and call.sandbox.store.app(app.key) is not None:
        call.sandbox.store.put_app(app)
    else:
        call.control.shared.sandboxes.add_app(call.sandbox, app)
    return created(_shape(app))


def delete(call: Call, key: str) -> Response:
    """Its tokens go with it."""
    store = call.sandbox.store
    with store.unit():
        if not store.remove_app(key):
            known = ", ".join(app.key for app in store.apps()[:10]) or "none"
            raise Problem(f"there is no app {key!r:.80}", remedy=f"there are {known}", status=404)
        store.expire_tokens(key, call.sandbox.now_ms)
    return gone()


ROUTES: Final = (
    Route("GET", "apps", listed),
    Route("POST", "apps", create),
    Route("DELETE", "apps/<path:key>", delete),
)
