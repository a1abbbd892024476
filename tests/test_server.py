"""Over real sockets: what goes over the wire is the behaviour."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from typing import Any

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.model import FaultSpec
from mock_daraja.server import Server

Serve = Callable[..., Server]
TOO_BIG = b'{"fault":{"faultstring":"Body buffer overflow","detail":{"errorcode":"protocol.http.TooBigBody"}}}'


def our_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("mock-daraja-")]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers and, at the end, stops them and checks that no thread of theirs is left."""
    with ExitStack() as stack:
        yield lambda app, **bounds: stack.enter_context(Server(app, **bounds))
    assert our_threads() == []


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers with the method, path, query and body it was sent."""
    body = environ["wsgi.input"].read()
    asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ['QUERY_STRING']} ".encode("latin-1")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [asked + body]


def deaf(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers without reading the body."""
    start_response("200 OK", [])
    return [environ["PATH_INFO"].encode()]


def faulty(fault: FaultSpec, clock: Clock | None = None) -> Any:
    """Fails in that way at /fault, and answers everything else."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/fault":
            environ["mock_daraja.fault"] = fault
            environ["mock_daraja.clock"] = clock
        start_response("200 OK", [("Content-Length", "10")])
        return [b"0123456789"]

    return app


def connect(server: Server) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def until_closed(client: socket.socket) -> bytes:
    with client, client.makefile("rb") as stream:
        return stream.read()


def say(server: Server, request: bytes) -> bytes:
    """Everything the server answers until it closes."""
    client = connect(server)
    client.sendall(request)
    return until_closed(client)


def ask(server: Server, method: str = "GET", path: str = "/", body: Any = None, **options: Any) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request(method, path, body, **options)
        response = connection.getresponse()
        return response.status, response.read()


# --- the framing of HTTP


def test_keeps_a_connection_alive(serve):
    server = serve(echo)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.connect()
        sock = connection.sock

        answers = []
        for number in range(3):
            connection.request("POST", f"/{number}", body=b"x")
            answers.append(connection.getresponse().read())

        assert answers == [b"POST /0  x", b"POST /1  x", b"POST /2  x"]
        assert connection.sock is sock


def test_answers_pipelined_requests_in_order(serve):
    server = serve(echo)

    answer = say(server, b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.index(b"GET /1 ") < answer.index(b"GET /2 ")
    assert answer.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize("size", [1, 65536, 65537, 131072])
def test_a_small_unread_body_is_not_taken_for_the_next_request(serve, size):
    server = serve(deaf)
    unread = b"POST /1 HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size

    def partly(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(65536)
        return deaf(environ, start_response)

    server = serve(partly)

    answer = say(server, unread + b"GET /2 HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.endswith(b"/2")


def test_a_large_unread_body_closes_the_connection_after_the_answer(serve):
    server = serve(deaf)

    answer = say(server, b"POST /1 HTTP/1.1\r\nContent-Length: 500000\r\n\r\n" + b"x" * 500000)

    assert b"Connection: close\r\n" in answer
    assert answer.endswith(b"/1")


def test_a_large_body_reaches_the_app_whole(serve):
    server = serve(echo)

    status, answer = ask(server, "POST", "/", body=b"y" * 1_000_000)

    assert (status, len(answer)) == (200, len(b"POST /  ") + 1_000_000)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /x HTTP/1.0\r\n\r\n",
        b"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /x HTTP/1.1\nconnection: Close\n\n",
    ],
    ids=["HTTP/1.0", "Connection: close", "bare line feeds"],
)
def test_closes_when_asked_to(serve, request_bytes):
    server = serve(echo)

    head, _, body = say(server, request_bytes).partition(b"\r\n\r\n")

    assert b"\r\nConnection: close" in head
    assert b"\r\nContent-Length: 8" in head
    assert body == b"GET /x  "


def test_says_no_more_about_itself_than_it_must(serve):
    server = serve(deaf)

    lines = say(server, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")[0].split(b"\r\n")

    assert [line.partition(b":")[0] for line in lines[1:]] == [b"Content-Length", b"Date", b"Connection"]


def test_the_apps_own_date_and_server_stay(serve):
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Date", "then"), ("Server", "Apigee"), ("Content-Length", "2")])
        return [b"ok"]

    head, _, _ = say(serve(app), b"GET / HTTP/1.0\r\n\r\n").partition(b"\r\n\r\n")

    assert head == b"HTTP/1.1 200 OK\r\nDate: then\r\nServer: Apigee\r\nContent-Length: 2\r\nConnection: close"


def test_a_body_of_unknown_length_goes_out_in_chunks(serve):
    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"one"
        yield b""
        yield b"three"

    server = serve(app)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        for _ in range(2):
            connection.request("GET", "/")
            response = connection.getresponse()

            assert response.getheader("Transfer-Encoding") == "chunked"
            assert response.read() == b"onethree"
    assert say(server, b"GET / HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\nonethree")


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_answers_without_a_body_have_none(serve, method, status):
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response(status, [("ETag", "1")])
        return [b"never"] if environ["PATH_INFO"] == "/1" else []

    answer = say(serve(app), f"{method} /1 HTTP/1.1\r\n\r\n{method} /2 HTTP/1.1\r\nConnection: close\r\n\r\n".encode())

    assert answer.count(f"HTTP/1.1 {status}".encode()) == 2
    assert b"never" not in answer


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a%20b/%2F?x=%20", "/a b//", "x=%20"),
        ("/caf%C3%A9", "/caf\u00c3\u00a9", ""),
        ("//double", "//double", ""),
        ("http://other.example/p?q=1", "/p", "q=1"),
        ("http://other.example", "/", ""),
        ("/x#fragment", "/x", ""),
    ],
)
def test_targets_reach_the_app_as_wsgi_has_them(serve, target, path, query):
    answer = say(serve(echo), f"GET {target} HTTP/1.0\r\n\r\n".encode())

    assert answer.decode("latin-1").endswith(f"\r\n\r\nGET {path} {query} ")


def test_headers_reach_the_app_as_wsgi_has_them(serve):
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        start_response("200 OK", [])
        return []

    say(
        serve(app),
        b"GET / HTTP/1.0\r\nHost: h\r\nX-A:  1 \r\nx-a: 2\r\nX_A: 3\r\nContent-Type: text/x\r\nUpgrade: h2c\r\n\r\n",
    )

    assert (seen["HTTP_HOST"], seen["HTTP_X_A"], seen["CONTENT_TYPE"]) == ("h", "1,2", "text/x")
    assert seen["REMOTE_ADDR"] == "127.0.0.1"


def test_an_upgrade_to_http2_is_ignored(serve):
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}

    assert ask(serve(echo), "POST", "/u", b"x", headers=upgrade) == (200, b"POST /u  x")


def test_expect_100_continue_is_answered_before_the_body_comes(serve):
    server = serve(echo)
    with connect(server) as client, client.makefile("rb") as stream:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
        interim = stream.readline() + stream.readline()
        client.sendall(b"body")
        answer = stream.read()

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.endswith(b"POST /  body")


def test_a_request_may_come_byte_by_byte(serve):
    server = serve(echo)
    client = connect(server)

    for byte in b"\r\nPOST /slow HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok":
        client.sendall(bytes([byte]))

    assert until_closed(client).endswith(b"POST /slow  ok")


@pytest.mark.parametrize("flask_reads", ["get_data", "stream"])
def test_a_chunked_body_reaches_flask_whole(serve, flask_reads):
    import flask

    app = flask.Flask(__name__)

    @app.post("/")
    def answer() -> bytes:
        return flask.request.get_data() if flask_reads == "get_data" else flask.request.stream.read()

    status, body = ask(serve(app), "POST", "/", iter([b"one", b"two"]), encode_chunked=True)

    assert (status, body) == (200, b"onetwo")


# --- bounds and bad requests


def test_a_body_beyond_the_bound_is_refused_by_its_content_length(serve):
    assert ask(serve(echo), "POST", "/", b"x" * 2_000_000) == (413, TOO_BIG)


def test_a_body_beyond_the_bound_is_refused_in_chunks(serve):
    assert ask(serve(echo), "POST", "/", iter([b"x" * 50_000] * 40), encode_chunked=True) == (413, TOO_BIG)


def test_a_body_of_just_the_bound_is_taken(serve):
    server = serve(echo, max_body=100)

    assert ask(server, "POST", "/", b"x" * 100)[0] == 200
    assert ask(server, "POST", "/", iter([b"x" * 100]), encode_chunked=True)[0] == 200
    assert ask(server, "POST", "/", b"x" * 101)[0] == 413


def test_a_client_that_expects_100_continue_is_spared_sending_too_much(serve):
    answer = say(serve(echo), b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 Request Entity Too Large\r\n")


@pytest.mark.parametrize(
    ("request_bytes", "problem"),
    [
        (b"GET\r\n\r\n", "malformed request line"),
        (b"GET / HTTP/1.1 x\r\n\r\n", "malformed request line"),
        (b"GET /a b HTTP/1.1\r\n\r\n", "malformed request line"),
        (b"PRI * HTTP/2.0\r\n\r\n", "malformed request line"),
        (b"\x16\x03\x01\x02\x00\x01\x00\n\n", "malformed request line"),
        (b"GET http://[::1 HTTP/1.1\r\n\r\n", "malformed address"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "malformed header 'no colon"),
        (b"GET / HTTP/1.1\r\nName : value\r\n\r\n", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: nul\x00\r\n\r\n", "malformed header"),
        (b"GET / HTTP/1.1\r\nA: carriage\rreturn\r\n\r\n", "malformed header"),
        (b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", "Content-Length is '-5'"),
        (b"POST / HTTP/1.1\r\nContent-Length: ten\r\n\r\n", "Content-Length is 'ten'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", "Content-Length is '1_0'"),
        (b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n", "Content-Length is '\u00b2'"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "Content-Length is '1,2'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "Transfer-Encoding 'gzip'"),
        (
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
            "Transfer-Encoding 'chunked' besides a Content-Length",
        ),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunk size 'xyz'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "chunk size '-1'"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", "a chunk longer than its size"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1" * 5000, "a line of more than 4096 bytes"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", "more than 32768 bytes"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000, "more than 32768 bytes"),
        (b"GET / HTTP/1.1\r\n" + b"A: 1\r\n" * 20_000 + b"\r\n", "more than 32768 bytes"),
    ],
)
def test_a_malformed_request_is_a_problem_and_closes(serve, caplog, request_bytes, problem):
    server = serve(echo)

    head, _, body = say(server, request_bytes).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Connection: close" in head
    assert set(json.loads(body)) == {"problem", "where", "remedy"}
    assert json.loads(body)["problem"].startswith(problem)
    assert json.loads(body)["remedy"]
    assert caplog.records == []


def test_an_absurd_content_length_is_too_big_not_malformed(serve):
    answer = say(serve(echo), b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_an_idle_connection_is_closed_in_silence(serve):
    assert until_closed(connect(serve(echo, idle_timeout=0.05))) == b""


@pytest.mark.parametrize(
    ("slow", "where"),
    [(b"GET / HTTP/1.1\r\nHost", "request head"), (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", "request body")],
)
def test_a_request_that_never_ends_is_refused(serve, slow, where):
    head, _, body = say(serve(echo, idle_timeout=0.05), slow).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["where"] == where


def test_a_head_that_drips_is_refused_after_the_idle_timeout(serve):
    client = connect(serve(echo, idle_timeout=0.1))
    client.settimeout(0.02)

    answer = b""
    client.sendall(b"GET / HTTP/1.1\r\nDrip: ")
    while not answer:
        client.sendall(b".")
        with suppress(TimeoutError):
            answer = client.recv(1000)
    client.close()

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_connections_beyond_the_bound_are_turned_away_and_can_read_why(serve):
    server = serve(echo, max_connections=2)
    held = [connect(server), connect(server)]
    for client in held:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.recv(1000)

    status, body = ask(server, "POST", "/", b"x" * 10_000)
    for client in held:
        client.close()

    assert status == 503
    assert json.loads(body)["problem"] == "2 connections are open"
    assert "--max-connections" in json.loads(body)["remedy"]


def test_a_hundred_turned_away_at_once_leave_the_server_well(serve):
    server = serve(echo, max_connections=1)
    with connect(server) as held:
        held.sendall(b"GET / HTTP/1.1\r\n\r\n")
        held.recv(1000)
        crowd = [connect(server) for _ in range(100)]
        answers = [client.recv(20) for client in crowd]
        held.sendall(b"GET /still HTTP/1.1\r\n\r\n")
        still = held.recv(1000)
        for client in crowd:
            client.close()

    assert set(answers) == {b"HTTP/1.1 503 Service"}
    assert still.endswith(b"GET /still  ")


# --- the app


def test_close_is_called_once_the_reply_is_on_the_wire(serve):
    closed = threading.Event()
    client_has_read = threading.Event()

    class Reply(list[bytes]):
        def close(self) -> None:
            if client_has_read.wait(5):  # so the reply arrived before close came to its end
                closed.set()

    def app(environ: dict[str, Any], start_response: Any) -> Reply:
        start_response("200 OK", [])
        return Reply([b"ok"])

    with connect(serve(app)) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        answer = client.recv(1000)
        client_has_read.set()

        assert answer.endswith(b"ok")
        assert closed.wait(5)


def no_response(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    return [b"x"]


def line_break(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-Why", "a\r\nSet-Cookie: b")])
    return [b"x"]


def arrow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("X-Why", "a \u2192 b")])
    return [b"x"]


def raises(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise FileNotFoundError("no such scenario")


def raises_late(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Length", "6")])
    yield b"one"
    raise RuntimeError("half-way")


@pytest.mark.parametrize(
    ("app", "problem"),
    [
        (no_response, "AssertionError: the app never called start_response"),
        (line_break, "ValueError: the header X-Why holds a line break"),
        (arrow, "UnicodeEncodeError: "),
        (raises, "FileNotFoundError: no such scenario"),
        (raises_late, "RuntimeError: half-way"),
    ],
)
def test_an_exception_is_a_500_with_its_traceback_in_the_log_and_the_connection_lives(serve, caplog, app, problem):
    server = serve(app)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.connect()
        sock = connection.sock
        for path in ("/a", "/b"):
            with caplog.at_level(logging.ERROR):
                connection.request("GET", path)
                response = connection.getresponse()
                body = json.loads(response.read())

            assert response.status == 500
            assert body["problem"].startswith(problem)
            assert body["where"] == f"GET {path}"
            assert connection.sock is sock
    assert "Traceback" in caplog.text


def test_an_exception_in_the_middle_of_a_stream_breaks_it_off(serve, caplog):
    def app(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"one"
        raise RuntimeError("half-way")

    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(serve(app))

    assert caught.value.partial == b"one"


# --- faults


def test_a_reset_is_seen_as_a_reset(serve):
    with connect(serve(faulty(FaultSpec("reset")))) as client:
        client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")

        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_an_empty_answer_is_a_closed_connection(serve):
    with pytest.raises(http.client.RemoteDisconnected):
        ask(serve(faulty(FaultSpec("empty"))), "POST", "/fault", b"body")


def test_a_truncated_answer_promises_more_than_comes(serve):
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(serve(faulty(FaultSpec("truncated"))), "GET", "/fault")

    assert (caught.value.partial, caught.value.expected) == (b"01234", 5)


def test_latency_runs_on_the_sandbox_clock_and_keeps_the_connection(serve):
    clock = Clock(ClockSetting.parse("scaled:1000"))
    server = serve(faulty(FaultSpec("latency", {"ms": 5000}), clock))
    began = clock.now()
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", "/fault")
        late = connection.getresponse().read()
        passed = clock.now() - began
        sock = connection.sock
        connection.request("GET", "/")
        after = connection.getresponse().read()

        assert late == after == b"0123456789"
        assert passed >= 5000
        assert connection.sock is sock


def test_a_bad_fault_is_a_problem_for_whoever_asked_for_it(serve, caplog):
    status, body = ask(serve(faulty(FaultSpec("latancy"))), "GET", "/fault")

    assert status == 500
    assert json.loads(body)["remedy"] == "the faults are empty, hang, latency, reset, truncated"


def test_a_normal_request_is_answered_while_a_hundred_hang(serve):
    server = serve(faulty(FaultSpec("hang")))
    hung = [connect(server) for _ in range(100)]
    for client in hung:
        client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")

    began = time.monotonic()
    status, _ = ask(server)
    took = time.monotonic() - began
    for client in hung:
        client.close()

    assert status == 200
    assert took < 2


def test_a_hanging_request_ends_when_its_client_goes_away(serve):
    closed = threading.Event()

    class Reply(list[bytes]):
        def close(self) -> None:
            closed.set()

    def app(environ: dict[str, Any], start_response: Any) -> Reply:
        environ["mock_daraja.fault"] = FaultSpec("hang")
        start_response("200 OK", [])
        return Reply([b"ok"])

    with connect(serve(app)) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")

    assert closed.wait(5)


# --- start and stop


def test_stop_is_quick_with_hung_and_idle_clients(serve):
    server = serve(faulty(FaultSpec("hang")))
    clients = [connect(server) for _ in range(40)]
    for client in clients[:20]:
        client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")
    for client in clients[20:]:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        client.recv(1000)

    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began

    assert [client.recv(1) for client in clients] == [b""] * 40
    assert took < 0.5
    assert our_threads() == []
    for client in clients:
        client.close()


def test_stop_does_not_wait_for_a_clock_that_stands_still():
    clock = Clock(ClockSetting.parse("manual"))
    server = Server(faulty(FaultSpec("hang", {"seconds": 60}), clock)).start()
    client = connect(server)
    client.sendall(b"GET /fault HTTP/1.1\r\n\r\n")
    while clock.next_sleeper() is None:
        threading.Event().wait(0.001)

    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began

    assert took < 0.5
    assert until_closed(client) == b""
    for thread in threading.enumerate():  # the clock lets its sleepers go at its next look
        if thread.name.startswith("mock-daraja-"):
            thread.join(5)
    assert our_threads() == []


def test_stop_tells_whoever_waits_inside_the_app(serve):
    entered = threading.Event()
    told = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        entered.set()
        if environ["mock_daraja.stopping"].wait(5):
            told.set()
        start_response("200 OK", [])
        return []

    server = serve(app)
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert entered.wait(5)

        server.stop()

        assert told.is_set()


def test_stop_may_be_called_twice_and_before_start():
    server = Server(echo)

    server.stop()
    server.stop()

    with pytest.raises(ConnectionRefusedError):
        connect(server)


def test_serve_forever_returns_when_another_thread_stops_it():
    server = Server(echo)
    with ThreadPoolExecutor(1) as pool:
        serving = pool.submit(server.serve_forever)

        answer = ask(server, "GET", "/up")
        server.stop()

        assert answer == (200, b"GET /up  ")
        assert serving.result(5) is None
    assert our_threads() == []


def test_stop_from_on_top_of_the_loop_ends_it():
    """As a signal handler does: the main thread is in the loop while the handler runs."""
    server = Server(echo)
    accept = server._listener._admit
    server._listener._admit = lambda: (accept(), server.stop())  # type: ignore[func-returns-value]
    knock = threading.Thread(target=lambda: connect(server).close())
    knock.start()

    server.serve_forever()

    knock.join(5)
    assert our_threads() == []


def test_a_taken_port_is_a_problem_that_says_who_to_ask(capsys):
    with Server(echo) as first, pytest.raises(Problem) as caught:
        Server(echo, port=first.port)

    assert caught.value.what == f"port {first.port} is taken"
    assert "--port" in caught.value.remedy
    assert str(first.port) in caught.value.remedy
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("127.0.0.1", 70000), ("no such host", 0)])
def test_an_address_that_cannot_be_had_is_a_problem(host, port):
    with pytest.raises(Problem, match="cannot listen here"):
        Server(echo, host, port)


@pytest.mark.parametrize(("host", "url"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:")])
def test_the_url_is_one_that_a_client_can_use(host, url):
    server = Server(echo, host)

    assert server.url == f"{url}{server.port}"
    server.stop()
