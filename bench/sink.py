"""A webhook in a process of its own: answers every POST with 200 and remembers when which body came.

`python -m bench.sink [SECONDS]` serves until it is told to stop. It answers at once, or so many seconds later.
`GET /received` gives what came since it was last asked.
"""

from __future__ import annotations

import json
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bench import daraja
from bench.processes import ServerProcess, module, running

OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{"ResultCode":0}'


@dataclass(frozen=True, slots=True)
class Arrival:
    """`monotonic` is shared by the machine's processes, `wall_ms` is comparable with a real sandbox clock."""

    checkout_id: str
    result_code: int
    monotonic: float
    wall_ms: float


@dataclass(frozen=True, slots=True)
class Sink:
    process: ServerProcess

    @property
    def url(self) -> str:
        return f"{self.process.url}/callback"

    def drain(self) -> list[Arrival]:
        came: list[tuple[str, float, float]] = daraja.call(f"{self.process.url}/received")
        return [_arrival(*one) for one in came]

    def wait_for(self, count: int, seconds: float) -> list[Arrival]:
        """As many as come within `seconds`, `count` at best; then a moment more, for doubles."""
        arrivals: list[Arrival] = []
        give_up = time.monotonic() + seconds
        while len(arrivals) < count and time.monotonic() < give_up:
            time.sleep(0.05)
            arrivals += self.drain()
        time.sleep(0.25)
        return arrivals + self.drain()


def _arrival(body: str, monotonic: float, wall_ms: float) -> Arrival:
    callback: dict[str, Any] = json.loads(body)["Body"]["stkCallback"]
    return Arrival(callback["CheckoutRequestID"], int(callback["ResultCode"]), monotonic, wall_ms)


def must_match(arrivals: list[Arrival], checkout_ids: list[str]) -> None:
    """None lost, none doubled, none of somebody else's; RuntimeError otherwise."""
    came = [arrival.checkout_id for arrival in arrivals]
    lost, doubled, strange = set(checkout_ids) - set(came), len(came) - len(set(came)), set(came) - set(checkout_ids)
    if lost or doubled or strange:
        raise RuntimeError(
            f"of {len(checkout_ids)} callbacks {len(lost)} lost, {doubled} doubled, {len(strange)} strange"
        )


@contextmanager
def sink(after: float = 0) -> Iterator[Sink]:
    """One that answers `after` so many seconds."""
    with running(module("bench.sink", str(after))) as process:
        yield Sink(process)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(0)))
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"sink is listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    _Server(listener, float(sys.argv[1]) if len(sys.argv) > 1 else 0).serve()


class _Server:
    def __init__(self, listener: socket.socket, after: float) -> None:
        self._listener = listener
        self._after = after
        self._halves: dict[socket.socket, bytes] = {}
        self._owed: deque[tuple[float, socket.socket]] = deque()  # when an answer is due, soonest first
        self._received: list[tuple[str, float, float]] = []

    def serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ, None)
            while True:
                for key, _ in selector.select(self._patience()):
                    if key.data is None:
                        connection, _peer = self._listener.accept()
                        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        selector.register(connection, selectors.EVENT_READ, connection)
                        self._halves[connection] = b""
                    elif not self._read(key.data):
                        selector.unregister(key.data)
                        self._halves.pop(key.data)
                        key.data.close()
                self._answer_those_due()

    def _patience(self) -> float | None:
        return max(0, self._owed[0][0] - time.monotonic()) if self._owed else None

    def _answer_those_due(self) -> None:
        while self._owed and self._owed[0][0] <= time.monotonic():
            _, connection = self._owed.popleft()
            with suppress(OSError):  # the other side may have given up
                connection.sendall(OK)

    def _read(self, connection: socket.socket) -> bool:
        """Take what came and answer each whole request. False: the other side has gone."""
        try:
            chunk = connection.recv(262144)
            if not chunk:
                return False
            rest = self._halves[connection] + chunk
            while (request := _first(rest)) is not None:
                head, body, rest = request
                if head.startswith(b"GET /received"):
                    dump = json.dumps(self._received).encode()
                    self._received.clear()
                    connection.setblocking(True)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(dump), dump))
                    continue
                self._received.append((body.decode(), time.monotonic(), time.time() * 1000))
                if self._after:
                    self._owed.append((time.monotonic() + self._after, connection))
                else:
                    connection.sendall(OK)
        except ConnectionError:
            return False
        self._halves[connection] = rest
        return True


def _first(data: bytes) -> tuple[bytes, bytes, bytes] | None:
    """Head, body and what follows of the first whole request, if there is one."""
    head, found, after = data.partition(b"\r\n\r\n")
    if not found:
        return None
    _, has_body, rest = head.lower().partition(b"\r\ncontent-length:")
    length = int(rest.split(b"\r\n", 1)[0]) if has_body else 0
    return (head, after[:length], after[length:]) if len(after) >= length else None


if __name__ == "__main__":
    main()
