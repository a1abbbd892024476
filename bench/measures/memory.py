"""Resident memory: after a thousand requests against the floor, for each row kept, and once --keep is full."""

from __future__ import annotations

from itertools import islice

from bench.daraja import advance, customers, pushes
from bench.figures import Figure
from bench.load import Job, generate
from bench.processes import FLOOR, OURS, ServerProcess, running
from bench.run import Run, Size
from bench.sink import Sink, sink

MIB = 1024 * 1024
CUSTOMERS = 5_000  # each pays again five chunks later: more than the two minutes in which an amount can't recur
CHUNK = 1_000  # pushes between two advances: all of them settle and are called back


def memory(run: Run) -> list[Figure]:
    return [_after_a_thousand_requests(run.size), _for_each_row(run.size), _once_keep_is_full(run.size)]


def _after_a_thousand_requests(size: Size) -> Figure:
    resident = []
    for program in (OURS.serve(), FLOOR):
        with running(program) as server:
            requests = pushes(server.url, list(islice(customers(), 1_000)))
            generate(Job(server.address, requests, seconds=size.seconds)).must_all_be(200, len(requests))
            resident.append(server.resident_bytes)
    mine, base = resident
    detail = f"{mine / MIB:.1f} MiB of {base / MIB:.1f} MiB"
    return Figure("memory", "resident after 1,000 requests", mine / base, "×", 1.3, "less", detail)


def _for_each_row(size: Size) -> Figure:
    """The slope between a first tenth, which fills caches and the journal's ring, and the whole."""
    with running(OURS.serve("--keep", str(size.rows * 2))) as server, sink() as webhook:
        first = _grow(server, webhook, max(size.rows // 10, CUSTOMERS), size)
        last = _grow(server, webhook, size.rows, size)
    for_100_000 = (last - first) / size.rows * 100_000
    detail = f"from {first / MIB:.1f} to {last / MIB:.1f} MiB with {size.rows:,} more"
    return Figure("memory", "for 100,000 transactions", for_100_000 / MIB, "MiB", 60, "less", detail)


def _once_keep_is_full(size: Size) -> Figure:
    keep = max(size.rows // 20, CHUNK)
    with running(OURS.serve("--keep", str(keep))) as server, sink() as webhook:
        full = _grow(server, webhook, max(keep * 4, CUSTOMERS), size)
        later = _grow(server, webhook, keep * 4, size)
    detail = f"--keep {keep}: {full / MIB:.1f} MiB after {keep * 4:,}, {later / MIB:.1f} after {keep * 8:,}"
    return Figure("memory", "growth after --keep is full", 100 * (later / full - 1), "%", 5, "less", detail)


def _grow(server: ServerProcess, webhook: Sink, rows: int, size: Size) -> int:
    """Push, settle and call back `rows` times, each customer paying in turn; the resident bytes after that."""
    numbers = list(islice(customers(), CUSTOMERS))
    for begin in range(0, rows, CHUNK):
        first = begin % CUSTOMERS
        msisdns = numbers[first : first + min(CHUNK, rows - begin)]
        amount = 1 + begin // CUSTOMERS
        job = Job(server.address, pushes(server.url, msisdns, webhook.url, amount=amount), seconds=size.seconds)
        generate(job).must_all_be(200, len(msisdns))
        advance(server.url, 60)
        arrived = webhook.wait_for(len(msisdns), size.seconds)
        if len(arrived) != len(msisdns):
            raise RuntimeError(f"{len(arrived)} of {len(msisdns)} callbacks came")
    return server.resident_bytes
