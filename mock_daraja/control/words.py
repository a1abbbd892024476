"""Rules back in the words of a scenario file, so that what is shown can be armed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_daraja.model import CallbackPlan, Outcome
from mock_daraja.money import json_number
from mock_daraja.scenarios import Amount, Constraint, Match, Payer, Rule, Scenario


def rules(scenario: Scenario) -> list[dict[str, Any]]:
    """Each with its line; one that another scenario lends says which, and which of its rules it is."""
    return [
        {"line": each.line}
        | ({"from": each.source, "rule": each.number} if each.source else {})
        | {"when": when(each.when)}
        | ({"probability": each.probability} if each.probability < 1 else {})
        | {"then": then_of(each)}
        for each in scenario.rules
    ]


def then_of(rule: Rule) -> dict[str, Any]:
    if not rule.more:
        return then(rule.then)
    return {"sequence": [then(each) for each in (rule.then, *rule.more)]} | ({"repeat": "loop"} if rule.loops else {})


def when(match: Match) -> dict[str, Any]:
    return _said(
        {
            "operation": match.operation,
            "product": match.product,
            "msisdn": _condition(match.msisdn),
            "amount": None if match.amount is None else _amount(match.amount),
            "shortcode": _condition(match.shortcode),
            "app": match.app,
            "nth": None if match.nth is None else str(match.nth),
            "state": match.state,
            "body": {name: _condition(wanted) for name, wanted in match.body.items()} or None,
            "customer": None if match.customer is None else _payer(match.customer),
        }
    )


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


def _condition(wanted: Any) -> Any:
    if not isinstance(wanted, Constraint):
        return wanted
    one_of = None if wanted.one_of is None else list(wanted.one_of)
    said = {"matches": wanted.matches, "one_of": one_of, "exists": wanted.exists}
    return _said(said | {"min": wanted.least, "max": wanted.most})


def _payer(payer: Payer) -> dict[str, Any]:
    balance = None if payer.balance is None else _amount(payer.balance)
    said = {"balance": balance, "handset": payer.handset, "registered": payer.registered}
    return _said(said | {"pin_locked": payer.pin_locked})


def _amount(amount: Amount) -> Any:
    ends = {"min": amount.least, "max": amount.most}
    shown = {name: json_number(cents) for name, cents in ends.items() if cents is not None}
    return shown["min"] if amount.least == amount.most else shown


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
