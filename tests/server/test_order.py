"""Order on a connection, and who waits for whom: pipelines, half-closed and slow clients, and what a thread answers."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.exchange import Reply, Request
from mock_daraja.model import FaultSpec
from mock_daraja.server import Sending
from tests.server.apps import Giver, echo, faulty
from tests.server.clients import ask, connect, say, until_closed

BIG = b"x" * 20_000_000  # more than any buffer of a socket takes


@dataclass
class Mixed:
    """Answers /slow/... in a thread, once it may, and everything else at once; each with its path."""

    may: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["PATH_INFO"].encode()]

    def takes(self, path: str) -> bool:
        return not path.startswith("/wsgi")

    def answer(self, request: Request) -> Sending:
        self.begun.set()
        self.may.wait(10)
        return Sending(Reply(200, request.path.encode()))

    def answer_at_once(self, request: Request) -> Sending | None:
        return None if request.path.startswith("/slow") else Sending(Reply(200, request.path.encode()))


@dataclass
class Late(Giver):
    """Answers in a thread, once it may."""

    may: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def answer_at_once(self, request: Request) -> Sending | None:  # noqa: ARG002 - none takes no time
        return None

    def answer(self, request: Request) -> Sending:  # noqa: ARG002 - each has the one answer
        self.begun.set()
        self.may.wait(10)
        return self.sending


def asked(*paths: str) -> bytes:
    """Requests in one piece; the connection ends after the last."""
    lines = [f"GET {path} HTTP/1.1\r\n\r\n" for path in paths[:-1]]
    return "".join([*lines, f"GET {paths[-1]} HTTP/1.1\r\nConnection: close\r\n\r\n"]).encode()


def bodies(answers: bytes) -> list[str]:
    """Of answers that are paths."""
    return [each.partition(b"HTTP/1.1")[0].decode() for each in answers.split(b"\r\n\r\n")[1:]]


def test_answers_come_in_the_order_of_the_requests_whoever_makes_them(serve):
    app = Mixed()
    app.may.set()
    paths = [f"/{kind}/{number}" for number in range(30) for kind in ("slow", "quick", "wsgi")]

    answers = say(serve(app), asked(*paths))

    assert bodies(answers) == paths


def test_a_request_in_a_thread_holds_up_its_own_connection_and_no_other(serve):
    app = Mixed()
    server = serve(app)
    held = connect(server)
    held.sendall(asked("/slow", "/quick"))
    assert app.begun.wait(10)

    other = ask(server, "GET", "/other")
    app.may.set()

    assert other == (200, b"/other")
    assert bodies(until_closed(held)) == ["/slow", "/quick"]


@pytest.mark.parametrize("path", ["/slow", "/quick", "/wsgi"])
def test_a_client_that_has_said_all_still_gets_its_answer(serve, path):
    app = Mixed()
    server = serve(app)
    client = connect(server)
    client.sendall(f"GET {path} HTTP/1.1\r\n\r\nGET /last HTTP/1.1\r\n\r\n".encode())
    client.shutdown(socket.SHUT_WR)
    if path == "/slow":
        assert app.begun.wait(10)
    app.may.set()

    assert bodies(until_closed(client)) == [path, "/last"]


def test_many_pipelined_requests_let_others_have_their_turn(serve):
    server = serve(Mixed())
    flood = b"GET /x HTTP/1.1\r\n\r\n" * 3_000
    flooding = connect(server)
    flooding.sendall(flood)

    other = ask(server, "GET", "/other")
    flooding.shutdown(socket.SHUT_WR)

    assert other == (200, b"/other")
    assert until_closed(flooding).count(b"HTTP/1.1 200 OK") == 3_000


def test_what_waits_behind_a_request_is_bounded(serve):
    app = Mixed()
    server = serve(app)
    client = connect(server)
    client.sendall(b"GET /slow HTTP/1.1\r\n\r\n")
    assert app.begun.wait(10)
    client.settimeout(0.2)

    with pytest.raises(TimeoutError):
        client.sendall(b"GET /quick HTTP/1.1\r\n\r\n" * 1_000_000)
    (connection,) = server._listener._open
    waiting = connection._reader.waiting
    app.may.set()
    client.close()

    assert waiting < 300_000


def test_a_slow_reader_gets_all_of_a_large_answer(serve):
    client = connect(serve(Giver(Sending(Reply(200, BIG)))))

    client.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert len(until_closed(client).partition(b"\r\n\r\n")[2]) == len(BIG)


@pytest.mark.parametrize("pieces", [[b"x" * 100_000] * 200, [b"x" * 100] * 2, [b"", b"xx"], []], ids=len)
def test_an_answer_in_pieces_arrives_whole_and_the_next_one_follows(serve, pieces):
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return pieces

    server = serve(app)
    client = connect(server)

    client.sendall(b"HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    arrived = until_closed(client)

    whole = b"".join(pieces)
    assert arrived.count(b"\r\nContent-Length: %d\r\n" % len(whole)) == 2
    assert arrived.count(whole + b"HTTP/1.1 200 OK\r\n") >= 1
    assert arrived.endswith(b"\r\n\r\n" + whole)


@pytest.mark.parametrize(
    "fault", [None, FaultSpec("wrong-status"), FaultSpec("truncated"), FaultSpec.of("latency", {"ms": 1})], ids=str
)
def test_a_client_that_does_not_read_its_answer_is_closed(serve, fault):
    done = threading.Event()
    server = serve(Giver(Sending(Reply(200, BIG, fault=fault), after=done.set)), idle_timeout=0.1)
    client = connect(server)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")

    assert done.wait(10)
    client.close()


def test_a_client_that_goes_away_in_the_middle_of_an_answer_is_noticed(serve):
    done = threading.Event()
    server = serve(Giver(Sending(Reply(200, BIG), after=done.set)))
    client = connect(server)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    client.shutdown(socket.SHUT_WR)
    assert client.recv(100)

    client.close()  # with bytes unread: a reset

    assert done.wait(10)


def test_an_answer_to_a_client_that_has_gone_is_done_with(serve):
    done = threading.Event()
    app = Late(Sending(Reply(200, b"late"), after=done.set))
    server = serve(app)
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert app.begun.wait(10)
    app.may.set()

    assert done.wait(10)


@pytest.mark.parametrize("fault", [FaultSpec("hang"), FaultSpec("dribble"), FaultSpec("endless-chunks")], ids=str)
def test_a_client_that_has_gone_before_the_fault_begins_is_noticed(serve, fault):
    done = threading.Event()
    app = Late(Sending(Reply(200, b"0123456789", fault=fault), after=done.set))
    server = serve(app)
    client = connect(server)
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert app.begun.wait(10)
    client.shutdown(socket.SHUT_WR)
    (connection,) = server._listener._open
    while not connection._stream.has_ended:
        threading.Event().wait(0.001)
    app.may.set()

    assert done.wait(10)
    client.close()


def test_a_client_that_floods_a_hang_is_noticed_when_it_goes(serve):
    done = threading.Event()
    server = serve(Giver(Sending(Reply(200, b"x", fault=FaultSpec("hang")), after=done.set)))
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.sendall(b"GET /quick HTTP/1.1\r\n\r\n" * 500_000)

    assert done.wait(10)


def test_endless_chunks_to_a_client_that_does_not_read_do_not_pile_up(serve):
    clock = Clock(ClockSetting.parse("scaled:1000000"))
    fault = FaultSpec.of("endless-chunks", {"seconds": 3600, "max_bytes": 100_000_000})
    server = serve(faulty(fault, clock))
    client = connect(server)
    client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")
    assert client.recv(10)
    (connection,) = server._listener._open
    most = 0
    for _ in range(50):
        threading.Event().wait(0.005)
        most = max(most, len(connection._stream._unsent))
    client.close()

    assert most < 1_000_000


def test_what_fails_after_an_answer_is_logged_and_the_connection_lives(serve, caplog):
    def fail() -> None:
        raise RuntimeError("no store")

    server = serve(Giver(Sending(Reply(200, b"told"), after=fail)))

    answers = say(server, asked("/1", "/2"))

    assert answers.count(b"told") == 2
    assert caplog.text.count("RuntimeError: no store") == 2


def test_what_is_to_be_done_after_a_bad_fault_is_done(serve, caplog):
    done = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Sending:
        start_response("200 OK", [])
        return Sending(Reply(200, b"x", fault=FaultSpec("latancy")), after=done.set)

    status, _ = ask(serve(app))

    assert status == 500
    assert done.wait(10)


def test_an_app_that_exits_answers_500(serve, caplog):
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise SystemExit(1)

    assert ask(serve(app))[0] == 500
    assert ask(serve(echo))[0] == 200


def test_a_client_that_ends_its_side_while_a_large_last_answer_comes_gets_all_of_it(serve: Any) -> None:
    server = serve(Giver(Sending(Reply(200, BIG))))
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        begun = client.recv(1000)

        client.shutdown(socket.SHUT_WR)

        rest = b"".join(iter(lambda: client.recv(1 << 20), b""))
    assert len(begun + rest) > len(BIG)
