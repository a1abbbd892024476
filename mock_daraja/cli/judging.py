"""Whether what an outcome of a scenario says is what was seen to happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mock_daraja.cli.recorder import Recorded

if TYPE_CHECKING:
    from mock_daraja.client import Row


@dataclass(slots=True)
class Seen:
    """What one request led to. No `answer`: nothing came back."""

    exchange: Row
    answer: Recorded | None = None
    query: Recorded | None = None

    @property
    def transaction(self) -> Row | None:
        return self.exchange["transaction"]  # type: ignore[no-any-return]  # JSON of the control API

    @property
    def callbacks(self) -> list[Row]:
        """What is told, not asked: the plan of an outcome is about these."""
        return [each for each in self.exchange["callbacks"] if each["kind"] != "validation"]


def differences(then: Row, seen: Seen) -> Iterator[str]:
    """Between what an outcome says and what was seen."""
    yield from _at_once(then, seen)
    row = seen.transaction
    if row is None:
        missing = [name for name in ("result", "never", "executes", "callback") if name in then]
        if missing:
            yield f"no transaction was opened, which `{missing[0]}` needs"
        return
    if then.get("never"):
        if row["state"] != "pending":
            yield f"the transaction is {row['state']}, and was never to be answered"
        return
    if "result" in then and row["result"] != then["result"]:
        yield f"the result is {row['result']}, not {then['result']}"
    if "desc" in then and "{{" not in then["desc"] and row["result_desc"] != then["desc"]:
        yield f"the ResultDesc is {row['result_desc']!r}, not {then['desc']!r}"
    yield from _of_callbacks(then, seen.callbacks)
    told = None if seen.query is None else seen.query.field("ResultCode")
    if "query" in then and str(told) != then["query"]["result"]:
        yield f"the query says {told}, not {then['query']['result']}"


def _at_once(then: Row, seen: Seen) -> Iterator[str]:
    if "error" in then and (seen.answer is None or then["error"].encode() not in seen.answer.answer):
        yield f"the request was not refused with {then['error']}"
    if "page" in then:
        from mock_daraja.faults import pages

        wanted = pages.page(then["page"], seen.exchange["path"])
        if seen.exchange["status"] != wanted.status or seen.exchange["response_body"] != wanted.body.decode():
            yield f"the request was not answered with the page {then['page']}"
    if "fault" in then and seen.exchange["fault"] != then["fault"]["name"]:
        yield f"the fault was {seen.exchange['fault']}, not {then['fault']['name']}"


def _of_callbacks(then: Row, rows: Sequence[Row]) -> Iterator[str]:
    plan = then.get("callback", {})
    if plan.get("drop"):
        if not rows or any(each["state"] != "dropped" for each in rows):
            yield "a callback was sent, or owed, that was to be lost"
        return
    kinds = [each["kind"] for each in rows]
    if "copies" in plan and max(map(kinds.count, kinds), default=0) != plan["copies"]:
        yield f"the callback was not sent {plan['copies']} times"
    for each in rows:
        if each["state"] != "delivered":
            yield f"callback {each['id']} was {each['state']}: {each['note']}"
    if then.get("queue_timeout") and "timeout" not in kinds:
        yield "QueueTimeOutURL was not called"
