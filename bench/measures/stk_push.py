"""STK push against the floor: requests a second with everything on, and the same with its callbacks in the window."""

from __future__ import annotations

import statistics
from itertools import islice

from bench.daraja import checkout_ids, customers, pushes
from bench.figures import Figure
from bench.load import Job, generate
from bench.processes import FLOOR, OURS, ServerProcess, running
from bench.rounds import median_ratio
from bench.run import Size
from bench.sink import Sink, must_match, sink


def stk_push(size: Size) -> list[Figure]:
    """On the manual clock nothing settles in the window: this is the request alone."""
    numbers = customers()
    mine: list[float] = []
    base: list[float] = []
    with running(FLOOR) as floor, running(OURS.serve(clock="manual")) as mock:
        _answered_per_second(floor, list(islice(numbers, 200)), size)  # warm both up
        _answered_per_second(mock, list(islice(numbers, 200)), size)
        for number in range(size.rounds):
            msisdns = list(islice(numbers, size.requests))
            pair = [(floor, base), (mock, mine)]
            for server, rates in pair if number % 2 == 0 else reversed(pair):
                rates.append(_answered_per_second(server, msisdns, size))
    return [
        Figure(
            "stk_push",
            "of the floor's requests a second",
            100 * median_ratio(mine, base),
            "%",
            220,
            "more",
            _medians(mine, base),
        )
    ]


def stk_push_with_callbacks(size: Size) -> list[Figure]:
    """Ours from the first push to the last callback's arrival, on a clock fast enough that settling is not a wait."""
    numbers = customers()
    mine: list[float] = []
    base: list[float] = []
    with running(FLOOR) as floor, running(OURS.serve(clock="scaled:1000")) as mock, sink() as webhook:
        _called_back_per_second(mock, webhook, list(islice(numbers, 200)), size)
        for _ in range(size.rounds):
            msisdns = list(islice(numbers, size.requests))
            base.append(_answered_per_second(floor, msisdns, size))
            mine.append(_called_back_per_second(mock, webhook, msisdns, size))
    return [
        Figure(
            "stk_push_with_callbacks",
            "of the floor's requests a second",
            100 * median_ratio(mine, base),
            "%",
            170,
            "more",
            f"{_medians(mine, base)}; {size.rounds * size.requests:,} callbacks, none lost, none doubled",
        )
    ]


def _answered_per_second(server: ServerProcess, msisdns: list[str], size: Size) -> float:
    job = Job(server.address, pushes(server.url, msisdns), seconds=size.seconds)
    return generate(job).must_all_be(200, len(msisdns)).per_second


def _called_back_per_second(server: ServerProcess, webhook: Sink, msisdns: list[str], size: Size) -> float:
    job = Job(server.address, pushes(server.url, msisdns, webhook.url), seconds=size.seconds, keep_bodies=True)
    load = generate(job).must_all_be(200, len(msisdns))
    arrivals = webhook.wait_for(len(msisdns), size.seconds)
    must_match(arrivals, checkout_ids(load.bodies))
    return len(arrivals) / (max(arrival.monotonic for arrival in arrivals) - load.began)


def _medians(mine: list[float], base: list[float]) -> str:
    ratios = [round(100 * own / floor) for own, floor in zip(mine, base, strict=True)]
    rates = f"{statistics.median(mine):,.0f} of {statistics.median(base):,.0f} a second"
    return f"{rates}; rounds in order: {' '.join(map(str, ratios))}"
