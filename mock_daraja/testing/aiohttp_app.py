"""An aiohttp application in this process that receives callbacks, over a connection that is memory alone."""

from __future__ import annotations

import asyncio
from asyncio import AbstractEventLoop, Future
from collections.abc import Callable
from threading import Thread
from typing import Any

from mock_daraja.callbacks.answer import AnswerReader, Undelivered, body_of
from mock_daraja.callbacks.delivery import request_bytes


class AiohttpApp:
    """It is started with the first callback, on the event loop of the test that waits, where one is, else on a loop in
    a thread of its own; and stays there, since an application has one loop."""

    def __init__(self, app: Any, home: Callable[[], AbstractEventLoop | None]) -> None:
        self._app = app
        self._home = home
        self._loop: AbstractEventLoop | None = None
        self._thread: Thread | None = None  # whose loop it is, where it is its own
        self._runner: Any = None

    def __call__(self, posted: Any, answered: Any) -> None:
        if self._loop is None:
            self._loop = self._home() or self._own_loop()
        asked = self._answer(posted, answered)
        asyncio.run_coroutine_threadsafe(asked, self._loop).result()

    def close(self) -> None:
        """Clean up as a server that stops does. On the test's own loop that is the test's to do."""
        if self._thread is None or self._loop is None:
            return
        if self._runner is not None:
            asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _own_loop(self) -> AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._thread = Thread(target=loop.run_forever, name="aiohttp-callbacks", daemon=True)
        self._thread.start()
        return loop

    async def _answer(self, posted: Any, answered: Any) -> None:
        from aiohttp import web

        if self._runner is None:
            self._runner = web.AppRunner(self._app, handle_signals=False, access_log=None)
            await self._runner.setup()
        connection = _Connection(asyncio.get_running_loop())
        protocol = self._runner.server()
        protocol.connection_made(connection)
        protocol.data_received(request_bytes(posted.place, posted.body, posted.headers))
        try:
            async with asyncio.timeout(posted.timeout_s):
                await connection.whole
        except TimeoutError:
            raise Undelivered("no-answer-in-time", posted.timeout_s) from None
        finally:
            protocol.connection_lost(None)
        raw = bytes(connection.answer.raw)
        answered.status = connection.answer.status
        head = raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        answered.headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head)]
        answered.body = body_of(raw)


class _Connection(asyncio.Transport):
    """`whole` is done when the answer is, or the application has closed the connection."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        super().__init__()
        self.answer = AnswerReader()
        self.whole: Future[None] = loop.create_future()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        try:
            is_whole = self.answer.feed(bytes(data))
        except Undelivered as problem:
            if not self.whole.done():
                self.whole.set_exception(problem)
        else:
            if is_whole:
                self.close()

    def close(self) -> None:
        if not self.whole.done():
            self.whole.set_result(None)

    abort = close

    def is_closing(self) -> bool:
        return self.whole.done()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 0) if name in ("peername", "sockname") else default

    def pause_reading(self) -> None:
        pass

    resume_reading = pause_reading
