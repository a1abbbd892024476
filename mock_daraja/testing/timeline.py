"""What happened in a sandbox, a line each, and the why: the section that a failing test's report gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from mock_daraja.client import Row
from mock_daraja.clock import parse_instant
from mock_daraja.journal.failed import fact_lines
from mock_daraja.journal.shapes import became, refusal
from mock_daraja.quoting import printable
from mock_daraja.testing.link import Record

_MOST_LINES: Final = 40
_BLANK: Final = " " * 12
_UNDER: Final = " " * 19  # under the text of a line, behind its time and id
_TIME: Final = slice(11, 23)  # of an ISO 8601 instant
Line = tuple[str, str]
"""The instant and the text: lines sort by the former, and stay as they are where it is the same."""


def section(record: Record) -> str:
    """The timeline, then the last exchange that failed, at once or later, as `mock-daraja why` shows it."""
    failed = record.last_failed()
    return timeline(record) + ("" if failed is None else "\n\n" + why(record, failed))


def why(record: Record, whole: Row) -> str:
    from mock_daraja.journal.text import explanation

    return explanation(whole, record.clock).rstrip("\n")


def timeline(record: Record) -> str:
    lines = [
        *map(_exchange, record.exchanges),
        *map(_transaction, record.transactions),
        *(line for each in record.stuck for line in _stuck(each)),
        *(line for each in record.callbacks for line in _callback(each)),
    ]
    lines.sort(key=lambda line: line[0])
    shown = _latest(lines)
    if len(lines) > _MOST_LINES:
        shown.insert(0, f"{_BLANK}  ... {len(lines) - _MOST_LINES} lines before these")
    if not lines:
        shown.append(f"{_BLANK}  no request has reached this sandbox")
    if record.strangers:
        shown.append(f"{_BLANK}  outside this sandbox, because they carry no key or token of its apps:")
        shown += _latest([*map(_exchange, record.strangers)])
    clock = record.clock
    title = f"sandbox {record.name}, {clock['clock']} clock"
    return printable("\n".join([title, *shown, f"{clock['now'][_TIME]}  now{_due(clock)}"]))


def _latest(lines: Sequence[Line]) -> list[str]:
    return [f"{at[_TIME]}  {text}" for at, text in lines[-_MOST_LINES:]]


def _exchange(shape: Row) -> Line:
    text = f"{shape['id']:<4} {shape['method']} {shape['path']} -> {shape['fault'] or shape['status'] or 'no answer'}"
    if shape["transaction"] is not None:
        text += f", opens t{shape['transaction']}"
    refused = refusal(shape)
    room = "" if refused is None else f"{refused['room']}: "
    under = f"\n{_UNDER}"
    warnings = "".join(because(step, under) for step in shape["trace"] if step["verdict"] == "warning")
    return shape["received"], text + because(refused, under, room) + warnings


def because(refused: Mapping[str, Any] | None, under: str, room: str = "") -> str:
    """Why a request was refused, or what else a step says, and the remedy, each `under` a line that tells of it."""
    if refused is None:
        return ""
    value = f" ({refused['value']})" if "value" in refused else ""
    remedy = f"{under}remedy: {refused['remedy']}" if "remedy" in refused else ""
    return f"{under}{room}{refused['text']}{value}{remedy}"


def _transaction(shape: Row) -> Line:
    payee = shape["party_b"] or shape["shortcode"]
    payer = shape["msisdn"] if shape["msisdn"] not in (None, payee) else shape["shortcode"]
    about = f"t{shape['id']:<3} KES {shape['amount']} {payer} -> {payee}"
    if shape["final"] is not None:
        known = "".join(f"\n{_UNDER}{line}" for line in fact_lines(shape))
        return shape["final"], f"{about}: {shape['result']} {shape['result_desc']} ({shape['why']}){known}"
    return shape["accepted"], f"{about}: pending" + (f", prompt {shape['prompt']}" if shape["prompt"] else "")


def _callback(shape: Row) -> Iterator[Line]:
    what = f"forged {shape['kind']}" if shape.get("forged") else shape["kind"]
    whose = f" of t{shape['transaction']}" if shape["transaction"] else ""
    about = f"c{shape['id']:<3} {what} callback{whose} to {shape['url']}"
    for number, delivery in enumerate(shape["deliveries"], 1):
        again = f", attempt {number}" if number > 1 else ""
        under = [delivery["twice"]] if "twice" in delivery else []
        under += [shape["note"]] if shape["state"] == "delivered" and not shape.get("forged") and shape["note"] else []
        told = "".join(f"\n{_UNDER}{each}" for each in under)
        yield delivery["sent"], f"{about}{again} -> {delivery['error'] or delivery['status']}{told}"
    if not shape["deliveries"] or shape["state"] == "scheduled":
        note = f": {shape['note']}" if shape["note"] else ""
        yield shape["due"], f"{about}: {shape['state']}{note}"


def _stuck(shape: Row) -> Iterator[Line]:
    what = f"{shape['kind']} of {shape['about']}"
    yield shape["stuck"], f"stuck: {what}\n{_UNDER}{shape['error']}"
    if shape["resumed"] is not None:
        yield shape["resumed"], f"resumed: {what}: {became(shape)}"


def _due(clock: Row) -> str:
    if not clock["due"] or clock["clock"] not in ("manual", "auto"):
        return ""
    seconds = max(0, parse_instant(clock["due"][0]["at"]) - parse_instant(clock["now"])) / 1000
    return f"; more is due in {seconds:g} s: daraja.advance({seconds:g})"
