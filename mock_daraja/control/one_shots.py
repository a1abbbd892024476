"""One-shots: outcomes armed for the next request that matches."""

from __future__ import annotations

from typing import Any, Final

from mock_daraja.control import words
from mock_daraja.control.call import Call, Response, created, gone, shown
from mock_daraja.control.routing import Route
from mock_daraja.errors import Problem
from mock_daraja.fields import anything
from mock_daraja.scenarios import OneShot, one_shot

MOST: Final = 1000


def _shape(armed: OneShot) -> dict[str, Any]:
    return {"id": armed.id, "when": words.when(armed.match), "then": words.then(armed.outcome)}


def listed(call: Call) -> Response:
    with call.sandbox.store.unit():
        return shown({"one_shots": [_shape(each) for each in call.sandbox.engine.pending]})


def arm(call: Call) -> Response:
    wanted = one_shot(call.body({"when": anything, "then": anything}, required=("then",)), call.control.known)
    engine = call.sandbox.engine
    with call.sandbox.store.unit():
        if len(engine.pending) >= MOST:
            raise Problem(f"{MOST} one-shots are armed already", remedy="delete some, or reset the sandbox", status=409)
        return created(_shape(engine.arm(wanted)))


def disarm(call: Call, number: str) -> Response:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Problem(f"there is no one-shot {number!r:.80}", remedy="GET one-shots lists their ids", status=404)
    with call.sandbox.store.unit():
        call.sandbox.engine.disarm(int(number))
    return gone()


ROUTES: Final = (
    Route("GET", "one-shots", listed),
    Route("POST", "one-shots", arm),
    Route("DELETE", "one-shots/<number>", disarm),
)
