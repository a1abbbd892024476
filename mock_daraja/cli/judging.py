"""Whether what an outcome of a scenario says is what was seen to happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from mock_daraja.client import HttpAnswer, Row
from mock_daraja.faults import pages


class About(Enum):
    """What an outcome says otherwise than was seen, each as a person is told."""

    ERROR = "the request was not refused with {wanted}"
    PAGE = "the request was not answered with the page {wanted}"
    FAULT = "the fault was {seen}, not {wanted}"
    OPENED = "no transaction was opened, which `{wanted}` needs"
    NEVER = "the transaction is {seen}, and was never to be answered"
    RESULT = "the result is {seen}, not {wanted}"
    DESC = "the ResultDesc is '{seen}', not '{wanted}'"
    DROP = "a callback was sent, or owed, that was to be lost"
    COPIES = "the callback was not sent {wanted} times"
    DELIVERED = "callback {wanted} was {seen}"
    TIMEOUT = "QueueTimeOutURL was not called"
    QUERY = "the query says {seen}, not {wanted}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Between what an outcome says and what was seen; as text, a line for a person."""

    about: About
    wanted: object = None
    seen: object = None

    def __str__(self) -> str:
        return self.about.value.format(wanted=self.wanted, seen=self.seen)


@dataclass(slots=True)
class Seen:
    """What one request led to. No `answer`: nothing came back."""

    exchange: Row
    answer: HttpAnswer | None = None
    query: HttpAnswer | None = None


def differences(then: Row, seen: Seen) -> Iterator[Difference]:
    yield from _at_once(then, seen)
    row = seen.exchange["transaction"]
    if row is None:
        missing = [name for name in ("result", "never", "executes", "callback") if name in then]
        if missing:
            yield Difference(About.OPENED, missing[0])
        return
    if then.get("never"):
        if row["state"] != "pending":
            yield Difference(About.NEVER, seen=row["state"])
        return
    if "result" in then and row["result"] != then["result"]:
        yield Difference(About.RESULT, then["result"], row["result"])
    if "desc" in then and "{{" not in then["desc"] and row["result_desc"] != then["desc"]:
        yield Difference(About.DESC, then["desc"], row["result_desc"])
    yield from _of_callbacks(then, seen.exchange["callbacks"])
    told = None if seen.query is None else seen.query.field("ResultCode")
    if "query" in then and str(told) != then["query"]["result"]:
        yield Difference(About.QUERY, then["query"]["result"], told)


def _at_once(then: Row, seen: Seen) -> Iterator[Difference]:
    if "error" in then and (seen.answer is None or then["error"].encode() not in seen.answer.head + seen.answer.body):
        yield Difference(About.ERROR, then["error"])
    if "page" in then:
        wanted = pages.page(then["page"], seen.exchange["path"])
        if seen.exchange["status"] != wanted.status or seen.exchange["response_body"] != wanted.body.decode():
            yield Difference(About.PAGE, then["page"])
    if "fault" in then and seen.exchange["fault"] != then["fault"]["name"]:
        yield Difference(About.FAULT, then["fault"]["name"], seen.exchange["fault"])


def _of_callbacks(then: Row, callbacks: Sequence[Row]) -> Iterator[Difference]:
    plan = then.get("callback", {})
    rows = [each for each in callbacks if each["kind"] != "validation"]  # what is told, not asked
    if plan.get("drop"):
        if not rows or any(each["state"] != "dropped" for each in rows):
            yield Difference(About.DROP)
        return
    kinds = [each["kind"] for each in rows]
    if "copies" in plan and max(map(kinds.count, kinds), default=0) != plan["copies"]:
        yield Difference(About.COPIES, plan["copies"])
    for each in rows:
        if each["state"] != "delivered":
            yield Difference(About.DELIVERED, each["id"], f"{each['state']}: {each['note']}")
    if then.get("queue_timeout") and "timeout" not in kinds:
        yield Difference(About.TIMEOUT)
