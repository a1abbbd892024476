"""What a server keeps is bounded in bytes, whoever sends what: the oldest goes, what is owed stays."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from mock_daraja.app import daraja_paths
from mock_daraja.callbacks.delivery import Receiver
from mock_daraja.clock import ClockSetting
from mock_daraja.exchange import EXCHANGES
from mock_daraja.memory import Memory
from mock_daraja.model import DELIVERIES, TRANSACTIONS, Delivery
from mock_daraja.model.sink import ARRIVALS
from mock_daraja.scenarios import codes
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.conftest import NOWHERE, PUSH_PATH, Mock
from tests.waits import happens

Made = Callable[..., Mock]
MIB = 1 << 20
MOST = 16
BUSY = (500, "500.003.02", "System is busy. Please try again in few minutes.")


def memory_of(mock: Mock) -> Memory:
    return mock.gateway.shared.memory


def fill_with_owed(mock: Mock) -> int:
    """With payments that wait for their customers, until it is full; how many there are."""
    for number in range(100):
        answer = mock.push(PhoneNumber=str(254711000000 + number), CallBackURL=f"{NOWHERE}?{'x' * (MIB // 2)}")
        if answer.status != 200:
            assert answer.error == BUSY
            return number
    raise AssertionError("it takes whatever comes")


def test_the_oldest_arrivals_go_and_the_log_says_so_once(mock_with: Made, caplog: pytest.LogCaptureFixture) -> None:
    mock = mock_with(max_memory=MOST)

    for number in range(100):
        answer = mock.request("POST", f"/_mock/sink/s{number % 20}", raw=b"x" * (MIB // 2))
        assert answer.status == 200
        assert memory_of(mock).weight < 1.1 * MOST * MIB

    left = [row.id for row in mock.sandbox.store.scan(ARRIVALS)]
    assert left == [*range(101 - len(left), 101)]
    assert 25 < len(left) < 33
    (line,) = caplog.messages
    assert line.startswith("the memory of 16 MiB is full: the oldest exchanges, callbacks,")
    assert line.endswith("start with a larger --max-memory")


@pytest.mark.parametrize("path", [PUSH_PATH, "/no/such/path"])
def test_the_oldest_exchanges_go(mock_with: Made, path: str) -> None:
    mock = mock_with(max_memory=MOST)

    for _ in range(100):
        mock.request("POST", path, raw=b"x" * (MIB // 2))
        assert memory_of(mock).weight < 1.1 * MOST * MIB

    left = [row.number for row in mock.sandbox.store.scan(EXCHANGES)]
    assert left == [*range(101 - len(left), 101)]
    assert 25 < len(left) < 33


def test_all_sandboxes_are_bounded_together_and_the_heaviest_gives(mock_with: Made) -> None:
    mock = mock_with(max_memory=MOST)
    mock.request("POST", "/_mock/sandboxes", {"name": "small"})
    mock.request("POST", "/_mock/sandboxes", {"name": "large"})

    mock.request("POST", "/_mock/sandboxes/small/sink/s", raw=b"x")
    for number in range(50):
        mock.request("POST", f"/_mock/sandboxes/large/sink/s{number % 5}", raw=b"x" * MIB)

    assert memory_of(mock).weight < 1.1 * MOST * MIB
    small, large = map(mock.gateway.shared.sandboxes.get, ("small", "large"))
    assert small.store.count(ARRIVALS) == 1
    assert 10 < large.store.count(ARRIVALS) < 17


def test_thousands_of_headers_count(mock_with: Made) -> None:
    mock = mock_with(max_memory=MOST)

    for _ in range(60):
        mock.request("POST", "/_mock/sink/s", headers={f"A{number}": "" for number in range(3000)})

    assert memory_of(mock).weight < 1.1 * MOST * MIB
    assert 0 < mock.sandbox.store.count(ARRIVALS) < 60


def test_what_is_owed_stays_and_daraja_is_busy_until_there_is_room(
    mock_with: Made, caplog: pytest.LogCaptureFixture
) -> None:
    mock = mock_with(max_memory=MOST)

    owed = fill_with_owed(mock)
    answer = mock.push()

    assert owed > 20
    assert mock.sandbox.store.count(TRANSACTIONS) == owed
    assert answer.error == BUSY
    assert answer.why.startswith(
        "the memory of 16 MiB is full of what never goes: what is owed, customers, apps; start"
    )
    assert mock.request("GET", "/oauth/v1/generate?grant_type=client_credentials").error == BUSY
    assert memory_of(mock).weight < 1.2 * MOST * MIB
    assert [line for line in caplog.messages if "what is left is owed, or" in line] == caplog.messages[1:]

    mock.advance(60)
    paid = mock.pushed()

    mock.advance(60)
    assert mock.transaction(paid).is_final


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "sink/s", {}),
        ("PUT", "sinks/s", {"status": 500}),
        ("POST", "customers", {"msisdn": "254700000001"}),
        ("POST", "sandboxes", {"name": "other"}),
        ("POST", "one-shots", {"then": {"result": "1032"}}),
    ],
)
def test_nothing_else_is_taken_in_either(mock_with: Made, method: str, path: str, body: object) -> None:
    mock = mock_with(max_memory=MOST)
    fill_with_owed(mock)

    answer = mock.request(method, f"/_mock/{path}", body)

    assert answer.status == 503
    assert answer.json["problem"] == "the memory of 16 MiB is full of what never goes: what is owed, customers, apps"
    assert "--max-memory" in answer.json["remedy"]
    assert mock.request("GET", "/_mock/customers").status == 200


def test_tokens_without_end_go_too(mock_with: Made) -> None:
    mock = mock_with(max_memory=MOST)

    tokens = [mock.token() for _ in range(20_000)]

    assert memory_of(mock).weight < 1.1 * MOST * MIB
    mock._token = tokens[-1]
    assert mock.push().status == 200


def test_secrets_count_with_what_they_are_looked_for_in(mock_with: Made) -> None:
    mock = mock_with(max_memory=MOST)

    answers = [
        mock.request("POST", "/_mock/apps", {"key": f"k{number}", "secret": f"{number:02}" * (MIB // 8)}).status
        for number in range(20)
    ]

    assert answers[0] == 201
    assert answers[-1] == 503


def test_a_reset_makes_room(mock_with: Made) -> None:
    mock = mock_with(max_memory=MOST)
    fill_with_owed(mock)

    mock.request("POST", "/_mock/sandboxes/default/reset")
    mock._token = ""

    assert mock.push().status == 200


def test_a_restored_sandbox_weighs_what_it_did(mock_with: Made) -> None:
    mock = mock_with(max_memory=MOST, clock="manual")
    mock.pushed()
    saved, before = mock.sandbox.snapshot(), memory_of(mock).weight

    for _ in range(5):
        mock.request("POST", "/_mock/sink/s", raw=b"x" * MIB)
    mock.sandbox.restore(saved)

    assert memory_of(mock).weight == before


def test_daraja_is_busy_in_the_words_of_the_catalogue() -> None:
    error = codes.error("500.003.02", "stk-push")

    assert error is not None
    assert (error.status, error.code, error.message) == BUSY


class Verbose(Receiver):
    """Takes every callback, and answers at length."""

    def takes(self, url: str) -> bool:  # noqa: ARG002 - a receiver's signature
        return True

    def deliver(self, url: str, *_: object, sent_ms: int, **__: object) -> Delivery:
        return Delivery(url, sent_ms, b"x" * 1000, 200, b"x" * (1 << 16))


def test_answers_of_receivers_count(mock_with: Made) -> None:
    mock = mock_with(max_memory=MOST)
    mock.sandbox.receivers.append(Verbose())
    for number in range(500):
        mock.pushed(PhoneNumber=str(254711000000 + number))

    mock.advance(60)

    assert memory_of(mock).weight < 1.1 * MOST * MIB
    left = [row.callback for row in mock.sandbox.store.scan(DELIVERIES)]
    assert left == [*range(501 - len(left), 501)]
    assert mock.sandbox.store.count(TRANSACTIONS) == 500


# bodies under way


@contextmanager
def serving() -> Iterator[tuple[Server, Memory]]:
    paths = daraja_paths(Settings(port=0, max_memory=MOST, clock=ClockSetting("manual")))
    try:
        with paths.server() as server:
            yield server, paths.gateway.shared.memory
    finally:
        paths.gateway.close()


def head(path: str, length: str) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n\r\n".encode()


CHUNKED = b"100000\r\n" + b"x" * (MIB - 100)


BEGUN = {
    "announced": (head(PUSH_PATH, f"Content-Length: {MIB}"), MIB),
    "chunked": (head(PUSH_PATH, "Transfer-Encoding: chunked") + CHUNKED, MIB - 100),
}


@pytest.mark.parametrize(("begun", "size"), BEGUN.values(), ids=BEGUN)
def test_bodies_under_way_are_bounded_together(begun: bytes, size: int) -> None:
    with serving() as (server, memory):
        clients = [socket.create_connection((server.host, server.port), timeout=10) for _ in range(4)]
        for client in clients:
            client.sendall(begun)
        assert happens(lambda: memory.bodies.taken >= 4 * size)

        busy = [ask(server, path) for path in (PUSH_PATH, "/_mock/sink/s", "/_mock/customers")]
        small = ask(server, "/_mock/sink/s", 1000)
        for client in clients:
            client.close()
        assert happens(lambda: memory.bodies.taken == 0)
        again = ask(server, "/_mock/sink/s")

    assert [status for status, _ in busy] == [500, 503, 503]
    assert b'"errorCode":"500.003.02"' in busy[0][1]
    assert all(b"bodies under way take 4 MiB" in body for _, body in busy[1:])
    assert (small[0], again[0]) == (200, 200)


def ask(server: Server, path: str, size: int = MIB) -> tuple[int, bytes]:
    """The answer to a request of which the body comes once that is there, or was waited for."""
    with socket.create_connection((server.host, server.port), timeout=10) as client:
        client.sendall(head(path, f"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {size}"))
        with client.makefile("rb") as stream:
            line = stream.readline()
            if b" 100 " in line:
                stream.readline()
                client.sendall(b"x" * size)
                line = stream.readline()
            while stream.readline() != b"\r\n":
                pass
            return int(line.split()[1]), stream.read1()


# the process


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="there is no /proc to read a process's memory from")
@pytest.mark.parametrize("path", ["/_mock/sink/s{}", PUSH_PATH], ids=["sinks", "exchanges"])
def test_the_process_itself_grows_by_little_more(path: str) -> None:
    command = [sys.executable, "-m", "mock_daraja", "serve", "--port", "0", "--max-memory", "32", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r":(\d+)", process.stdout.readline())
            assert found is not None
            client = HTTPConnection("127.0.0.1", int(found[1]), timeout=30)
            send(client, path, 3, 1000)
            before = rss(process.pid)

            send(client, path, 300, MIB)

            grown = rss(process.pid) - before
            client.close()
        finally:
            process.terminate()
    assert 16 * MIB < grown < 1.3 * 32 * MIB


def send(client: HTTPConnection, path: str, times: int, size: int) -> None:
    for number in range(times):
        client.request("POST", path.format(number % 50), os.urandom(size))
        client.getresponse().read()


def rss(pid: int) -> int:
    (kib,) = re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(kib) * 1024
