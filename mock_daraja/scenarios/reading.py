"""From a document that its schema allows to the values of model.py, with the checks a schema cannot make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path as File
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.model import CallbackPlan, FaultSpec, Outcome
from mock_daraja.scenarios import complaints, conditions, templates
from mock_daraja.scenarios.complaints import must_be_known, refuse
from mock_daraja.scenarios.model import START, Known, Provenance, Rule, Scenario
from mock_daraja.scenarios.yaml import Document, Path

_OF_A_TRANSACTION: Final = ("result", "desc", "after", "callback", "queue_timeout", "query", "never")
_OF_AN_END: Final = ("result", "desc", "after", "callback", "queue_timeout", "query")


def scenario(document: Document, name: str, file: File, known: Known, used: Callable[[str], Scenario]) -> Scenario:
    """`used` gives a scenario of the name that `use` says. Its rules come after the file's own."""
    value = document.value
    own = tuple(rule(document, ("rules", index), known) for index in range(len(value.get("rules", ()))))
    others = tuple(_used(document, value.get("use", ()), used))
    rules = (*own, *(each for other in others for each in _marked(other)))
    _check_states(document, own, rules)
    return Scenario(
        name,
        value["title"],
        value.get("story", "").strip(),
        Provenance(**value["provenance"]) if "provenance" in value else None,
        rules,
        file,
        tuple(path for other in others for path in (other.path, *other.used)),
    )


def _used(document: Document, names: Any, used: Callable[[str], Scenario]) -> Iterable[Scenario]:
    alone = isinstance(names, str)
    for index, name in enumerate([names] if alone else names):
        try:
            yield used(name)
        except Problem as problem:
            if problem.where:  # in the other file
                raise
            refuse(document, ("use",) if alone else ("use", index), problem.what, problem.remedy)


def _marked(other: Scenario) -> Iterable[Rule]:
    """Its rules, each with the name it goes by there."""
    for number, each in enumerate(other.rules, start=1):
        yield each if each.source else replace(each, source=other.name, number=number)


def _check_states(document: Document, own: tuple[Rule, ...], rules: tuple[Rule, ...]) -> None:
    states = {START} | {each.goto for rule in rules for each in (rule.then, *rule.more) if each.goto is not None}
    for index, each in enumerate(own):
        if each.when.state is not None and each.when.state not in states:
            what, remedy = complaints.unknown(each.when.state, states, "`goto` in this file that leads to state")
            refuse(document, ("rules", index, "when", "state"), what, remedy)


def rule(document: Document, path: Path, known: Known) -> Rule:
    value = document.value
    for part in path:
        value = value[part]
    when = conditions.match(document, (*path, "when"), value.get("when", {}), known)
    first, *more = _outcomes(document, (*path, "then"), value["then"], known)
    return Rule(
        when,
        first,
        document.place(path)[0],
        tuple(more),
        loops=value["then"].get("repeat") == "loop",
        probability=float(value.get("probability", 1)),
    )


def _outcomes(document: Document, path: Path, value: Mapping[str, Any], known: Known) -> list[Outcome]:
    """One, or those of a sequence."""
    if "sequence" not in value:
        if "repeat" in value:
            what = "`repeat` belongs to a `sequence`, and there is none"
            refuse(document, (*path, "repeat"), what, "list the outcomes as `sequence`", key=True)
        return [_outcome(document, path, value, known)]
    beside = next((name for name in value if name not in ("sequence", "repeat")), None)
    if beside is not None:
        what = f"`{beside}` stands beside a `sequence`, which says what happens"
        refuse(document, (*path, beside), what, "write it into the outcomes of the sequence", key=True)
    for index, each in enumerate(value["sequence"]):
        if "sequence" in each:
            where = (*path, "sequence", index, "sequence")
            refuse(document, where, "a sequence holds no other", "write its outcomes one after the other", key=True)
    return [_outcome(document, (*path, "sequence", index), each, known) for index, each in enumerate(value["sequence"])]


def _outcome(document: Document, path: Path, value: Mapping[str, Any], known: Known) -> Outcome:
    must_be_known(document, (*path, "page"), value.get("page"), known.pages, "page")
    _must_agree(document, path, value)
    callback = value.get("callback", {})
    return Outcome(
        result=_code(value.get("result")),
        result_desc=value.get("desc"),
        settle_ms=_milliseconds(value.get("after")),
        error=value.get("error"),
        status=_whole(value.get("status")),
        error_message=value.get("message"),
        page=value.get("page"),
        fault=_fault(document, (*path, "fault"), value.get("fault"), known),
        callback=CallbackPlan(
            delay_ms=_milliseconds(callback.get("delay")),
            drop=callback.get("drop", False),
            copies=_whole(callback.get("copies")) or 1,
            every_ms=_milliseconds(callback.get("every")) or 0,
            before_ack=callback.get("before_ack", False),
            reorder=callback.get("reorder", False),
            after_timeout=callback.get("after_timeout", False),
            damage=callback.get("damage"),
            slow_ms=_milliseconds(callback.get("slow")) or 0,
            forge=dict(callback.get("forge", {})),
        ),
        queue_timeout=value.get("queue_timeout", False),
        query_result=_code(value.get("query", {}).get("result")),
        goto=value.get("goto"),
        executes=value.get("executes", False),
        never=value.get("never", False),
    )


def _fault(document: Document, path: Path, value: Mapping[str, Any] | None, known: Known) -> FaultSpec | None:
    if value is None:
        return None
    fault = FaultSpec(value["name"], {name: attribute for name, attribute in value.items() if name != "name"})
    if known.fault is not None:
        try:
            known.fault(fault)
        except Problem as problem:
            refuse(document, path, f"{problem.where}: {problem.what}", problem.remedy)
    return fault


def _must_agree(document: Document, path: Path, value: Mapping[str, Any]) -> None:
    """What would silently do nothing is refused."""
    callback = value.get("callback", {})
    refusal = next((name for name in ("error", "page") if name in value), None)
    if refusal is None and value.get("executes"):
        what = "`executes` belongs to an `error` or a `page`: without one a request is carried out anyway"
        refuse(document, (*path, "executes"), what, "leave it out, or say what the caller sees", key=True)
    pairs = [("error", "page")] if refusal else []
    pairs += [(refusal, name) for name in _OF_A_TRANSACTION] if refusal and not value.get("executes") else []
    for one, other in pairs:
        if one in value and other in value:
            what = f"`{one}` refuses the request at once, so `{other}` would do nothing"
            remedy = "keep one of the two" if other == "page" else "keep one of the two, or add `executes: true`"
            refuse(document, (*path, other), what, remedy, key=True)
    for name in _OF_AN_END if value.get("never") else ():
        if name in value:
            what = f"a transaction that is never answered has no end, so `{name}` would do nothing"
            refuse(document, (*path, name), what, "keep one of the two", key=True)
    for name in ("desc", "message"):
        odd = templates.unknown(value.get(name, ""), is_result=name == "desc")
        if odd is not None:
            refuse(document, (*path, name), f"nothing is known as {{{{{odd}}}}} here", _placeholders(odd, name))
    for name in ("status", "message"):
        if name in value and "error" not in value:
            what = f"`{name}` belongs to an `error`, and there is none"
            refuse(document, (*path, name), what, "name the code as `error`", key=True)
    _callback_must_agree(document, path, value, callback)


def _callback_must_agree(document: Document, path: Path, value: Mapping[str, Any], callback: Mapping[str, Any]) -> None:
    if callback.get("drop") and len(callback) > 1:
        refuse(document, (*path, "callback"), "a callback that is dropped has no other property", "keep `drop` alone")
    if "every" in callback and callback.get("copies", 1) == 1:
        what = "`every` parts the copies of a callback, and there is one"
        refuse(document, (*path, "callback", "every"), what, "say how many with `copies`", key=True)
    if callback.get("after_timeout") and not value.get("queue_timeout"):
        what = "`after_timeout` is the Result behind a queue time-out, and there is none"
        refuse(document, (*path, "callback", "after_timeout"), what, "add `queue_timeout: true`", key=True)
    if callback.get("before_ack") and ("delay" in callback or "after" in value):
        what = "a callback sent before the answer to the request cannot wait"
        refuse(document, (*path, "callback", "before_ack"), what, "leave out `after` and `delay`", key=True)


def _placeholders(odd: str, name: str) -> str:
    names = (*templates.OF_REQUEST, *(templates.OF_RESULT if name == "desc" else ()))
    listed = ", ".join(f"{{{{{each}}}}}" for each in ("body.FIELD", *names))
    return f"{complaints.did_you_mean(odd, names)} allowed: {listed}".strip()


def _code(value: Any) -> str | None:
    return None if value is None else str(int(value) if isinstance(value, float) else value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)  # 2.0 is a whole number to JSON Schema


def _milliseconds(seconds: Any) -> int | None:
    return None if seconds is None else round(seconds * 1000)
