"""One list of everything that may decide a request, in order: header, one-shots, active scenario. And who came near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mock_daraja.model import Decision, Outcome, Row
from mock_daraja.scenarios import matching, templates
from mock_daraja.scenarios.model import Facts, OneShot, Rule, Scenario

NEAREST: Final = 3
"""How many losers are worth showing."""


class Candidate(Row, frozen=True):
    """`name` is for people, `key` is that of its count, `one_shot` the id of the one it stands for. `turn` says which
    of its outcomes comes next."""

    selector: str
    name: str
    key: str
    rule: Rule
    one_shot: int = 0
    turn: int = 0

    @property
    def outcome(self) -> Outcome:
        return self.rule.outcomes[self.turn]

    @property
    def is_early(self) -> bool:
        """Whether it can be judged, and carried out, before the caller is known and the body read."""
        outcome = self.outcome
        at_once = outcome.is_synchronous or (outcome.fault is not None and not outcome.executes)
        return at_once and not templates.has_any(outcome) and not self.rule.when.is_late

    @property
    def next_turn(self) -> int:
        """Once it has decided: the last outcome of a sequence repeats, unless it loops."""
        if self.turn + 1 < len(self.rule.outcomes):
            return self.turn + 1
        return 0 if self.rule.loops else self.turn


class Loser(Row, frozen=True):
    """A rule that nearly decided, and the condition that kept it from it."""

    rule: str
    why: str


def of_scenario(scenario: Scenario, selector: str, turns: Mapping[str, int]) -> Iterator[Candidate]:
    for index, rule in enumerate(scenario.rules):
        key = f"rule {index + 1}"
        yield Candidate(selector, scenario.label(index), key, rule, turn=turns.get(key, 0))


def of_one_shot(one_shot: OneShot) -> Candidate:
    name = f"one-shot {one_shot.id}"
    return Candidate("one-shot", name, name, Rule(one_shot.match, (one_shot.outcome,)), one_shot.id)


def split(candidates: Sequence[Candidate], facts: Facts, state: str) -> int:
    """Where the list passes from those for `early` to those for `decide`."""
    for index, candidate in enumerate(candidates):
        if candidate.is_early or not matching.head_holds(candidate.rule.when, facts, state):
            continue
        if matching.unfit(candidate.outcome, facts) is None:
            return index
    return len(candidates)


def nearest(
    candidates: Sequence[Candidate], facts: Facts, state: str, numbers: Mapping[str, int], winner: Decision | None
) -> tuple[Loser, ...]:
    """Those for this operation that did not decide, fewest unmet conditions first. `numbers` holds, by key, which
    request this is for `nth`."""
    near: list[tuple[int, Loser]] = []
    for candidate in candidates:
        match = candidate.rule.when
        if match.operation not in (None, facts.operation) or match.product not in (None, facts.product):
            continue
        if winner is not None and (candidate.selector, candidate.name) == (winner.selector, winner.rule):
            continue
        has_no_body, has_no_amount = facts.kind == "grants", facts.amount_cents is None
        if (has_no_body and match.needs_body) or (has_no_amount and match.amount is not None):
            continue  # it is about other requests
        reasons = matching.unmet(match, facts, state, numbers.get(candidate.key, 1))
        unmet, unfit = len(reasons), matching.unfit(candidate.outcome, facts)
        reasons += [] if unfit is None else [unfit]
        why = "; ".join(reasons)
        if not reasons and candidate.rule.probability < 1:
            why = f"matches too, but its probability is only {candidate.rule.probability:g}"
        elif not reasons and winner is not None:
            why = f"matches too, but {winner.rule} comes first"
        if why:
            near.append((unmet, Loser(candidate.name, why)))
    near.sort(key=lambda pair: pair[0])
    return tuple(loser for _, loser in near[:NEAREST])
