"""Very many clients hang in a scenario on purpose: how fast is everybody else's request?"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from urllib.parse import urlsplit

from bench.daraja import call, customers, pushes
from bench.figures import Figure
from bench.load import Job, generate
from bench.processes import OURS, ROOT, ServerProcess, Tree, running
from bench.rounds import percentile
from bench.run import Run

SCENARIO = "hang"  # bench/scenarios/hang.yaml
SCENARIOS = ROOT / "bench" / "scenarios"
_HEALTH, _PUSHES = 1_000, 200  # requests, one at a time
_OTHERS = 64  # connections besides those that hang
Latencies = list[float]
"""Milliseconds."""


def hanging(run: Run) -> list[Figure]:
    measured = {tree.name: _beside_those_that_hang(tree, run) for tree in run.trees}
    return [
        _figure(f"/_mock/health at p99 beside {run.size.hanging:,} that hang", 0.99, 5, _part(measured, 0)),
        _figure(f"slowest STK push beside {run.size.hanging:,} that hang", 1, 50, _part(measured, 1)),
    ]


def _part(measured: dict[str, tuple[Latencies, Latencies]], index: int) -> dict[str, Latencies]:
    return {name: both[index] for name, both in measured.items()}


def _figure(what: str, share: float, aim: float, measured: dict[str, Latencies]) -> Figure:
    detail = "; ".join(
        f"{name}: {percentile(each, share):.2f} ms, median {percentile(each, 0.5):.2f} ms of {len(each):,}"
        for name, each in measured.items()
    )
    return Figure("hanging", what, percentile(measured[OURS.name], share), "ms", aim, "less", detail)


def _beside_those_that_hang(tree: Tree, run: Run) -> tuple[Latencies, Latencies]:
    """Of /_mock/health and of STK pushes."""
    connections = ("--max-connections", str(run.size.hanging + _OTHERS))
    numbers = customers()
    with running(tree.serve("--scenarios", str(SCENARIOS), *connections, clock="real")) as mock:
        call(f"{mock.url}/_mock/health")  # what answers /_mock is loaded by now
        with _hung(mock, list(islice(numbers, run.size.hanging)), run.size.seconds):
            host = urlsplit(mock.url).netloc
            health = f"GET /_mock/health HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
            return (
                _one_at_a_time(mock, [health] * _HEALTH, run.size.seconds),
                _one_at_a_time(mock, pushes(mock.url, list(islice(numbers, _PUSHES))), run.size.seconds),
            )


def _one_at_a_time(mock: ServerProcess, requests: list[bytes], seconds: float) -> Latencies:
    load = generate(Job(mock.address, requests, clients=1, seconds=seconds)).must_all_be(200, len(requests))
    return [latency * 1000 for latency in load.latencies]


@contextmanager
def _hung(mock: ServerProcess, numbers: list[str], seconds: float) -> Iterator[None]:
    """So many clients whose request is being answered by nothing, still so at the end."""
    clients: list[socket.socket] = []
    try:
        for request in pushes(mock.url, numbers, scenario=SCENARIO):
            client = socket.create_connection(mock.address, timeout=10)
            clients.append(client)
            client.sendall(request)
        _wait_for_exchanges(mock, 1 + len(numbers), seconds)  # one was for the token
        yield
        _must_still_hang(clients)
    finally:
        for client in clients:
            client.close()


def _wait_for_exchanges(mock: ServerProcess, count: int, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while (last := call(f"{mock.url}/_mock/exchanges?limit=1")["exchanges"][-1]["id"]) != f"x{count}":
        if time.monotonic() > give_up:
            raise RuntimeError(f"after {seconds:.0f} s the last exchange was {last}, not x{count}")
        time.sleep(0.05)


def _must_still_hang(clients: list[socket.socket]) -> None:
    for client in clients:
        client.setblocking(False)
        try:
            said = client.recv(200)
        except BlockingIOError:
            continue
        raise RuntimeError(f"a client that should hang got {said!r}")
