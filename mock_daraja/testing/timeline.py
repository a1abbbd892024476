"""What happened in a sandbox, as lines: all of it, or what the report of a failing test has room for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mock_daraja.client import Row
from mock_daraja.clock import parse_instant
from mock_daraja.journal import story
from mock_daraja.journal.paint import plain
from mock_daraja.quoting import printable
from mock_daraja.testing.link import Record
from mock_daraja.testing.remedies import in_a_test

_MOST_EVENTS: Final = 40
_BLANK: Final = " " * 14  # where a line has its time
_TIME: Final = slice(11, 23)  # of an ISO 8601 instant


def timeline(record: Record) -> str:
    """All that happened, but for what is long ago, and what is due next."""
    events, clock = record.events, record.clock
    lines = [f"sandbox {record.name}, {clock['clock']} clock"]
    if len(events) > _MOST_EVENTS:
        lines.append(f"{_BLANK}... {len(events) - _MOST_EVENTS} events before these")
    lines += [line for event in events[-_MOST_EVENTS:] for line in _lines(event)]
    if not events:
        lines.append(f"{_BLANK}no request has reached this sandbox")
    lines += strangers(record, _MOST_EVENTS)
    lines.append(f"{clock['now'][_TIME]}  now{due(clock)}")
    return in_a_test(printable("\n".join(lines)))


def strangers(record: Record, most: int) -> Iterator[str]:
    """Requests that belong to no sandbox, if there are any: they may have been meant for this one."""
    if not record.strangers:
        return
    yield f"{_BLANK}outside this sandbox, because they carry no key or token of its apps:"
    for each in record.strangers[-most:]:
        exchange = {**each, "said": None}
        event = {"event": "request", "at": each["received"], "sandbox": "default", "what": None, "exchange": exchange}
        yield from _lines({**event, "transaction": None})


def of_payment(events: Sequence[Row], number: int) -> list[Row]:
    """What belongs to a transaction of this id."""
    return [each for each in events if _payment(each) == number]


def _payment(event: Row) -> int | None:
    if event["event"] == "callback":
        return int(event["callback"]["transaction"])
    row = event.get("transaction")
    return None if row is None else int(row["id"])


def brief(event: Row) -> Iterator[str]:
    """The lines of an event without why it was so, which is said once for all of them."""
    if event["event"] == "request":
        event = {**event, "exchange": {**event["exchange"], "why": ""}}
    elif event["event"] == "final":
        event = {**event, "transaction": {**event["transaction"], "failure": None, "why": ""}}
    elif event["event"] == "callback":
        event = {**event, "callback": {**event["callback"], "note": ""}}
    elif event["event"] == "stuck":
        event = {**event, "stuck": {**event["stuck"], "traceback": ""}}
    return _lines(event)


def _lines(event: Row) -> Iterator[str]:
    """The test's sandbox is the only one that it is about, so it isn't named."""
    return story.lines({**event, "sandbox": "default"}, plain)


def why(events: Sequence[Row]) -> str:
    """Why the last of them that failed did, and what to do; empty where none has."""
    return next(filter(None, map(_why, reversed(events))), "")


def _why(event: Row) -> str:
    if not story.has_failed(event):
        return ""
    if event["event"] == "request":
        return str(event["exchange"]["why"])
    if event["event"] == "final":
        row = event["transaction"]
        known = row["failure"]
        return "; ".join(filter(None, (row["why"], known and f"{known['cause']} {known['remedy']}")))
    return str(event["stuck"]["error"] if event["event"] == "stuck" else event["callback"]["note"])


def due(clock: Row) -> str:
    """When there will be more, as a clock that stands still says it; else nothing."""
    if not clock["due"] or clock["clock"] not in ("manual", "auto"):
        return ""
    seconds = max(0, parse_instant(clock["due"][0]["at"]) - parse_instant(clock["now"])) / 1000
    return f"; more is due in {seconds:g} s: daraja.advance({seconds:g})"
