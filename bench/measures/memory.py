"""Resident memory: after a thousand requests, after 100,000 payments with callbacks, and once --keep is full."""

from __future__ import annotations

import time
from itertools import islice

from bench.daraja import advance, customers, pushes
from bench.figures import Figure
from bench.load import Job, generate
from bench.processes import FLOOR, OURS, ServerProcess, Tree, running
from bench.run import Run, Size
from bench.sink import Sink, sink

MIB = 1024 * 1024
CUSTOMERS = 5_000  # each pays again five chunks later: more than the two minutes in which an amount can't recur
CHUNK = 1_000  # pushes between two advances: all of them settle and are called back


def memory(run: Run) -> list[Figure]:
    return [*_after_the_payments(run), _after_a_thousand_requests(run.size), _once_keep_is_full(run.size)]


def _after_a_thousand_requests(size: Size) -> Figure:
    resident = []
    for program in (OURS.serve(), FLOOR):
        with running(program) as server:
            requests = pushes(server.url, list(islice(customers(), 1_000)))
            generate(Job(server.address, requests, seconds=size.seconds)).must_all_be(200, len(requests))
            resident.append(server.resident_bytes)
    mine, base = resident
    detail = f"{mine / MIB:.1f} MiB of {base / MIB:.1f} MiB"
    return Figure("memory", "after 1,000 requests, against bare Flask", mine / base, "×", 1.3, "less", detail)


def _after_the_payments(run: Run) -> list[Figure]:
    """The whole, and the slope from a first part on, which fills caches and the journal's ring."""
    first = max(run.size.rows // 10, CUSTOMERS)
    count = max(run.size.rows, first + 2 * CHUNK)
    resident = {tree.name: _after_payments(tree, first, count, run.size) for tree in run.trees}
    early, whole = resident[OURS.name]
    for_100_000 = (whole - early) / (count - first) * 100_000
    detail = f"from {early / MIB:.1f} MiB after {first:,} to {whole / MIB:.1f} after {count:,}"
    figures = [Figure("memory", "for 100,000 payments", for_100_000 / MIB, "MiB", 60, "less", detail)]
    if run.before:
        _, base = resident[run.before.name]
        what = f"after {count:,} payments with callbacks, against {run.before.name}"
        detail = f"{whole / MIB:.1f} MiB of {base / MIB:.1f} MiB"
        figures.insert(0, Figure("memory", what, whole / base, "×", run.aim(1), "less", detail))
    return figures


def _after_payments(tree: Tree, first: int, count: int, size: Size) -> tuple[int, int]:
    with running(tree.serve("--keep", str(count * 2))) as server, sink() as webhook:
        _settle(server)
        return _grow(server, webhook, 0, first, size), _grow(server, webhook, first, count, size)


def _once_keep_is_full(size: Size) -> Figure:
    keep = max(size.rows // 20, CHUNK)
    with running(OURS.serve("--keep", str(keep))) as server, sink() as webhook:
        _settle(server)
        full = _grow(server, webhook, 0, keep * 4, size)
        later = _grow(server, webhook, keep * 4, keep * 8, size)
    detail = f"--keep {keep}: {full / MIB:.1f} MiB after {keep * 4:,}, {later / MIB:.1f} after {keep * 8:,}"
    return Figure("memory", "growth after --keep is full", 100 * (later / full - 1), "%", 5, "less", detail)


def _settle(server: ServerProcess) -> None:
    """Wait until it has imported what it does while nothing happens, which is no growth."""
    before = -1
    while before != (before := server.resident_bytes):
        time.sleep(1)


def _grow(server: ServerProcess, webhook: Sink, begin: int, end: int, size: Size) -> int:
    """Push, settle and call back from the payment `begin` to `end`, each customer in turn; the resident bytes then."""
    numbers = list(islice(customers(), CUSTOMERS))
    for number in range(begin, end, CHUNK):
        first = number % CUSTOMERS
        msisdns = numbers[first : first + min(CHUNK, end - number)]
        amount = 1 + number // CUSTOMERS
        job = Job(server.address, pushes(server.url, msisdns, webhook.url, amount=amount), seconds=size.seconds)
        generate(job).must_all_be(200, len(msisdns))
        advance(server.url, 60)
        arrived = webhook.wait_for(len(msisdns), size.seconds)
        if len(arrived) != len(msisdns):
            raise RuntimeError(f"{len(arrived)} of {len(msisdns)} callbacks came")
    return server.resident_bytes
