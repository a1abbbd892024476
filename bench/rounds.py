"""Measuring in turn, so that drift of the machine hits all sides alike, and what is made of many samples."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence


def median_ratio(ours: Sequence[float], floor: Sequence[float]) -> float:
    """The median of the ratios of neighbours in time, which drift of the machine hits alike."""
    return statistics.median(mine / base for mine, base in zip(ours, floor, strict=True))


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
