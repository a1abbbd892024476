"""An exchange of a journal as the text of a scenario file: what it was like, and what came of it.

It reads the JSON shapes of journal/shapes.py. Nothing secret or personal goes in: of the request only the operation,
the amount and the kind of transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from mock_daraja import money, wire
from mock_daraja.errors import Problem
from mock_daraja.exchange import Reply
from mock_daraja.scenarios import codes
from mock_daraja.scenarios.writing import flow

Row = Mapping[str, Any]

_KINDS: Final = ("TransactionType", "CommandID")


def as_scenario(exchange: Row, clock: Row, pages: Mapping[str, Reply]) -> str:
    """`exchange` is whole; `clock` is the sandbox's, with what is due; `pages` are the gateway's for the path, by name.

    Raises Problem on an exchange that tells no story: answered as usual, still pending, or nothing a scenario can say.
    """
    operation = exchange["operation"]
    if not operation:
        what = f"{exchange['id']} called no operation: {exchange['method']} {exchange['path']}"
        raise Problem(what, remedy="choose another exchange: `mock-daraja why` and the log name them")
    body = wire.json_object(exchange["request_body"])
    then = _then(exchange, operation, clock, pages)
    when: dict[str, Any] = {"operation": operation}
    if exchange["transaction"] is not None:  # else it was refused, perhaps before the body was read
        amount = exchange["transaction"]["amount"]
        when |= {"amount": money.json_number(money.cents(amount))} if money.cents(amount) else {}
        kind = {name: body[name] for name in _KINDS if isinstance(body.get(name), str)}
        when |= {"body": kind} if kind else {}
    return _text(exchange, when, then)


def _then(exchange: Row, operation: str, clock: Row, pages: Mapping[str, Reply]) -> dict[str, Any]:
    then = _at_once(exchange, pages)
    if exchange["fault"]:
        then["fault"] = {"name": exchange["fault"], **exchange.get("fault_attributes", {})}
    opened = exchange["transaction"]
    if opened is not None:
        then |= {"executes": True} if "error" in then or "page" in then else {}
        then |= _end(exchange, opened, operation, clock)
    if not then:
        what = f"{exchange['id']} was answered as usual, and opened no transaction: there is nothing to tell"
        raise Problem(what, remedy="choose the exchange that opened the transaction, or one that was refused")
    return then


def _at_once(exchange: Row, pages: Mapping[str, Reply]) -> dict[str, Any]:
    """The error or the page that the request was answered with."""
    status, text = exchange["status"], exchange["response_body"]
    if status is None or status < 400:
        return {}
    answer = wire.json_object(text)
    if isinstance(answer.get("errorCode"), str):
        return {"error": answer["errorCode"], "status": status, "message": str(answer.get("errorMessage", ""))}
    for name, page in pages.items():
        if (page.status, page.body.decode(errors="replace")) == (status, text):
            return {"page": name}
    what = f"{exchange['id']} was answered with HTTP {status} and neither an error of Daraja's nor a page that is known"
    raise Problem(what, remedy="write the scenario by hand: docs/scenarios.md")


def _end(exchange: Row, opened: Row, operation: str, clock: Row) -> dict[str, Any]:
    """How the transaction ended, and what became of its callbacks."""
    if opened["state"] == "pending":
        due = any(each["kind"] == "settle" and each["subject"] == opened["id"] for each in clock["due"])
        if not due:
            return {"never": True}
        remedy = "wait, answer the prompt or advance the clock, then ask again"
        raise Problem(f"the transaction of {exchange['id']} is still pending", remedy=remedy, status=409)
    end: dict[str, Any] = {"result": opened["result"]}
    if opened["result_desc"] != codes.text(opened["result"], operation.partition(".")[0]):
        end["desc"] = _as_template(opened["result_desc"], opened)
    end["after"] = _seconds(opened["accepted"], opened["final"])
    rows = [each for each in exchange["callbacks"] if each["kind"] != "validation"]
    if any(each["kind"] == "timeout" for each in rows):
        end["queue_timeout"] = True
    plan = _plan([each for each in rows if each["kind"] == rows[0]["kind"]], opened)
    return end | ({"callback": plan} if plan else {})


def _as_template(text: str, opened: Row) -> str:
    """With what is of this one transaction left open."""
    for name in ("receipt", "msisdn"):
        text = text.replace(str(opened[name] or "\0"), "{{" + name + "}}")
    return text


def _plan(rows: list[Row], opened: Row) -> dict[str, Any]:
    if not rows:
        return {}
    if any(each["state"] == "dropped" for each in rows):
        return {"drop": True}
    plan: dict[str, Any] = {"delay": _seconds(opened["final"], rows[0]["due"])}
    if len(rows) > 1:
        plan |= {"copies": len(rows), "every": _seconds(rows[0]["due"], rows[1]["due"])}
    return plan


def _seconds(start: str, end: str) -> float | int:
    passed = max((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds(), 0)
    return int(passed) if passed.is_integer() else passed


def _text(exchange: Row, when: Row, then: Row) -> str:
    operation, date = exchange["operation"], exchange["received"][:10]
    source = f"exchange {exchange['id']} of mock-daraja, sandbox {exchange['sandbox']}"
    story = f"Recorded: {exchange['method']} {exchange['path']} was answered with HTTP {exchange['status']}. "
    if exchange["transaction"] is not None and exchange["transaction"]["why"]:
        why = exchange["transaction"]["why"].replace(str(exchange["transaction"]["msisdn"]), "the customer")
        story += f"Why it ended so: {why}. "
    return (
        f"title: {flow(_title(operation, then))}\n"
        f"story: {flow(story + 'Secrets, telephone numbers and references are left out.')}\n"
        f"provenance: {flow({'level': 'inferred', 'source': source, 'date': date})}\n"
        "rules:\n"
        f"  - when: {flow(when)}\n"
        f"    then: {flow(then)}\n"
    )


def _title(operation: str, then: Row) -> str:
    if "result" in then:
        return f"{operation} ends with {then['result']}"
    if then.get("never"):
        return f"{operation} is never answered"
    said = then.get("error") or then.get("page")
    return f"{operation} is answered with {said or 'the fault ' + then['fault']['name']}"
