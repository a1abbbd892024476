"""What an app answers directly, without WSGI in between."""

from __future__ import annotations

from threading import Event

import pytest

from mock_daraja.clock import Clock, ClockSetting
from mock_daraja.exchange import Reply
from mock_daraja.model import FaultSpec
from mock_daraja.server.direct import Sending
from tests.server.apps import Giver
from tests.server.clients import ask, connect, say


@pytest.mark.parametrize(
    ("method", "status", "body"),
    [("GET", 200, b"told"), ("HEAD", 200, b""), ("GET", 204, b""), ("GET", 304, b""), ("GET", 404, b"told")],
)
def test_only_an_answer_that_has_a_body_sends_it(serve, method, status, body):
    server = serve(Giver(Sending(Reply(status, b"told"))))

    answer = say(server, f"{method} / HTTP/1.1\r\nConnection: close\r\n\r\n".encode())

    head, _, sent = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\nContent-Length: 4" in head
    assert sent == body


def test_it_is_given_the_request_as_values(serve):
    app = Giver(Sending(Reply(200, b"")))

    ask(serve(app), "POST", "/caf%C3%A9?x=%20", b"body", headers={"A": "1"})

    (request,) = app.asked
    assert (request.method, request.path, request.query) == ("POST", "/caf\u00e9", "x=%20")
    assert (dict(request.headers)["A"], request.body) == ("1", b"body")


def test_its_fault_waits_on_the_clock_it_brings(serve):
    clock = Clock(ClockSetting.parse("manual"), 0)
    clock.on_change = lambda: clock.move_to(3_600_000)
    reply = Reply(200, b"told", fault=FaultSpec.of("latency", {"ms": 3_600_000}))

    assert ask(serve(Giver(Sending(reply, clock)))) == (200, b"told")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"told"),
        Reply(200, b"told", fault=FaultSpec("empty")),
        Reply(200, b"told", fault=FaultSpec("reset")),
        Reply(200, b"told", (("X-Not-Latin-1", "\u20ac"),)),
    ],
    ids=["sent", "empty", "reset", "unsayable"],
)
def test_what_is_to_be_done_afterwards_is_done_whatever_becomes_of_the_answer(serve, reply):
    done = Event()
    client = connect(serve(Giver(Sending(reply, after=done.set))))

    client.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")

    assert done.wait(10)
    client.close()


def test_one_that_exits_answers_500_and_what_is_to_be_done_afterwards_is_done(serve, caplog):
    done = Event()

    def exits() -> None:
        raise SystemExit(3)

    assert ask(serve(Giver(Sending(Reply(200, b"told"), before=exits, after=done.set))))[0] == 500
    assert done.wait(10)
