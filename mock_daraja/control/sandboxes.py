"""Sandboxes: made, looked at, reset and deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from mock_daraja.control.call import GONE, PREFIX, Call, Response, Shape
from mock_daraja.errors import Problem
from mock_daraja.fields import anything
from mock_daraja.journal.shapes import instant
from mock_daraja.quoting import shown
from mock_daraja.sandbox import Sandbox
from mock_daraja.settings import Settings
from mock_daraja.sources import convert

MOST: Final = 1000
SETTINGS: Final = (
    "clock", "start", "seed", "scenario", "environment", "credentials", "answer_after", "callback_after",
    "callback_timeout", "callback_grace", "hang_limit", "callback_retries", "pure", "selectors", "lesson", "keep",
    "keep_bodies", "allow_callbacks_to", "rewrite_callbacks",
)  # fmt: skip
"""What of Settings is a sandbox's own; the rest is the server's."""

_KEYS: Final = dict.fromkeys(("name", *SETTINGS, "quirks", "app_key", "app_secret"), anything)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")


def shape(sandbox: Sandbox) -> Shape:
    app = next(sandbox.apps(), None)
    return {
        "name": sandbox.name,
        "control": f"{PREFIX}/sandboxes/{sandbox.name}",
        "app": None if app is None else {"key": app.key, "secret": app.secret},
        "environment": sandbox.settings.environment,
        "clock": str(sandbox.clock.setting),
        "now": instant(sandbox.now_ms),
        "seed": sandbox.seed,
    }


def listed(call: Call) -> Shape:
    return {"sandboxes": [shape(each) for each in call.shared.sandboxes.all()]}


def create(call: Call) -> Response:
    given = {name: value for name, value in call.body(_KEYS).items() if value is not None}
    sandboxes = call.shared.sandboxes
    if len(sandboxes.all()) >= MOST:
        raise Problem(
            f"there are {MOST} sandboxes already", remedy="delete some: DELETE /_mock/sandboxes/NAME", status=409
        )
    name = _name(given.pop("name")) if "name" in given else sandboxes.fresh_name()
    if "scenario" in given:  # a name of the library: no caller opens files here
        given["scenario"] = call.sandbox.library.find(str(given["scenario"])).name
    return Response(shape(sandboxes.create(name, **_changes(name, given, sandboxes.settings))), 201)


def _name(given: Any) -> str:
    if not isinstance(given, str) or _NAME.match(given) is None:
        remedy = "use 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit"
        raise Problem(f"{shown(given)} is not a name for a sandbox", where="name", remedy=remedy)
    return given


def _changes(name: str, given: Mapping[str, Any], base: Settings) -> dict[str, Any]:
    """Keyword changes for Sandboxes.create. Raises Problem."""
    changes = convert({each: given[each] for each in (*SETTINGS, "quirks") if each in given}, base)
    if "app_key" in given or "app_secret" in given:
        key = app_key(given.get("app_key", f"{name}-key"), "app_key")
        changes["app"] = (f"{key}:{_printable(given.get('app_secret', f'{name}-secret'), 'app_secret')}",)
    return changes


def app_key(given: Any, where: str) -> str:
    """Basic authentication parts key and secret at the first colon."""
    key = _printable(given, where)
    if ":" in key:
        raise Problem(f"{where} is {shown(key)}", where=where, remedy="a consumer key holds no colon")
    return key


def _printable(given: Any, where: str) -> str:
    if not isinstance(given, str) or not given or not given.isascii() or not given.isprintable():
        raise Problem(f"{where} is {shown(given)}", where=where, remedy="give text in printable ASCII")
    return given


def one(call: Call, name: str) -> Shape:
    return shape(call.shared.sandboxes.get(name))


def reset(call: Call, name: str) -> Shape:
    call.body({})
    return shape(call.shared.sandboxes.reset(name))


def delete(call: Call, name: str) -> Response:
    call.shared.sandboxes.delete(name)
    return GONE
