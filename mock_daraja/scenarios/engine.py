"""Who decides what happens to a request: one Engine per sandbox. docs/scenarios.md has the order, under Precedence.

The armed one-shots, the active scenario with its state and the turns of its sequences, and the counts behind `nth` are
a row, the Play. The engine has no lock: whoever calls it does so in a unit of the sandbox. It reads no files, makes no
chance and knows nothing of products.

A request is considered twice. `early` runs before the caller is authenticated, so that a gateway that is down answers
requests of every kind; `decide` runs once the body is known to be valid. Header, one-shots and active scenario make one
ordered list of candidates. `early` reads that list down to the first candidate that could match but needs the app or
the body, or is no fault, page or synchronous error; `decide` starts at that candidate. So the first match wins across
both, and no candidate is considered, or counted, twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from mock_daraja.errors import Problem
from mock_daraja.model import Customer, Decision, Row, changed
from mock_daraja.scenarios import candidates as listed
from mock_daraja.scenarios import matching, possible, selectors, templates
from mock_daraja.scenarios.candidates import Candidate, Loser
from mock_daraja.scenarios.library import Library
from mock_daraja.scenarios.model import Facts, Match, OneShot, Play, Rule, Scenario


class Choice(Row, frozen=True):
    """`decision` of None: nothing was asked for, the ledger's truth decides. `warnings` are about what the request
    carries and may have been meant for a code: what it is, and the remedy. `ran_out` are about patterns that were not
    tried to the end, so that their rules do not decide."""

    decision: Decision | None
    losers: tuple[Loser, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    ran_out: tuple[tuple[str, str], ...] = ()


@dataclass(eq=False)
class Engine:
    """`play` gives the Play, which the engine goes by and changes; `save` keeps it. `chance` is drawn, from 0 to 1, for
    a rule with a probability; `look` is at a customer and the balance. `heeds_requests` is whether what a request
    itself carries counts: header, reserved MSISDN, `mock:` code."""

    library: Library
    play: Callable[[], Play]
    save: Callable[[Play], None]
    chance: Callable[[], float]
    look: Callable[[str], tuple[Customer, int]]
    heeds_requests: bool = True
    _loaded: Scenario | None = field(default=None, init=False)  # as this process has read it
    _listed: tuple[Scenario | None, object, list[Candidate]] = field(default=(None, None, []), init=False)

    @property
    def may_take_time(self) -> bool:
        """Whether deciding may: for a file that is still to be read or may have changed, or for a pattern."""
        play = self.play()
        if not play.is_armed:
            return False
        if any(matching.has_pattern(each.match) for each in play.armed):
            return True
        if play.scenario is None:
            return False
        loaded = self._loaded
        if self.library.watch or loaded is None or (loaded.name, str(loaded.path)) != (play.scenario, play.path):
            return True
        return any(matching.has_pattern(rule.when) for rule in loaded.rules)

    @property
    def active(self) -> Scenario | None:
        return self._scenario(self.play())

    def activate(self, scenario: Scenario | None) -> None:
        """Start a scenario from its beginning, in place of the one that was active. None ends it."""
        play = self.play()
        ended = {rule.key for rule in self._rules(play)}
        self._loaded = scenario
        counts = tuple(pair for pair in play.counts if pair[0] not in ended)
        fresh = Play(counts=counts, armed=play.armed, last_id=play.last_id)
        self.save(fresh if scenario is None else changed(fresh, scenario=scenario.name, path=str(scenario.path)))

    def _scenario(self, play: Play) -> Scenario | None:
        if play.scenario is None:
            return None
        loaded = self._loaded
        if loaded is None or (loaded.name, str(loaded.path)) != (play.scenario, play.path):
            loaded = self._loaded = self.library.read(play.scenario, play.path)
        return loaded

    def _rules(self, play: Play) -> list[Candidate]:
        """Those of the active scenario, each with its turn."""
        scenario = self._scenario(play)
        if scenario is None:
            return []
        if self._listed[0] is not scenario or self._listed[1] != play.turns:
            rules = [*listed.of_scenario(scenario, "scenario", dict(play.turns))]
            self._listed = (scenario, play.turns, rules)
        return self._listed[2]

    def follow(self) -> None:
        """Start the active scenario anew if its file has changed."""
        active = self.active
        newer = None if active is None else self.library.latest(active)
        if newer is not active:
            self.activate(newer)

    def arm(self, one_shot: OneShot) -> OneShot:
        """Put it last in the queue. Returns it with its id."""
        play = self.play()
        armed = changed(one_shot, id=play.last_id + 1)
        self.save(changed(play, armed=(*play.armed, armed), last_id=armed.id))
        return armed

    def disarm(self, number: int) -> None:
        """Take a one-shot out of the queue. Raises Problem when it is not there (any more)."""
        play = self.play()
        armed = {each.id: each for each in play.armed}
        if number not in armed:
            ids = ", ".join(map(str, armed)) or "none"
            raise Problem(f"there is no one-shot {number}", remedy=f"armed now: {ids}", status=404)
        self.save(_without(play, listed.of_one_shot(armed[number])))

    def early(self, facts: Facts) -> Decision | None:
        """The fault, page or synchronous error of a rule that needs neither app nor body. Hand it on to `decide`, if
        the request gets that far.

        Raises Problem on an X-Mock-Scenario header that names nothing, or a code that the product cannot give.
        """
        facts = self._heeded(facts)
        if not (facts.header or self.play().is_armed):
            return None
        self.follow()
        play = self.play()
        candidates = self._candidates(play, facts)
        passed = listed.split(candidates, facts, play.state)
        shadowed = (each for each in candidates[passed:] if not each.rule.when.is_late)
        return self._first(candidates[:passed], facts, shadowed)

    def decide(self, facts: Facts, early: Decision | None = None, *, explain: bool = False) -> Choice:
        """What shall happen to a valid request. `early` is what `early` said of the same request.

        An outcome that names no result leaves it to the request's own reserved MSISDN or `mock:` code, if there is one:
        a late callback can be late with any result. Losers are worked out only with `explain`.
        """
        facts, decision = self._heeded(facts), early
        losers: tuple[Loser, ...] = ()
        play = self.play()
        if facts.header or play.is_armed:
            candidates = self._candidates(play, facts)
            facts = self._looked(candidates, facts)
            if decision is None:
                decision = self._first(candidates[listed.split(candidates, facts, play.state) :], facts)
            if explain:
                losers = listed.nearest(candidates, facts, play.state, dict(self.play().counts), decision)
        carried, warnings = selectors.carried(facts) if self.heeds_requests else (None, ())
        if facts.header and facts.kind == "opens" and (decision is None or decision.selector != "header"):
            what = f"X-Mock-Scenario: {facts.header} has no rule that matches this request"
            warnings = ((what, "`mock-daraja scenario show NAME` has its rules"), *warnings)
        if carried is not None:
            if decision is None:
                decision = carried
            elif decision.outcome.result is None and not (decision.outcome.is_synchronous or decision.outcome.never):
                decision = _completed(decision, carried)
            elif explain:
                losers = (Loser(carried.rule, f"{decision.rule} comes first"), *losers)[: listed.NEAREST]
        return Choice(decision, losers, warnings, tuple(facts.tries.warnings()))

    def _heeded(self, facts: Facts) -> Facts:
        return facts if self.heeds_requests or not facts.header else changed(facts, header=None)

    def _looked(self, candidates: list[Candidate], facts: Facts) -> Facts:
        """With what is true of the customer, where a rule asks for it."""
        if facts.msisdn is None or all(each.rule.when.customer is None for each in candidates):
            return facts
        customer, balance_cents = self.look(facts.msisdn)
        return changed(facts, customer=customer, balance_cents=balance_cents)

    def _first(self, candidates: list[Candidate], facts: Facts, shadowed: Iterable[Candidate] = ()) -> Decision | None:
        """The first that matches and, if it is left to chance, happens. All are counted, and where there is such a one
        those that it shadows."""
        winner: Candidate | None = None
        for candidate in candidates:
            if self._matches(candidate, facts) and winner is None and self._happens(candidate):
                winner = candidate
        if winner is None:
            return None
        for candidate in shadowed:
            self._matches(candidate, facts)
        return self._won(winner, facts)

    def _candidates(self, play: Play, facts: Facts) -> list[Candidate]:
        named = self._named(facts.header.strip(), facts) if facts.header else ()
        return [*named, *map(listed.of_one_shot, play.armed), *self._rules(play)]

    def _named(self, header: str, facts: Facts) -> Iterable[Candidate]:
        if selectors.is_code(header):
            outcome = selectors.asked_for(header, facts)
            return (Candidate("header", f"X-Mock-Scenario: {header}", "header", Rule(Match(), (outcome,))),)
        if (code := selectors.bare(header)) is not None:
            what = f"the header takes a code as it is, and {header} has mock: before it"
            raise Problem(what, where="X-Mock-Scenario", remedy=f"write {code}")
        try:
            found = self.library.find(header)
        except Problem as problem:
            raise problem.at("X-Mock-Scenario") from None
        return (
            changed(each, rule=changed(each.rule, when=changed(each.rule.when, nth=None, state=None)))
            for each in listed.of_scenario(found, "header", {})
        )

    def _matches(self, candidate: Candidate, facts: Facts) -> bool:
        """Also counts: `nth` is over all requests that meet the other conditions, whoever decided them."""
        match, play = candidate.rule.when, self.play()
        if not matching.holds(match, facts, play.state) or matching.unfit(candidate.outcome, facts) is not None:
            return False
        if match.nth is None:
            return True
        counts = dict(play.counts)
        number = counts[candidate.key] = counts.get(candidate.key, 0) + 1
        self.save(changed(play, counts=tuple(counts.items())))
        return number in match.nth

    def _happens(self, candidate: Candidate) -> bool:
        """Drawn only for a rule that would decide, so that the draws are as many as there are such requests."""
        return candidate.rule.probability >= 1 or self.chance() < candidate.rule.probability

    def _won(self, candidate: Candidate, facts: Facts) -> Decision:
        before = play = self.play()
        if candidate.selector == "scenario" and len(candidate.rule.outcomes) > 1:
            turns = dict(play.turns) | {candidate.key: candidate.next_turn}
            play = changed(play, turns=tuple(turns.items()))
        if candidate.outcome.goto is not None and candidate.selector != "header":
            play = changed(play, state=candidate.outcome.goto)
        if candidate.one_shot:
            play = _without(play, candidate)
        if play is not before:
            self.save(play)
        odd = possible.unattested(candidate.outcome, facts.product, facts.operation)
        return Decision(templates.filled(candidate.outcome, facts), candidate.selector, candidate.name, odd)


def _without(play: Play, used: Candidate) -> Play:
    """Less a one-shot, and the count of it."""
    return changed(
        play,
        armed=tuple(each for each in play.armed if each.id != used.one_shot),
        counts=tuple(pair for pair in play.counts if pair[0] != used.key),
    )


def _completed(decision: Decision, carried: Decision) -> Decision:
    error = decision.outcome.error or carried.outcome.error
    outcome = changed(decision.outcome, result=carried.outcome.result, error=error)
    odd = " and ".join(filter(None, (decision.unattested, carried.unattested)))
    return changed(decision, outcome=outcome, rule=f"{decision.rule}; {carried.rule}", unattested=odd)
