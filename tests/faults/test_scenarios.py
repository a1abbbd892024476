"""The shipped stories of faults, each played to a client with a token and a push over a real server.

The sandbox's clock runs two hundred times faster, so that a minute on it takes 0.3 seconds.
"""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from mock_daraja import resources
from mock_daraja.defaults import APP_KEY, APP_SECRET
from mock_daraja.exchange import EXCHANGES
from mock_daraja.faults import NAMES
from mock_daraja.model import CALLBACKS, TRANSACTIONS
from mock_daraja.server import Server
from tests.conftest import PUSH_PATH, TOKEN_PATH, push_body

TIMEOUT = 5


@dataclass
class Caller:
    """An integrator's HTTP client. Times are the sandbox's milliseconds."""

    mock: Any
    server: Server
    timeout: float = TIMEOUT
    pieces: list[bytes] = field(default_factory=list)
    began_ms: int = 0

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=self.timeout)

    def token(self) -> str:
        basic = b64encode(f"{APP_KEY}:{APP_SECRET}".encode()).decode()
        with closing(self.connection()) as connection:
            connection.request("GET", TOKEN_PATH, headers={"Authorization": f"Basic {basic}"})
            answer = connection.getresponse()
            assert answer.status == 200
            return str(json.load(answer)["access_token"])

    def push(self) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of the answer; raises what the client's library raises."""
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        body = json.dumps(push_body(self.mock.sandbox.now_ms))
        with closing(self.connection()) as connection:
            self.began_ms = self.mock.sandbox.now_ms
            connection.request("POST", PUSH_PATH, body, headers)
            answer = connection.getresponse()
            while piece := answer.read1():
                self.pieces.append(piece)
            if answer.length:  # read1 keeps quiet about it
                raise http.client.IncompleteRead(b"".join(self.pieces), answer.length)
            return answer.status, answer.headers, b"".join(self.pieces)

    @property
    def took_ms(self) -> int:
        return int(self.mock.sandbox.now_ms - self.began_ms)


Play = Callable[[str], Caller]


@pytest.fixture
def play(mock_with: Any) -> Iterator[Play]:
    """Starts a server with that scenario of faults/ active."""
    servers: list[Server] = []

    def start(name: str) -> Caller:
        mock = mock_with(clock="scaled:200", scenario=f"faults/{name}")
        servers.append(Server(mock.app).start())
        return Caller(mock, servers[-1])

    yield start
    for server in servers:
        server.stop()


def assert_accepted(body: bytes) -> None:
    assert json.loads(body)["ResponseCode"] == "0"


def assert_carried_out(caller: Caller, fault: str) -> None:
    """The client was let down, M-PESA was not: one transaction, final in time, and its callback attempted."""
    sandbox = caller.mock.sandbox
    assert caller.mock.wait_for(
        lambda: any(row.state == "failed" for row in [*sandbox.store.scan(CALLBACKS)]), 1_000_000
    )
    (transaction,) = [*sandbox.store.scan(TRANSACTIONS)]
    assert transaction.state == "completed"
    exchange = sandbox.store.get(EXCHANGES, transaction.exchange)
    assert [step.text for step in exchange.steps if step.room == "faults"] == [
        f"this reply goes out with a fault: {exchange.reply.fault}"
    ]
    assert exchange.reply.fault.name == fault


def test_there_is_one_story_for_each_fault() -> None:
    folder = resources.scenarios() / "faults"

    assert sorted(path.stem for path in folder.iterdir()) == sorted(NAMES)


def test_latency(play: Play) -> None:
    caller = play("latency")

    status, _, body = caller.push()

    fault = caller.mock.exchange().reply.fault
    assert status == 200
    assert_accepted(body)
    assert caller.took_ms >= fault.attributes["ms"] > 100
    assert_carried_out(caller, "latency")


def test_latency_of_one_seed_is_the_same_in_every_run(mock_with: Any) -> None:
    def drawn(seed: int) -> list[object]:
        mock = mock_with(scenario="faults/latency", seed=seed)
        for _ in range(5):
            mock.push()
        return [str(each.reply.fault) for each in [*mock.sandbox.store.scan(EXCHANGES)]]

    first, again, other = drawn(7), drawn(7), drawn(8)

    assert first == again != other
    assert len(set(first)) > 3


def test_hang(play: Play) -> None:
    caller = play("hang")
    token_works = caller.token()
    caller.timeout = 0.3

    with pytest.raises(TimeoutError):
        caller.push()

    assert token_works
    assert_carried_out(caller, "hang")


def test_what_hangs_is_carried_out_while_the_client_still_waits(play: Play) -> None:
    caller = play("hang")
    headers = {"Authorization": f"Bearer {caller.token()}", "Content-Type": "application/json"}
    with closing(caller.connection()) as connection:
        connection.request("POST", PUSH_PATH, json.dumps(push_body(caller.mock.sandbox.now_ms)), headers)

        assert caller.mock.wait_for(lambda: [*caller.mock.sandbox.store.scan(TRANSACTIONS)] != [], 1_000_000)
        assert_carried_out(caller, "hang")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("reset", ConnectionResetError),
        ("empty", http.client.RemoteDisconnected),
        ("garbage", http.client.BadStatusLine),
        ("truncated", http.client.IncompleteRead),
        ("endless-chunks", http.client.IncompleteRead),
    ],
)
def test_the_client_gets_no_whole_answer(play: Play, name: str, error: type[Exception]) -> None:
    caller = play(name)

    with pytest.raises(error) as caught:
        caller.push()

    assert caught.type is error
    assert_carried_out(caller, name)


def test_truncated_breaks_off_in_the_middle_of_the_json(play: Play) -> None:
    caller = play("truncated")

    with pytest.raises(http.client.IncompleteRead) as caught:
        caller.push()

    assert caught.value.partial.startswith(b'{"MerchantRequestID":')
    assert len(caught.value.partial) in (caught.value.expected, caught.value.expected - 1)


def test_endless_chunks_begin_with_the_right_answer_and_end_after_a_minute(play: Play) -> None:
    caller = play("endless-chunks")

    with pytest.raises(http.client.IncompleteRead):
        caller.push()

    received = b"".join(caller.pieces)
    assert_accepted(received)  # and blanks
    assert received.endswith(b" \n")
    assert caller.took_ms >= 60_000


def test_dribble(play: Play) -> None:
    caller = play("dribble")

    status, _, body = caller.push()

    assert status == 200
    assert_accepted(body)
    assert caller.took_ms >= len(body) * 100
    assert len(caller.pieces) > 3
    assert_carried_out(caller, "dribble")


def test_wrong_content_type(play: Play) -> None:
    caller = play("wrong-content-type")

    status, headers, body = caller.push()

    assert (status, headers.get_all("Content-Type")) == (200, ["text/html"])
    assert_accepted(body)
    assert_carried_out(caller, "wrong-content-type")


def test_wrong_status(play: Play) -> None:
    caller = play("wrong-status")

    status, _, body = caller.push()

    assert status == 500
    assert_accepted(body)
    assert_carried_out(caller, "wrong-status")
