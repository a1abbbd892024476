"""A passing fault of the machine, at every place in turn, leaves no payment pending and loses no callback.

The same few payments are made again and again over real sockets. At the first call into the store, a socket, a thread
or the resolver the first time, at the second the next time, and so on, something fails once: before the call has
taken effect, or after it. The locks themselves do not fail.

That takes two minutes of processor time: all of it in CI, or with WALK=all; elsewhere every fourth call.
"""

from __future__ import annotations

import gc
import http.client
import json
import logging
import os
import selectors
import socket
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import wraps
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mock_daraja.app import DarajaPaths, daraja_paths
from mock_daraja.clock import ClockSetting, monotonic
from mock_daraja.defaults import APP_KEY, APP_SECRET, PAYBILL
from mock_daraja.ledger import people
from mock_daraja.model import CALLBACKS, TRANSACTIONS
from mock_daraja.model.callback import PENDING
from mock_daraja.model.stuck import STUCK
from mock_daraja.sandbox import Sandbox
from mock_daraja.settings import Settings
from mock_daraja.store.memory import MemoryStore
from mock_daraja.store.unit import Unit
from tests.conftest import PUSH_PATH, START, TOKEN_PATH, example, operation_of, push_body

STORE = ("get", "put", "find", "count", "add", "number", "next", "_end_unit")
EVENTS = ("add_event", "release", "peek", "end", "lease", "give_back")
SOCKET = ("send", "recv", "connect", "accept", "shutdown", "setsockopt", "getsockopt", "close", "__init__")
SELECTOR = ("select", "register", "modify", "unregister")
PARTS = 8
EVERY = 1 if os.environ.get("CI") or os.environ.get("WALK") == "all" else 4
RECEIVER = "receiver.internal"


class Fault:
    """Counts the calls of our own threads, once armed, and fails at one of them."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.at = -1
        self.is_after = False
        self.error: type[Exception] = OSError
        self.is_armed = False
        self._lock = threading.Lock()

    def around(self, name: str, call: Callable[..., Any], *, only_after: bool = False) -> Callable[..., Any]:
        @wraps(call)
        def called(*arguments: Any, **named: Any) -> Any:
            if not self.is_armed or not threading.current_thread().name.startswith("mock-daraja"):
                return call(*arguments, **named)
            with self._lock:
                fails = len(self.calls) == self.at
                self.calls.append(name)
            if fails and not (self.is_after or only_after):
                raise self.error(f"{name} has failed")
            result = call(*arguments, **named)
            if fails:
                raise self.error(f"{name} has failed, though it was done")
            return result

        return called


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fault]:
    fault = Fault()
    logging.disable()  # thousands of tracebacks, all meant
    for name in (*STORE, *EVENTS):
        monkeypatch.setattr(MemoryStore, name, fault.around(f"store {name}", getattr(MemoryStore, name)))
    monkeypatch.setattr(Unit, "__exit__", fault.around("unit", Unit.__exit__, only_after=True))
    for name in SOCKET:
        monkeypatch.setattr(socket.socket, name, fault.around(f"socket {name}", getattr(socket.socket, name)))
    for name in SELECTOR:
        kind = selectors.DefaultSelector
        monkeypatch.setattr(kind, name, fault.around(f"selector {name}", getattr(kind, name)))
    monkeypatch.setattr(threading.Thread, "start", fault.around("thread", threading.Thread.start))
    look_up = socket.getaddrinfo

    def resolved(host: str, *more: Any, **named: Any) -> Any:
        return look_up("127.0.0.1" if host == RECEIVER else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", fault.around("resolver", resolved))
    yield fault
    logging.disable(logging.NOTSET)


class Receiver:
    """Takes every callback, in threads of its own, and counts them by body."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.came[body.decode()] += 1
                answer = b'{"ResultCode":"0"}'
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]  # we hang up on it at times
        threading.Thread(target=self.server.serve_forever, args=(0.01,), name="receiver", daemon=True).start()
        self.url = f"http://{RECEIVER}:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


class Client:
    """A connection a request. What breaks is no error here: whoever pays does not know what became of it."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, method: str, path: str, body: object = None, authorization: str = "") -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request(
                method,
                path,
                None if body is None else json.dumps(body),
                {"Authorization": authorization, "Content-Type": "application/json"},
            )
            answer = connection.getresponse()
            return json.loads(answer.read()) if answer.status == 200 else {}
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()

    def token(self) -> str:
        basic = b64encode(f"{APP_KEY}:{APP_SECRET}".encode()).decode()
        for _ in range(3):
            answer = self.ask("GET", TOKEN_PATH, authorization=f"Basic {basic}")
            if "access_token" in answer:
                return f"Bearer {answer['access_token']}"
        raise AssertionError("no token at three tries")


def pay(port: int, url: str, now_ms: int) -> int:
    """An STK push, a C2B payment that is validated first, a B2C payment. How many were accepted, for all we know."""
    client = Client(port)
    token = client.token()
    register = example("c2b.register") | {
        "ShortCode": PAYBILL,
        "ResponseType": "Cancelled",
        "ConfirmationURL": f"{url}/c",
        "ValidationURL": f"{url}/v",
    }
    for _ in range(3):
        if client.ask("POST", operation_of("c2b.register").paths[0], register, token):
            break
    b2c = example("b2c.payment") | {"ResultURL": f"{url}/result", "QueueTimeOutURL": f"{url}/late"}
    simulate = example("c2b.simulate") | {"ShortCode": PAYBILL}
    answers = [
        client.ask("POST", PUSH_PATH, push_body(now_ms, CallBackURL=f"{url}/stk"), token),
        client.ask("POST", operation_of("c2b.simulate").paths[0], simulate, token),
        client.ask("POST", operation_of("b2c.payment").paths[0], b2c, token),
    ]
    return sum(answer.get("ResponseCode") == "0" for answer in answers)


def is_quiet(sandbox: Sandbox) -> bool:
    rows = [*sandbox.store.scan(TRANSACTIONS)]
    owed = [row for row in sandbox.store.scan(CALLBACKS) if row.state in PENDING]
    return all(row.is_final for row in rows) and not owed and not sandbox.store.events()


def become_quiet(sandbox: Sandbox, seconds: float = 8.0) -> bool:
    give_up = monotonic() + seconds
    seen = sandbox.store.change
    while not is_quiet(sandbox) and monotonic() < give_up:
        sandbox.store.wait(seen, 0.2)
        seen = sandbox.store.change
    return is_quiet(sandbox)


def walk(fault: Fault, receiver: Receiver, stack: ExitStack, at: int = -1) -> tuple[DarajaPaths, int]:
    people.ready()
    settings = Settings(clock=ClockSetting.parse("scaled:2000"), port=0, start=START, seed=7)
    paths = daraja_paths(settings)
    stack.callback(paths.gateway.close)
    server = paths.server()
    stack.callback(server.stop)
    server.start()
    fault.calls.clear()
    fault.at = at
    stack.callback(setattr, fault, "is_armed", False)
    fault.is_armed = True
    accepted = pay(server.port, receiver.url, paths.gateway.shared.sandboxes.default.now_ms)
    return paths, accepted


def problems(paths: DarajaPaths, receiver: Receiver, accepted: int) -> list[str]:
    sandbox = paths.gateway.shared.sandboxes.default
    found: list[str] = []
    if not become_quiet(sandbox):
        found += [f"event {each} is left" for each in sandbox.store.events()]
    rows = [*sandbox.store.scan(TRANSACTIONS)]
    found += [f"transaction {row.id} ({row.operation}) is pending" for row in rows if not row.is_final]
    found += [f"event {each.kind} {each.subject} is stuck: {each.error}" for each in sandbox.store.scan(STUCK)]
    found += [f"event {each} is leased for ever" for each in sandbox.store.leased()]
    if len(rows) < accepted:
        found.append(f"{accepted} were accepted, {len(rows)} are known")
    receipts = Counter(row.receipt for row in rows if row.receipt)
    found += [f"receipt {receipt} is {count} transactions'" for receipt, count in receipts.items() if count > 1]
    if sum(sandbox.balances().values()) != 0:
        found.append(f"the ledger sums to {sum(sandbox.balances().values())}")
    for row in rows:
        kinds = Counter(each.kind for each in sandbox.callbacks_of(row.id))
        found += [f"{count} callbacks {kind} of {row.operation}" for kind, count in kinds.items() if count != 1]
        if row.is_final and not kinds:
            found.append(f"{row.operation} owed a callback, and there is none")
    for each in sandbox.store.scan(CALLBACKS):
        if each.state == "delivered" and not receiver.came[each.body.decode()]:
            found.append(f"callback {each.kind} is delivered, but never came")
        if each.state not in ("delivered", "failed", "refused"):
            found.append(f"callback {each.kind} is {each.state}")
    if not sandbox.store.lock_now():
        found.append("the store is locked for ever")
    else:
        sandbox.store.unlock()
    return found


def once(fault: Fault, receiver: Receiver, at: int = -1) -> list[str]:
    """What is wrong after a walk that fails there. Nothing of it is left when this returns."""
    receiver.came.clear()
    with ExitStack() as stack:
        paths, accepted = walk(fault, receiver, stack, at)
        found = problems(paths, receiver, accepted)
        if at < 0 and accepted != 3:
            found.append(f"only {accepted} were accepted")
    return found


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", range(PARTS))
def test_a_fault_at_any_call_loses_nothing(fault: Fault, receiver: Receiver, part: int) -> None:
    """What failed after it was done may have left a socket to nobody: that one is closed by the garbage collector."""
    assert once(fault, receiver) == []
    names = list(fault.calls)

    for at in range(part, len(names), PARTS):
        if at // PARTS % EVERY != part % EVERY:
            continue
        for is_after in (False, True):
            fault.is_after, fault.error = is_after, (OSError, MemoryError)[(at // PARTS + is_after) % 2]
            found = once(fault, receiver, at)
            name = fault.calls[at] if at < len(fault.calls) else names[at]
            assert found == [], f"call {at} ({name}), {fault.error.__name__}, after: {is_after}"
    gc.collect()  # here, where what it complains about is known
