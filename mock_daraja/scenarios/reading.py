"""From a document that its schema allows to the values of model.py, with the checks a schema cannot make."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path as File
from typing import Any, Final, NoReturn

from mock_daraja import money, msisdn
from mock_daraja.errors import Problem
from mock_daraja.model import CallbackPlan, FaultSpec, Outcome
from mock_daraja.scenarios import complaints
from mock_daraja.scenarios.model import START, Amount, Known, Match, Nth, Provenance, Rule, Scenario
from mock_daraja.scenarios.yaml import Document, Path

_OF_A_TRANSACTION: Final = ("result", "desc", "after", "callback", "queue_timeout", "query")


def scenario(document: Document, name: str, file: File, known: Known) -> Scenario:
    value = document.value
    rules = tuple(rule(document, ("rules", index), known) for index in range(len(value["rules"])))
    states = {START} | {each.then.goto for each in rules if each.then.goto is not None}
    for index, each in enumerate(rules):
        if each.when.state is not None and each.when.state not in states:
            what, remedy = complaints.unknown(each.when.state, states, "`goto` in this file that leads to state")
            _refuse(document, ("rules", index, "when", "state"), what, remedy)
    provenance = Provenance(**value["provenance"]) if "provenance" in value else None
    return Scenario(name, value["title"], value.get("story", "").strip(), provenance, rules, file)


def rule(document: Document, path: Path, known: Known) -> Rule:
    value = document.value
    for part in path:
        value = value[part]
    when = _match(document, (*path, "when"), value.get("when", {}), known)
    then = _outcome(document, (*path, "then"), value["then"], known)
    return Rule(when, then, document.place(path)[0])


def _match(document: Document, path: Path, value: Mapping[str, Any], known: Known) -> Match:
    if known.operations is not None:
        products = {name.partition(".")[0] for name in known.operations}
        _must_be_known(document, (*path, "operation"), value.get("operation"), known.operations, "operation")
        _must_be_known(document, (*path, "product"), value.get("product"), products, "product")
    number = value.get("msisdn")
    shortcode = value.get("shortcode")
    return Match(
        operation=value.get("operation"),
        product=value.get("product"),
        msisdn=None if number is None else _read(document, (*path, "msisdn"), msisdn.normalise, str(number)),
        amount=_amount(document, (*path, "amount"), value.get("amount")),
        shortcode=None if shortcode is None else str(shortcode),
        app=value.get("app"),
        nth=_nth(document, (*path, "nth"), value.get("nth")),
        state=value.get("state"),
        body=dict(value.get("body", {})),
    )


def _amount(document: Document, path: Path, value: Any) -> Amount | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        exact = _read(document, path, money.cents, value)
        return Amount(exact, exact)
    ends = {name: _read(document, (*path, name), money.cents, end) for name, end in value.items()}
    amount = Amount(ends.get("min"), ends.get("max"))
    if amount.least is not None and amount.most is not None and amount.least > amount.most:
        _refuse(document, path, f"no amount is {amount}", "write the smaller one as `min`")
    return amount


def _nth(document: Document, path: Path, value: Any) -> Nth | None:
    if value is None:
        return None
    first, dash, last = str(int(value) if isinstance(value, float) else value).partition("-")
    nth = Nth(int(first), (int(last) if last else None) if dash else int(first))
    if nth.last is not None and nth.first > nth.last:
        _refuse(document, path, f"no request is number {nth}", "write the smaller number first")
    return nth


def _outcome(document: Document, path: Path, value: Mapping[str, Any], known: Known) -> Outcome:
    _must_be_known(document, (*path, "page"), value.get("page"), known.pages, "page")
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
        ),
        queue_timeout=value.get("queue_timeout", False),
        query_result=_code(value.get("query", {}).get("result")),
        goto=value.get("goto"),
    )


def _fault(document: Document, path: Path, value: Mapping[str, Any] | None, known: Known) -> FaultSpec | None:
    if value is None:
        return None
    fault = FaultSpec(value["name"], {name: attribute for name, attribute in value.items() if name != "name"})
    if known.fault is not None:
        try:
            known.fault(fault)
        except Problem as problem:
            _refuse(document, path, f"{problem.where}: {problem.what}", problem.remedy)
    return fault


def _must_agree(document: Document, path: Path, value: Mapping[str, Any]) -> None:
    """What would silently do nothing is refused."""
    callback = value.get("callback", {})
    refusal = next((name for name in ("error", "page") if name in value), None)
    pairs = [("error", "page")] if refusal else []
    pairs += [(refusal, name) for name in _OF_A_TRANSACTION] if refusal else []
    for one, other in pairs:
        if one in value and other in value:
            what = f"`{one}` refuses the request at once, so `{other}` would do nothing"
            _refuse(document, (*path, other), what, "keep one of the two", key=True)
    for name in ("status", "message"):
        if name in value and "error" not in value:
            what = f"`{name}` belongs to an `error`, and there is none"
            _refuse(document, (*path, name), what, "name the code as `error`", key=True)
    if callback.get("drop") and len(callback) > 1:
        _refuse(document, (*path, "callback"), "a callback that is dropped has no other property", "keep `drop` alone")
    if "every" in callback and callback.get("copies", 1) == 1:
        what = "`every` parts the copies of a callback, and there is one"
        _refuse(document, (*path, "callback", "every"), what, "say how many with `copies`", key=True)
    if callback.get("before_ack") and ("delay" in callback or "after" in value):
        what = "a callback sent before the answer to the request cannot wait"
        _refuse(document, (*path, "callback", "before_ack"), what, "leave out `after` and `delay`", key=True)


def _must_be_known(document: Document, path: Path, name: str | None, names: Collection[str] | None, what: str) -> None:
    if name is not None and names is not None and name not in names:
        _refuse(document, path, *complaints.unknown(name, names, what))


def _read(document: Document, path: Path, reader: Callable[[Any], Any], value: object) -> Any:
    try:
        return reader(value)
    except ValueError as error:
        _refuse(document, path, f"{complaints.shown(path)}: {error}", "")


def _refuse(document: Document, path: Path, what: str, remedy: str, *, key: bool = False) -> NoReturn:
    raise Problem(what, where=document.where(path, key=key), remedy=remedy)


def _code(value: Any) -> str | None:
    return None if value is None else str(int(value) if isinstance(value, float) else value)


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)  # 2.0 is a whole number to JSON Schema


def _milliseconds(seconds: Any) -> int | None:
    return None if seconds is None else round(seconds * 1000)
