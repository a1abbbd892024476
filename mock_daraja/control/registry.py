"""Puts the control API on a Flask app: the table of its views, the guard before them, and problems for answers."""

from __future__ import annotations

import logging
from typing import Final

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from mock_daraja.control import (
    apps,
    callbacks,
    certificate,
    clock,
    customers,
    exchanges,
    guard,
    health,
    ledger,
    one_shots,
    organisations,
    pay,
    reading,
    report,
    sandboxes,
    scenarios,
    sinks,
    transactions,
)
from mock_daraja.control.call import PREFIX, Call, Control, refused
from mock_daraja.control.routing import NoRouteError, Routes
from mock_daraja.errors import Problem
from mock_daraja.scenarios import Known, Library
from mock_daraja.steps.passage import Shared

_LOG: Final = logging.getLogger("mock_daraja")
_SERVER_NOUNS: Final = (health, sandboxes)
_NOUNS: Final = (
    clock, apps, customers, organisations, scenarios, one_shots, exchanges, callbacks, transactions, ledger, sinks,
    certificate, pay, report,
)  # fmt: skip
_COMPLAINTS: Final = {  # Flask's, in our words
    404: ("there is nothing at this path", f"begin with {PREFIX}/health or {PREFIX}/sandboxes"),
    413: ("the body is too large", "send a smaller one, or start with a larger --max-body"),
}


def register(app: Flask, shared: Shared, library: Library, known: Known) -> None:
    """Every noun stands under /_mock, for the default sandbox, and under /_mock/sandboxes/NAME, for any."""
    control = Control(shared, library, known)
    own = Routes(f"{PREFIX}/sandboxes/NAME", (route for noun in _NOUNS for route in noun.ROUTES))
    every = Routes(PREFIX, (route for noun in (*_SERVER_NOUNS, *_NOUNS) for route in noun.ROUTES))

    def answer(path: str) -> Response:
        method, segments = request.method, path.split("/")
        name = _sandbox_of(segments)
        sandbox = shared.sandboxes.default if name is None else shared.sandboxes.get(name)
        segments = segments if name is None else segments[2:]
        if segments[0] != "sink" and segments[-1] == "":
            segments = segments[:-1]
        route, arguments = (every if name is None else own).find(method, segments)
        query = {} if route.query is None else reading.query(request, route.query)
        return route.view(Call(control, sandbox, request, query), **arguments)

    app.url_map.merge_slashes = False  # a sink takes what it is sent, where it is sent
    app.url_map.add(
        Rule(f"{PREFIX}/<path:path>", endpoint="control")
    )  # of any method, which Flask's own rules can't be
    app.view_functions["control"] = answer
    app.before_request(lambda: guard.check(request, shared.settings))
    app.register_error_handler(Exception, _problem)


def _sandbox_of(segments: list[str]) -> str | None:
    """NAME, where the path goes on below /_mock/sandboxes/NAME."""
    is_below = segments[0] == "sandboxes" and len(segments) > 2 and segments[2] not in ("", "reset")
    return segments[1] if is_below else None


def _problem(error: Exception) -> Response:
    """Whatever went wrong, as a problem: the caller's mistakes, Flask's complaints, and our own mistakes."""
    if isinstance(error, NoRouteError) and error.allowed:
        return refused(error, request, [("Allow", ", ".join(error.allowed))])
    if isinstance(error, Problem):
        return refused(error, request, [("WWW-Authenticate", "Bearer")] if error.status == 401 else ())
    if isinstance(error, HTTPException) and error.code is not None and error.code >= 400:
        what, remedy = _COMPLAINTS.get(error.code, (error.description or error.name, ""))
        return refused(Problem(what, remedy=remedy, status=error.code), request)
    _LOG.error("%s %s failed", request.method, request.path, exc_info=error)
    what = f"{type(error).__name__}: {error}"
    remedy = "our mistake: please report it, with the traceback in the server's log"
    return refused(Problem(what, remedy=remedy, status=500), request)
