"""Puts the control API on a Flask app: the guard before its views; bodies, values and problems on the wire."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, NoReturn, cast

import flask
from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from mock_daraja import wire
from mock_daraja.clock import Breaks
from mock_daraja.control import guard, registry
from mock_daraja.control.call import PREFIX, Awaited, Call, Response, Shape, read_query
from mock_daraja.control.routing import NoRouteError
from mock_daraja.engine import EventEngine
from mock_daraja.errors import Problem, unexpected
from mock_daraja.gateway import Gateway
from mock_daraja.journal.known import KnownSecrets
from mock_daraja.quoting import visible
from mock_daraja.server import LOOP, WAITED, Postponed
from mock_daraja.settings import Settings
from mock_daraja.validation import malformed

_LOG: Final = logging.getLogger("mock_daraja")
_JSON: Final = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
_COMPLAINTS: Final = {  # Flask's, in our words
    404: ("there is nothing at this path", f"begin with {PREFIX}/health or {PREFIX}/sandboxes"),
    413: ("the body is too large", "send a smaller one, or start with a larger --max-body"),
}


def register(app: Flask, gateway: Gateway) -> None:
    """Every noun stands under /_mock, for the default sandbox, and under /_mock/sandboxes/NAME, for any."""
    shared = gateway.shared
    breaks = Breaks()

    def answer(path: str) -> flask.Response:
        with breaks:
            return answered(path)

    def answered(path: str) -> flask.Response:
        waited: Awaited | None = request.environ.get(WAITED)
        given = view(path) if waited is None else waited
        if isinstance(given, Awaited):
            seen = given.sandbox.store.change
            if request.environ.get(LOOP) is gateway.engine.loop and not given.is_over:
                return _postponed(gateway.engine, given, seen)
            given = given.answered(gateway.engine) if waited is None else given.answer()
        return _sent(given, breaks.may_pause)

    def view(path: str) -> Shape | Response | Awaited:
        match path.removesuffix("/").split("/"):
            case ["sandboxes", name, noun, *rest] if noun not in ("", "reset"):
                sandbox = shared.sandboxes.get(name)
                route, arguments = registry.OF_A_SANDBOX.find(request.method, [noun, *rest])
            case segments:
                sandbox = shared.sandboxes.default
                route, arguments = registry.ALL.find(request.method, segments)
        if route.stores:
            shared.memory.check_room()
        query = read_query(_parameters(), route.query)
        called = Call(gateway, sandbox, query, _json, request, breaks.may_pause)
        given = route.view(called, **arguments)
        return given if route.shows_secrets else _without_secrets(given, shared.sandboxes.secrets)

    app.config["MAX_CONTENT_LENGTH"] = shared.settings.max_body
    app.url_map.merge_slashes = False  # a wrong path is told, not redirected
    app.url_map.add(Rule(f"{PREFIX}/<path:path>", endpoint="control"))  # of any method: Flask's own rules can't be
    app.view_functions["control"] = answer
    app.before_request(lambda: _let_in(shared.settings))
    app.register_error_handler(Exception, partial(_problem, shared.sandboxes.secrets))


def _let_in(settings: Settings) -> None:
    """Whom the guard refuses is a line in the log: a container's host name, say, that nobody has allowed."""
    try:
        guard.check(request, settings)
    except Problem as problem:
        said = f"{request.method} {request.path}  {problem.status}  {problem.what}; {problem.remedy}"
        _LOG.warning("%s", visible(said))
        raise


def _parameters() -> Mapping[str, str]:
    """Raises Problem on bytes that our own server would not have let in."""
    try:
        return request.args
    except UnicodeDecodeError:
        remedy = "send it percent-encoded"
        raise Problem("the query string is not UTF-8", where="query string", remedy=remedy) from None


def _json() -> Any:
    """The body of the request; an empty one is None. What it is called is the guard's to ask. Raises Problem."""
    raw = request.get_data(cache=False)
    if not raw:
        return None
    too_deep = Problem("the body is nested too deeply", where="body", remedy="send a flat object")
    try:
        value = json.loads(raw, parse_constant=_no_number)
    except RecursionError:
        raise too_deep from None
    except ValueError as error:
        raise Problem(_no_json(error), where="body", remedy='send an object such as {"a": 1}') from None
    if wire.is_deep(value):
        raise too_deep
    return value


def _no_json(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return malformed(error)
    if isinstance(error, UnicodeDecodeError):
        return f"the body is not UTF-8 (byte {error.object[error.start]:#04x})"
    return f"the body is not JSON: {error}"


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON's")


def _postponed(engine: EventEngine, awaited: Awaited, seen: int) -> flask.Response:
    """On our own server, whose loop is the engine's: no thread waits meanwhile."""

    def begin(ready: Callable[[], object]) -> Callable[[], None]:
        return engine.subscribe(awaited.sandbox, awaited.holds, awaited.until_ms, seen, ready).cancel

    return flask.Response(Postponed(awaited, begin), direct_passthrough=True)


def _sent(answer: Shape | Response, pause: Callable[[], object] = lambda: None) -> flask.Response:
    response = answer if isinstance(answer, Response) else Response(answer)
    if response.value is None:
        return flask.Response(status=response.status)
    if isinstance(response.value, bytes):
        return flask.Response(response.value, response.status, list(response.headers))
    body = [*wire.pieces(response.value, pause), b"\n"]
    return flask.Response(body, response.status, [*_JSON, *response.headers])


def _without_secrets(given: Shape | Response | Awaited, known: KnownSecrets) -> Shape | Response | Awaited:
    """Bytes are as the view wrote them."""
    if isinstance(given, Awaited):
        return replace(given, answer=lambda: cast(Shape | Response, _without_secrets(given.answer(), known)))
    if isinstance(given, Response):
        return given if isinstance(given.value, bytes) else replace(given, value=known.hide_in(given.value))
    return cast(Shape, known.hide_in(given))


def _problem(known: KnownSecrets, error: Exception) -> flask.Response:
    """Whatever went wrong, as a problem: the caller's mistakes, Flask's complaints, and our own mistakes."""
    if isinstance(error, NoRouteError) and error.allowed:
        return _refused(known, error, [("Allow", ", ".join(error.allowed))])
    if isinstance(error, Problem):
        return _refused(known, error, [("WWW-Authenticate", "Bearer")] if error.status == 401 else ())
    if isinstance(error, HTTPException) and error.code is not None and error.code >= 400:
        what, remedy = _COMPLAINTS.get(error.code, (error.description or error.name, ""))
        return _refused(known, Problem(what, remedy=remedy, status=error.code))
    _LOG.error("%s %s failed", request.method, request.path, exc_info=error)
    return _refused(known, unexpected(error))


def _refused(known: KnownSecrets, problem: Problem, headers: Iterable[tuple[str, str]] = ()) -> flask.Response:
    """One that names no place gets the request's own."""
    shape = known.hide_of(problem.at(f"{request.method} {request.path}"))
    return _sent(Response(shape, problem.status, headers))
