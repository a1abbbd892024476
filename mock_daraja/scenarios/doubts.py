"""What a scenario may say, and most likely doesn't mean: `mock-daraja scenario lint` warns of it, and it is played."""

from __future__ import annotations

from collections.abc import Iterator

from mock_daraja.errors import Problem
from mock_daraja.quoting import shown
from mock_daraja.scenarios import matching, patterns, possible
from mock_daraja.scenarios.model import Match, Scenario


def doubts(scenario: Scenario) -> Iterator[Problem]:
    """About the file's own rules. What it uses may ask for its states, and has a file of its own to be checked in."""
    asked = {rule.when.state for rule in scenario.rules}
    for rule in scenario.rules:
        where = f"{scenario.path}:{rule.line}"
        yield from () if rule.source else _slow(rule.when, where)
        for outcome in () if rule.source else rule.outcomes:
            if outcome.goto is not None and outcome.goto not in asked:
                what = f"no rule asks for state `{outcome.goto}`, which `goto` leads to"
                remedy = "from then on only rules without a `state` decide; write one for it, or leave `goto` out"
                yield Problem(what, where=where, remedy=remedy)
            for odd in () if outcome.unattested else possible.invented(outcome, rule.when.operation or ""):
                remedy = "`mock-daraja codes CODE` has what was seen; `unattested: true` says that you mean it"
                yield Problem(f"the catalogue doesn't have {odd}", where=where, remedy=remedy)


def _slow(match: Match, where: str) -> Iterator[Problem]:
    for pattern in matching.patterns_of(match):
        value = patterns.hostile(pattern)
        if value is not None:
            most = f"{patterns.REQUEST_S * 1000:g} ms"
            what = (
                f"the pattern {shown(pattern)} takes more than {most} with a value such as {shown(value[:12] + '...')}"
            )
            remedy = "nothing is like it then; repeat what can be read in one way only, as [a-z]+ for ([a-z]+)+"
            yield Problem(what, where=where, remedy=remedy)
