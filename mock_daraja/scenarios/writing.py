"""Rules back in the words of a scenario file, so that what is shown can be armed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_daraja.model import CallbackPlan, Outcome
from mock_daraja.scenarios.model import OneShot, Rule, Scenario
from mock_daraja.scenarios.when import WHEN


def rules(scenario: Scenario) -> list[dict[str, Any]]:
    """Each with its line; one that another scenario lends says which, and which of its rules it is."""
    return [
        {"line": each.line}
        | ({"from": each.source, "rule": each.number} if each.source else {})
        | {"when": WHEN.written(each.when)}
        | ({"probability": each.probability} if each.probability < 1 else {})
        | {"then": then_of(each)}
        for each in scenario.rules
    ]


def one_shot(armed: OneShot) -> dict[str, Any]:
    return {"id": armed.id, "when": WHEN.written(armed.match), "then": then(armed.outcome)}


def then_of(rule: Rule) -> dict[str, Any]:
    if not rule.more:
        return then(rule.then)
    return {"sequence": [then(each) for each in (rule.then, *rule.more)]} | ({"repeat": "loop"} if rule.loops else {})


def then(outcome: Outcome) -> dict[str, Any]:
    fault = outcome.fault
    return _said(
        {
            "result": outcome.result,
            "desc": outcome.result_desc,
            "after": _seconds(outcome.settle_ms),
            "error": outcome.error,
            "status": outcome.status,
            "message": outcome.error_message,
            "page": outcome.page,
            "executes": outcome.executes or None,
            "never": outcome.never or None,
            "fault": None if fault is None else {"name": fault.name, **fault.attributes},
            "callback": _plan(outcome.callback) or None,
            "queue_timeout": outcome.queue_timeout or None,
            "query": None if outcome.query_result is None else {"result": outcome.query_result},
            "goto": outcome.goto,
        }
    )


def _plan(plan: CallbackPlan) -> dict[str, Any]:
    return _said(
        {
            "delay": _seconds(plan.delay_ms),
            "drop": plan.drop or None,
            "copies": plan.copies if plan.copies > 1 else None,
            "every": _seconds(plan.every_ms or None),
            "before_ack": plan.before_ack or None,
            "reorder": plan.reorder or None,
            "after_timeout": plan.after_timeout or None,
            "damage": plan.damage,
            "slow": _seconds(plan.slow_ms or None),
            "forge": dict(plan.forge) or None,
        }
    )


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
