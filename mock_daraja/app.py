"""create_app: the Flask app that holds everything, and the only place that wires routes.

`/_mock/*` is Flask's. Every other path is Daraja's and goes to the gateway in front of Flask's dispatch: what
Daraja answers is decided there, and no rule of Flask's (404 pages, slashes, HEAD) may show through.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from mock_daraja import resources, wire
from mock_daraja.errors import Problem
from mock_daraja.exchange import Exchange, Reply, Request, by_name
from mock_daraja.faults import withholds_answer
from mock_daraja.gateway import Answered, Gateway
from mock_daraja.journal.redact import redact_query
from mock_daraja.loop import Loop
from mock_daraja.model import changed
from mock_daraja.model.size import bytes_in
from mock_daraja.own_sinks import SINK, OwnSinks
from mock_daraja.pool import Pool
from mock_daraja.products import CATALOGUE
from mock_daraja.products.catalogue import Catalogue
from mock_daraja.quoting import visible
from mock_daraja.sandbox import DEFAULT
from mock_daraja.scenarios import Library
from mock_daraja.server import Sending, Server
from mock_daraja.server.answer import status_line
from mock_daraja.server.refusal import too_big
from mock_daraja.settings import DEFAULT_HOST, Settings
from mock_daraja.sinks import receive
from mock_daraja.sources import load
from mock_daraja.tables import app_from, check_products

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

OURS: Final = "/_mock"
OURS_JSON: Final = (("Content-Type", "application/json"), ("Cache-Control", "no-store"))
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_WHY_LENGTH: Final = 400
_LOG: Final = logging.getLogger("mock_daraja")


Hook = Callable[[Exchange], None]


def create_app(settings: Settings | None = None, *, on_exchange: Hook | None = None) -> Flask:
    """A WSGI app for any server. `app.extensions["mock_daraja"]` is its Gateway; close it when you are done.

    Settings of None are read from the environment and mock-daraja.toml. `on_exchange` is given every exchange on
    Daraja's paths before its reply is sent. Raises Problem on settings that are wrong.
    """
    settings = load(products=lambda: CATALOGUE.slugs) if settings is None else settings
    paths = daraja_paths(settings, on_exchange=on_exchange)
    paths.flask.wsgi_app = paths  # type: ignore[method-assign]  # Flask's documented way
    return paths.flask


def daraja_paths(
    settings: Settings,
    *,
    catalogue: Catalogue = CATALOGUE,
    on_exchange: Hook | None = None,
    more_scenarios: Sequence[Path] = (),
) -> DarajaPaths:
    """The same as a plain WSGI app, which imports Flask with the first request to /_mock: what `serve` runs.

    Every file of the settings' folders of scenarios is read at once; those of `more_scenarios`, folders that nobody has
    set, and those that ship when they are needed.
    """
    for table in settings.apps:
        check_products(app_from(table), catalogue.slugs)
    own = [*map(Path, settings.scenarios)]
    library = Library([*more_scenarios, *own, resources.scenarios()], catalogue.known, watch=settings.watch)
    library.read_all(own)
    loop = Loop()
    gateway = Gateway(settings, library, catalogue, loop, Pool(loop))
    return DarajaPaths(gateway, on_exchange)


def must_be_deliberate(settings: Settings) -> None:
    """Raises Problem where others could reach the server, and nothing says that they may."""
    if settings.host != DEFAULT_HOST:
        from mock_daraja.control.guard import check_exposure

        check_exposure(settings)


class DarajaPaths:
    """The thin shell around the gateway: WSGI in, values through, WSGI out.

    `on_exchange` is given every exchange before its reply is sent. It is a user's code and may take its time: no
    request is answered on the loop then.
    """

    def __init__(self, gateway: Gateway, on_exchange: Hook | None = None) -> None:
        self.gateway = gateway
        self._on_exchange = on_exchange
        self._settings = gateway.shared.settings
        self._wiring = Lock()

    @cached_property
    def flask(self) -> Flask:
        from flask import Flask

        app = Flask("mock_daraja", static_folder=None)
        app.extensions["mock_daraja"] = self.gateway
        return app

    @cached_property
    def _control(self) -> WSGIApplication:
        """/_mock, wired when the first request for it comes: a server that only mimics starts without it."""
        from mock_daraja.control.wsgi import register

        register(self.flask, self.gateway)
        return partial(type(self.flask).wsgi_app, self.flask)  # create_app has replaced the app's own

    def ready(self) -> None:
        """Have /_mock wired, before anybody asks for it."""
        with self._wiring:
            _ = self._control

    def server(self) -> Server:
        """Bound to the address of the settings. Raises Problem where that can't be had, or is open to others."""
        own = self._settings
        must_be_deliberate(own)
        engine, shared = self.gateway.engine, self.gateway.shared
        server = Server(
            self,
            own.host,
            own.port,
            max_connections=self.gateway.share.clients,
            max_body=own.max_body,
            bodies=shared.memory.bodies,
            loop=engine.loop,
            quick=[f"{OURS}/health", f"{OURS}/health/"],
        )
        shared.url = server.url
        shared.own_sinks = OwnSinks(server, own.max_body, self._stands, self.answer)
        return server

    def _stands(self, sandbox: str | None) -> bool:
        """The clock of the sandbox of that name, if there is one."""
        try:
            return self.gateway.shared.sandboxes.get(sandbox or DEFAULT).clock.stands_still
        except Problem:
            return False

    def takes(self, path: str) -> bool:
        """Whether `answer` answers what came whole to this path: Daraja's, and the sinks'. The rest is Flask's."""
        return not _is_ours(path) or SINK.match(path) is not None

    def answer(self, request: Request) -> Sending:
        if request.path == "/" and (page := self._front(request)) is not None:
            return Sending(page, self.gateway.shared.sandboxes.default.clock)
        return self._ours(request) if _is_ours(request.path) else self._sending(self.gateway.handle(request))

    def answer_at_once(self, request: Request) -> Sending | None:
        if self._on_exchange is not None or _is_ours(request.path) or request.path == "/":
            return None
        answered = self.gateway.handle_at_once(request)
        return None if answered is None else self._sending(answered)

    def _front(self, request: Request) -> Reply | None:
        """The page for whoever looks with a browser; None for any other client, which gets Daraja's answer."""
        from mock_daraja.console import front
        from mock_daraja.control.guard import answers_to

        own, host = self._settings, by_name(request.headers).get("host", "")
        if own.pure or request.unread is not None or not front.is_for_a_browser(request) or not answers_to(host, own):
            return None
        return front.page(self.gateway.shared.sandboxes.default, own, f"http://{host}")

    def _sending(self, answered: Answered) -> Sending:
        try:
            if (watcher := self.gateway.shared.watcher) is not None:
                watcher.answered(answered.sandbox, answered.exchange, answered.opened)
            if self._on_exchange is not None:
                self._on_exchange(answered.exchange)
            reply = answered.reply
            if reply.fault is not None and withholds_answer(reply.fault):
                answered.after()  # what was accepted goes on, though nobody is told
            if not answered.sandbox.settings.pure:
                hide = self.gateway.shared.sandboxes.secrets.hide
                reply = changed(reply, headers=(*reply.headers, *_explanation(answered.exchange, hide)))
            return Sending(reply, answered.sandbox.clock, answered.before, answered.after)
        except BaseException:
            answered.after()  # what was accepted goes on, though the reply will never be out
            raise

    def _ours(self, request: Request) -> Sending:
        """A sink's answer. What did not come whole is refused at every path of ours, and a line in the log: it is no
        exchange."""
        where = f"{request.method} {request.path}"
        try:
            if (unread := request.unread) is not None:
                status = unread.reply.status
                _LOG.warning("%s", visible(f"{where}  {status}  {unread.what}; {unread.remedy}"))
                raise Problem(unread.what, remedy=unread.remedy, status=status)
            path = SINK.match(request.path)
            assert path is not None  # `takes` said so
            memory = self.gateway.shared.memory
            memory.come(request.size)
            memory.check_room()
            sandbox = self.gateway.shared.sandboxes.get(path[1] or DEFAULT)
            return Sending(receive(sandbox, path[2], request), sandbox.clock)
        except Problem as problem:
            if problem.status == 404 and self._settings.admin_token is not None:
                remedy = "GET /_mock/sandboxes lists those there are, to whoever holds the token"
                problem = Problem(problem.what, remedy=remedy, status=404)
            shape = self.gateway.shared.sandboxes.secrets.hide_of(problem.at(where))
            return Sending(Reply(problem.status, wire.dumps(shape) + b"\n", OURS_JSON))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        if not self.takes(path):
            with self._wiring:
                control = self._control
            length = environ.get("CONTENT_LENGTH") or ""
            self.gateway.shared.memory.come(int(length) if _LENGTH.fullmatch(length) else 0)
            return control(environ, start_response)
        from werkzeug.datastructures import EnvironHeaders  # our own server doesn't come here with what `takes` takes

        most = self._settings.max_body
        body = _read(environ, most)
        path, query = path.encode("latin-1").decode(errors="replace"), environ.get("QUERY_STRING", "")
        unread = too_big(path, most).unread if body is None else None
        headers = tuple(EnvironHeaders(environ))
        known = None, unread, bytes_in((path, query, headers))
        sending = self.answer(Request(environ["REQUEST_METHOD"], path, query, headers, body or b"", *known))
        if sending.before is not None:
            try:
                sending.before()
            except BaseException:
                sending.after()
                raise
            sending = changed(sending, before=None)
        reply = sending.reply
        start_response(status_line(reply.status), [*reply.headers, ("Content-Length", str(len(reply.body)))])
        return sending


def _is_ours(path: str) -> bool:
    return path == OURS or path.startswith(f"{OURS}/")


def _read(environ: WSGIEnvironment, most: int) -> bytes | None:
    """The request's body, or None when it is larger than `most` bytes."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        if not _LENGTH.fullmatch(length) or int(length) > most:
            return None
        return environ["wsgi.input"].read(int(length)) if length != "0" else b""
    if not environ.get("wsgi.input_terminated"):
        return b""
    body: bytes = environ["wsgi.input"].read(most + 1)
    return body if len(body) <= most else None


def _explanation(exchange: Exchange, hide: Callable[[str], str]) -> list[tuple[str, str]]:
    headers = [("X-Mock-Daraja-Exchange", f"{exchange.sandbox}/{exchange.id}")]
    if why := exchange.why:
        text = visible(hide(redact_query(why))).encode("latin-1", "backslashreplace").decode("latin-1")
        headers.append(("X-Mock-Daraja-Why", text[:_WHY_LENGTH]))
    return headers
