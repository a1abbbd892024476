"""An ASGI application in this process, called with one callback: on whose event loop, and how it is waited for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from mock_daraja.callbacks.undelivered import Undelivered
from mock_daraja.testing.apps import AppAnswer, Posted

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]


def call_asgi(app: Asgi, home: Callable[[], AbstractEventLoop | None], posted: Posted, answered: AppAnswer) -> None:
    """On the loop of the test that waits, where that is free; else on a loop of its own."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    async def answer() -> None:
        limit = asyncio.timeout(posted.timeout_s)
        try:
            async with limit:
                await _exchange(app, posted, answered)
        except TimeoutError:
            if limit.expired():
                raise Undelivered("no-answer-in-time", posted.timeout_s) from None
            raise

    def run() -> None:
        # A loop that is given is not made the thread's current one, which may be somebody else's between tests.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(answer())

    here, waiting = asyncio._get_running_loop(), home()
    if waiting is not None and waiting is not here and waiting.is_running():
        asyncio.run_coroutine_threadsafe(answer(), waiting).result()
    elif here is None:
        run()
    else:  # the test's own loop is blocked by the very call that delivers
        with ThreadPoolExecutor(1, "asgi-callback") as executor:
            executor.submit(run).result()


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
