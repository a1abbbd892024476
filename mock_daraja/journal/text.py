"""An exchange with its trace, and what became of it, as text for people: what `mock-daraja why` and reports print.

It reads the JSON shapes of shapes.py, so that a running server's answer and a journal at hand are shown alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from mock_daraja.journal.failed import facts
from mock_daraja.journal.message import body_lines
from mock_daraja.journal.paint import Paint, Role, plain
from mock_daraja.journal.redact import redact_body
from mock_daraja.journal.shapes import UNDELIVERED, became, to_open
from mock_daraja.quoting import visible

Row = Mapping[str, Any]

_VERDICTS: Final[dict[str, Role]] = {"ok": "good", "refused": "bad", "warning": "bad", "note": "note"}
_STATES: Final[dict[str, Role]] = {
    "completed": "good", "failed": "bad", "pending": "note",
    "delivered": "good", "refused": "bad", "dropped": "bad", "scheduled": "note", "delivering": "note",
}  # fmt: skip
_LATER: Final = " " * 23  # under the texts of a trace
_LAID_OUT_LATER: Final = ("_body", "traceback")  # whose lines are made visible one by one
_PHRASES: Final = {each.value: each.phrase for each in HTTPStatus}


def explanation(exchange: Row, clock: Row | None = None, paint: Paint = plain) -> str:
    """What was checked, what failed, and for an exchange that opened a transaction its outcome and its callbacks.

    `exchange` is whole, its bodies text without secrets, or bytes; where it opened a transaction, `transaction` is that
    row and `callbacks` are its own. `clock` is the sandbox's, with what is due on it.
    """
    return "\n".join(_lines(_clean(exchange), _placed(clock, exchange["sandbox"]), paint)) + "\n"


def outside_payment(payment: Row, clock: Row | None = None, paint: Paint = plain) -> str:
    """The same of what no exchange opened: `sandbox`, `transaction`, None where it is no longer kept, `callbacks`."""
    return "\n".join(_became(_clean(payment), _placed(clock, payment["sandbox"]), paint)) + "\n"


def _placed(clock: Row | None, sandbox: str) -> Row:
    return {**(clock or {}), "path": "/_mock" if sandbox == "default" else f"/_mock/sandboxes/{sandbox}"}


def _clean(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _clean(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_clean(each) for each in value]
    return visible(value) if isinstance(value, str) and not name.endswith(_LAID_OUT_LATER) else value


def _lines(exchange: Row, clock: Row, paint: Paint) -> Iterator[str]:
    yield from _title(exchange, paint)
    yield ""
    yield paint("Trace", "heading")
    yield from _trace(exchange["trace"], paint)
    for title, body in (("Request", exchange["request_body"]), ("Response", exchange["response_body"])):
        if body:
            text = body if isinstance(body, str) else redact_body(body)
            yield ""
            yield paint(title, "heading")
            yield from (f"  {line}" for line in body_lines(text, paint))
    if isinstance(exchange["transaction"], Mapping):
        yield ""
        yield from _became(exchange, clock, paint)


def _became(exchange: Row, clock: Row, paint: Paint) -> Iterator[str]:
    transaction = exchange["transaction"]
    if transaction is not None:
        yield from _transaction(transaction, clock, paint)
        yield ""
    yield paint("Callbacks", "heading")
    yield from _callbacks(transaction, exchange.get("callbacks", ()), clock, paint)
    yield from _stuck(exchange.get("stuck", ()), clock, paint)


def _title(exchange: Row, paint: Paint) -> Iterator[str]:
    status = exchange["status"]
    query = f"?{exchange['query']}" if exchange["query"] else ""
    answered = f"{status} {_PHRASES.get(status, '')}".rstrip() if status is not None else "no answer"
    role: Role = "good" if status is not None and status < 400 else "bad"
    request = paint(f"{exchange['method']} {exchange['path']}{query}".rstrip(), "start")
    why = f"  {exchange['why']}" if exchange["why"] else ""
    yield f"{paint(exchange['id'], 'name')}  {request}  {paint(answered, role)}{why}"
    facts = [f"sandbox {exchange['sandbox']}", exchange["operation"] or "no operation"]
    facts += [f"{name} {exchange[name]}" for name in ("app", "fault") if exchange[name]]
    yield paint(f"{exchange['received']}, {', '.join(facts)}", "dim")


def _trace(trace: Sequence[Row], paint: Paint) -> Iterator[str]:
    for step in trace:
        verdict = paint(f"{step['verdict']:7}", _VERDICTS.get(step["verdict"], "note"))
        yield f"  {verdict}  {step['room']:12}{step['text']}"
        if "value" in step:
            yield f"{_LATER}value:  {json.dumps(step['value'], ensure_ascii=False)}"
        if "remedy" in step:
            yield f"{_LATER}remedy: {step['remedy']}"
        if "docs" in step:
            yield f"{_LATER}docs:   {to_open(step['docs'])}"
    if not trace:
        yield "  nothing was refused, and no step had anything to note"


def _transaction(row: Row, clock: Row, paint: Paint) -> Iterator[str]:
    state = row["state"]
    result = f": {row['result']} {row['result_desc']}" if row["result"] is not None else ""
    yield f"{paint('Transaction', 'heading')} {row['id']}  {paint(state + result, _STATES.get(state, 'note'))}"
    payee = row["party_b"] or row["shortcode"]
    payer = row["msisdn"] if row["msisdn"] not in (None, payee) else row["shortcode"]
    yield f"  {row['amount']} from {payer} to {payee}, {row['reference']}"
    if row["receipt"]:
        yield f"  receipt:   {row['receipt']}"
    yield f"  chosen by: {row['chosen_by']}"
    if row["why"] not in ("", row["chosen_by"]):
        yield f"  why:       {row['why']}"
    yield from (f"  {label + ':':11}{text}" for label, text in facts(row))
    if state == "pending":
        if row["prompt"] == "open":
            yield "  waits for: the customer, whose prompt is open"
        yield f"  final at:  {_final_at(clock, row['id'])}"


def _callbacks(transaction: Row | None, rows: Sequence[Row], clock: Row, paint: Paint) -> Iterator[str]:
    if not rows:
        if transaction is not None and transaction["state"] == "pending":
            yield "  none yet: one is owed once the transaction is final"
        elif transaction is not None and transaction["exchange"] is None:
            yield f"  none: {_why_untold(transaction)}"
        else:
            yield "  none is kept: either this operation owes none, or it has left the journal (--keep-bodies)"
    for row in rows:
        yield f"  {row['id']}  {row['kind']} to {row['url']}  {paint(row['state'], _STATES.get(row['state'], 'note'))}"
        if row["note"]:
            yield f"     why:      {row['note']}"
        if row["state"] == "scheduled":
            yield f"     due:      {row['due']}{_standing(clock)}"
        for at, delivery in enumerate(row["deliveries"], 1):
            got = delivery["error"] or f"answered {delivery['status']}"
            got += f"; {delivery['twice']}" if "twice" in delivery else ""
            elsewhere = "" if delivery["url"] == row["url"] else f" at {delivery['url']}"
            yield f"     {at}. sent:  {delivery['sent']}{elsewhere}, {got}"
        if row["state"] in UNDELIVERED:
            yield f"     again:    POST {clock['path']}/callbacks/{row['id']}/resend"


def _why_untold(paid: Row) -> str:
    """Why nobody was told of a payment from outside."""
    if paid["state"] == "failed":
        return "the payment failed, and only one that went through is confirmed"
    where = "registered with /mpesa/c2b/v2/registerurl"
    return f"no ConfirmationURL was {where} for {paid['shortcode']} when it was paid, or it has left the journal"


def _stuck(rows: Sequence[Row], clock: Row, paint: Paint) -> Iterator[str]:
    for row in rows:
        yield ""
        waits = row["state"] == "stuck"
        title = paint("Stuck", "bad" if waits else "note")
        yield f"{title}: {row['kind']} of {row['about']}, at {row['stuck']}: {row['error']}"
        if waits:
            yield from (f"  {visible(line)}" for line in row["traceback"].splitlines())
            yield f"  again:     POST {clock['path']}/stuck/{row['id']}/resume"
        else:
            yield f"  resumed:   {row['resumed']}: {became(row)}"


def _final_at(clock: Row, transaction: int) -> str:
    due = (each["at"] for each in clock.get("due", ()) if (each["kind"], each["subject"]) == ("settle", transaction))
    return f"{next(due, 'unknown')}{_standing(clock)}"


def _standing(clock: Row) -> str:
    if clock.get("clock") == "manual":
        return f"; the clock is manual and stands at {clock['now']}: POST {clock['path']}/clock/advance"
    return ""
