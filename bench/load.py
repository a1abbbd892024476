"""The load generator: raw sockets, requests built beforehand, as little parsing as will do.

Connections are kept, and made anew only where the server says that it closes them.

`generate` runs it in a process of its own, so that the load doesn't share an interpreter with what is measured.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

SILENCE = 15.0  # seconds without any answer after which the server is taken for stuck


@dataclass(frozen=True, slots=True)
class Job:
    address: tuple[str, int]
    requests: list[bytes]  # whole, with headers; each is sent once
    clients: int = 8
    seconds: float = 60  # after which the rest is given up
    rate: float | None = None  # requests a second at most; None: as fast as answers come
    keep_bodies: bool = False


@dataclass(slots=True)
class Load:
    """Times are of time.monotonic(), which all processes of a machine share."""

    began: float = 0.0
    ended: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)  # seconds
    bodies: list[bytes] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return sum(self.statuses.values())

    @property
    def per_second(self) -> float:
        return self.answered / (self.ended - self.began)

    def must_all_be(self, status: int, count: int) -> Load:
        """Figures of a load that went wrong mean nothing: raise RuntimeError."""
        if dict(self.statuses) != {status: count}:
            body = self.bodies[-1] if self.bodies else b""
            raise RuntimeError(f"expected {count} answers of {status}, got {dict(self.statuses)}; last body: {body!r}")
        return self


class _Client:
    """One connection at a time with at most one request under way."""

    def __init__(self, address: tuple[str, int], selector: selectors.BaseSelector) -> None:
        self._address = address
        self._selector = selector
        self.sent_at = 0.0
        self.received = b""
        self._ends = False
        self._connect()

    def _connect(self) -> None:
        self.socket = socket.create_connection(self._address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self.socket, selectors.EVENT_READ, self)

    def close(self) -> None:
        self._selector.unregister(self.socket)
        self.socket.close()

    def send(self, request: bytes) -> None:
        self.sent_at = time.monotonic()
        if self._ends:
            self._connect()
            self._ends = False
        self.socket.sendall(request)

    def receive(self) -> tuple[int, bytes] | None:
        """Status and body once the whole answer is here. Raises ConnectionError if the server hung up."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError(f"the server closed the connection after {self.received!r}")
        self.received += chunk
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found or len(body) < _content_length(head):
            return None
        self.received = b""
        if b"\r\nconnection: close" in head.lower():
            self._ends = True
            self.close()
        return int(head[9:12]), body


def _content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.split(b"\r\n", 1)[0]) if found else 0


def drive(job: Job) -> Load:
    """Raises ConnectionError where the server hangs up, TimeoutError where it falls silent."""
    with selectors.DefaultSelector() as selector:
        try:
            return _drive(job, selector)
        finally:
            for key in list(selector.get_map().values()):
                key.data.close()


def _drive(job: Job, selector: selectors.BaseSelector) -> Load:
    load = Load()
    waiting = deque(job.requests)
    idle = deque(_Client(job.address, selector) for _ in range(min(job.clients, len(waiting))))
    busy = 0
    load.began = last_answer = time.monotonic()
    give_up = load.began + job.seconds
    while (waiting or busy) and time.monotonic() < give_up:
        while waiting and idle and _is_due(job, load.began, len(waiting)):
            idle.popleft().send(waiting.popleft())
            busy += 1
        for key, _ in selector.select(timeout=0.0005 if job.rate else 0.1):
            answer = key.data.receive()
            if answer is not None:
                _note(load, job, key.data, answer)
                idle.append(key.data)
                busy -= 1
                last_answer = time.monotonic()
        if busy and time.monotonic() > last_answer + SILENCE:
            raise TimeoutError(
                f"no answer for {SILENCE:.0f} s, with {busy} requests under way and {dict(load.statuses)}"
            )
    load.ended = time.monotonic()
    return load


def _is_due(job: Job, began: float, left: int) -> bool:
    sent = len(job.requests) - left
    return job.rate is None or time.monotonic() >= began + sent / job.rate


def _note(load: Load, job: Job, client: _Client, answer: tuple[int, bytes]) -> None:
    status, body = answer
    load.statuses[status] += 1
    load.latencies.append(time.monotonic() - client.sent_at)
    if job.keep_bodies or status >= 400:
        load.bodies.append(body)


def generate(job: Job) -> Load:
    """Drive the job from a fresh process. Raises TimeoutError if even that doesn't come back."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(drive, job).result(job.seconds + 30)
