"""Rules as a person would say them: what `scenario show` prints."""

from __future__ import annotations

from collections.abc import Iterator

from mock_daraja.model import CallbackPlan, Outcome
from mock_daraja.scenarios.constraint import shown
from mock_daraja.scenarios.model import Rule, Scenario
from mock_daraja.scenarios.when import WHEN


def rules(scenario: Scenario) -> Iterator[tuple[str, list[str]]]:
    """Of each rule its condition, and what happens: one line, or one for each outcome of a sequence."""
    for each in scenario.rules:
        yield condition(each), outcomes(each)


def condition(rule: Rule) -> str:
    chance = [f"with probability {rule.probability:g}"] if rule.probability < 1 else []
    return ", ".join([*WHEN.said(rule.when), *chance]) or "any request"


def outcomes(rule: Rule) -> list[str]:
    if not rule.more:
        return [outcome(rule.then)]
    said = [f"{at}. {outcome(each)}" for at, each in enumerate((rule.then, *rule.more), start=1)]
    said[-1] += ", and from the first again" if rule.loops else ", and so on"
    return said


def outcome(then: Outcome) -> str:
    parts = [*_at_once(then), *_later(then)]
    if then.goto is not None:
        parts.append(f"the scenario goes to state {then.goto}")
    return "; ".join(parts) or "as usual"


def _at_once(then: Outcome) -> Iterator[str]:
    if then.error is not None:
        status = f" (HTTP {then.status})" if then.status is not None else ""
        message = f": {then.error_message}" if then.error_message is not None else ""
        yield f"error {then.error}{status}{message}"
    if then.page is not None:
        yield f"the page {then.page}"
    if then.fault is not None:
        attributes = ", ".join(f"{name} {value}" for name, value in then.fault.attributes.items())
        yield f"the fault {then.fault.name}" + (f" ({attributes})" if attributes else "")
    if then.executes:
        yield "carried out all the same"


def _later(then: Outcome) -> Iterator[str]:
    if then.never:
        yield "accepted, and never heard of again"
    if then.result is not None:
        yield f"result {then.result}" + ("" if then.result_desc is None else f": {then.result_desc}")
    elif then.result_desc is not None:
        yield f"ResultDesc: {then.result_desc}"
    if then.settle_ms is not None:
        yield f"final after {_seconds(then.settle_ms)}"
    yield from _callback(then.callback)
    if then.queue_timeout:
        yield "QueueTimeOutURL is called instead of ResultURL"
    if then.query_result is not None:
        yield f"the query says {then.query_result}"


def _callback(plan: CallbackPlan) -> Iterator[str]:
    if plan.drop:
        yield "the callback is lost"
    if plan.before_ack:
        yield "the callback comes before the answer"
    if plan.delay_ms is not None:
        yield f"the callback comes {_seconds(plan.delay_ms)} later"
    if plan.copies > 1:
        apart = f", {_seconds(plan.every_ms)} apart" if plan.every_ms else ""
        yield f"the callback comes {plan.copies} times{apart}"
    if plan.reorder:
        yield "the last callback goes first"
    if plan.after_timeout:
        yield "the result comes all the same, after the time-out"
    if plan.damage is not None:
        yield f"the callback is {plan.damage}"
    if plan.slow_ms:
        yield f"the callback's body comes {_seconds(plan.slow_ms)} after its head"
    if plan.forge:
        said = ", ".join(f"{name} {shown(value)}" for name, value in plan.forge.items())
        yield f"the callback is forged: {said}"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g} s"
