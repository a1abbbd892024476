"""What is seen of a server over time, and what must hold at the end. Reads Linux's /proc."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import daraja
from bench.figures import Figure

_MOST_DUE: Final = 1000
_MIB: Final = 1 << 20
GROWTH: Final = 1.10
"""Of resident memory after the warm-up, at most."""
_LEAST_WARM_UP_S: Final = 120
_AT_AN_END: Final = 5  # samples that are taken together at either end


@dataclass(frozen=True, slots=True)
class Sample:
    """`answered` and `p99_ms` are of plain requests since the sample before. Memory is in MiB."""

    at_s: float
    rss: float
    descriptors: int
    threads: int
    due: int  # events; at most so many are counted
    ledger: str  # the sum, in shillings
    stuck: int
    answered: int
    p99_ms: float


def sample(pid: int, url: str, at_s: float, latencies: Sequence[float]) -> Sample:
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    ordered = sorted(latencies)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] * 1000 if ordered else 0.0
    return Sample(
        at_s,
        int(status["VmRSS"].split()[0]) * 1024 / _MIB,
        len(os.listdir(f"/proc/{pid}/fd")),
        int(status["Threads"]),
        len(daraja.call(f"{url}/_mock/clock?limit={_MOST_DUE}")["due"]),
        daraja.call(f"{url}/_mock/ledger")["sum"],
        daraja.call(f"{url}/_mock/health")["stuck"],
        len(ordered),
        p99,
    )


def verdicts(before: Sample, during: Sequence[Sample], after: Sample, warm_up_s: float) -> Iterator[Figure]:
    """`before` and `after` are of a server that has nothing to do."""
    warm = [each for each in during if each.at_s >= warm_up_s] or list(during)
    first, last = (statistics.median(each.rss for each in part) for part in (warm[:_AT_AN_END], warm[-_AT_AN_END:]))
    most = max(each.rss for each in warm)
    detail = f"{first:.1f} MiB after the warm-up, {last:.1f} at the end, {most:.1f} at most"
    aim = GROWTH if warm_up_s >= _LEAST_WARM_UP_S else None  # after less it still fills what it keeps
    yield Figure("soak", "resident memory", last / first, "×", aim, "less", detail)
    descriptors, threads = (before.descriptors, after.descriptors), (before.threads, after.threads)
    for what, (was, left) in (("descriptors", descriptors), ("threads", threads)):
        yield _none(f"{what} left", max(0, left - was), f"{was} before the load, {left} after it")
    yield _none("events pending", after.due, f"{max(each.due for each in during)} at most under load")
    yield _none("events stuck", after.stuck)
    yield _none("samples in which the ledger isn't zero", sum(each.ledger != "0.00" for each in (*during, after)))
    middle, worst = statistics.median(each.p99_ms for each in warm), max(each.p99_ms for each in warm)
    detail = f"median of the samples; {worst:.1f} ms in the worst of them"
    yield Figure("soak", "p99 of STK pushes", middle, "ms", None, "less", detail)


def _none(what: str, there: int, detail: str = "") -> Figure:
    return Figure("soak", what, there, "", 0, "less", detail)


_COLUMNS: Final[tuple[tuple[str, str, Callable[[Sample], float | str]], ...]] = (
    ("minute", ".1f", lambda each: each.at_s / 60),
    ("RSS, MiB", ".1f", lambda each: each.rss),
    ("descriptors", "", lambda each: each.descriptors),
    ("threads", "", lambda each: each.threads),
    ("due", "", lambda each: each.due),
    ("ledger", "", lambda each: each.ledger),
    ("stuck", "", lambda each: each.stuck),
    ("pushes", "", lambda each: each.answered),
    ("p99, ms", ".1f", lambda each: each.p99_ms),
)


def rows(samples: Sequence[Sample], most: int = 31) -> Iterator[str]:
    """A table, of so many rows at most and the last."""
    yield "  ".join(f"{name:>11}" for name, _, _ in _COLUMNS)
    for each in (*samples[: -1 : max(1, -(-len(samples) // most))], samples[-1]):
        yield "  ".join(f"{format(value(each), form):>11}" for _, form, value in _COLUMNS)
