"""STK push beside one request to /_mock that keeps a core busy: a big HAR, a report, an advance."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from threading import Event
from urllib.request import ProxyHandler, build_opener

from bench.daraja import advance, customers, pushes
from bench.figures import Figure
from bench.load import Job, Load, generate
from bench.processes import OURS, ServerProcess, running
from bench.rounds import in_turn, median_ratio, percentile, ratios
from bench.run import Run, Size

_ROUNDS = 3
_ALONE = "alone"
_KEPT, _P99 = 0.4, 12  # share of the requests a second, and milliseconds; what a prototype reached
_opener = build_opener(ProxyHandler({}))


def busy(run: Run) -> list[Figure]:
    """HAR and report are asked for again and again while the load lasts; an advance settles many payments at once."""
    numbers = customers()
    with ExitStack() as stack:
        sides: dict[str, Callable[[], Load]] = {}
        for tree in run.trees:
            flags = ("--keep-bodies", str(run.size.requests * 2))
            server = stack.enter_context(running(tree.serve(*flags, clock="manual")))
            beside = _Beside(server, numbers, run.size)
            beside.push(run.size.requests * 2)  # what HAR and report are made of
            kinds: dict[str, Callable[[], Load]] = {
                _ALONE: beside.load,
                "a HAR": partial(beside.repeated, "exchanges.har"),
                "a report": partial(beside.repeated, "report"),
                "an advance": beside.advance,
            }
            sides |= {f"{tree.name}: {kind}": side for kind, side in kinds.items()}
        loads = in_turn(min(_ROUNDS, run.size.rounds), sides)
    names = [tree.name for tree in run.trees]
    return [
        figure
        for kind in ("a HAR", "a report", "an advance")
        for figure in _figures(kind, {name: (loads[f"{name}: {kind}"], loads[f"{name}: {_ALONE}"]) for name in names})
    ]


class _Beside:
    """The load, alone and beside what keeps the server busy."""

    def __init__(self, server: ServerProcess, numbers: Iterator[str], size: Size) -> None:
        self._server = server
        self._numbers = numbers
        self._size = size

    def push(self, count: int) -> Load:
        requests = pushes(self._server.url, list(islice(self._numbers, count)))
        return generate(Job(self._server.address, requests, seconds=self._size.seconds)).must_all_be(200, count)

    def load(self) -> Load:
        return self.push(self._size.requests // 2)

    def repeated(self, path: str) -> Load:
        with _asked_again_and_again(f"{self._server.url}/_mock/{path}"):
            return self.load()

    def advance(self) -> Load:
        self.push(self._size.requests * 2)
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(advance, self._server.url, 60, self._size.seconds)
            load = self.load()
            done.result()
        return load


@contextmanager
def _asked_again_and_again(url: str) -> Iterator[None]:
    enough = Event()

    def ask() -> None:
        while not enough.is_set():
            with _opener.open(url, timeout=120) as answer:
                answer.read()

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask)
        try:
            yield
        finally:
            enough.set()
        asked.result()


def _figures(kind: str, loads: dict[str, tuple[list[Load], list[Load]]]) -> Iterator[Figure]:
    """From the loads beside it and alone, of each tree."""
    rates = {name: [[load.per_second for load in each] for each in both] for name, both in loads.items()}
    kept = "; ".join(
        f"{name}: {statistics.median(beside):,.0f} of {statistics.median(alone):,.0f}, rounds {ratios(beside, alone)}"
        for name, (beside, alone) in rates.items()
    )
    what = f"requests a second beside {kind}, against alone"
    yield Figure("busy", what, median_ratio(*rates[OURS.name]), "×", _KEPT, "more", kept)

    p99s = {name: [percentile(load.latencies, 0.99) * 1000 for load in beside] for name, (beside, _) in loads.items()}
    detail = "; ".join(f"{name}: {', '.join(f'{each:.1f}' for each in rounds)} ms" for name, rounds in p99s.items())
    yield Figure("busy", f"p99 beside {kind}", statistics.median(p99s[OURS.name]), "ms", _P99, "less", detail)
