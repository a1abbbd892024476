"""Rules back in words: those of a scenario file, so that what is shown can be armed again, and a person's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import asdict

from mock_daraja.model import Outcome
from mock_daraja.scenarios.model import OneShot, Rule, Scenario
from mock_daraja.scenarios.then import THEN
from mock_daraja.scenarios.when import WHEN

_PLAIN: Final = re.compile("[A-Za-z][A-Za-z0-9_-]*")


def rules(scenario: Scenario) -> list[dict[str, Any]]:
    """Each with its line; one that another scenario lends says which, and which of its rules it is."""
    return [
        {"line": each.line}
        | ({"from": each.source, "rule": each.number} if each.source else {})
        | {"when": WHEN.written(each.when)}
        | ({"probability": each.probability} if each.probability < 1 else {})
        | {"then": _then(each)}
        for each in scenario.rules
    ]


def line(scenario: Scenario) -> dict[str, Any]:
    """As lists show it."""
    return {"name": scenario.name, "title": scenario.title, "story": scenario.story}


def whole(scenario: Scenario) -> dict[str, Any]:
    known = None if scenario.provenance is None else asdict(scenario.provenance)
    return line(scenario) | {"provenance": known, "file": str(scenario.path), "rules": rules(scenario)}


def one_shot(armed: OneShot) -> dict[str, Any]:
    return {"id": armed.id, "when": WHEN.written(armed.match), "then": THEN.written(armed.outcome)}


def _then(rule: Rule) -> dict[str, Any]:
    outcomes = [THEN.written(each) for each in rule.outcomes]
    if len(outcomes) == 1:
        return outcomes[0]
    return {"sequence": outcomes} | ({"repeat": "loop"} if rule.loops else {})


def condition_said(rule: Rule) -> str:
    chance = [f"with probability {rule.probability:g}"] if rule.probability < 1 else []
    return ", ".join([*WHEN.said(rule.when), *chance]) or "any request"


def outcomes_said(rule: Rule) -> list[str]:
    """What happens: one line, or one for each outcome of a sequence."""
    outcomes = [outcome_said(each) for each in rule.outcomes]
    if len(outcomes) == 1:
        return outcomes
    lines = [f"{at}. {each}" for at, each in enumerate(outcomes, start=1)]
    lines[-1] += ", and from the first again" if rule.loops else ", and so on"
    return lines


def outcome_said(outcome: Outcome) -> str:
    return "; ".join(THEN.said(outcome)) or "as usual"


def flow(value: Any) -> str:
    """YAML on one line: keys bare where they are plain words, texts in JSON's quotes."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)}: {flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
