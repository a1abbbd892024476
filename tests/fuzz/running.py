"""Cases of a grammar, one after the other, for so long. The case of a number is the same with the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from mock_daraja.clock import monotonic
from tests.fuzz.control import Control
from tests.fuzz.finding import LONGEST_S, Finding, Grammar
from tests.fuzz.scenarios import Scenarios
from tests.fuzz.settings import SettingsFiles
from tests.fuzz.wire import Wire

GRAMMARS: Final[dict[str, Callable[[], Grammar]]] = {
    "wire": Wire,
    "control": Control,
    "scenarios": Scenarios,
    "settings": SettingsFiles,
}
_ENOUGH: Final = 10  # findings
_SHOWN: Final = 4000  # characters of what was given


@dataclass(slots=True)
class Run:
    """What came of a grammar: how often what, and what is wrong."""

    grammar: str
    seed: int
    seen: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    slowest_s: float = 0.0

    def lines(self) -> Sequence[str]:
        came = ", ".join(f"{count} {word}" for word, count in self.seen.most_common(12))
        cases = f"{self.seen.total()} cases with seed {self.seed}, the slowest {self.slowest_s:.2f} s"
        wrong = (f"\ncase {number}: {each.what}\n  given: {each.given[:_SHOWN]}" for number, each in self.findings)
        return [f"{self.grammar}: {cases}: {came}", *wrong]


def run(name: str, seed: int, seconds: float) -> Run:
    """Ends early where enough was found."""
    grammar = GRAMMARS[name]()
    done = Run(name, seed)
    try:
        grammar.begin()
        until_s, number = monotonic() + seconds, 0
        while monotonic() < until_s and len(done.findings) < _ENOUGH:
            began_s = monotonic()
            result = grammar.case(Random(f"{seed} {name} {number}"))
            _count(done, number, result, monotonic() - began_s)
            number += 1
    finally:
        last = grammar.end()
    if last is not None:
        _count(done, number, last, 0)
    return done


def _count(done: Run, number: int, result: str | Finding, took_s: float) -> None:
    done.slowest_s = max(done.slowest_s, took_s)
    if took_s > LONGEST_S and isinstance(result, str):
        result = Finding(f"it took {took_s:.1f} s", result)
    if isinstance(result, Finding):
        done.findings.append((number, result))
    done.seen["wrong" if isinstance(result, Finding) else result] += 1
