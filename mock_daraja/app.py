"""create_app: the Flask app that holds everything, and the only place that wires routes.

`/_mock/*` is Flask's. Every other path is Daraja's and goes to the gateway in front of Flask's dispatch: what
Daraja answers is decided there, and no rule of Flask's (404 pages, slashes, HEAD) may show through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import resources
from mock_daraja.exchange import Exchange, Reply
from mock_daraja.faults import pages, withholds_answer
from mock_daraja.gateway import Gateway
from mock_daraja.sandbox import Sandbox
from mock_daraja.scenarios import Known, Library
from mock_daraja.settings import Settings, load
from mock_daraja.steps.known import names_known

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

OURS: Final = "/_mock"
_STATUS_LINES: Final = {each.value: f"{each.value} {each.phrase}" for each in HTTPStatus}
_WHY_LENGTH: Final = 400


def create_app(settings: Settings | None = None, *, on_exchange: Callable[[Exchange], None] | None = None) -> Flask:
    """A WSGI app for any server. `app.extensions["mock_daraja"]` is its Gateway; close it when you are done.

    Settings of None are read from the environment and mock-daraja.toml. `on_exchange` is given every exchange on
    Daraja's paths before its reply is sent. Raises Problem on settings that are wrong.
    """
    paths = daraja_paths(load() if settings is None else settings, on_exchange=on_exchange)
    app = paths.ours.app
    app.wsgi_app = paths  # type: ignore[method-assign]  # Flask's documented way
    return app


def daraja_paths(settings: Settings, *, on_exchange: Callable[[Exchange], None] | None = None) -> DarajaPaths:
    """The same as a plain WSGI app, which imports Flask with the first request to /_mock: what `serve` runs."""
    known = names_known()
    library = Library([*map(Path, settings.scenarios), resources.scenarios()], known, watch=settings.watch)
    gateway = Gateway(settings, library)
    return DarajaPaths(gateway, OurPaths(gateway, library, known), on_exchange)


class OurPaths:
    """/_mock on Flask, wired when the first request for it comes: a server that only mimics starts without it."""

    def __init__(self, gateway: Gateway, library: Library, known: Known) -> None:
        self._gateway = gateway
        self._library = library
        self._known = known
        self._lock = Lock()
        self._is_wired = False

    @cached_property
    def app(self) -> Flask:
        from flask import Flask

        app = Flask("mock_daraja", static_folder=None)
        app.extensions["mock_daraja"] = self._gateway
        self._dispatch: WSGIApplication = app.wsgi_app
        return app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._is_wired:
            self._wire()
        return self._dispatch(environ, start_response)

    def _wire(self) -> None:
        from mock_daraja.control.wsgi import register

        with self._lock:
            if not self._is_wired:
                register(self.app, self._gateway.shared, self._library, self._known)
                self._is_wired = True


class DarajaPaths:
    """The thin shell around the gateway: WSGI in, values through, WSGI out."""

    def __init__(self, gateway: Gateway, ours: OurPaths, on_exchange: Callable[[Exchange], None] | None = None) -> None:
        self.gateway = gateway
        self.ours = ours
        self._on_exchange = on_exchange
        self._settings = gateway.shared.settings

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if path.startswith(OURS) and path[len(OURS) :][:1] in ("", "/"):
            return self.ours(environ, start_response)
        body = _read(environ, self._settings.max_body)
        if body is None:
            return self._too_big(path, start_response)
        sandbox, exchange = self.gateway.handle(
            environ["REQUEST_METHOD"],
            path.encode("latin-1").decode(errors="replace"),
            environ.get("QUERY_STRING", ""),
            tuple(_headers(environ)),
            body,
        )
        reply = exchange.reply
        assert reply is not None  # the gateway always answers
        if self._on_exchange is not None:
            self._on_exchange(exchange)
        if reply.fault is not None:
            environ["mock_daraja.fault"] = reply.fault
            environ["mock_daraja.clock"] = sandbox.clock
            if withholds_answer(reply.fault):
                sandbox.agenda.release(exchange.number)  # what was accepted goes on, though nobody is told
        extra = () if sandbox.settings.pure else _explanation(exchange)
        start_response(_status_line(reply), [*reply.headers, *extra, ("Content-Length", str(len(reply.body)))])
        return Sent(reply.body, sandbox, exchange.number)

    def _too_big(self, path: str, start_response: StartResponse) -> Iterable[bytes]:
        reply = pages.page("body-too-big", path)
        if not self._settings.pure:
            why = f"the body has more than {self._settings.max_body} bytes; send less, or raise --max-body"
            reply = replace(reply, headers=(*reply.headers, ("X-Mock-Daraja-Why", why)))
        return _send(reply, start_response)


class Sent:
    """A body that tells the sandbox when it is out, so that no callback overtakes it."""

    def __init__(self, body: bytes, sandbox: Sandbox, exchange: int) -> None:
        self._body = body
        self._sandbox = sandbox
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        yield self._body

    def __len__(self) -> int:
        return 1

    def close(self) -> None:
        self._sandbox.agenda.release(self._exchange)


def _send(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    start_response(_status_line(reply), [*reply.headers, ("Content-Length", str(len(reply.body)))])
    return [reply.body]


def _status_line(reply: Reply) -> str:
    return _STATUS_LINES.get(reply.status) or f"{reply.status} Unknown"


def _read(environ: WSGIEnvironment, most: int) -> bytes | None:
    """The request's body, or None when it is larger than `most` bytes."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        if not length.isdigit() or int(length) > most:
            return None
        return environ["wsgi.input"].read(int(length)) if length != "0" else b""
    if not environ.get("wsgi.input_terminated"):
        return b""
    body: bytes = environ["wsgi.input"].read(most + 1)
    return body if len(body) <= most else None


def _headers(environ: WSGIEnvironment) -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield _NAMES.get(name) or name[5:].replace("_", "-").title(), value
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            yield _NAMES[name], environ[name]


_NAMES: Final = {
    "CONTENT_TYPE": "Content-Type",
    "CONTENT_LENGTH": "Content-Length",
    "HTTP_HOST": "Host",
    "HTTP_AUTHORIZATION": "Authorization",
    "HTTP_USER_AGENT": "User-Agent",
    "HTTP_ACCEPT": "Accept",
    "HTTP_ACCEPT_ENCODING": "Accept-Encoding",
    "HTTP_CONNECTION": "Connection",
}


def _explanation(exchange: Exchange) -> list[tuple[str, str]]:
    headers = [("X-Mock-Daraja-Exchange", f"{exchange.sandbox}/{exchange.id}")]
    if why := exchange.why:
        headers.append(("X-Mock-Daraja-Why", _header_text(why)))
    return headers


def _header_text(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    return printable.encode("latin-1", "replace").decode("latin-1")[:_WHY_LENGTH]


def served(app: Any) -> Gateway:
    """The gateway of an app that create_app made."""
    gateway: Gateway = app.extensions["mock_daraja"]
    return gateway
