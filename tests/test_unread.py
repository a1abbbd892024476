"""What came and was no whole request, seen from outside: in the journal, the log and `why` alike."""

from __future__ import annotations

import json
import socket
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Event
from typing import Any

import pytest

from mock_daraja.app import DarajaPaths, Hook, daraja_paths
from mock_daraja.client import Client
from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.exchange import EXCHANGES, Exchange
from mock_daraja.journal.text import explanation
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.conftest import PUSH_PATH
from tests.telling import of_exchange
from tests.waits import happens

MOST = 1000  # bytes of a body
SECRET = "S3cretValueOfMine"
HEAD = f"POST {PUSH_PATH} HTTP/1.1\r\nHost: a\r\n"
BASIC = b64encode(f"test-key:{SECRET}".encode()).decode()
REFUSED = [
    (f"{HEAD}Content-Length: 5000\r\n\r\n", 413, PUSH_PATH, "the body has more than 1000 bytes; send less"),
    (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, PUSH_PATH, "the body has more than 1000"),
    ("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 400, "", "a TLS hello, where a request was awaited; this port speaks"),
    ("GET /mpesa HTTP/9.9\r\n\r\n", 400, "/mpesa", "malformed request line 'GET /mpesa HTTP/9.9'; send METHOD PATH"),
    (f"{HEAD}Content-Length: ten\r\n\r\n", 400, PUSH_PATH, "Content-Length is 'ten'; send the number"),
    (f"{HEAD}Transfer-Encoding: gzip\r\n\r\n", 400, PUSH_PATH, "Transfer-Encoding 'gzip'; send a Content-Length"),
    (f"{HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, PUSH_PATH, "chunk size 'xyz'; send the size"),
    (f"GET /{'x' * 40_000}", 400, f"/{'x' * 32_765}", "more than 32768 bytes; shorten the path or the headers"),
    ("CONNECT api.safaricom.co.ke:443 HTTP/1.1\r\n\r\n", 400, "", "this server is no proxy, and was asked for 'a"),
    (f"POST http://api.mine.io{PUSH_PATH} HTTP/1.1\r\n\r\n", 400, "", "this server is no proxy, and was asked"),
    ("\x00\x01", 400, "", "malformed request line '\\x00\\x01'; send METHOD PATH"),
]  # fmt: skip
CUT = [
    ("POST /mpe", "/mpe", "inside the request head: 9 bytes came, and no empty line; send it whole"),
    (f"{HEAD}Author", PUSH_PATH, f"inside the request head: {len(HEAD) + 6} bytes came, and no empty line"),
    (f'{HEAD}Content-Length: 500\r\n\r\n{{"Amount": 1', PUSH_PATH, "inside the request body: 12 of 500 bytes came"),
    (f"{HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n", PUSH_PATH, "body: 2 bytes came, and no last chunk"),
]


MORE = "or start with a larger --max-connections"


class Front:
    """A server of which every exchange is logged."""

    def __init__(self, max_body: int = MOST, on_exchange: Hook | None = None, **bounds: Any) -> None:
        self.logged: Queue[Exchange] = Queue()
        settings = Settings(port=0, seed=1, clock=ClockSetting("manual"), keep_bodies=10)
        self.paths: DarajaPaths = daraja_paths(settings, on_exchange=on_exchange)
        self.paths.gateway.shared.watcher = self
        self.server = Server(self.paths, max_body=max_body, loop=self.paths.gateway.engine.loop, **bounds).start()
        self.client = Client(self.server.url)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=10)

    def say(self, text: str, *, ends: bool = False) -> bytes:
        with self.connect() as client, client.makefile("rb") as stream:
            client.sendall(text.encode("latin-1"))
            if ends:
                client.shutdown(socket.SHUT_WR)
            return stream.read()

    def await_beginning(self) -> None:
        """Until what was sent is read."""
        assert happens(lambda: any(each._reader.state != "idle" for each in [*self.server._listener._open]))

    def line(self) -> str:
        return of_exchange(self.paths.gateway, self.logged.get(timeout=10))

    def answered(self, _: object, exchange: Exchange, opened: object) -> None:
        assert opened is None
        self.logged.put(exchange)

    paid = ended = attempted = None  # of which there are none here

    def why(self, name: str = "x1", sandbox: str = "default") -> str:
        return explanation(Client(self.server.url, sandbox).exchange(name))


@pytest.fixture
def front() -> Iterator[Callable[..., Front]]:
    made: list[Front] = []

    def make(**bounds: Any) -> Front:
        made.append(Front(**bounds))
        return made[-1]

    yield make
    for each in made:
        each.server.stop()
        each.paths.gateway.close()


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def hold(client: socket.socket) -> None:
    """A place among the connections."""
    client.sendall(b"GET /held HTTP/1.1\r\nHost: a\r\n\r\n")
    client.recv(1)


@pytest.mark.parametrize(("came", "status", "path", "why"), REFUSED, ids=[each[3][:24] for each in REFUSED])
def test_what_the_server_refuses_is_an_exchange(
    front: Callable[..., Front], came: str, status: int, path: str, why: str
) -> None:
    here = front()

    answer = here.say(came)

    (row,) = here.client.exchanges()
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert (row["status"], row["path"]) == (status, path)
    assert row["why"].startswith(why)
    assert f"X-Mock-Daraja-Exchange: default/x1\r\nX-Mock-Daraja-Why: {why}".encode() in answer
    assert f"  {status}  {why}" in here.line()
    assert f"refused  server      {why.partition('; ')[0]}" in here.why()


@pytest.mark.parametrize(("came", "path", "why"), CUT)
@pytest.mark.parametrize("is_reset", [False, True], ids=["ended", "reset"])
def test_a_request_that_is_cut_short_is_an_exchange(
    front: Callable[..., Front], came: str, path: str, why: str, is_reset: bool
) -> None:
    here = front()

    if is_reset:
        client = here.connect()
        client.sendall(came.encode())
        here.await_beginning()
        reset(client)
    else:
        here.say(came, ends=True)

    how, status = ("the connection was reset ", "no answer") if is_reset else ("the connection ended ", 400)
    assert f"  {status}  {how}" in (line := here.line())
    assert why in line
    (row,) = here.client.exchanges()
    assert (row["status"], row["path"]) == (None if is_reset else 400, path)
    assert how in here.why()


@pytest.mark.parametrize(
    ("came", "why"),
    [
        ("GET /mpe", "head is not complete: 8 bytes came"),
        (f"{HEAD}Content-Length: 9\r\n\r\n1", "body is not complete: 1 of 9 bytes came"),
    ],
)
def test_a_request_that_takes_too_long_is_an_exchange(front: Callable[..., Front], came: str, why: str) -> None:
    here = front(idle_timeout=0.05)

    assert here.say(came).startswith(b"HTTP/1.1 408 ")

    assert f"408  the request {why}" in here.line()


def test_a_hook_that_takes_its_time_is_told_in_a_thread_and_the_connection_is_there_until_then(
    front: Callable[..., Front],
) -> None:
    told, go_on = Event(), Event()
    here = front(on_exchange=lambda _: (told.set(), go_on.wait(10)))
    client = here.connect()
    client.sendall(b"POST /mpe")
    here.await_beginning()

    reset(client)

    assert told.wait(10)
    assert len(here.server._listener._open) == 1
    go_on.set()
    assert happens(lambda: not here.server._listener._open)


def test_nothing_is_told_of_connections_that_are_idle_or_wait_to_continue(front: Callable[..., Front]) -> None:
    here = front()
    here.say("", ends=True)
    here.say("\r\n", ends=True)
    here.say("GET /a HTTP/1.1\r\nHost: a\r\n\r\n", ends=True)
    reset(here.connect())
    with here.connect() as client:
        client.sendall(f"{HEAD}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n".encode())
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        client.recv(1)

    assert [each["path"] for each in here.client.exchanges()] == ["/a", PUSH_PATH]


def test_it_belongs_to_the_sandbox_of_its_key_or_token(front: Callable[..., Front]) -> None:
    here = front()
    here.paths.gateway.shared.sandboxes.create("mine")
    basic = b64encode(b"mine-key:mine-secret").decode()

    here.say(f"{HEAD}Authorization: Basic {basic}\r\nContent-Length: 5000\r\n\r\n")
    here.say(f"GET /oauth/v1/generate HTTP/1.1\r\nAuthorization: Basic {basic}\r\nHo", ends=True)

    assert here.client.exchanges() == []
    assert len(Client(here.server.url, "mine").exchanges()) == 2
    assert "mine/x1" in here.line()
    assert "the connection ended inside the request head" in here.why("x2", "mine")


@pytest.mark.parametrize(
    "came",
    [
        f"{HEAD}Authorization: Basic {BASIC}\r\nContent-Length: 5000\r\n\r\n",
        f"{HEAD}Authorization: Bearer {SECRET}",
        f"{HEAD}Authorization : Bearer {SECRET}\r\n\r\n",
        f"{HEAD}Authorization: Bearer\r\n {SECRET}\r\n\r\n",
        f'{HEAD}Content-Length: 500\r\n\r\n{{"SecurityCredential": "{SECRET}',
        f"{HEAD}Content-Length: 500\r\n\r\npin={SECRET}",
        f"\x00{HEAD}Authorization: Bearer {SECRET}\r\n\r\n",
        f"{HEAD}Authorization\r\n : Basic {SECRET}\r\n\r\n",
        f"GET http://[x/v1?access_token={SECRET}&consumer_secret={SECRET} HTTP/1.1\r\nHost: a\r\n\r\n",
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nAuthorization : Basic {SECRET}\r\n\r\n",
    ],
)
def test_no_secret_of_it_is_shown(front: Callable[..., Front], came: str) -> None:
    here = front()

    answer = here.say(came, ends=True)

    shown = [answer.decode(), here.line(), here.why(), str(here.client.exchange("x1")), str(here.client.har())]
    for each in shown:
        assert SECRET not in each
        assert SECRET[6:] not in each
        assert BASIC not in each


def test_of_a_body_that_is_cut_short_the_beginning_is_kept(front: Callable[..., Front]) -> None:
    here = front(max_body=5000)

    here.say(f"{HEAD}Content-Length: 4000\r\n\r\n" + "x" * 3000, ends=True)

    (row,) = here.paths.gateway.shared.sandboxes.default.store.scan(EXCHANGES)
    assert row.body == b"x" * 2048


def test_a_flood_of_them_is_bounded_as_requests_are(front: Callable[..., Front]) -> None:
    here = front()

    for _ in range(30):
        here.say("\x16\x03\x01")

    assert len(here.client.exchanges()) == 10  # --keep-bodies


def test_a_client_that_is_turned_away_is_an_exchange(front: Callable[..., Front]) -> None:
    here = front(max_connections=1)

    with here.connect() as held:
        hold(held)
        answer = here.say(f"{HEAD}Authorization: Bearer {SECRET}\r\nContent-Length: 2\r\n\r\n{{}}", ends=True)

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert "  404  " in here.line()
    line = here.line()
    assert line == f"x2      STK push         503  1 connections are open; close idle connections, {MORE}"
    assert "refused  server      1 connections are open" in here.why("x2")


@pytest.mark.parametrize("came", ["", "POST /mpe", "\x16\x03\x01"])
def test_one_that_is_turned_away_is_told_of_whatever_came(front: Callable[..., Front], came: str) -> None:
    here = front(max_connections=1)

    with here.connect() as held:
        hold(held)
        here.say(came, ends=True)

    here.line()
    assert "  503  1 connections are open; " in here.line()


def test_those_that_are_turned_away_in_a_flood_are_an_exchange_together(front: Callable[..., Front]) -> None:
    here = front(max_connections=1)
    with here.connect() as held:
        hold(held)
        for _ in range(30):
            here.say("GET /a HTTP/1.1\r\n\r\n", ends=True)
    lines = [here.line() for _ in range(2)]
    turned_away = here.server._listener._turned_away
    assert happens(lambda: turned_away._untold == 29)
    assert here.logged.empty()

    here.server._loop.call(turned_away._tell_soon)  # as after a pause

    assert lines[1].startswith("x2      GET              /a  503  1 connections are open; ")
    assert here.line().startswith(
        f"x3      {'?':15}    503  1 connections are open: 29 clients more were turned away; close idle"
    )


def test_whoever_was_turned_away_is_told_of_before_the_server_has_stopped(front: Callable[..., Front]) -> None:
    here = front(max_connections=1)
    with here.connect() as held:
        hold(held)
        for _ in range(3):
            here.say("GET /a HTTP/1.1\r\n\r\n", ends=True)

        here.server.stop()

    assert "  503  " in [here.line() for _ in range(2)][1]
    assert "  503  1 connections are open: 2 clients more were turned away; " in here.line()


def test_one_that_is_turned_away_from_a_path_of_ours_is_a_line_in_the_log(
    front: Callable[..., Front], caplog: pytest.LogCaptureFixture
) -> None:
    here = front(max_connections=1)

    with here.connect() as held:
        hold(held)
        here.say("GET /_mock/clock HTTP/1.1\r\n\r\n", ends=True)
        assert happens(lambda: bool(caplog.messages))

    assert caplog.messages == [f"GET /_mock/clock  503  1 connections are open; close idle connections, {MORE}"]


def test_a_path_of_ours_is_no_exchange(front: Callable[..., Front], caplog: pytest.LogCaptureFixture) -> None:
    here = front()

    too_big = here.say("POST /_mock/pay?a=b HTTP/1.1\r\nContent-Length: 5000\r\n\r\n")
    here.say("POST /_mock/sink/a HTTP/1.1\r\nContent-Length: 500\r\n\r\n1", ends=True)

    assert here.client.exchanges() == []
    assert here.client.arrivals("a") == []
    assert too_big.startswith(b"HTTP/1.1 413 ")
    assert json.loads(too_big.partition(b"\r\n\r\n")[2]) == {
        "problem": "the body has more than 1000 bytes",
        "where": "POST /_mock/pay",
        "remedy": "send less, or start with a larger --max-body",
    }
    assert caplog.messages == [
        "POST /_mock/pay  413  the body has more than 1000 bytes; send less, or start with a larger --max-body",
        "POST /_mock/sink/a  400  the connection ended inside the request body: 1 of 500 bytes came; "
        "send as many bytes as announced",
    ]


def test_no_command_asks_the_same_again(front: Callable[..., Front]) -> None:
    here = front()
    here.say("\x16\x03\x01")

    with pytest.raises(Problem, match="x1 did not come whole: a TLS hello"):
        here.client.curl("x1")
