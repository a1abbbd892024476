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
_CHANGE: Final = {"secret": text, "products": anything, "shortcodes": anything}
_KEYS: Final = {"key": text, **_CHANGE}


def _shape(app: App) -> Shape:
    return {name: getattr(app, name) for name in _KEYS}


def listed(call: Call) -> Shape:
    return {"apps": [_shape(each) for each in call.sandbox.apps()]}


def create(call: Call) -> Response:
    given = call.body(_KEYS, required=("key", "secret"))
    app = tables.app_from({name: value for name, value in given.items() if value is not None})
    app_key(app.key, "key")
    tables.check_products(app, call.shared.catalogue.slugs)
    if call.sandbox.count_apps() >= MOST:
        raise Problem(f"there are {MOST} apps already", remedy="delete some", status=409)
    kept = call.shared.sandboxes.put_app(call.sandbox, app, only_new=True)
    return Response(_shape(kept), 201)


def change(call: Call, key: str) -> Shape:
    """Its tokens keep the products they were granted with (requests.md §1.7)."""
    given = call.body(_CHANGE)
    with call.shared.sandboxes.store.unit():
        old = next((app for app in call.sandbox.apps() if app.key == key), None)
        if old is None:
            raise _unknown(call, key)
        app = tables.app_from({"key": key, **given}, old)
        tables.check_products(app, call.shared.catalogue.slugs)
        return _shape(call.shared.sandboxes.put_app(call.sandbox, app))


def delete(call: Call, key: str) -> Response:
    """Its tokens go with it."""
    if not call.shared.sandboxes.remove_app(call.sandbox, key):
        raise _unknown(call, key)
    return GONE


def _unknown(call: Call, key: str) -> Problem:
    known = ", ".join(app.key for app in [*call.sandbox.apps()][:10]) or "none"
    return Problem(f"there is no app {shown(key)}", remedy=f"there are {known}", status=404)
