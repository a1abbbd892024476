"""STK push in requests a second and at p99: alone, and with its callbacks in the window."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice

from bench.daraja import checkout_ids, customers, pushes
from bench.figures import Figure
from bench.load import Job, Load, generate
from bench.processes import FLOOR, OURS, ServerProcess, running
from bench.rounds import in_turn, median_ratio, percentile, ratios
from bench.run import Run, Size
from bench.sink import Sink, must_match, sink

_WARM_UP = 400  # requests


@dataclass(frozen=True, slots=True)
class _Sample:
    per_second: float
    p99: float  # milliseconds


Samples = Mapping[str, list[_Sample]]


def stk_push(run: Run) -> list[Figure]:
    """On the manual clock nothing settles in the window: this is the request alone."""
    numbers = customers()
    with ExitStack() as stack:
        servers = {"bare Flask": FLOOR} | {tree.name: tree.serve(clock="manual") for tree in run.trees}
        started = {name: stack.enter_context(running(program)) for name, program in servers.items()}
        samples = _measured(run.size, {name: partial(_answered, each, numbers) for name, each in started.items()})
    figures = [_floor("stk_push", samples, 2.2)]
    if run.before:
        figures += _against("stk_push", run.before.name, samples, run.aim(1.5), run.aim(0.6))
    return figures


def stk_push_with_callbacks(run: Run) -> list[Figure]:
    """From the first push to the last callback's arrival, on a clock fast enough that settling is not a wait."""
    numbers = customers()
    with ExitStack() as stack:
        webhook = stack.enter_context(sink())
        floor = stack.enter_context(running(FLOOR))
        sides: dict[str, Callable[[Size, int], _Sample]] = {"bare Flask": partial(_answered, floor, numbers)}
        for tree in run.trees:
            server = stack.enter_context(running(tree.serve(clock="scaled:1000")))
            sides[tree.name] = partial(_called_back, server, webhook, numbers)
        samples = _measured(run.size, sides)
    figures = [_floor("stk_push_with_callbacks", samples, 1.7)]
    if run.before:
        figures += _against("stk_push_with_callbacks", run.before.name, samples, run.aim(1.3), run.aim(0.4))
    return figures


def _measured(size: Size, sides: Mapping[str, Callable[[Size, int], _Sample]]) -> Samples:
    for side in sides.values():
        side(size, min(_WARM_UP, size.requests))
    return in_turn(size.rounds, {name: partial(side, size, size.requests) for name, side in sides.items()})


def _answered(server: ServerProcess, numbers: Iterator[str], size: Size, count: int) -> _Sample:
    job = Job(server.address, pushes(server.url, list(islice(numbers, count))), seconds=size.seconds)
    load = generate(job).must_all_be(200, count)
    return _Sample(load.per_second, _p99(load))


def _called_back(server: ServerProcess, webhook: Sink, numbers: Iterator[str], size: Size, count: int) -> _Sample:
    requests = pushes(server.url, list(islice(numbers, count)), webhook.url)
    load = generate(Job(server.address, requests, seconds=size.seconds, keep_bodies=True)).must_all_be(200, count)
    arrivals = webhook.wait_for(count, size.seconds)
    must_match(arrivals, checkout_ids(load.bodies))  # none lost, none doubled
    return _Sample(count / (max(arrival.monotonic for arrival in arrivals) - load.began), _p99(load))


def _p99(load: Load) -> float:
    return percentile(load.latencies, 0.99) * 1000


def _floor(benchmark: str, samples: Samples, aim: float) -> Figure:
    return _rate(benchmark, "bare Flask", samples, aim)


def _against(benchmark: str, other: str, samples: Samples, per_second: float | None, p99: float | None) -> list[Figure]:
    mine, base = ([sample.p99 for sample in samples[name]] for name in (OURS.name, other))
    detail = f"{statistics.median(mine):.1f} of {statistics.median(base):.1f} ms; rounds: {ratios(mine, base)}"
    return [
        _rate(benchmark, other, samples, per_second),
        Figure(benchmark, f"p99, against {other}", median_ratio(mine, base), "×", p99, "less", detail),
    ]


def _rate(benchmark: str, other: str, samples: Samples, aim: float | None) -> Figure:
    mine, base = ([sample.per_second for sample in samples[name]] for name in (OURS.name, other))
    detail = f"{statistics.median(mine):,.0f} of {statistics.median(base):,.0f} a second"
    what = f"requests a second, against {other}"
    return Figure(
        benchmark, what, median_ratio(mine, base), "×", aim, "more", f"{detail}; rounds: {ratios(mine, base)}"
    )
