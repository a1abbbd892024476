"""B2C in requests a second, beside STK push: each has a SecurityCredential that the mock opens by RSA."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import islice, repeat

from bench.daraja import b2c_payments, customers, fresh_credentials, pushes
from bench.figures import Figure
from bench.load import Job, generate
from bench.processes import OURS, ServerProcess, running
from bench.rounds import in_turn, median_ratio, ratios
from bench.run import Run, Size

_PUSH, _FRESH, _SAME = "STK push", "B2C, fresh credentials", "B2C, the same credential"
_TRIAL = 40  # requests that tell how many make a measurement of about a second
Side = Callable[[int], float]
"""So many requests; how many a second were answered."""


def b2c(run: Run) -> list[Figure]:
    """On the manual clock: nothing settles, no result is due. What is encrypted here is done before the window."""
    numbers = customers()
    with ExitStack() as stack:
        sides: dict[str, Side] = {}
        for tree in run.trees:
            server = stack.enter_context(running(tree.serve(clock="manual")))
            sides |= {f"{tree.name}: {kind}": side for kind, side in _sides(server, numbers, run.size).items()}
        sized = {name: partial(side, _count(side, run.size)) for name, side in sides.items()}
        rates = in_turn(run.size.rounds, sized)

    def compare(what: str, mine: str, base: str, aim: float | None) -> Figure:
        medians = f"{statistics.median(rates[mine]):,.0f} of {statistics.median(rates[base]):,.0f} a second"
        detail = f"{medians}; rounds: {ratios(rates[mine], rates[base])}"
        return Figure("b2c", what, median_ratio(rates[mine], rates[base]), "×", aim, "more", detail)

    fresh, same = f"{OURS.name}: {_FRESH}", f"{OURS.name}: {_SAME}"
    figures = [compare(f"{_SAME}, against our STK push", same, f"{OURS.name}: {_PUSH}", 0.8)]
    if run.before:
        push, before = f"{run.before.name}: {_PUSH}", f"{run.before.name}: {_FRESH}"
        figures += [
            compare(f"{_FRESH}, against {run.before.name}'s STK push", fresh, push, run.aim(0.3)),
            compare(f"{_FRESH}, against the same on {run.before.name}", fresh, before, None),
        ]
    return figures


def _sides(server: ServerProcess, numbers: Iterator[str], size: Size) -> dict[str, Side]:
    fresh = fresh_credentials(server.url)
    same = next(fresh)

    def answered(requests: list[bytes]) -> float:
        return generate(Job(server.address, requests, seconds=size.seconds)).must_all_be(200, len(requests)).per_second

    def take(count: int) -> list[str]:
        return list(islice(numbers, count))

    return {
        _PUSH: lambda count: answered(pushes(server.url, take(count))),
        _FRESH: lambda count: answered(b2c_payments(server.url, take(count), fresh)),
        _SAME: lambda count: answered(b2c_payments(server.url, take(count), repeat(same))),
    }


def _count(side: Side, size: Size) -> int:
    side(_TRIAL)
    return min(size.requests, max(_TRIAL, round(side(_TRIAL))))
