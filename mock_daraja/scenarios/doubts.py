"""What a scenario may say, and most likely doesn't mean: `mock-daraja scenario lint` warns of it, and it is played."""

from __future__ import annotations

from collections.abc import Iterator

from mock_daraja.errors import Problem
from mock_daraja.scenarios import possible
from mock_daraja.scenarios.model import Scenario


def doubts(scenario: Scenario) -> Iterator[Problem]:
    """About the file's own rules. What it uses may ask for its states, and has a file of its own to be checked in."""
    asked = {rule.when.state for rule in scenario.rules}
    for rule in scenario.rules:
        where = f"{scenario.path}:{rule.line}"
        for outcome in () if rule.source else rule.outcomes:
            if outcome.goto is not None and outcome.goto not in asked:
                what = f"no rule asks for state `{outcome.goto}`, which `goto` leads to"
                remedy = "from then on only rules without a `state` decide; write one for it, or leave `goto` out"
                yield Problem(what, where=where, remedy=remedy)
            for odd in () if outcome.unattested else possible.invented(outcome):
                remedy = "`mock-daraja codes CODE` has what was seen; `unattested: true` says that you mean it"
                yield Problem(f"the catalogue doesn't have {odd}", where=where, remedy=remedy)
