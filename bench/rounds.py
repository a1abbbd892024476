"""Measuring in turn, so that drift of the machine hits all sides alike, and what is made of many samples."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

Sample = TypeVar("Sample")


def in_turn(rounds: int, sides: Mapping[str, Callable[[], Sample]]) -> dict[str, list[Sample]]:
    """What each side gave in each round. Every other round goes through them backwards; neighbours stay neighbours."""
    samples: dict[str, list[Sample]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in sides if number % 2 == 0 else reversed(list(sides)):
            samples[name].append(sides[name]())
    return samples


def median_ratio(mine: Sequence[float], base: Sequence[float]) -> float:
    """The median of the ratios of neighbours in time, which drift of the machine hits alike."""
    return statistics.median(own / other for own, other in zip(mine, base, strict=True))


def ratios(mine: Sequence[float], base: Sequence[float]) -> str:
    """Round by round, to see how much they differ."""
    return " ".join(f"{own / other:.2f}" for own, other in zip(mine, base, strict=True))


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
