"""What a failing test shows of its sandbox, in ten lines: what was expected and found, the nearest payment as one
story, why it was so, and in the last line what it comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from mock_daraja.client import Row
from mock_daraja.quoting import beginning, visible
from mock_daraja.testing.link import Link, Record
from mock_daraja.testing.remedies import in_a_test
from mock_daraja.testing.timeline import brief, due, of_payment, strangers, why

_STORY: Final = 5  # lines of it
_SECTION: Final = 7
_LONGEST: Final = 400  # characters of a line


def failure(link: Link, heading: str, events: Sequence[Row], ending: str) -> AssertionError:
    """To be raised. `events` are those of the nearest payment, or the last ones; `ending` says it in one line, which is
    what the summary of a test run shows."""
    record = link.record()
    told = [*heading.split("\n"), *_indented(_story(record, events, _STORY)), *_whys(events), ending]
    return AssertionError(shown(link, told))


def nearest(record: Record, number: int | None) -> Sequence[Row]:
    """The events of a payment; of none those of the last one, or what else came last."""
    last = next((row["id"] for each in reversed(record.events) if (row := each.get("transaction"))), None)
    wanted = last if number is None else number
    return of_payment(record.events, wanted) if wanted is not None else record.events


def section(link: Link, *, says_why: bool) -> str:
    """For the report of a test that failed for a reason of its own, or for one that says why already."""
    record = link.record()
    events = record.events
    told = [*_story(record, events, _SECTION), *(_whys(events) if says_why else ())]
    if (more := due(record.clock)) and len(told) < _SECTION + 2:
        told.append(more.removeprefix("; "))
    return shown(link, told)


def _story(record: Record, events: Sequence[Row], most: int) -> list[str]:
    lines = [line for event in events for line in brief(event)]
    if not lines:
        return [*strangers(record, most)] or ["no request has reached this sandbox"]
    cut = len(lines) - most
    return lines if cut <= 0 else [f"... {cut + 1} lines before these: daraja.timeline()", *lines[cut + 1 :]]


def _whys(events: Sequence[Row]) -> Iterator[str]:
    if said := why(events):
        yield f"why: {said}"


def _indented(lines: Sequence[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def shown(link: Link, lines: Sequence[str]) -> str:
    return link.hide("\n".join(beginning(in_a_test(visible(each)), _LONGEST) for each in lines))
