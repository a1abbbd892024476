"""A figure with its aim, how large a run is, and the table they are printed in."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Size:
    """How much work a benchmark does: by hand, or in CI where only correctness is judged."""

    rounds: int  # floor and ours, measured in turn
    requests: int  # in one measurement of one server
    callbacks: int  # due at once
    rows: int  # transactions in the memory benchmark
    starts: int
    fixture_tests: int
    paid_tests: int
    seconds: float  # bound on any one measurement


FULL = Size(
    rounds=9,
    requests=4_000,
    callbacks=10_000,
    rows=100_000,
    starts=11,
    fixture_tests=400,
    paid_tests=1_000,
    seconds=120,
)
QUICK = Size(rounds=3, requests=400, callbacks=500, rows=2_000, starts=3, fixture_tests=40, paid_tests=40, seconds=60)


@dataclass(frozen=True, slots=True)
class Figure:
    """`better` says on which side of the aim a value is good."""

    benchmark: str
    what: str
    value: float
    unit: str
    aim: float
    better: Literal["more", "less"]
    detail: str = ""

    @property
    def reached(self) -> bool:
        return self.value >= self.aim if self.better == "more" else self.value <= self.aim


def median_ratio(ours: Sequence[float], floor: Sequence[float]) -> float:
    """The median of the ratios of neighbours in time, which drift of the machine hits alike."""
    return statistics.median(mine / base for mine, base in zip(ours, floor, strict=True))


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def table(figures: Sequence[Figure]) -> str:
    rows = [("benchmark", "figure", "value", "aim", "", "detail")]
    for figure in figures:
        bound = "≥" if figure.better == "more" else "≤"
        rows.append(
            (
                figure.benchmark,
                figure.what,
                f"{figure.value:,.2f} {figure.unit}",
                f"{bound} {figure.aim:,.2f}",
                "ok" if figure.reached else "short",
                figure.detail,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
