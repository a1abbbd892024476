"""Long polls on a server whose loop is the engine's, as `serve` has it: they wait on the loop, without a thread."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from mock_daraja.app import daraja_paths
from mock_daraja.clock import ClockSetting
from mock_daraja.model import CALLBACKS, TRANSACTIONS, Callback
from mock_daraja.sandbox import DEFAULT, Sandbox
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from tests.waits import happens

LONG = 10  # seconds; what should happen happens much sooner
PAYMENT = {"paybill": "600992", "account_reference": "INV-1", "amount": 1, "wait": True}


class Poll:
    """A request under way."""

    def __init__(self, port: int, path: str, body: object, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONG)
        self._connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"} | headers)

    def answer(self) -> tuple[int, Any]:
        response = self._connection.getresponse()
        status, body = response.status, json.loads(response.read())
        self.leave()
        return status, body

    def leave(self) -> None:
        self._connection.close()


class Waited:
    """A server, and how many wait on its loop."""

    def __init__(self, stack: ExitStack, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        paths = daraja_paths(Settings(seed=1, port=0, **settings))
        stack.callback(paths.gateway.close)
        self.server = stack.enter_context(paths.server())
        self.engine = paths.gateway.engine
        self.sandboxes = paths.gateway.shared.sandboxes
        self.sandbox = self.sandboxes.default
        self._monkeypatch = monkeypatch
        self._seconds = 1000.0
        self._waits = threading.Semaphore(0)
        subscribe = self.engine.subscribe

        def counted(*arguments: Any) -> Any:
            made = subscribe(*arguments)
            self._waits.release()
            return made

        monkeypatch.setattr(self.engine, "subscribe", counted)

    def poll(self, body: object, path: str = "callbacks/wait", sandbox: str = DEFAULT, **headers: str) -> Poll:
        """One that waits on the loop by now."""
        poll = Poll(self.server.port, f"/_mock/sandboxes/{sandbox}/{path}", body, headers)
        assert self._waits.acquire(timeout=LONG)
        return poll

    def drive(self) -> None:
        """Time stands from now on, for the loop and the sandbox, unless it is made to pass."""
        began_ms, began = self.sandbox.now_ms, self._seconds
        self._monkeypatch.setattr("mock_daraja.loop.monotonic", lambda: self._seconds)
        now = lambda: began_ms + round((self._seconds - began) * 1000)  # noqa: E731 - a clock in one line
        self._monkeypatch.setattr(self.sandbox.clock, "now", now)

    def pass_by(self, seconds: float) -> None:
        self._seconds += seconds
        self.engine.loop.call(lambda: None)


MakeWaited = Callable[..., Waited]


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWaited]:
    """Serve with these settings, on a real clock unless another is given."""
    with ExitStack() as stack:
        yield lambda **settings: Waited(stack, monkeypatch, **settings)


def deliver(sandbox: Sandbox, transaction: int, kind: str = "stk") -> int:
    """The id of a callback that was delivered just now."""
    with sandbox.store.unit():
        number = sandbox.store.next("callback")
        row = Callback(number, kind, transaction, "http://127.0.0.1:9/", b"{}", (), sandbox.now_ms, "delivered")
        sandbox.store.put(CALLBACKS, row)
    return number


def ids(answer: tuple[int, Any]) -> tuple[int, list[int]]:
    return answer[0], [row["id"] for row in answer[1]["callbacks"]]


@pytest.mark.parametrize("clock", ["real", "scaled:10"])
def test_it_is_answered_once_the_last_of_its_callbacks_is_there(waited: MakeWaited, clock: str) -> None:
    served = waited(clock=ClockSetting.parse(clock))
    poll = served.poll({"count": 2, "kind": "stk", "timeout": 600})

    numbers = [deliver(served.sandbox, transaction, kind) for transaction, kind in ((1, "stk"), (2, "b2c"), (3, "stk"))]

    assert ids(poll.answer()) == (200, [numbers[0], numbers[2]])


def test_of_many_only_that_one_is_answered_whose_callback_is_there(waited: MakeWaited) -> None:
    served = waited()
    polls = [served.poll({"kind": f"kind {number}", "timeout": 600}) for number in range(20)]

    callback = deliver(served.sandbox, 1, "kind 7")

    assert ids(polls[7].answer()) == (200, [callback])
    assert [len(each._waiting) for each in served.engine._subscriptions.values()] == [19]
    for poll in polls:
        poll.leave()


def test_one_that_waited_in_vain_is_told_so_when_its_time_is_up(waited: MakeWaited) -> None:
    served = waited()
    served.drive()
    poll = served.poll({"kind": "stk", "timeout": 5.5})

    served.pass_by(5.5)

    status, body = poll.answer()
    assert status == 408
    assert body["problem"] == ("0 of 1 callbacks kind=stk within 5.5 s; seen: no callbacks; 0 transactions pending")


def test_a_payment_that_is_waited_for_is_made_once_and_told_as_it_ended(waited: MakeWaited) -> None:
    served = waited()
    poll = served.poll(PAYMENT, "pay")

    served.sandbox.agenda.switch(ClockSetting.parse("scaled:100"))

    status, body = poll.answer()
    assert (status, body["state"], body["result"]) == (201, "completed", "0")
    assert served.sandbox.store.count(TRANSACTIONS) == 1


def test_a_payment_that_takes_longer_is_told_as_it_stands(waited: MakeWaited) -> None:
    served = waited()
    served.drive()
    late = {"when": {"operation": "c2b.pay"}, "then": {"result": 0, "after": 90}}
    assert Poll(served.server.port, "/_mock/one-shots", late, {}).answer()[0] == 201
    poll = served.poll(PAYMENT, "pay")

    served.pass_by(60)

    status, body = poll.answer()
    assert (status, body["state"]) == (201, "pending")


@pytest.mark.parametrize("end", ["delete", "reset"])
def test_it_ends_with_its_sandbox(waited: MakeWaited, end: str) -> None:
    served = waited()
    served.sandboxes.create("mine", clock=ClockSetting.parse("real"))
    other = served.poll({"timeout": 600})
    poll = served.poll({"timeout": 600}, sandbox="mine")

    getattr(served.sandboxes, end)("mine")

    assert poll.answer()[0] == 408
    other.leave()


def test_one_that_is_asked_again_too_early_goes_on_waiting(waited: MakeWaited) -> None:
    served = waited()
    poll = served.poll({"state": "scheduled", "timeout": 600})
    ((subscription,),) = (each._waiting for each in served.engine._subscriptions.values())

    served.engine.loop.call(subscription.wake)

    assert served._waits.acquire(timeout=LONG)
    poll.leave()


def test_a_client_that_goes_leaves_nothing_behind(waited: MakeWaited) -> None:
    served = waited()
    polls = [served.poll({"timeout": 600}) for _ in range(10)]

    for poll in polls:
        poll.leave()

    assert happens(lambda: not served.engine._subscriptions)


def test_who_may_not_come_in_may_not_wait_and_who_may_is_let_in_again(waited: MakeWaited) -> None:
    served = waited(admin_token="secret")
    poll = served.poll({"timeout": 600}, Authorization="Bearer secret")

    deliver(served.sandbox, 1)

    assert ids(poll.answer()) == (200, [1])
    assert Poll(served.server.port, "/_mock/callbacks/wait", {}, {}).answer()[0] == 401


def test_on_a_clock_that_stands_nothing_waits(waited: MakeWaited) -> None:
    served = waited(clock=ClockSetting.parse("manual"))
    before = served.sandbox.now_ms

    status, _ = Poll(served.server.port, "/_mock/callbacks/wait", {"timeout": 60}, {}).answer()

    assert (status, served.sandbox.now_ms) == (408, before + 60_000)
    assert not served._waits.acquire(blocking=False)


def test_a_server_with_another_loop_keeps_a_thread_for_it(control_with: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    control = control_with(clock="scaled:1000")
    monkeypatch.setattr(control.mock.gateway.engine, "subscribe", None)
    control.mock.pushed()

    with Server(control.mock.app) as server:
        status, body = Poll(server.port, "/_mock/callbacks/wait", {"timeout": 3600}, {}).answer()

    assert (status, [row["state"] for row in body["callbacks"]]) == (200, ["failed"])
