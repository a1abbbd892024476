"""What happened, in lines as `serve` and `mock-daraja journal` show it: time, id, what, and the rest in words. The
lines of one payment have its id in front, in a colour of its own. It reads the events of steps/events.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mock_daraja.journal.failed import fact_lines
from mock_daraja.journal.paint import PAYMENTS, Paint, Role
from mock_daraja.journal.redact import redact_text
from mock_daraja.journal.shapes import UNDELIVERED, became
from mock_daraja.quoting import visible

Row = Mapping[str, Any]

_TIME: Final = slice(11, 23)  # of an ISO 8601 instant
_NAME: Final = 6  # characters, as of what follows
_WHAT: Final = 15
_UNDER: Final = " " * (12 + 2 + _NAME + 2 + _WHAT + 2)
_DID: Final = {
    "pin": "the customer enters the PIN",
    "wrong-pin": "the customer enters a wrong PIN",
    "cancel": "the customer presses cancel",
    "ignore": "nobody answers the prompt",
}


def lines(event: Row, paint: Paint) -> Iterator[str]:
    return _LINES[event["event"]](event, paint)


def has_failed(event: Row) -> bool:
    """Whether a request was not answered well, a payment or a callback failed, or something is stuck."""
    row = event.get("exchange") or event.get("callback") or event.get("transaction") or event["stuck"]
    if event["event"] == "request":
        return not _is_well(row)
    return row["state"] in ("failed", "stuck", *UNDELIVERED)


def _is_well(exchange: Row) -> bool:
    return exchange["fault"] is None and exchange["status"] is not None and exchange["status"] < 400


def _request(event: Row, paint: Paint) -> Iterator[str]:
    """And the prompt that it has opened."""
    asked, opened = event["exchange"], event["transaction"]
    status, why = asked["status"], asked["why"]
    answer = paint(str(asked["fault"] or status or "no answer"), "good" if _is_well(asked) else "bad")
    answer += f"  {visible(asked['said'])}" if asked["said"] else ""
    answer += f"  {visible(why)}" if why else ""
    if opened is not None:
        text = f"{_parties(opened)}  {paint(asked['id'], 'name')}  {answer}"
        yield _of_payment(event, opened["id"], event["what"], text, paint)
        yield from _prompt(event, opened, paint)
    elif event["what"] is not None:
        yield _line(event, (asked["id"], "name"), event["what"], answer, paint)
    else:
        text = f"{visible(asked['path'])}  {answer}"
        yield _line(event, (asked["id"], "name"), visible(asked["method"]) or "request", text, paint)


def _prompt(event: Row, opened: Row, paint: Paint) -> Iterator[str]:
    if opened["prompt"] is None:
        return
    screen = opened["screen"]
    text = "sees no prompt" if screen is None else f"shows: {visible(screen.splitlines()[0])}"
    yield _of_payment(event, opened["id"], "  phone", f"{opened['msisdn']} {text}", paint)


def _paid(event: Row, paint: Paint) -> Iterator[str]:
    row = event["transaction"]
    yield _of_payment(event, row["id"], event["what"], f"{_parties(row)}  from the M-PESA menu", paint)


def _final(event: Row, paint: Paint) -> Iterator[str]:
    """What the customer did with a prompt, how it ended, and what is known of a failure."""
    row = event["transaction"]
    if row["prompt"] in _DID:
        yield _of_payment(event, row["id"], "  phone", _DID[row["prompt"]], paint)
    is_well = row["state"] == "completed"
    text = paint(visible(f"{row['result']} {row['result_desc']}"), "good" if is_well else "bad")
    text += f"  {row['receipt']}" if row["receipt"] else ""
    text += f"  ({visible(row['why'])})" if row["why"] and not is_well else ""
    text += "" if row["exchange"] else f"  {_parties(row)}"  # no request has said it
    yield _of_payment(event, row["id"], f"  {row['state']}", text, paint)
    yield from (_UNDER + paint(visible(each), "dim") for each in fact_lines(row))


def _callback(event: Row, paint: Paint) -> Iterator[str]:
    """How its receiver took it, or why it never left."""
    row = event["callback"]
    number = f"c{row['id']}"
    is_well = row["state"] == "delivered"
    role: Role = "good" if is_well else "note" if row["state"] == "scheduled" else "bad"
    about = visible(redact_text(f"{row['kind']} to {row['url']}"))
    text = f"{paint(number, 'name')}  {about}  {paint(visible(redact_text(_taken(row))), role)}"
    if row["transaction"]:
        yield _of_payment(event, row["transaction"], "  callback", text, paint)
    else:  # forged, and about none
        yield _line(event, (number, "name"), "callback", text, paint)


def _stuck(event: Row, paint: Paint) -> Iterator[str]:
    row = event["stuck"]
    later = "" if row["resumed"] is None else f"; resumed {row['resumed'][_TIME]}: {became(row)}"
    text = paint(visible(f"{row['kind']} of {row['about']}: {row['error']}"), "bad") + later
    yield _line(event, (str(row["id"]), "name"), "stuck", text, paint)
    yield from (_UNDER + visible(each) for each in row["traceback"].splitlines())


_LINES: Final[Mapping[str, Callable[[Row, Paint], Iterator[str]]]] = {
    "request": _request,
    "paid": _paid,
    "final": _final,
    "callback": _callback,
    "stuck": _stuck,
}


def _taken(row: Row) -> str:
    state, note = row["state"], row["note"]
    last = row["deliveries"][-1] if row["deliveries"] else None
    took = f" after {last['took_ms']} ms" if last is not None and last["took_ms"] else ""
    took += f", attempt {row['attempts']}" if row["attempts"] > 1 else ""
    answer = "" if last is None else (last["error"] or f"answered {last['status']}") + took
    if state in ("refused", "dropped"):
        return ": ".join(filter(None, ("not sent" if state == "refused" else "lost", note)))
    if state == "scheduled":
        return f"{answer}; again at {row['due'][_TIME]}"
    if last is not None and "twice" in last:
        note = "; ".join(filter(None, (last["twice"], note)))
    return f"{note or 'not delivered'}{took}" if state == "failed" else "; ".join(filter(None, (answer, note)))


def _parties(row: Row) -> str:
    """Who pays whom how much, and what for."""
    amount, payee = row["amount"].removesuffix(".00"), row["payee"]
    parties = f"from {row['payer']}" + (f" to {payee}" if payee else "") if row["payer"] else f"of {row['shortcode']}"
    account = f" for {row['account_reference']}" if row["account_reference"] else ""
    return visible(f"{'' if amount == '0' else f'KES {amount} '}{parties}{account}")


def _of_payment(event: Row, number: int, what: str, text: str, paint: Paint) -> str:
    return _line(event, (f"t{number}", PAYMENTS[number % len(PAYMENTS)]), what, text, paint)


def _line(event: Row, named: tuple[str, Role], what: str, text: str, paint: Paint) -> str:
    number, role = named
    name = number if event["sandbox"] == "default" else f"{event['sandbox']}/{number}"
    at = paint(event["at"][_TIME], "dim")
    return f"{at}  {paint(f'{name:{_NAME}}', role)}  {paint(f'{what:{_WHAT}}', 'start')}  {text}"
