"""From a document that its schema allows to the values of model.py, with the checks a schema cannot make."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path as File
from typing import Final

from mock_daraja.errors import Findings, Problem
from mock_daraja.model import Outcome, changed
from mock_daraja.scenarios import possible, templates
from mock_daraja.scenarios.document import Node, did_you_mean
from mock_daraja.scenarios.model import START, Match, Provenance, Rule, Scenario
from mock_daraja.scenarios.then import OF_AN_END, THEN
from mock_daraja.scenarios.when import WHEN


def scenario(node: Node, name: str, file: File, used: Callable[[str], Scenario]) -> Scenario:
    """`used` gives a scenario of the name that `use` says. Its rules come after the file's own."""
    value = node.value
    found = Findings()
    own = tuple(look_at_rules(node, found)) if "rules" in value else ()
    others = _used(node["use"], used, found) if "use" in value else []
    found.must_be_none()
    rules = (*own, *(each for other in others for each in _marked(other)))
    _check_states(node, own, rules)
    return Scenario(
        name,
        value["title"],
        value.get("story", "").strip(),
        Provenance(**value["provenance"]) if "provenance" in value else None,
        rules,
        file,
        tuple(path for other in others for path in (other.path, *other.used)),
    )


def _used(names: Node, used: Callable[[str], Scenario], found: Findings) -> list[Scenario]:
    others: list[Scenario] = []
    for each in [names] if isinstance(names.value, str) else names:
        with found:
            try:
                others.append(used(each.value))
            except Problem as problem:
                if problem.where:  # in the other file
                    raise
                each.refuse(problem.what, problem.remedy)
    return others


def _marked(other: Scenario) -> Iterable[Rule]:
    """Its rules, each with the name it goes by there."""
    for number, each in enumerate(other.rules, start=1):
        yield each if each.source else changed(each, source=other.name, number=number)


def _check_states(node: Node, own: tuple[Rule, ...], rules: tuple[Rule, ...]) -> None:
    states = {START} | {each.goto for rule in rules for each in rule.outcomes if each.goto is not None}
    for index, each in enumerate(own):
        if each.when.state is not None:
            state = node["rules"][index]["when"]["state"]
            state.one_of(states, "`goto` in this file that leads to state")


def look_at_rules(node: Node, found: Findings, spoilt: Collection[object] = ()) -> list[Rule]:
    """Those of a scenario that nothing is wrong with; `spoilt` are not looked at, by number from 0."""
    rules: list[Rule] = []
    if isinstance(node.value, dict) and isinstance(node.value.get("rules"), list):
        for index, each in enumerate(node["rules"]):
            if index not in spoilt:
                with found:
                    rules.append(rule(each))
    return rules


def rule(node: Node) -> Rule:
    value = node.value
    found = Findings()
    when = Match()
    outcomes: tuple[Outcome, ...] = ()
    with found:
        when = WHEN.read(node["when"]) if "when" in value else when
    with found:
        outcomes = _outcomes(node["then"], when)
    found.must_be_none()
    return Rule(
        when,
        outcomes,
        node.line,
        loops=value["then"].get("repeat") == "loop",
        probability=float(value.get("probability", 1)),
    )


def _outcomes(node: Node, when: Match) -> tuple[Outcome, ...]:
    """One, or those of a sequence."""
    if "sequence" not in node.value:
        if "repeat" in node.value:
            what = "`repeat` belongs to a `sequence`, and there is none"
            node["repeat"].refuse(what, "list the outcomes as `sequence`", key=True)
        return (_outcome(node, when),)
    beside = next((name for name in node.value if name not in ("sequence", "repeat")), None)
    if beside is not None:
        what = f"`{beside}` stands beside a `sequence`, which says what happens"
        node[beside].refuse(what, "write it into the outcomes of the sequence", key=True)
    for each in node["sequence"]:
        if "sequence" in each.value:
            each["sequence"].refuse("a sequence holds no other", "write its outcomes one after the other", key=True)
    found = Findings()
    outcomes: list[Outcome] = []
    for each in node["sequence"]:
        with found:
            outcomes.append(_outcome(each, when))
    found.must_be_none()
    return tuple(outcomes)


def _outcome(node: Node, when: Match) -> Outcome:
    found = Findings()
    outcome = Outcome()
    for look in (_has_a_known_page, *_AGREEMENTS, partial(_must_have_an_effect, when=when)):
        with found:
            look(node)
    with found:
        outcome = THEN.read(node)
        possible.must_be(when, outcome, node.known, partial(_refuse_code, node))
    found.must_be_none()
    return outcome


def _refuse_code(node: Node, word: possible.Word, what: str, remedy: str) -> None:
    (node["callback"]["forge"]["result"] if word == "forge" else node[word]).refuse(what, remedy)


def _must_have_an_effect(node: Node, when: Match) -> None:
    """Of what is said of a transaction, its callbacks and its query; `result` is checked with the codes."""
    known, asked = node.known, when.operation or when.product
    if asked is None or known.operations is None or known.opening is None or known.timing_out is None:
        return
    meant = {each for each in known.operations if asked in (each, each.partition(".")[0])}
    if meant.isdisjoint(known.opening):
        for name in (*OF_AN_END, "never"):
            if name in node.value and name != "result":
                what = f"{asked} opens no transaction, so `{name}` would do nothing"
                does = "the one that the query asks about" if name == "query" else "one that does"
                node[name].refuse(what, f"write the rule for {does}", key=True)
    elif "query" in node.value and known.queried is not None and meant.isdisjoint(known.queried):
        what = f"{asked} has no query, so `query` would do nothing"
        node["query"].refuse(what, f"leave it out, or write the rule for {', '.join(sorted(known.queried))}", key=True)
    elif forge := node.value.get("callback", {}).get("forge"):
        there = forge if known.forgeable is None else known.forgeable(asked.partition(".")[0])
        for name in forge:
            if name not in there:
                what = f"no callback of {asked} has its {name}, so forging it would do nothing"
                remedy = f"leave it out; what can be forged: {', '.join(sorted(there)) or 'nothing'}"
                node["callback"]["forge"][name].refuse(what, remedy, key=True)
    if "queue_timeout" in node.value and meant.isdisjoint(known.timing_out):
        what = f"{asked} has no QueueTimeOutURL, so `queue_timeout` would do nothing"
        node["queue_timeout"].refuse(
            what, "leave it out; a callback that never comes is `callback: {drop: true}`", key=True
        )


def _has_a_known_page(node: Node) -> None:
    if "page" in node.value:
        node["page"].one_of(node.known.pages, "page")


def _executes_what_is_refused(node: Node) -> None:
    if "executes" in node.value and not {"error", "page"} & set(node.value):
        what = "`executes` belongs to an `error` or a `page`: without one a request is carried out anyway"
        node["executes"].refuse(what, "leave it out, or say what the caller sees", key=True)


def _refuses_or_ends(node: Node) -> None:
    value = node.value
    refusal = next((name for name in ("error", "page") if name in value), None)
    pairs = [("error", "page")] if refusal else []
    pairs += [(refusal, name) for name in (*OF_AN_END, "never")] if refusal and not value.get("executes") else []
    for one, other in pairs:
        if one in value and other in value:
            what = f"`{one}` refuses the request at once, so `{other}` would do nothing"
            remedy = "keep one of the two" if other == "page" else "keep one of the two, or add `executes: true`"
            node[other].refuse(what, remedy, key=True)


def _ends_or_never(node: Node) -> None:
    for name in OF_AN_END if node.value.get("never") else ():
        if name in node.value:
            what = f"a transaction that is never answered has no end, so `{name}` would do nothing"
            node[name].refuse(what, "keep one of the two", key=True)


def _knows_its_placeholders(node: Node) -> None:
    for name, names in (("desc", templates.OF_RESULT), ("message", templates.OF_REQUEST)):
        odd = templates.unknown(node.value.get(name, ""), names)
        if odd is not None:
            node[name].refuse(f"nothing is known as {{{{{odd}}}}} here", _placeholders(odd, names))


def _has_what_it_is_about(node: Node) -> None:
    value = node.value
    has_code = {"error", "result", "query"} & set(value) or "forge" in value.get("callback", {})
    if value.get("unattested") and not has_code:
        what = "`unattested` is about a code, and there is none"
        node["unattested"].refuse(what, "name the code as `result` or `error`", key=True)
    for name in ("status", "message"):
        if name in value and "error" not in value:
            what = f"`{name}` belongs to an `error`, and there is none"
            node[name].refuse(what, "name the code as `error`", key=True)


def _callback_agrees(node: Node) -> None:
    if "callback" not in node.value:
        return
    callback, plan = node["callback"], node.value["callback"]
    if plan.get("drop") and len(plan) > 1:
        callback.refuse("a callback that is dropped has no other property", "keep `drop` alone")
    if "every" in plan and plan.get("copies", 1) == 1:
        what = "`every` parts the copies of a callback, and there is one"
        callback["every"].refuse(what, "say how many with `copies`", key=True)
    if plan.get("after_timeout") and not node.value.get("queue_timeout"):
        what = "`after_timeout` is the Result behind a queue time-out, and there is none"
        callback["after_timeout"].refuse(what, "add `queue_timeout: true`", key=True)
    if plan.get("before_ack") and ("delay" in plan or "after" in node.value):
        what = "a callback sent before the answer to the request cannot wait"
        callback["before_ack"].refuse(what, "leave out `after` and `delay`", key=True)


def _placeholders(odd: str, names: Collection[str]) -> str:
    listed = ", ".join(f"{{{{{each}}}}}" for each in ("body.FIELD", *names))
    return f"{did_you_mean(odd, names)} allowed: {listed}".strip()


_AGREEMENTS: Final = (
    _executes_what_is_refused,
    _refuses_or_ends,
    _ends_or_never,
    _knows_its_placeholders,
    _has_what_it_is_about,
    _callback_agrees,
)
"""What would silently do nothing is refused: each looks at one reason for that."""
