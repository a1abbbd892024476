from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from ssl import create_default_context
from typing import Any

import pytest

from mock_daraja.callbacks.connections import MOST_KEPT, Connections, system_trust
from mock_daraja.callbacks.delivery import deliver
from mock_daraja.callbacks.policy import Target
from mock_daraja.callbacks.url import Url
from mock_daraja.model.callback import Delivery
from mock_daraja.reasons import delivery_error

ACCEPTED = b'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"ResultCode":0,"ResultDesc":"Accepted"}'
BODY = b'{"Body":{}}'


@pytest.fixture
def connections() -> Iterator[Connections]:
    connections = Connections(time.monotonic, system_trust)
    yield connections
    connections.close()


def answer(*raws: bytes) -> Callable[[Any], None]:
    """A script: read a request and send the next answer, until there are none or nobody asks."""

    def script(peer: Any) -> None:
        for raw in raws:
            if not peer.read():
                return
            peer.send(raw)

    return script


def answer_and_stay(*raws: bytes) -> Callable[[Any], None]:
    def script(peer: Any) -> None:
        answer(*raws)(peer)
        peer.hang()

    return script


def to(
    port: int, path: str = "/hooks/stk?x=1", scheme: str = "http", addresses: tuple[str, ...] = ("127.0.0.1",)
) -> Target:
    return Target(f"{scheme}://localhost:{port}{path}", Url(scheme, "localhost", port, path), addresses)


def send(target: Target, connections: Connections, *, timeout_s: float = 5.0, **changes: Any) -> Delivery:
    wanted: dict[str, Any] = {"body": BODY, "headers": (("Businessshortcode", "174379"),)} | changes
    return deliver(target, **wanted, timeout_s=timeout_s, connections=connections, sent_ms=1_000)


def test_every_byte_of_request_and_answer_is_recorded(receive: Any, connections: Connections) -> None:
    receiver = receive(answer(ACCEPTED))

    delivery = send(to(receiver.port), connections)

    request = (
        f"POST /hooks/stk?x=1 HTTP/1.1\r\nHost: localhost:{receiver.port}\r\n"
        "Content-Type: application/json;charset=UTF-8\r\nBusinessshortcode: 174379\r\n"
        "Content-Length: 11\r\nConnection: keep-alive\r\n\r\n"
    ).encode() + BODY
    url = f"http://localhost:{receiver.port}/hooks/stk?x=1"
    assert delivery == Delivery(url, 1_000, request, status=200, answer=ACCEPTED)
    assert receiver.requests == [request]


def test_row_may_change_content_type_and_add_a_user_agent_but_no_framing(
    receive: Any, connections: Connections
) -> None:
    receiver = receive(answer(ACCEPTED))
    headers = (("content-type", "text/xml"), ("User-Agent", "Java/1.8"), ("content-length", "9"), ("Host", "elsewhere"))

    delivery = send(to(receiver.port), connections, headers=headers)

    head = delivery.request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    assert head == [
        f"Host: localhost:{receiver.port}",
        "content-type: text/xml",
        "User-Agent: Java/1.8",
        "Content-Length: 11",
        "Connection: keep-alive",
    ]


@pytest.mark.parametrize("header", [("X", "a\r\nY: b"), ("X\nY", "a"), ("X", "a\0"), ("X", "€")])
def test_header_that_would_break_the_request_is_not_sent(connections: Connections, header: tuple[str, str]) -> None:
    delivery = send(to(1), connections, headers=(header,))

    assert (delivery_error(delivery) or "").startswith("a header of the callback holds")
    assert delivery.request == b""


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\ndown", 500),
        (b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 302),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", 200),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
    ],
)
def test_answer_is_recorded_as_it_is(receive: Any, connections: Connections, raw: bytes, status: int) -> None:
    receiver = receive(answer(raw))

    delivery = send(to(receiver.port), connections)

    assert (delivery.status, delivery.answer, delivery.failure) == (status, raw, None)
    assert receiver.accepted == 1


def test_connection_is_kept_for_the_next_delivery(receive: Any, connections: Connections) -> None:
    receiver = receive(answer_and_stay(ACCEPTED, ACCEPTED, ACCEPTED))

    statuses = [send(to(receiver.port), connections).status for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert (len(receiver.requests), receiver.accepted) == (3, 1)


def test_receiver_that_closes_gets_a_new_connection_each_time(receive: Any, connections: Connections) -> None:
    closing = ACCEPTED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    receiver = receive(answer(closing), answer(closing))

    deliveries = [send(to(receiver.port), connections) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert receiver.accepted == 2
    assert len(connections) == 0


def test_stale_kept_connection_is_replaced_once(receive: Any, connections: Connections) -> None:
    receiver = receive(answer(ACCEPTED), answer_and_stay(ACCEPTED))  # the first ends without a word after its answer

    deliveries = [send(to(receiver.port), connections) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert (len(receiver.requests), receiver.accepted) == (2, 2)


def test_kept_connection_that_is_closed_without_an_answer_is_replaced_only_once(
    receive: Any, connections: Connections
) -> None:
    def take_and_close(peer: Any) -> None:
        peer.read()

    receiver = receive(answer(ACCEPTED), take_and_close, answer(ACCEPTED))

    deliveries = [send(to(receiver.port), connections) for _ in range(2)]

    assert [each.status for each in deliveries] == [200, None]
    assert delivery_error(deliveries[1]) == "the receiver closed the connection without an answer"
    assert receiver.accepted == 2


def test_kept_connection_that_is_reset_without_an_answer_is_replaced_once(
    receive: Any, connections: Connections
) -> None:
    def answer_and_reset(peer: Any) -> None:
        peer.read()
        peer.send(ACCEPTED)
        peer.read()
        peer.reset()

    receiver = receive(answer_and_reset, answer(ACCEPTED))

    deliveries = [send(to(receiver.port), connections) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert receiver.accepted == 2


def test_kept_connection_that_fails_inside_its_answer_is_not_retried(receive: Any, connections: Connections) -> None:
    receiver = receive(answer(ACCEPTED, ACCEPTED[:30]), answer(ACCEPTED))

    deliveries = [send(to(receiver.port), connections) for _ in range(2)]

    assert delivery_error(deliveries[1]) == "the connection ended 30 bytes into the answer"
    assert receiver.accepted == 1


def test_kept_connection_that_is_reset_inside_its_answer_is_not_retried(receive: Any, connections: Connections) -> None:
    def answer_and_reset(peer: Any) -> None:
        peer.read()
        peer.send(ACCEPTED)
        peer.read()
        peer.send(ACCEPTED[:30])
        peer.reset()

    receiver = receive(answer_and_reset, answer(ACCEPTED))

    deliveries = [send(to(receiver.port), connections) for _ in range(2)]

    assert delivery_error(deliveries[1]) == "the connection was reset 30 bytes into the answer"
    assert receiver.accepted == 1


def test_kept_connection_that_times_out_is_not_retried(receive: Any, connections: Connections) -> None:
    def answer_once(peer: Any) -> None:
        answer(ACCEPTED)(peer)
        peer.read()
        peer.hang()

    receiver = receive(answer_once, answer(ACCEPTED))

    send(to(receiver.port), connections)
    delivery = send(to(receiver.port), connections, timeout_s=0.05)

    assert delivery_error(delivery) == "no answer within 0.05 s"
    assert receiver.accepted == 1


def hang(peer: Any) -> None:
    peer.read()
    peer.hang()


def close(peer: Any) -> None:
    peer.read()


def reset(peer: Any) -> None:
    peer.read()
    peer.reset()


def hang_in_the_body(peer: Any) -> None:
    peer.read()
    peer.send(ACCEPTED[:-5])
    peer.hang()


def greet(peer: Any) -> None:
    peer.send(b"220 mail.example ESMTP\r\n")
    peer.hang()


def flood(peer: Any) -> None:
    peer.read()
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        peer.send(b"x" * 65536)


@pytest.mark.parametrize(
    ("script", "status", "error"),
    [
        (hang, None, "no answer within 0.1 s"),
        (hang_in_the_body, 200, "the answer was not whole within 0.1 s"),
        (close, None, "the receiver closed the connection without an answer"),
        (reset, None, "the receiver reset the connection without an answer"),
        (greet, None, "the answer is not HTTP/1.1: it starts with '220 mail.example ESMTP"),
    ],
)
def test_misbehaving_receiver_is_described(
    receive: Any, connections: Connections, script: Callable[[Any], None], status: int | None, error: str
) -> None:
    receiver = receive(script)

    delivery = send(to(receiver.port), connections, timeout_s=0.1)

    assert delivery.status == status
    assert (delivery_error(delivery) or "").startswith(error)
    assert len(connections) == 0


def test_endless_answer_is_cut(receive: Any, connections: Connections) -> None:
    receiver = receive(flood)

    delivery = send(to(receiver.port), connections)

    assert delivery.status == 200
    assert delivery_error(delivery) == "the answer is longer than 64 KiB; the rest of it was not read"
    assert len(delivery.answer) == 65536


def test_deadline_is_total_for_a_dribbling_receiver(receive: Any) -> None:
    seconds, asked = count(0, 0.25), threading.Semaphore(0)

    def monotonic() -> float:
        asked.release()  # each look at the clock lets one more byte out
        return next(seconds)

    def dribble(peer: Any) -> None:
        peer.read()
        for byte in ACCEPTED:
            asked.acquire()
            peer.send(bytes([byte]))

    receiver = receive(dribble)

    delivery = send(to(receiver.port), Connections(monotonic, system_trust), timeout_s=2.0)

    asked.release(len(ACCEPTED))
    assert delivery_error(delivery) == "the answer was not whole within 2 s"
    assert 1 <= len(delivery.answer) < len(ACCEPTED)


def test_nobody_listening_is_said_so(connections: Connections) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    delivery = send(to(port, addresses=("127.0.0.1", "::1")), connections)

    assert delivery_error(delivery) == f"connection refused: nothing listens on localhost port {port}"
    assert delivery.status is None


@pytest.mark.parametrize("addresses", [("127.0.0.1", "255.255.255.255"), ("255.255.255.255", "127.0.0.1")])
def test_a_refusal_tells_more_than_what_another_address_says(
    connections: Connections, addresses: tuple[str, ...]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    delivery = send(to(port, addresses=addresses), connections)  # no TCP goes to a broadcast address: no packet is sent

    assert delivery_error(delivery) == f"connection refused: nothing listens on localhost port {port}"


def test_next_address_is_tried_when_nothing_listens_on_the_first(receive: Any, connections: Connections) -> None:
    receiver = receive(answer(ACCEPTED))

    delivery = send(to(receiver.port, addresses=("::1", "127.0.0.1")), connections)

    assert (delivery.status, delivery.failure) == (200, None)


def test_proxies_of_the_environment_are_not_used(
    receive: Any, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    receiver = receive(answer(ACCEPTED))

    assert send(to(receiver.port), connections).status == 200


def test_https_receiver_is_verified_and_its_connection_kept(receive: Any, certificate: str) -> None:
    receiver = receive(answer_and_stay(ACCEPTED, ACCEPTED), tls=True)
    connections = Connections(time.monotonic, partial(create_default_context, cafile=certificate))

    deliveries = [send(to(receiver.port, scheme="https"), connections) for _ in range(2)]

    connections.close()
    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert receiver.accepted == 1


def test_untrusted_certificate_is_refused(receive: Any, connections: Connections) -> None:
    receiver = receive(answer(ACCEPTED), tls=True)

    delivery = send(to(receiver.port, scheme="https"), connections)

    assert (delivery_error(delivery) or "").startswith(
        f"the certificate of localhost port {receiver.port} is not trusted: self"
    )
    assert receiver.requests == []


def test_wrong_scheme_is_recognised(receive: Any, connections: Connections, certificate: str) -> None:
    def speak_http(peer: Any) -> None:
        peer.connection.recv(4096)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        peer.hang()

    plain = receive(speak_http)

    delivery = send(to(plain.port, scheme="https"), connections)

    assert (
        delivery_error(delivery)
        == f"localhost port {plain.port} does not speak TLS: is the callback URL to start with http://?"
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_hanging_delivery_ends_when_aborted_from_another_thread(
    receive: Any, connections: Connections, scheme: str
) -> None:
    reached = threading.Event()
    results: list[Delivery] = []

    def hang_at_once(peer: Any) -> None:
        peer.connection.recv(4096)
        reached.set()
        peer.hang()

    receiver = receive(hang_at_once)
    target = to(receiver.port, scheme=scheme)
    thread = threading.Thread(target=lambda: results.append(send(target, connections, timeout_s=30)))
    thread.start()
    assert reached.wait(5)

    connections.abort()
    thread.join(5)

    assert (delivery_error(results[0]) or "").startswith("stopped before")


def test_nothing_starts_after_an_abort(connections: Connections) -> None:
    connections.abort()

    assert delivery_error(send(to(1), connections)) == "stopped before it was sent"


def test_kept_connections_are_few(receive: Any, connections: Connections) -> None:
    receivers = [receive(answer_and_stay(ACCEPTED)) for _ in range(MOST_KEPT + 2)]

    for receiver in receivers:
        send(to(receiver.port), connections)

    assert len(connections) == MOST_KEPT
    assert [connections.take(to(each.port)) for each in receivers[:2]] == [None, None]  # the oldest go
