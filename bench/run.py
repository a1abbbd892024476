"""What a run is made of: how large it is, and what ours is measured against."""

from __future__ import annotations

from dataclasses import dataclass

from bench.peers import Peers
from bench.processes import OURS, Tree


@dataclass(frozen=True, slots=True)
class Size:
    """How much work a benchmark does: by hand, or in CI where only correctness is judged."""

    rounds: int  # all sides, measured in turn
    requests: int  # in one measurement of one server
    callbacks: int  # due at once
    rows: int  # transactions in the memory benchmark
    hanging: int  # clients
    webhooks: int  # that hang
    hang_seconds: float
    starts: int
    fixture_tests: int
    paid_tests: int
    seconds: float  # bound on any one measurement


FULL = Size(
    rounds=9,
    requests=4_000,
    callbacks=10_000,
    rows=100_000,
    hanging=2_000,
    webhooks=200,
    hang_seconds=9,
    starts=11,
    fixture_tests=400,
    paid_tests=1_000,
    seconds=120,
)
QUICK = Size(
    rounds=3,
    requests=400,
    callbacks=500,
    rows=2_000,
    hanging=100,
    webhooks=40,
    hang_seconds=3,
    starts=3,
    fixture_tests=40,
    paid_tests=40,
    seconds=60,
)


@dataclass(frozen=True, slots=True)
class Run:
    """Without `before`, the figures against another revision are left out; without `peers`, those against theirs."""

    size: Size
    before: Tree | None = None
    peers: Peers | None = None

    @property
    def trees(self) -> tuple[Tree, ...]:
        """What is measured alike: the other revision, where there is one, and ours."""
        return (OURS,) if self.before is None else (self.before, OURS)

    def aim(self, ratio: float) -> float | None:
        """An aim of ours against the other revision; sources measured against themselves have none."""
        return None if self.before is None or self.before.folder == OURS.folder else ratio
