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
from bench.processes import FLOOR, OURS, Program, ServerProcess, running
from bench.rounds import in_turn, median_ratio, percentile, ratios
from bench.run import Run, Size
from bench.sink import Sink, must_match, sink

_FLOOR, _DARAJA_MOCK = "bare Flask", "daraja-mock"
_STATIC, _WEBHOOK = "a static WireMock stub", "a WireMock stub with webhook"
_WARM_UP = 5  # rounds' requests until a JVM has compiled what it will
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Sample:
    per_second: float
    p99: float  # milliseconds


Samples = Mapping[str, list[_Sample]]
Side = Callable[[Size, int], _Sample]
"""A measurement of one server, with so many requests."""


def stk_push(run: Run) -> list[Figure]:
    """On the manual clock nothing settles in the window: this is the request alone. Other mocks have their turn when
    the rest have ended: a JVM is busy for a while after each of its rounds."""
    numbers, trees = customers(), {tree.name: tree.serve(clock="manual") for tree in run.trees}
    samples = _answering(run.size, {_FLOOR: FLOOR} | trees, numbers)
    figures = _against(run, "stk_push", samples, per_second=1.5, p99=0.6)
    figures.append(_rate("stk_push", _FLOOR, samples, 2.2))
    if run.peers:
        peers = {_STATIC: run.peers.wiremock_static, _DARAJA_MOCK: run.peers.daraja_mock}
        samples = _answering(run.size, {OURS.name: trees[OURS.name]} | peers, numbers)
        figures += [_rate("stk_push", name, samples, None) for name in peers]
    return figures


def stk_push_with_callbacks(run: Run) -> list[Figure]:
    """From the first push to the last callback's arrival, on a clock fast enough that settling is not a wait."""
    numbers, trees = customers(), {tree.name: tree.serve(clock="scaled:1000") for tree in run.trees}
    samples, _ = _calling_back(run.size, trees, numbers, beside_floor=True)
    figures = _against(run, "stk_push_with_callbacks", samples, per_second=1.3, p99=0.4)
    figures.append(_rate("stk_push_with_callbacks", _FLOOR, samples, 1.7))
    if run.peers:
        both = {OURS.name: trees[OURS.name], _WEBHOOK: run.peers.wiremock_webhook}
        samples, resident = _calling_back(run.size, both, numbers)
        figures += [_rate("stk_push_with_callbacks", _WEBHOOK, samples, 2), _memory(resident)]
    return figures


def _answering(size: Size, programs: Mapping[str, Program], numbers: Iterator[str]) -> Samples:
    with ExitStack() as stack:
        servers = {name: stack.enter_context(running(program)) for name, program in programs.items()}
        return _measured(size, {name: partial(_answered, each, numbers) for name, each in servers.items()})


def _calling_back(
    size: Size, programs: Mapping[str, Program], numbers: Iterator[str], *, beside_floor: bool = False
) -> tuple[Samples, Mapping[str, int]]:
    """The samples, and without the floor, which calls nobody back, the resident bytes of each server then."""
    with ExitStack() as stack:
        webhook = stack.enter_context(sink())
        sides: dict[str, Side] = {}
        if beside_floor:
            sides[_FLOOR] = partial(_answered, stack.enter_context(running(FLOOR)), numbers)
        servers = {name: stack.enter_context(running(program)) for name, program in programs.items()}
        sides |= {name: partial(_called_back, server, webhook, numbers) for name, server in servers.items()}
        samples = _measured(size, sides)
        return samples, {} if beside_floor else {name: server.resident_bytes for name, server in servers.items()}


def _measured(size: Size, sides: Mapping[str, Side]) -> Samples:
    for name, side in sides.items():
        side(size, size.requests * (_WARM_UP if name in (_STATIC, _WEBHOOK) else 1))
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


def _against(run: Run, benchmark: str, samples: Samples, *, per_second: float, p99: float) -> list[Figure]:
    if run.before is None:
        return []
    mine, base = ([sample.p99 for sample in samples[name]] for name in (OURS.name, run.before.name))
    detail = f"{statistics.median(mine):.1f} of {statistics.median(base):.1f} ms; rounds: {ratios(mine, base)}"
    what = f"p99, against {run.before.name}"
    return [
        _rate(benchmark, run.before.name, samples, run.aim(per_second)),
        Figure(benchmark, what, median_ratio(mine, base), "×", run.aim(p99), "less", detail),
    ]


def _rate(benchmark: str, other: str, samples: Samples, aim: float | None) -> Figure:
    mine, base = ([sample.per_second for sample in samples[name]] for name in (OURS.name, other))
    detail = f"{statistics.median(mine):,.0f} of {statistics.median(base):,.0f} a second"
    what = f"requests a second, against {other}"
    return Figure(
        benchmark, what, median_ratio(mine, base), "×", aim, "more", f"{detail}; rounds: {ratios(mine, base)}"
    )


def _memory(resident: Mapping[str, int]) -> Figure:
    mine, base = resident[OURS.name], resident[_WEBHOOK]
    what = f"resident after it, against {_WEBHOOK}"
    detail = f"{mine / MIB:.0f} MiB of {base / MIB:.0f} MiB"
    return Figure("stk_push_with_callbacks", what, mine / base, "×", None, "less", detail)
