"""What an app can't answer yet: it waits without a thread, keeps its place, and goes with its client."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from mock_daraja.loop import Loop
from mock_daraja.pool import Pool
from mock_daraja.server import LOOP, WAITED, Postponed, Server
from tests.server.clients import ask, connect, say, until_closed
from tests.waits import happens

LONG = 10  # seconds; what should happen happens much sooner


@dataclass
class Postponing:
    """Postpones what is asked of /later so many times, and answers everything else, each with its path."""

    times: int = 1
    may_postpone: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ended: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    ready: list[Callable[[], object]] = field(default_factory=list)
    waited: list[Any] = field(default_factory=list)
    loop: Loop | None = None
    on_loop: set[bool] = field(default_factory=set)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.loop = environ[LOOP]
        path, waited = environ["PATH_INFO"], environ.get(WAITED, 0)
        if path.startswith("/later"):
            self.waited.append(waited)
            self.asked.set()
            assert self.may_postpone.wait(LONG)
            if waited < self.times:
                return Postponed(waited + 1, self._begin)
        start_response("200 OK", [])
        return [path.encode()]

    def _begin(self, ready: Callable[[], object]) -> Callable[[], object]:
        assert self.loop is not None
        self.on_loop.add(self.loop.is_here)
        self.ready.append(ready)
        self.begun.release()
        return self._end

    def _end(self) -> None:
        self.ended.release()

    def go_on(self) -> None:
        """Have the first that waits asked again."""
        assert self.loop is not None
        self.loop.call(self.ready.pop(0))


@pytest.fixture
def app() -> Postponing:
    app = Postponing()
    app.may_postpone.set()
    return app


def request(path: str, *more: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", *more, "", ""]).encode()


def begun(app: Postponing, server: Server, path: str = "/later") -> socket.socket:
    """A client that waits."""
    client = connect(server)
    client.sendall(request(path))
    assert app.begun.acquire(timeout=LONG)
    return client


def open_connections(server: Server) -> int:
    """Once the loop has done what it has to do."""
    came: list[int] = []
    done = threading.Event()
    server._loop.call(lambda: (came.append(len(server._listener._open)), done.set()))
    assert done.wait(LONG)
    return came[0]


def test_it_is_asked_again_with_what_it_has_waited_for_until_it_answers(serve: Any, app: Postponing) -> None:
    app.times = 3
    server = serve(app)
    client = connect(server)
    client.sendall(request("/later", "Connection: close"))

    for _ in range(3):
        assert app.begun.acquire(timeout=LONG)
        app.go_on()

    assert until_closed(client).endswith(b"\r\n\r\n/later")
    assert (app.waited, app.on_loop) == ([0, 1, 2, 3], {True})


def test_those_that_wait_take_no_thread(serve: Any, app: Postponing, loop: Loop) -> None:
    pool = Pool(loop, few=1, most=1)
    server = serve(app, loop=loop, pool=pool)
    clients = [begun(app, server) for _ in range(20)]

    assert ask(server, "GET", "/other") == (200, b"/other")

    for client in clients:
        client.close()
    pool.stop(LONG)


def test_however_many_are_woken_at_once_they_take_few_threads(serve: Any) -> None:
    inside, most, together = set[int](), list[int](), threading.Barrier(4, timeout=LONG)

    class Crowded(Postponing):
        def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
            if WAITED in environ:
                inside.add(threading.get_ident())
                most.append(len(inside))
                together.wait()
                inside.discard(threading.get_ident())
            return super().__call__(environ, start_response)

    app = Crowded()
    app.may_postpone.set()
    server = serve(app)
    clients = [begun(app, server) for _ in range(40)]

    for _ in clients:
        app.go_on()

    assert all(client.recv(1000).endswith(b"/later") for client in clients)
    assert max(most) == 4
    for client in clients:
        client.close()


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize(
    "go", [socket.socket.close, reset, lambda client: client.shutdown(socket.SHUT_WR)], ids=["closed", "reset", "FIN"]
)
def test_a_client_that_goes_takes_it_along(serve: Any, app: Postponing, go: Callable[[socket.socket], None]) -> None:
    server = serve(app)
    client = begun(app, server)

    go(client)

    assert app.ended.acquire(timeout=LONG)
    app.go_on()
    assert open_connections(server) == 0
    assert app.waited == [0]
    client.close()


def test_a_client_that_has_gone_before_it_waits_is_noticed(serve: Any, app: Postponing) -> None:
    app.may_postpone.clear()
    server = serve(app)
    client = connect(server)
    client.sendall(request("/later"))
    assert app.asked.wait(LONG)
    client.shutdown(socket.SHUT_WR)
    (connection,) = server._listener._open
    assert happens(lambda: connection._stream.has_ended)

    app.may_postpone.set()

    assert until_closed(client) == b""
    assert app.ready == []


def test_what_comes_behind_it_stays_in_order(serve: Any, app: Postponing) -> None:
    server = serve(app)
    client = begun(app, server, "/later/1")
    client.sendall(request("/2") + request("/later/3") + request("/4", "Connection: close"))
    assert ask(server, "GET", "/other") == (200, b"/other")
    app.go_on()
    assert app.begun.acquire(timeout=LONG)

    app.go_on()

    answers = until_closed(client)
    assert [each.partition(b"HTTP/1.1")[0] for each in answers.split(b"\r\n\r\n")[1:]] == [
        b"/later/1",
        b"/2",
        b"/later/3",
        b"/4",
    ]


def test_the_end_of_the_server_ends_it(serve: Any, app: Postponing) -> None:
    server = serve(app)
    clients = [begun(app, server) for _ in range(10)]

    server.stop()

    assert all(app.ended.acquire(timeout=LONG) for _ in clients)
    assert [until_closed(client) for client in clients] == [b""] * 10


def test_one_that_cannot_begin_to_wait_ends_its_connection_alone(
    serve: Any, app: Postponing, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(app)
    with closing(begun(app, server)) as other:
        monkeypatch.setattr(app, "_begin", lambda ready: 1 / 0)
        lost = say(server, request("/later"))
        app.go_on()

        assert (lost, other.recv(1000)[-6:]) == (b"", b"/later")
    assert "ZeroDivisionError" in caplog.text
