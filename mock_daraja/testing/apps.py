"""Applications in this process that receive callbacks by being called: WSGI, ASGI, aiohttp's or one function, without
a socket between.

A delivery has the bytes that would have gone over the wire, so the journal, HAR and the timeline show it as any other.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import partial
from http.client import responses
from inspect import iscoroutinefunction
from io import BytesIO
from traceback import extract_tb, format_exception
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from mock_daraja.callbacks.answer import LONGEST, Undelivered
from mock_daraja.callbacks.delivery import CONTENT_TYPE, Receiver, request_bytes
from mock_daraja.callbacks.url import Url, is_under, lower_origin, parse
from mock_daraja.errors import Problem
from mock_daraja.model import Delivery, Failure, UrlRefusal
from mock_daraja.quoting import shown
from mock_daraja.reasons import refusal_texts
from mock_daraja.testing.aiohttp_app import AiohttpApp
from mock_daraja.testing.rows import parsed

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

_ROOM: Final = os.path.dirname(__file__)  # its frames say nothing about an exception of the app's
_FRAMED: Final = ("transfer-encoding", "content-length", "connection")
Headers = list[tuple[str, str]]
Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


@dataclass(slots=True)
class AppAnswer:
    """What an app has said so far: all of it, or what came before it raised."""

    status: int | None = None
    headers: Headers | None = None
    body: bytes = b""

    def raw(self) -> bytes:
        """As it would have come over the wire."""
        if self.status is None:
            return b""
        lines = [f"HTTP/1.1 {self.status} {responses.get(self.status, '')}".rstrip()]
        lines += [f"{name}: {value}" for name, value in self.headers or () if name.lower() not in _FRAMED]
        lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + self.body


@dataclass(frozen=True, slots=True)
class Posted:
    """One callback on its way into an app."""

    place: Url
    headers: Headers
    body: bytes
    timeout_s: float


Home = Callable[[], "AbstractEventLoop | None"]
CallApp = Callable[[Posted, AppAnswer], None]
"""Raises Undelivered where the app takes too long, and else the app's own exceptions."""


class AppReceiver(Receiver):
    """Raises Problem on what is no app, and no address. `home` is the event loop whose test is waiting, if one is."""

    def __init__(self, app: Any, at: str, home: Home, *, is_function: bool = False) -> None:
        if isinstance(place := parse(at), UrlRefusal):
            what = f"at is {shown(at)}: {refusal_texts(place)[0]}"
            raise Problem(what, where="deliver_to", remedy="give http://testserver/, say")
        if not callable(app):
            kind = "function" if is_function else "WSGI, ASGI or aiohttp app"
            remedy = "give the app itself: a Flask, a FastAPI, get_wsgi_application(); or handler=f"
            raise Problem(f"{type(app).__name__} is no {kind}", where="deliver_to", remedy=remedy)
        self._call = _caller(app, home, is_function=is_function)
        self._at = lower_origin(at).rstrip("/")

    def close(self) -> None:
        """Callbacks come no more."""
        if isinstance(self._call, AiohttpApp):
            self._call.close()

    def takes(self, url: str) -> bool:
        return is_under(lower_origin(url), self._at)

    def deliver(
        self, url: str, body: bytes, headers: Iterable[tuple[str, str]], *, timeout_s: float, sent_ms: int
    ) -> Delivery:
        request, answered, failure = b"", AppAnswer(), None
        place = parse(url)
        if isinstance(place, UrlRefusal):
            return Delivery(url, sent_ms, request, failure=Failure("url-refused", (refusal_texts(place)[0],)))
        typed = [*headers]
        if not any(name.lower() == "content-type" for name, _ in typed):
            typed.insert(0, ("Content-Type", CONTENT_TYPE))
        try:
            request = request_bytes(place, body, typed)
            self._call(Posted(place, typed, body, timeout_s), answered)
        except Undelivered as problem:
            failure = problem.failure
        except Exception as error:
            failure = _raised(error)
        if failure is None and answered.status is None:
            failure = Failure("app-silent")
        return Delivery(url, sent_ms, request, answered.status, answered.raw()[:LONGEST], failure)


def _caller(app: Any, home: Home, *, is_function: bool) -> CallApp:
    is_coroutine = iscoroutinefunction(app) or iscoroutinefunction(type(app).__call__)
    if is_function:
        return partial(_call_function, app, home if is_coroutine else None)
    if "aiohttp.web" in sys.modules and isinstance(app, sys.modules["aiohttp.web"].Application):
        return AiohttpApp(app, home)
    return partial(_call_asgi, app, home) if is_coroutine else partial(_call_wsgi, app)


def _call_function(handler: Any, home: Home | None, posted: Posted, answered: AppAnswer) -> None:
    """With the body: parsed where it is JSON, else text. It gives a status, or a body with status 200, or nothing."""
    body = parsed(posted.body)
    said = handler(body) if home is None else _on_a_loop(lambda: handler(body), home, posted.timeout_s)
    if said is None or isinstance(said, dict):
        answered.body = b"" if said is None else json.dumps(said).encode()
        said = 200
    if not isinstance(said, int) or isinstance(said, bool) or not 100 <= said < 600:
        raise TypeError(f"the handler returned {shown(said)}: return a status, a dict for a body, or nothing")
    answered.status, answered.headers = said, [("Content-Type", "application/json")]


def _raised(error: Exception) -> Failure:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_ROOM):
        trace = trace.tb_next
    frames = extract_tb(trace)
    where = f", raised at {frames[-1].filename}:{frames[-1].lineno} in {frames[-1].name}" if frames else ""
    text = f"{type(error).__name__}: {error}{where}"
    return Failure("app-raised", (text,), "".join(format_exception(type(error), error, trace)))


def _call_wsgi(app: Any, posted: Posted, answered: AppAnswer) -> None:
    """In the thread that delivers."""

    def start_response(status: str, headers: Headers, _exc_info: Any = None) -> Callable[[bytes], None]:
        answered.status, answered.headers = int(status.split(" ", 1)[0]), headers
        return chunks.append

    chunks: list[bytes] = []
    result = app(_environ(posted), start_response)
    try:
        chunks += result
    finally:
        answered.body = b"".join(chunks)
        if hasattr(result, "close"):
            result.close()


def _environ(posted: Posted) -> dict[str, Any]:
    place = posted.place
    path, _, query = place.path_and_query.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": place.host,
        "SERVER_PORT": str(place.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": place.host_header,
        "CONTENT_LENGTH": str(len(posted.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": place.scheme,
        "wsgi.input": BytesIO(posted.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in posted.headers:
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _call_asgi(app: Asgi, home: Home, posted: Posted, answered: AppAnswer) -> None:
    _on_a_loop(lambda: _exchange(app, posted, answered), home, posted.timeout_s)


def _on_a_loop(make: Callable[[], Awaitable[Any]], home: Home, timeout_s: float) -> Any:
    """On the loop of the test that waits, where that is free; else on a loop of its own."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    async def answer() -> Any:
        limit = asyncio.timeout(timeout_s)
        try:
            async with limit:
                return await make()
        except TimeoutError:
            if limit.expired():
                raise Undelivered("no-answer-in-time", timeout_s) from None
            raise

    def run() -> Any:
        # A loop that is given is not made the thread's current one, which may be somebody else's between tests.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            return runner.run(answer())

    here, waiting = asyncio._get_running_loop(), home()
    if waiting is not None and waiting is not here and waiting.is_running():
        return asyncio.run_coroutine_threadsafe(answer(), waiting).result()
    if here is None:
        return run()
    with ThreadPoolExecutor(1, "asgi-callback") as executor:  # the test's own loop is blocked by the call that delivers
        return executor.submit(run).result()


async def _exchange(app: Asgi, posted: Posted, answered: AppAnswer) -> None:
    from asyncio import Event

    async def receive() -> dict[str, Any]:
        if not asked.is_set():
            asked.set()
            return {"type": "http.request", "body": posted.body, "more_body": False}
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            pairs = message.get("headers", ())
            answered.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs]
        elif message["type"] == "http.response.body":
            answered.body += message.get("body", b"")
            if not message.get("more_body", False):
                over.set()

    asked, over = Event(), Event()
    await app(_scope(posted), receive, send)


def _scope(posted: Posted) -> Scope:
    place = posted.place
    path, _, query = place.path_and_query.partition("?")
    named = [("host", place.host_header), *posted.headers, ("content-length", str(len(posted.body)))]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": place.scheme,
        "path": unquote_to_bytes(path).decode(errors="replace"),
        "raw_path": path.encode("latin-1", "replace"),
        "query_string": query.encode("latin-1", "replace"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in named],
        "client": ("127.0.0.1", 0),
        "server": (place.host, place.port),
        "state": {},
    }
