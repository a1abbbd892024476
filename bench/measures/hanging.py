"""A hundred clients hang in a scenario on purpose: how fast is everybody else's request?"""

from __future__ import annotations

import socket
from itertools import islice

from bench.daraja import customers, pushes
from bench.figures import Figure
from bench.load import Job, generate
from bench.processes import OURS, ROOT, running
from bench.rounds import percentile
from bench.run import Run

HANGING_CLIENTS = 100
SCENARIO = "hang"  # bench/scenarios/hang.yaml
SCENARIOS = ROOT / "bench" / "scenarios"


def hanging(run: Run) -> list[Figure]:
    numbers = customers()
    with running(OURS.serve("--scenarios", str(SCENARIOS), clock="real")) as mock:
        hung: list[socket.socket] = []
        try:
            for request in pushes(mock.url, list(islice(numbers, HANGING_CLIENTS)), scenario=SCENARIO):
                client = socket.create_connection(mock.address, timeout=10)
                hung.append(client)
                client.sendall(request)
            requests = pushes(mock.url, list(islice(numbers, 200)))
            load = generate(Job(mock.address, requests, clients=1, seconds=run.size.seconds)).must_all_be(
                200, len(requests)
            )
            _must_still_hang(hung)
        finally:
            for client in hung:
                client.close()
    worst = max(load.latencies) * 1000
    detail = f"median {percentile(load.latencies, 0.5) * 1000:.1f} ms of {len(requests)}, one at a time"
    return [Figure("hanging", f"slowest beside {HANGING_CLIENTS} that hang", worst, "ms", 50, "less", detail)]


def _must_still_hang(clients: list[socket.socket]) -> None:
    for client in clients:
        client.setblocking(False)
        try:
            said = client.recv(200)
        except BlockingIOError:
            continue
        raise RuntimeError(f"a client that should hang got {said!r}")
