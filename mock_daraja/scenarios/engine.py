"""Who decides what happens to a request: one Engine per sandbox, applying the precedence of design §4, steps 1 to 5.

It owns the armed one-shots, the active scenario with its state and the turns of its sequences, and the counts behind
`nth`. It has no lock: the sandbox's is held around every call. It reads no files and makes no chance (it is given
`find`, `latest` and `chance`) and knows nothing of products.

A request is considered twice. `early` runs before the caller is authenticated, so that a gateway that is down answers
requests of every kind; `decide` runs once the body is known to be valid. Header, one-shots and active scenario make one
ordered list of candidates. `early` reads that list down to the first candidate that could match but needs the app or
the body, or is no fault, page or synchronous error; `decide` starts at that candidate. So the first match wins across
both, and no candidate is considered, or counted, twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.model import Decision
from mock_daraja.scenarios import candidates as listed
from mock_daraja.scenarios import matching, selectors, templates
from mock_daraja.scenarios.candidates import Candidate, Loser
from mock_daraja.scenarios.model import START, CustomerFacts, Facts, Match, OneShot, Scenario


@dataclass(frozen=True, slots=True)
class Choice:
    """`decision` of None: nothing was asked for, the ledger's truth decides."""

    decision: Decision | None
    losers: tuple[Loser, ...] = ()


_UNDECIDED: Final = Choice(None)


class Engine:
    """`find` gives the scenario of a name, or raises a Problem that says which names there are; `latest` gives one as
    its file has it now. `chance` is drawn, from 0 to 1, for a rule with a probability; `look` is at a customer."""

    def __init__(
        self,
        find: Callable[[str], Scenario],
        *,
        chance: Callable[[], float] = lambda: 0.0,
        look: Callable[[str], CustomerFacts | None] = lambda msisdn: None,
        latest: Callable[[Scenario], Scenario] | None = None,
    ) -> None:
        self._find = find
        self._chance = chance
        self._look = look
        self._latest = latest
        self._active: Scenario | None = None
        self._rules: list[Candidate] = []
        self._state = START
        self._armed: list[OneShot] = []
        self._counts: dict[str, int] = {}
        self._last_id = 0

    @property
    def active(self) -> Scenario | None:
        return self._active

    @property
    def state(self) -> str:
        """The active scenario's state: `start`, or where its last `goto` led."""
        return self._state

    @property
    def pending(self) -> tuple[OneShot, ...]:
        """The one-shots nobody has used up, first in first."""
        return tuple(self._armed)

    def activate(self, scenario: Scenario | None) -> None:
        """Start a scenario from its beginning, in place of the one that was active. None ends it."""
        for rule in self._rules:
            self._counts.pop(rule.key, None)
        self._active, self._state = scenario, START
        self._rules = [] if scenario is None else [*listed.of_scenario(scenario, "scenario")]

    def follow(self) -> None:
        """Start the active scenario anew if its file has changed."""
        if self._active is not None and self._latest is not None:
            newer = self._latest(self._active)
            if newer is not self._active:
                self.activate(newer)

    def arm(self, one_shot: OneShot) -> OneShot:
        """Put it last in the queue. Returns it with its id."""
        self._last_id += 1
        armed = replace(one_shot, id=self._last_id)
        self._armed.append(armed)
        return armed

    def disarm(self, number: int) -> OneShot:
        """Take a one-shot out of the queue. Raises Problem when it is not there (any more)."""
        for armed in self._armed:
            if armed.id == number:
                self._forget(armed)
                return armed
        ids = ", ".join(str(armed.id) for armed in self._armed) or "none"
        raise Problem(f"there is no one-shot {number}", remedy=f"armed now: {ids}", status=404)

    def snapshot(self) -> tuple[object, ...]:
        """What is armed, active and counted, for `restore`."""
        return self._active, list(self._rules), self._state, list(self._armed), dict(self._counts), self._last_id

    def restore(self, saved: tuple[Any, ...]) -> None:
        self._active, rules, self._state, armed, counts, self._last_id = saved
        self._rules, self._armed, self._counts = list(rules), list(armed), dict(counts)

    def reset(self) -> None:
        """Nothing armed, no scenario active, as when it was new."""
        self.activate(None)
        self._armed.clear()
        self._counts.clear()
        self._last_id = 0

    def early(self, facts: Facts) -> Decision | None:
        """The fault, page or synchronous error of a rule that needs neither app nor body. Hand it on to `decide`, if
        the request gets that far.

        Raises Problem on an X-Mock-Scenario header that names nothing.
        """
        if not (self._rules or self._armed or facts.header):
            return None
        self.follow()
        candidates = self._candidates(facts)
        for index in range(listed.split(candidates, facts, self._state)):
            if self._matches(candidates[index], facts) and self._happens(candidates[index]):
                for shadowed in candidates[index + 1 :]:
                    if not shadowed.match.is_late:
                        self._matches(shadowed, facts)
                return self._won(candidates[index], facts)
        return None

    def decide(self, facts: Facts, early: Decision | None = None, *, explain: bool = False) -> Choice:
        """What shall happen to a valid request. `early` is what `early` said of the same request.

        An outcome that names no result leaves it to the request's own reserved MSISDN or `mock:` code, if there is one:
        a late callback can be late with any result. Losers are worked out only with `explain`.
        """
        decision = early
        losers: tuple[Loser, ...] = ()
        if self._rules or self._armed or facts.header:
            candidates, state = self._candidates(facts), self._state
            facts = self._looked(candidates, facts)
            if decision is None:
                decision = self._late(candidates, facts)
            if explain:
                losers = listed.nearest(candidates, facts, state, self._counts, decision)
        carried = selectors.carried(facts)
        if carried is not None:
            if decision is None:
                decision = carried
            elif decision.outcome.result is None and not (decision.outcome.is_synchronous or decision.outcome.never):
                decision = _completed(decision, carried)
            elif explain:
                losers = (Loser(carried.rule, f"{decision.rule} comes first"), *losers)[: listed.NEAREST]
        return _UNDECIDED if decision is None and not losers else Choice(decision, losers)

    def explain(self, facts: Facts) -> tuple[Loser, ...]:
        """The rules that would come nearest to deciding this request without doing so, were it made now."""
        numbers = {key: count + 1 for key, count in self._counts.items()}
        candidates = self._candidates(facts)
        return listed.nearest(candidates, self._looked(candidates, facts), self._state, numbers, None)

    def _looked(self, candidates: list[Candidate], facts: Facts) -> Facts:
        """With what is true of the customer, where a rule asks for it."""
        if facts.msisdn is None or all(each.match.customer is None for each in candidates):
            return facts
        return replace(facts, customer=self._look(facts.msisdn))

    def _late(self, candidates: list[Candidate], facts: Facts) -> Decision | None:
        winner: Candidate | None = None
        for candidate in candidates[listed.split(candidates, facts, self._state) :]:
            if self._matches(candidate, facts) and winner is None and self._happens(candidate):
                winner = candidate
        return None if winner is None else self._won(winner, facts)

    def _candidates(self, facts: Facts) -> list[Candidate]:
        named = self._named(facts.header.strip(), facts.product) if facts.header else ()
        return [*named, *map(listed.of_one_shot, self._armed), *self._rules]

    def _named(self, header: str, product: str) -> Iterable[Candidate]:
        if selectors.is_code(header):
            outcome = selectors.outcome_of(header, product)
            return (Candidate("header", f"X-Mock-Scenario: {header}", Match(), (outcome,), "header"),)
        return (
            replace(candidate, match=replace(candidate.match, nth=None, state=None))
            for candidate in listed.of_scenario(self._find(header), "header")
        )

    def _matches(self, candidate: Candidate, facts: Facts) -> bool:
        """Also counts: `nth` is over all requests that meet the other conditions, whoever decided them."""
        match = candidate.match
        if not matching.holds(match, facts, self._state):
            return False
        if match.nth is None:
            return True
        number = self._counts[candidate.key] = self._counts.get(candidate.key, 0) + 1
        return number in match.nth

    def _happens(self, candidate: Candidate) -> bool:
        """Drawn only for a rule that would decide, so that the draws are as many as there are such requests."""
        return candidate.probability >= 1 or self._chance() < candidate.probability

    def _won(self, candidate: Candidate, facts: Facts) -> Decision:
        if candidate.selector == "scenario" and len(candidate.outcomes) > 1:
            self._rules[self._rules.index(candidate)] = candidate.next()
        if candidate.outcome.goto is not None and candidate.selector != "header":
            self._state = candidate.outcome.goto
        for armed in self._armed:
            if armed.id == candidate.one_shot:
                self._forget(armed)
                break
        return Decision(templates.filled(candidate.outcome, facts), candidate.selector, candidate.rule)

    def _forget(self, armed: OneShot) -> None:
        self._armed.remove(armed)
        self._counts.pop(listed.of_one_shot(armed).key, None)


def _completed(decision: Decision, carried: Decision) -> Decision:
    error = decision.outcome.error or carried.outcome.error
    outcome = replace(decision.outcome, result=carried.outcome.result, error=error)
    return Decision(outcome, decision.selector, f"{decision.rule}; {carried.rule}")
