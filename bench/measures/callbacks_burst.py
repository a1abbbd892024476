"""Callbacks: how many a second when all are due at once, and how late when they fall due within one second."""

from __future__ import annotations

from itertools import islice

from bench.daraja import advance, checkout_ids, customers, pushes
from bench.figures import Figure
from bench.lateness import lateness_ms
from bench.load import Job, generate
from bench.processes import OURS, running
from bench.rounds import percentile
from bench.run import Run, Size
from bench.sink import Sink, must_match, sink


def callbacks_burst(run: Run) -> list[Figure]:
    with sink() as webhook:
        return [_all_at_once(webhook, run.size), *_within_a_second(webhook, run.size)]


def _all_at_once(webhook: Sink, size: Size) -> Figure:
    """On the manual clock every push of the load is accepted at the same instant, so falls due at the same instant."""
    with running(OURS.serve("--keep", str(size.callbacks * 2), clock="manual")) as mock:
        msisdns = list(islice(customers(), size.callbacks))
        job = Job(mock.address, pushes(mock.url, msisdns, webhook.url), seconds=size.seconds, keep_bodies=True)
        load = generate(job).must_all_be(200, size.callbacks)
        advance(mock.url, 60, patience=size.seconds)
        arrivals = webhook.wait_for(size.callbacks, size.seconds)
    must_match(arrivals, checkout_ids(load.bodies))
    times = [arrival.monotonic for arrival in arrivals]
    rate = len(times) / (max(times) - min(times))
    return Figure("callbacks_burst", f"{size.callbacks:,} due at once", rate, "a second", 4_000, "more")


def _within_a_second(webhook: Sink, size: Size) -> list[Figure]:
    """On the real clock, pushes paced over one second; each callback's arrival against its own due time."""
    count = min(size.callbacks, 1_000)
    with running(OURS.serve("--keep", str(count * 2), clock="real")) as mock:
        msisdns = list(islice(customers(), count))
        requests = pushes(mock.url, msisdns, webhook.url)
        load = generate(Job(mock.address, requests, seconds=size.seconds, rate=count, keep_bodies=True))
        load.must_all_be(200, count)
        arrivals = webhook.wait_for(count, size.seconds)
        must_match(arrivals, checkout_ids(load.bodies))
        late = lateness_ms(f"{mock.url}/_mock", arrivals)
    early = sum(1 for milliseconds in late if milliseconds < 0)
    return [
        Figure("callbacks_burst", f"late, p99 of {count:,} within a second", percentile(late, 0.99), "ms", 5, "less"),
        Figure("callbacks_burst", "early", early, "callbacks", 0, "less", f"earliest {min(late):+.2f} ms"),
    ]
