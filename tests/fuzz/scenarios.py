"""Scenario files, of words that there are and values that there aren't, and the shipped ones with other bytes."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from mock_daraja import resources
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import Facts, Library, Scenario, writing
from mock_daraja.scenarios.doubts import doubts
from tests.fuzz import odd
from tests.fuzz.finding import Finding, attempted
from tests.scenarios.engines import engine_of

_FACTS: Final = Facts(
    "stk-push.process",
    "stk-push",
    body={"AccountReference": "INV-1", "Amount": 1, "Odd": [[{}]], "Text": "a" * 100},
    msisdn="254708374149",
    amount_cents=100,
    shortcode="174379",
)
_WORDS: Final = (
    "title", "story", "provenance", "use", "rules", "when", "then", "probability", "operation", "product", "msisdn",
    "amount", "shortcode", "app", "nth", "state", "body", "customer", "matches", "one_of", "exists", "min", "max",
    "error", "status", "message", "page", "fault", "executes", "never", "result", "desc", "after", "callback",
    "queue_timeout", "query", "unattested", "goto", "sequence", "repeat", "drop", "copies", "every", "forge", "name",
    "delay", "damage", "level", "source",
)  # fmt: skip
_VALUES: Final[tuple[Any, ...]] = (
    "stk-push.process",
    "stk-push",
    1032,
    0,
    "1-3",
    "2-",
    {"matches": "(a|aa)+"},
    "hang",
    "loop",
    1.5,
    "waf",
    "b",
)


class Scenarios:
    name = "scenarios"

    def __init__(self) -> None:
        self._folder = Path()

    def begin(self) -> None:
        self._folder = Path(tempfile.mkdtemp())
        (self._folder / "b.yaml").write_text("title: b\nrules: [{then: {result: 1}}]\n", encoding="utf-8")

    def case(self, chance: Random) -> str | Finding:
        path = self._folder / chance.choice(("a.yaml", "a.yml", "a.json"))
        raw = self._raw(chance)
        path.write_bytes(raw)
        try:
            return attempted(lambda: self._used(path), f"{path.name}: {raw!r}")
        finally:
            path.unlink()

    def end(self) -> Finding | None:
        shutil.rmtree(self._folder)
        return None

    def _used(self, path: Path) -> None:
        library = Library([path.parent], CATALOGUE.known)
        found = library.find("a")
        [*doubts(found)]
        json.dumps(writing.whole(found))
        for rule in found.rules:
            writing.condition_said(rule)
            writing.outcomes_said(rule)
        self._played(library, found)

    def _played(self, library: Library, found: Scenario) -> None:
        engine = engine_of(library)
        engine.activate(found)
        for _ in range(3):
            engine.decide(_FACTS, engine.early(_FACTS), explain=True)

    def _raw(self, chance: Random) -> bytes:
        if chance.random() < 0.5:
            return odd.changed(chance.choice(_shipped()), chance)
        document = self._document(chance)
        raw = json.dumps(document, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace")
        return odd.changed(raw, chance) if chance.random() < 0.3 else raw

    def _document(self, chance: Random) -> Any:
        rules = [{"when": self._some(chance), "then": self._some(chance)} for _ in range(chance.randrange(3))]
        usual = {"title": "x", "rules": rules}
        return usual | self._some(chance) if chance.random() < 0.9 else odd.value(chance)

    def _some(self, chance: Random, depth: int = 0) -> dict[str, Any]:
        return {chance.choice(_WORDS): self._value(chance, depth) for _ in range(chance.choice((0, 1, 1, 2)))}

    def _value(self, chance: Random, depth: int) -> Any:
        kind = chance.random()
        if kind < 0.4:
            return chance.choice(_VALUES)
        return self._some(chance, depth + 1) if kind < 0.6 and depth < 3 else odd.value(chance)


@cache
def _shipped() -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for path in sorted(resources.scenarios().rglob("*.yaml")))
