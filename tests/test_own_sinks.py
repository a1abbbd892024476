"""Callbacks to the server's own sinks: what comes of them is what would come over a socket, without its waiting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mock_daraja.app import daraja_paths
from mock_daraja.callbacks.policy import Policy
from mock_daraja.clock import ClockSetting, monotonic
from mock_daraja.defaults import CUSTOMER
from mock_daraja.gateway import Gateway
from mock_daraja.model import CALLBACKS, Callback, Delivery, Transaction, changed
from mock_daraja.model.callback import PENDING
from mock_daraja.model.sink import ARRIVALS
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from mock_daraja.sinks import answer_with, parse_program
from mock_daraja.steps.opening import pay
from tests.conftest import START, register_urls

PROGRAMS: dict[str, dict[str, Any]] = {
    "accepts": {},
    "404": {"status": 404, "body": "no"},
    "no content": {"status": 204},
    "redirects": {"status": 302, "headers": {"Location": "http://127.0.0.1:9/"}},
    "long": {"body": "x" * 70_000},
    "reset": {"fault": "reset"},
    "empty": {"fault": "empty"},
    "garbage": {"fault": "garbage"},
    "truncated": {"fault": "truncated"},
    "wrong status": {"fault": {"name": "wrong-status", "status": 503}},
    "wrong type": {"fault": {"name": "wrong-content-type", "type": "text/html"}},
    "hang": {"fault": "hang"},
    "hang for a while": {"fault": {"name": "hang", "seconds": 5}},
    "late": {"fault": {"name": "latency", "ms": 1500}},
    "not late": {"fault": {"name": "latency", "ms": 0}},
}
IN_TIME: dict[str, dict[str, Any]] = {  # how much comes of these depends on how long the clock goes on
    "dribble": {"fault": {"name": "dribble", "bytes_per_second": 10, "seconds": 5}},
    "endless": {"fault": "endless-chunks"},
}


class Served:
    """A server with its own sinks, whose callbacks go to them."""

    def __init__(self, server: Server, gateway: Gateway) -> None:
        self.server = server
        self.gateway = gateway
        self.sandbox = gateway.shared.sandboxes.default
        self.sink = f"{server.url}/_mock/sink/shop"

    def programmed(self, program: Any) -> None:
        answer_with(self.sandbox, "shop", parse_program(program))

    def paid(self, within_ms: int, **urls: Any) -> tuple[Transaction, Transaction]:
        """A payment to a paybill that asks its sink: as it was accepted, and as it ended."""
        register_urls(self.sandbox, "600992", {"ValidationURL": self.sink} | urls)
        row = pay(self.gateway.shared, self.sandbox, msisdn=CUSTOMER, amount=1, paybill="600992", account_reference="A")

        def now() -> Transaction:
            found = self.sandbox.transaction(row.id)
            assert found is not None
            return found

        assert self.gateway.engine.wait_for(self.sandbox, lambda: now().is_final, within_ms)
        return row, now()

    def owes(self, url: str | None = None, *, count: int = 1) -> list[int]:
        """Callbacks of no transaction that are due now."""
        store, numbers = self.sandbox.store, []
        due_ms = self.sandbox.now_ms
        with store.unit():
            for _ in range(count):
                row = Callback(
                    store.next("callback"), "stk", 0, url or f"{self.sink}/stk?x=1", b'{"Body":{}}', (), due_ms
                )
                store.put(CALLBACKS, row)
                with self.sandbox.store.unit():
                    self.sandbox.agenda.schedule(due_ms, "deliver", row.id)
                numbers.append(row.id)
        return numbers

    def advance(self) -> None:
        """Do what is due, and move the clock no further."""
        self.gateway.engine.advance(self.sandbox, 0)

    def settled(self) -> bool:
        rows = self.sandbox.store.scan(CALLBACKS)
        return self.gateway.engine.wait_for(
            self.sandbox, lambda: all(row.state not in PENDING for row in rows), 3_600_000
        )

    def delivery(self, number: int) -> Delivery:
        (found,) = self.sandbox.deliveries_of(number)
        return found


Serve = Callable[..., Served]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:

        def make(clock: str = "manual", **settings: Any) -> Served:
            given = {"seed": 1, "start": START, "port": 0, "clock": ClockSetting.parse(clock)}
            paths = daraja_paths(Settings(**(given | settings)))
            stack.callback(paths.gateway.close)
            return Served(stack.enter_context(paths.server()), paths.gateway)

        yield make


def undated(delivery: Delivery) -> Delivery:
    """Without what no two attempts share."""
    answer = re.sub(rb"\r\nDate: [^\r]*", b"", delivery.answer)
    return changed(delivery, id=0, callback=0, answer=answer)


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_comes_of_it_is_what_would_come_over_a_socket(serve: Serve, name: str) -> None:
    served = serve(callback_timeout=0.3)
    served.programmed(PROGRAMS[name])
    own, served.gateway.shared.own_sinks = served.gateway.shared.own_sinks, None
    (by_socket,) = served.owes()
    served.advance()

    served.gateway.shared.own_sinks = own
    (here,) = served.owes()
    served.advance()

    assert undated(served.delivery(here)) == undated(served.delivery(by_socket))
    states = [row.state for row in served.sandbox.store.scan(CALLBACKS)]
    assert states[0] == states[1]
    first, second = served.sandbox.store.scan(ARRIVALS, "sink", "shop")
    assert (second.method, second.path, second.query, second.headers, second.body) == (
        first.method, first.path, first.query, first.headers, first.body,
    )  # fmt: skip


@pytest.mark.parametrize("clock", ["manual", "auto"])
@pytest.mark.parametrize("name", ["hang", "hang for a while", "late", "dribble", "endless"])
def test_what_a_sink_never_answers_takes_no_time(serve: Serve, name: str, clock: str) -> None:
    served = serve(clock, callback_timeout=1)
    served.programmed((PROGRAMS | IN_TIME)[name])
    began = monotonic()
    (number,) = served.owes()

    assert served.settled()

    assert monotonic() - began < 10
    delivery = served.delivery(number)
    assert delivery.failure is not None
    assert delivery.failure.kind in ("no-answer-in-time", "not-whole-in-time")
    assert 1 in delivery.failure.details


@pytest.mark.parametrize("clock", ["manual", "auto"])
@pytest.mark.parametrize(
    "fault", [{"name": "latency", "ms": 3000}, {"name": "dribble", "bytes_per_second": 10, "seconds": 5}], ids=str
)
def test_what_a_sink_answers_in_time_is_heard_at_once(serve: Serve, fault: dict[str, Any], clock: str) -> None:
    served = serve(clock, callback_timeout=10)
    served.programmed({"fault": fault})
    (number,) = served.owes()

    assert served.settled()

    delivery = served.delivery(number)
    assert (delivery.status, delivery.failure) == (200, None)


@pytest.mark.parametrize("clock", ["manual", "auto", "scaled:60"])
@pytest.mark.parametrize(("ms", "result"), [(3000, "C2B00012"), (9000, "0")])
def test_a_validation_by_a_late_sink_ends_alike_on_every_clock(serve: Serve, clock: str, ms: int, result: str) -> None:
    """M-Pesa waits 8 s; then the registered ResponseType lets the payment through."""
    served = serve(clock, callback_grace=0)
    served.programmed({"fault": {"name": "latency", "ms": ms}, "json": {"ResultCode": "C2B00012"}})

    _, ended = served.paid(600_000, ResponseType="Completed")

    assert ended.result == result


@pytest.mark.parametrize("clock", ["manual", "auto"])
def test_a_validation_that_a_sink_never_answers_takes_no_time_and_ends_at_its_sandbox_time(
    serve: Serve, clock: str
) -> None:
    served = serve(clock, callback_grace=60, callback_timeout=60)
    served.programmed({"fault": "hang"})
    began = monotonic()

    row, ended = served.paid(60_000, ResponseType="Cancelled")

    assert monotonic() - began < 10
    assert (ended.result, ended.final_ms) == ("2007", row.accepted_ms + 10_000)


def test_the_same_calls_give_the_same_bytes_in_the_order_of_the_callbacks(serve: Serve) -> None:
    journals = []
    for _ in range(2):
        served = serve()
        served.programmed([PROGRAMS[name] for name in ("accepts", "late", "404", "hang", "reset")])
        served.owes(count=5)
        served.advance()
        port = str(served.server.port).encode()
        journals.append(
            [
                changed(each, url="", request=each.request.replace(port, b"PORT"))
                for row in served.sandbox.store.scan(CALLBACKS)
                for each in served.sandbox.deliveries_of(row.id)
            ]
        )
        numbers = [each.number for each in served.sandbox.store.scan(ARRIVALS, "sink", "shop")]
        assert numbers == [1, 2, 3, 4, 5]

    assert journals[0] == journals[1]
    assert [each.callback for each in journals[0]] == [1, 2, 3, 4, 5]
    assert b"Date: Tue, 24 Nov 2026 07:00:00 GMT" in journals[0][0].answer


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("{server}/_mock/sink/a", True),
        ("{server}/_mock/sandboxes/default/sink/a/b?c=d", True),
        ("http://localhost:{port}/_mock/sink/a", True),
        ("http://LOCALHOST:{port}/_mock/sink/a", True),
        ("http://127.0.0.2:{port}/_mock/sink/a", False),
        ("http://[::1]:{port}/_mock/sink/a", False),
        ("https://127.0.0.1:{port}/_mock/sink/a", False),
        ("http://shop.test:{port}/_mock/sink/a", False),
        ("http://127.0.0.1:9/_mock/sink/a", False),
        ("{server}/_mock/sandboxes/nobody/sink/a", False),
        ("{server}/_mock/sinks/a", False),
        ("{server}/oauth/v1/generate", False),
        ("{server}/_mock/sink/%61", False),
        ("not a url", False),
    ],
)
def test_only_the_sinks_of_this_server_are_meant(serve: Serve, url: str, taken: bool) -> None:
    served = serve()
    own = served.gateway.shared.own_sinks
    assert own is not None

    assert own.takes(url.format(server=served.server.url, port=served.server.port)) == taken


def test_a_sink_whose_sandbox_has_a_running_clock_is_reached_over_a_socket(serve: Serve) -> None:
    served = serve()
    served.gateway.shared.sandboxes.create("running", clock=ClockSetting.parse("real"))
    own = served.gateway.shared.own_sinks
    assert own is not None

    assert not own.takes(f"{served.server.url}/_mock/sandboxes/running/sink/a")


def test_a_server_that_has_stopped_takes_nothing(serve: Serve) -> None:
    served = serve()
    served.server.stop()
    (number,) = served.owes()

    served.advance()

    delivery = served.delivery(number)
    assert delivery.failure is not None
    assert delivery.failure.kind == "connection-refused"


def test_a_url_that_is_rewritten_to_a_sink_is_answered_by_it(serve: Serve) -> None:
    served = serve(callback_timeout=60)
    served.programmed({"fault": "hang"})
    served.sandbox.policy = Policy(rewrites=[f"https://shop.example.com={served.sink}"])
    began = monotonic()
    (number,) = served.owes("https://shop.example.com/stk?x=1")

    served.advance()

    assert monotonic() - began < 10
    assert served.delivery(number).url == f"{served.sink}/stk?x=1"
