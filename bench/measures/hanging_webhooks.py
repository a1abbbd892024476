"""Webhooks that hang: how late callbacks to another receiver are beside them, and callbacks of another sandbox."""

from __future__ import annotations

import statistics
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import islice

from bench.daraja import APP, call, checkout_ids, customers, pushes
from bench.figures import Figure
from bench.lateness import lateness_ms
from bench.load import Job, generate
from bench.processes import OURS, ServerProcess, Tree, running
from bench.rounds import percentile
from bench.run import Run, Size
from bench.sink import Sink, must_match, sink

_CALLBACKS = 200  # whose lateness is measured; they fall due within a second
_ANSWER_AFTER = 0.5  # seconds until a customer has paid and the callback is due
_UNDER_WAY = 1.0  # seconds after that in which those that hang are sent
_OTHER = "other"  # a sandbox
_BENCHMARK = "hanging_webhooks"


def hanging_webhooks(run: Run) -> list[Figure]:
    """On the real clock; those that hang answer just before the mock gives up on them."""
    return [_beside_another_receiver(run), _beside_another_sandbox(run)]


def _beside_another_receiver(run: Run) -> Figure:
    count = run.size.webhooks
    late = {tree.name: _p99_beside_another_receiver(tree, count, run.size) for tree in run.trees}
    what = f"p99 of lateness, {count} hanging for {run.size.hang_seconds:.0f} s at another receiver"
    detail = "; ".join(f"{name}: {each:,.1f} ms" for name, each in late.items())
    return Figure(_BENCHMARK, what, late[OURS.name], "ms", 50, "less", detail)


def _p99_beside_another_receiver(tree: Tree, count: int, size: Size) -> float:
    numbers = customers()
    with _serving(tree) as mock, sink() as quick, sink(after=size.hang_seconds) as slow:
        _hang(mock, slow, list(islice(numbers, count)), size)
        return _p99_of_lateness(mock, quick, list(islice(numbers, _CALLBACKS)), size)


def _beside_another_sandbox(run: Run) -> Figure:
    count = run.size.webhooks // 2
    rounds = {tree.name: run.size.rounds // 3 if tree is OURS else 1 for tree in run.trees}
    cost = {tree.name: _with_and_without(tree, count, rounds[tree.name], run.size) for tree in run.trees}
    added = statistics.median(beside - alone for beside, alone in cost[OURS.name])
    detail = "; ".join(
        f"{name}: " + ", ".join(f"{beside:,.1f} for {alone:,.1f}" for beside, alone in each)
        for name, each in cost.items()
    )
    what = f"added to p99 of lateness by {count} hanging in another sandbox"
    return Figure(_BENCHMARK, what, added, "ms", 2, "less", detail)


def _with_and_without(tree: Tree, count: int, rounds: int, size: Size) -> list[tuple[float, float]]:
    """p99 of lateness beside those that hang, and alone, in each round."""
    numbers = customers()
    settings = {"name": _OTHER, "clock": "real", "answer_after": _ANSWER_AFTER, "callback_after": 0}
    both = []
    with _serving(tree) as mock, sink() as quick:
        app = call(f"{mock.url}/_mock/sandboxes", settings)["app"]
        other = _Sandbox(f"{app['key']}:{app['secret']}", f"{mock.url}/_mock/sandboxes/{_OTHER}")
        for _ in range(rounds):
            alone = _p99_of_lateness(mock, quick, list(islice(numbers, _CALLBACKS)), size, other)
            with sink(after=size.hang_seconds) as slow:  # it ends with the round, and what hangs with it
                _hang(mock, slow, list(islice(numbers, count)), size)
                beside = _p99_of_lateness(mock, quick, list(islice(numbers, _CALLBACKS)), size, other)
            both.append((beside, alone))
    return both


@dataclass(frozen=True, slots=True)
class _Sandbox:
    app: str
    control: str


def _serving(tree: Tree) -> AbstractContextManager[ServerProcess]:
    return running(tree.serve("--answer-after", str(_ANSWER_AFTER), "--callback-after", "0", clock="real"))


def _hang(mock: ServerProcess, slow: Sink, numbers: list[str], size: Size) -> None:
    """Returns when all of their callbacks are under way, or as many as the mock sends side by side."""
    requests = pushes(mock.url, numbers, slow.url)
    generate(Job(mock.address, requests, seconds=size.seconds)).must_all_be(200, len(numbers))
    slow.wait_for(len(numbers), _ANSWER_AFTER + _UNDER_WAY)


def _p99_of_lateness(
    mock: ServerProcess, quick: Sink, numbers: list[str], size: Size, sandbox: _Sandbox | None = None
) -> float:
    """In milliseconds. Raises RuntimeError where one is lost."""
    sandbox = sandbox or _Sandbox(APP, f"{mock.url}/_mock")
    requests = pushes(mock.url, numbers, quick.url, app=sandbox.app)
    job = Job(mock.address, requests, seconds=size.seconds, rate=len(numbers), keep_bodies=True)
    load = generate(job).must_all_be(200, len(numbers))
    arrivals = quick.wait_for(len(numbers), size.seconds)
    must_match(arrivals, checkout_ids(load.bodies))
    return percentile(lateness_ms(sandbox.control, arrivals), 0.99)
