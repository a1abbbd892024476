"""One attempt at a callback over a real socket: every byte of it, and what is said of whatever goes wrong."""

from __future__ import annotations

import errno
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from ssl import create_default_context
from typing import Any

import pytest

from mock_daraja.callbacks.delivery import system_trust
from mock_daraja.callbacks.order import Order
from mock_daraja.callbacks.policy import Target
from mock_daraja.callbacks.url import Url
from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.engine.connections import Connections
from mock_daraja.engine.courier import Came, Courier
from mock_daraja.engine.hold import LostError
from mock_daraja.loop import Loop
from mock_daraja.model.callback import Delivery
from mock_daraja.model.failure import Failure
from mock_daraja.pool import Pool
from mock_daraja.reasons import delivery_error

ACCEPTED = b'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"ResultCode":0,"ResultDesc":"Accepted"}'
BODY = b'{"Body":{}}'
LONG = 10  # seconds; what should happen happens much sooner


class Sender:
    """A courier on a loop of its own, asked from the test's thread."""

    def __init__(self, trust: Callable[[], Any] = system_trust) -> None:
        self.loop = Loop()
        self.pool = Pool(self.loop)
        self.courier = Courier(self.loop, self.pool, trust)
        self.loop.start()

    def begin(self, target: Target, *, timeout_s: float = 5.0, **changes: Any) -> Callable[[], Came]:
        """What gives what came of it, once that is known."""
        wanted: dict[str, Any] = {
            "body": BODY, "headers": (("Businessshortcode", "174379"),), "clock": Clock(ClockSetting())
        } | changes  # fmt: skip
        order = Order("default", target, timeout_s=timeout_s, sent_ms=1_000, **wanted)
        came: list[Came] = []
        done = threading.Event()
        self.loop.call(self.courier.send, order, lambda result: (came.append(result), done.set()))

        def result() -> Came:
            assert done.wait(LONG)
            return came[0]

        return result

    def send(self, target: Target, **changes: Any) -> Delivery:
        came = self.begin(target, **changes)()
        assert isinstance(came, Delivery), came
        return came

    def kept(self) -> int:
        """How many connections are."""
        counted: list[int] = []
        done = threading.Event()
        receivers = self.courier._receivers
        self.loop.call(lambda: (counted.append(sum(map(len, receivers.values()))), done.set()))
        assert done.wait(LONG)
        return counted[0]

    def stop(self) -> None:
        self.loop.call(self.courier.stop)
        self.loop.stop()
        self.pool.stop()


@pytest.fixture
def sender(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sender]:
    """One that keeps connections for as long as a test takes, however busy the machine is."""
    monkeypatch.setattr("mock_daraja.engine.connections.IDLE_S", 60.0)
    sender = Sender()
    yield sender
    sender.stop()


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch, certificate: str) -> Iterator[Sender]:
    """The same, and it trusts the receivers of these tests."""
    monkeypatch.setattr("mock_daraja.engine.connections.IDLE_S", 60.0)
    sender = Sender(partial(create_default_context, cafile=certificate))
    yield sender
    sender.stop()


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


def test_every_byte_of_request_and_answer_is_recorded(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED))

    delivery = sender.send(to(receiver.port))

    request = (
        f"POST /hooks/stk?x=1 HTTP/1.1\r\nHost: localhost:{receiver.port}\r\n"
        "Content-Type: application/json;charset=UTF-8\r\nBusinessshortcode: 174379\r\n"
        "Content-Length: 11\r\nConnection: keep-alive\r\n\r\n"
    ).encode() + BODY
    url = f"http://localhost:{receiver.port}/hooks/stk?x=1"
    assert delivery == Delivery(url, 1_000, request, status=200, answer=ACCEPTED)
    assert receiver.requests == [request]


def test_row_may_change_content_type_and_add_a_user_agent_but_no_framing(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED))
    headers = (("content-type", "text/xml"), ("User-Agent", "Java/1.8"), ("content-length", "9"), ("Host", "elsewhere"))

    delivery = sender.send(to(receiver.port), headers=headers)

    head = delivery.request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    assert head == [
        f"Host: localhost:{receiver.port}",
        "content-type: text/xml",
        "User-Agent: Java/1.8",
        "Content-Length: 11",
        "Connection: keep-alive",
    ]


@pytest.mark.parametrize("header", [("X", "a\r\nY: b"), ("X\nY", "a"), ("X", "a\0"), ("X", "€")])
def test_header_that_would_break_the_request_is_not_sent(sender: Sender, header: tuple[str, str]) -> None:
    delivery = sender.send(to(1), headers=(header,))

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
def test_answer_is_recorded_as_it_is(receive: Any, sender: Sender, raw: bytes, status: int) -> None:
    receiver = receive(answer(raw))

    delivery = sender.send(to(receiver.port))

    assert (delivery.status, delivery.answer, delivery.failure) == (status, raw, None)
    assert receiver.accepted == 1


def test_connection_is_kept_for_the_next_delivery(receive: Any, sender: Sender) -> None:
    receiver = receive(answer_and_stay(ACCEPTED, ACCEPTED, ACCEPTED))

    statuses = [sender.send(to(receiver.port)).status for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert (len(receiver.requests), receiver.accepted) == (3, 1)


def test_receiver_that_closes_gets_a_new_connection_each_time(receive: Any, sender: Sender) -> None:
    closing = ACCEPTED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    receiver = receive(answer(closing), answer(closing))

    deliveries = [sender.send(to(receiver.port)) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert receiver.accepted == 2
    assert sender.kept() == 0


def test_stale_kept_connection_is_replaced_once(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED), answer_and_stay(ACCEPTED))  # the first ends without a word after its answer

    deliveries = [sender.send(to(receiver.port)) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert (len(receiver.requests), receiver.accepted) == (2, 2)


def test_kept_connection_that_is_closed_without_an_answer_is_replaced_only_once(receive: Any, sender: Sender) -> None:
    def take_and_close(peer: Any) -> None:
        peer.read()

    receiver = receive(answer(ACCEPTED), take_and_close, answer(ACCEPTED))

    deliveries = [sender.send(to(receiver.port)) for _ in range(2)]

    assert [each.status for each in deliveries] == [200, None]
    assert delivery_error(deliveries[1]) == "the receiver closed the connection without an answer"
    assert receiver.accepted == 2


def test_what_was_sent_whole_before_over_a_kept_connection_is_told(receive: Any, sender: Sender) -> None:
    def answer_and_take_another(peer: Any) -> None:
        answer(ACCEPTED)(peer)
        peer.read()

    receiver = receive(answer_and_take_another, answer(ACCEPTED))

    first, second = [sender.send(to(receiver.port)) for _ in range(2)]

    assert len(receiver.requests) == 3  # one of them twice
    assert (first.before, second.before) == (None, Failure("closed"))
    assert (second.status, second.failure) == (200, None)


def test_kept_connection_that_is_reset_without_an_answer_is_replaced_once(receive: Any, sender: Sender) -> None:
    def answer_and_reset(peer: Any) -> None:
        peer.read()
        peer.send(ACCEPTED)
        peer.read()
        peer.reset()

    receiver = receive(answer_and_reset, answer(ACCEPTED))

    deliveries = [sender.send(to(receiver.port)) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert deliveries[1].before == Failure("reset")
    assert receiver.accepted == 2


def test_kept_connection_that_fails_inside_its_answer_is_not_retried(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED, ACCEPTED[:30]), answer(ACCEPTED))

    deliveries = [sender.send(to(receiver.port)) for _ in range(2)]

    assert delivery_error(deliveries[1]) == "the connection ended 30 bytes into the answer"
    assert receiver.accepted == 1


def test_kept_connection_that_is_reset_inside_its_answer_is_not_retried(receive: Any, sender: Sender) -> None:
    def answer_and_reset(peer: Any) -> None:
        peer.read()
        peer.send(ACCEPTED)
        peer.read()
        peer.send(ACCEPTED[:30])
        peer.reset()

    receiver = receive(answer_and_reset, answer(ACCEPTED))

    deliveries = [sender.send(to(receiver.port)) for _ in range(2)]

    assert delivery_error(deliveries[1]) == "the connection was reset 30 bytes into the answer"
    assert receiver.accepted == 1


def test_kept_connection_that_times_out_is_not_retried(receive: Any, sender: Sender) -> None:
    def answer_once(peer: Any) -> None:
        answer(ACCEPTED)(peer)
        peer.read()
        peer.hang()

    receiver = receive(answer_once, answer(ACCEPTED))

    sender.send(to(receiver.port))
    delivery = sender.send(to(receiver.port), timeout_s=0.05)

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
        (reset, None, "the receiver reset the connection without an answer; if it speaks TLS, the callback URL has to"),
        (greet, None, "the answer is not HTTP/1.1: it starts with '220 mail.example ESMTP"),
    ],
)
def test_misbehaving_receiver_is_described(
    receive: Any, sender: Sender, script: Callable[[Any], None], status: int | None, error: str
) -> None:
    receiver = receive(script)

    delivery = sender.send(to(receiver.port), timeout_s=0.1)

    assert delivery.status == status
    assert (delivery_error(delivery) or "").startswith(error)
    assert sender.kept() == 0


def test_endless_answer_is_cut(receive: Any, sender: Sender) -> None:
    receiver = receive(flood)

    delivery = sender.send(to(receiver.port))

    assert delivery.status == 200
    assert delivery_error(delivery) == "the answer is longer than 64 KiB; the rest of it was not read"
    assert len(delivery.answer) == 65536


def test_nobody_listening_is_said_so(sender: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    delivery = sender.send(to(port, addresses=("127.0.0.1", "::1")))

    assert delivery_error(delivery) == f"connection refused: nothing listens on localhost port {port}"
    assert delivery.status is None


@pytest.mark.parametrize("addresses", [("127.0.0.1", "255.255.255.255"), ("255.255.255.255", "127.0.0.1")])
def test_a_refusal_tells_more_than_what_another_address_says(sender: Sender, addresses: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    delivery = sender.send(to(port, addresses=addresses))  # no TCP goes to a broadcast address: no packet is sent

    assert delivery_error(delivery) == f"connection refused: nothing listens on localhost port {port}"


def test_next_address_is_tried_when_nothing_listens_on_the_first(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED))

    delivery = sender.send(to(receiver.port, addresses=("::1", "127.0.0.1")))

    assert (delivery.status, delivery.failure) == (200, None)


def test_proxies_of_the_environment_are_not_used(receive: Any, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    receiver = receive(answer(ACCEPTED))

    assert sender.send(to(receiver.port)).status == 200


def test_untrusted_certificate_is_refused(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED), tls=True)

    delivery = sender.send(to(receiver.port, scheme="https"))

    assert (delivery_error(delivery) or "").startswith(
        f"the certificate of localhost port {receiver.port} is not trusted: self"
    )
    assert "SSL_CERT_FILE=" in (delivery_error(delivery) or "")
    assert receiver.requests == []


def test_wrong_scheme_is_recognised(receive: Any, sender: Sender, certificate: str) -> None:
    def speak_http(peer: Any) -> None:
        peer.connection.recv(4096)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        peer.hang()

    plain = receive(speak_http)

    delivery = sender.send(to(plain.port, scheme="https"))

    assert (
        delivery_error(delivery)
        == f"localhost port {plain.port} does not speak TLS: is the callback URL to start with http://?"
    )


def test_deadline_is_total_for_a_dribbling_receiver(receive: Any, sender: Sender) -> None:
    def dribble(peer: Any) -> None:
        peer.read()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not peer.receiver.released.wait(0.01):
            peer.send(b".")

    receiver = receive(dribble)

    delivery = sender.send(to(receiver.port), timeout_s=0.5)

    assert delivery_error(delivery) == "the answer was not whole within 0.5 s"
    assert len(delivery.answer) >= 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems answer what doesn't fit the queue")
def test_a_receiver_that_takes_no_connection_is_described(sender: Sender) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        crowd = [socket.socket() for _ in range(4)]
        for each in crowd:
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))

        delivery = sender.send(to(port), timeout_s=0.1)

        assert delivery_error(delivery) == f"no connection to localhost port {port} within 0.1 s"
        for each in crowd:
            each.close()


def test_https_receiver_is_verified_and_its_connection_kept(receive: Any, trusting: Sender) -> None:
    receiver = receive(answer_and_stay(ACCEPTED, ACCEPTED), tls=True)

    deliveries = [trusting.send(to(receiver.port, scheme="https")) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert receiver.accepted == 1
    assert len(receiver.requests) == 2


def test_a_large_body_goes_over_tls_whole(receive: Any, trusting: Sender) -> None:
    receiver = receive(answer(ACCEPTED), tls=True)
    body = bytes(range(256)) * 4_000

    delivery = trusting.send(to(receiver.port, scheme="https"), body=body)

    assert delivery.status == 200
    assert receiver.requests[0].endswith(body)


def test_stale_kept_connection_under_tls_is_replaced_once(receive: Any, trusting: Sender) -> None:
    receiver = receive(answer(ACCEPTED), answer_and_stay(ACCEPTED), tls=True)

    deliveries = [trusting.send(to(receiver.port, scheme="https")) for _ in range(2)]

    assert [(each.status, each.failure) for each in deliveries] == [(200, None)] * 2
    assert receiver.accepted == 2


def test_a_handshake_that_is_broken_off_is_no_connection(receive: Any, trusting: Sender) -> None:
    receiver = receive(lambda peer: peer.connection.recv(4096))

    delivery = trusting.send(to(receiver.port, scheme="https"))

    assert delivery.failure is not None
    assert delivery.failure.kind == "no-connection"
    assert "EOF" in (delivery_error(delivery) or "")


def test_a_handshake_that_never_ends_ends_in_time(receive: Any, trusting: Sender) -> None:
    receiver = receive(lambda peer: peer.hang())

    delivery = trusting.send(to(receiver.port, scheme="https"), timeout_s=0.1)

    assert delivery.failure is not None
    assert delivery.failure.kind == "no-connection-in-time"


def test_no_other_address_is_tried_once_one_has_taken_the_connection(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED), tls=True)

    delivery = sender.send(to(receiver.port, scheme="https", addresses=("127.0.0.1", "127.0.0.2")))

    assert delivery.failure is not None
    assert delivery.failure.kind == "untrusted"


def test_a_host_that_no_certificate_can_name_is_no_connection(receive: Any, trusting: Sender) -> None:
    receiver = receive(answer(ACCEPTED), tls=True)
    host = "." + "x" * 300
    target = Target("https://x/", Url("https", host, receiver.port, "/"), ("127.0.0.1",))

    delivery = trusting.send(target)

    assert delivery.failure is not None
    assert delivery.failure.kind in ("no-connection", "untrusted")
    assert receiver.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_attempt_that_hangs_ends_with_the_courier(receive: Any, sender: Sender, scheme: str) -> None:
    reached = threading.Event()

    def hang_at_once(peer: Any) -> None:
        peer.connection.recv(4096)
        reached.set()
        peer.hang()

    receiver = receive(hang_at_once)
    result = sender.begin(to(receiver.port, scheme=scheme), timeout_s=30)
    assert reached.wait(LONG)

    sender.loop.call(sender.courier.stop)

    came = result()
    assert isinstance(came, Delivery)
    assert (delivery_error(came) or "").startswith("stopped before")


def test_nothing_starts_after_a_stop(sender: Sender) -> None:
    sender.loop.call(sender.courier.stop)

    assert delivery_error(sender.send(to(1))) == "stopped before it was sent"


def test_a_header_that_cannot_be_sent_leaves_a_kept_connection_alone(receive: Any, sender: Sender) -> None:
    receiver = receive(answer_and_stay(ACCEPTED, ACCEPTED))
    sender.send(to(receiver.port))

    sender.send(to(receiver.port), headers=(("X", "a\r\nY: b"),))
    delivery = sender.send(to(receiver.port))

    assert delivery.status == 200
    assert receiver.accepted == 1


# slowly


def half(peer: Any) -> bytes:
    """The first part of a request, as it comes."""
    data: bytes = peer.connection.recv(65536)
    return data


def test_a_slow_request_comes_in_two_halves(receive: Any, sender: Sender) -> None:
    halves: list[bytes] = []

    def in_halves(peer: Any) -> None:
        halves.append(half(peer))
        halves.append(half(peer))
        peer.send(ACCEPTED)

    receiver = receive(in_halves)

    delivery = sender.send(to(receiver.port), slow_ms=50)

    assert delivery.status == 200
    assert b"".join(halves) == delivery.request
    assert len(halves[0]) == len(delivery.request) // 2


def test_the_pause_of_a_slow_request_counts_for_its_time_out(receive: Any, sender: Sender) -> None:
    receiver = receive(lambda peer: (half(peer), peer.hang()))

    delivery = sender.send(to(receiver.port), slow_ms=3_600_000, timeout_s=0.2)

    assert delivery_error(delivery) == "no answer within 0.2 s"


def test_a_slow_request_that_is_sent_again_has_one_second_half(receive: Any, sender: Sender) -> None:
    def answer_and_take_half(peer: Any) -> None:
        answer(ACCEPTED)(peer)
        half(peer)

    receiver = receive(answer_and_take_half, lambda peer: (half(peer), peer.hang()))
    clock = Clock(ClockSetting())
    sender.send(to(receiver.port))

    delivery = sender.send(to(receiver.port), slow_ms=3_600_000, timeout_s=0.5, clock=clock)

    assert delivery_error(delivery) == "no answer within 0.5 s"
    assert clock.next_sleeper() is None  # nothing is to be sent later
    assert delivery.before is None  # the first time it was not whole


def test_nobody_waits_slowly_on_a_clock_that_stands_still(receive: Any, sender: Sender) -> None:
    receiver = receive(answer(ACCEPTED))
    clock = Clock(ClockSetting.parse("manual"), 0)

    delivery = sender.send(to(receiver.port), slow_ms=3_600_000, clock=clock)

    assert delivery.status == 200
    assert receiver.requests == [delivery.request]


def test_a_connection_is_not_kept_that_still_owes_half_a_request(receive: Any, sender: Sender) -> None:
    def answer_early(peer: Any) -> None:
        half(peer)
        peer.send(ACCEPTED)
        peer.hang()

    receiver = receive(answer_early, answer(ACCEPTED))

    early = sender.send(to(receiver.port), slow_ms=3_600_000)
    after = sender.send(to(receiver.port))

    assert [early.status, after.status] == [200, 200]
    assert receiver.requests == [after.request]


def test_a_connection_is_not_kept_whose_receiver_answered_before_it_read_all(receive: Any, sender: Sender) -> None:
    def answer_early(peer: Any) -> None:
        peer.connection.recv(10)
        peer.send(ACCEPTED)
        peer.hang()

    receiver = receive(answer_early)

    delivery = sender.send(to(receiver.port), body=b"x" * 20_000_000)

    assert delivery.status == 200
    assert sender.kept() == 0


# ours


@pytest.mark.parametrize(
    "error", [OSError(errno.EMFILE, "Too many open files"), OSError(errno.ENOMEM, "no memory"), MemoryError()], ids=repr
)
def test_what_this_machine_lacks_is_no_fault_of_the_receiver(
    receive: Any, sender: Sender, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    receiver = receive(answer(ACCEPTED))

    def failing(*_: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("mock_daraja.engine.attempt.socket.socket", failing)
        came = sender.begin(to(receiver.port))()

    assert came is error
    assert sender.send(to(receiver.port)).status == 200


def test_whoever_waits_for_a_connection_gets_one_though_memory_lacks_when_others_have_grown(
    receive: Any, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown, lacks = Connections._grown, [MemoryError()] * 4

    def lacking(of: Connections, owner: object) -> None:
        if lacks:
            raise lacks.pop()
        grown(of, owner)

    monkeypatch.setattr(Connections, "_grown", lacking)
    receiver = receive(*[lambda peer: peer.hang()] * 4, answer(ACCEPTED))
    for _ in range(4):
        sender.begin(to(receiver.port), timeout_s=60.0)

    came = sender.begin(to(receiver.port))()

    assert isinstance(came, Delivery)
    assert came.status == 200


def test_a_receiver_is_not_blamed_for_what_failed_while_memory_lacked(receive: Any, sender: Sender) -> None:
    def lacking(peer: Any) -> None:
        peer.read()
        sender.loop.rest()

    receiver = receive(lacking)

    came = sender.begin(to(receiver.port))()

    assert isinstance(came, LostError)


def test_a_trust_that_cannot_be_loaded_is_no_fault_of_the_receiver_and_loaded_again(
    receive: Any, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[Exception] = [OSError(errno.EMFILE, "Too many open files")]

    def trust() -> Any:
        if errors:
            raise errors.pop()
        return create_default_context(cafile=certificate)

    sender = Sender(trust)
    receiver = receive(answer(ACCEPTED), tls=True)
    target = to(receiver.port, scheme="https")

    first, second = sender.begin(target)(), sender.begin(target)()

    sender.stop()
    assert isinstance(first, OSError)
    assert isinstance(second, Delivery)
    assert second.status == 200
