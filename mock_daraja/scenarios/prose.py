"""Rules as a person would say them: what `scenario show` prints."""

from __future__ import annotations

from collections.abc import Iterator

from mock_daraja.model import Outcome
from mock_daraja.scenarios.model import Rule, Scenario
from mock_daraja.scenarios.then import THEN
from mock_daraja.scenarios.when import WHEN


def rules(scenario: Scenario) -> Iterator[tuple[str, list[str]]]:
    """Of each rule its condition, and what happens: one line, or one for each outcome of a sequence."""
    for each in scenario.rules:
        yield condition(each), outcomes(each)


def condition(rule: Rule) -> str:
    chance = [f"with probability {rule.probability:g}"] if rule.probability < 1 else []
    return ", ".join([*WHEN.said(rule.when), *chance]) or "any request"


def outcomes(rule: Rule) -> list[str]:
    if len(rule.outcomes) == 1:
        return [outcome(rule.outcomes[0])]
    said = [f"{at}. {outcome(each)}" for at, each in enumerate(rule.outcomes, start=1)]
    said[-1] += ", and from the first again" if rule.loops else ", and so on"
    return said


def outcome(then: Outcome) -> str:
    return "; ".join(THEN.said(then)) or "as usual"
