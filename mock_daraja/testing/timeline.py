"""What happened in a sandbox, a line each: the section that a failing test's report gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from mock_daraja.journal import callback_json, exchange_json, transaction_json
from mock_daraja.journal.shapes import instant
from mock_daraja.sandbox import Sandbox

_MOST_LINES: Final = 40
_BLANK: Final = " " * 12
_UNDER: Final = " " * 19  # under the text of a line, behind its time and id
_TIME: Final = slice(11, 23)  # of an ISO 8601 instant
Line = tuple[str, str]
"""The instant and the text: lines sort by the former, and stay as they are where it is the same."""


def timeline(sandbox: Sandbox, strangers: Sandbox | None = None, strangers_from: int = 0) -> str:
    """`strangers` is where requests land that belong to no sandbox; those numbered from `strangers_from` are shown."""
    lines = [*_exchanges(sandbox), *_transactions(sandbox), *_callbacks(sandbox)]
    lines.sort(key=lambda line: line[0])
    shown = [f"{at[_TIME]}  {text}" for at, text in lines[-_MOST_LINES:]]
    if len(lines) > _MOST_LINES:
        shown.insert(0, f"{_BLANK}  ... {len(lines) - _MOST_LINES} lines before these")
    if not lines:
        shown.append(f"{_BLANK}  no request has reached this sandbox")
    if strangers is not None:
        shown += _strays(strangers, strangers_from)
    now = instant(sandbox.now_ms) or ""
    return "\n".join(
        [f"sandbox {sandbox.name}, {sandbox.clock.setting} clock", *shown, f"{now[_TIME]}  now{_due(sandbox)}"]
    )


def _exchanges(sandbox: Sandbox, first: int = 0) -> Iterator[Line]:
    for row in sandbox.store.exchanges():
        if row.number >= first:
            shape = exchange_json(row)
            yield shape["received"], _exchange(shape)


def _exchange(shape: dict[str, Any]) -> str:
    text = f"{shape['id']:<4} {shape['method']} {shape['path']} -> {shape['fault'] or shape['status']}"
    if shape["transaction"] is not None:
        text += f", opens t{shape['transaction']}"
    refusal = next((step for step in shape["trace"] if step["verdict"] == "refused"), None)
    if refusal is not None:
        value = f" ({refusal['value']})" if "value" in refusal else ""
        text += f"\n{_UNDER}{refusal['room']}: {refusal['text']}{value}"
        if "remedy" in refusal:
            text += f"\n{_UNDER}remedy: {refusal['remedy']}"
    return text


def _transactions(sandbox: Sandbox) -> Iterator[Line]:
    for row in sandbox.store.transactions():
        shape = transaction_json(row)
        payee = shape["party_b"] or shape["shortcode"]
        payer = shape["msisdn"] if shape["msisdn"] not in (None, payee) else shape["shortcode"]
        about = f"t{shape['id']:<3} KES {shape['amount']} {payer} -> {payee}"
        if shape["final"] is None:
            yield (
                shape["accepted"],
                f"{about}: pending, prompt {shape['prompt']}" if shape["prompt"] else f"{about}: pending",
            )
        else:
            yield shape["final"], f"{about}: {shape['result']} {shape['result_desc']} ({shape['why']})"


def _callbacks(sandbox: Sandbox) -> Iterator[Line]:
    for row in sandbox.store.callbacks():
        shape = callback_json(row)
        about = f"c{shape['id']:<3} {shape['kind']} callback of t{shape['transaction']} to {shape['url']}"
        for number, delivery in enumerate(shape["deliveries"], 1):
            again = f", attempt {number}" if number > 1 else ""
            yield delivery["sent"], f"{about}{again} -> {delivery['status'] or delivery['error']}"
        if not shape["deliveries"] or shape["state"] == "scheduled":
            note = f": {shape['note']}" if shape["note"] else ""
            yield shape["due"], f"{about}: {shape['state']}{note}"


def _strays(strangers: Sandbox, first: int) -> list[str]:
    lines = list(_exchanges(strangers, first))
    if not lines:
        return []
    title = "outside this sandbox, because they carry no key or token of its apps:"
    return [f"{_BLANK}  {title}", *(f"{at[_TIME]}  {text}" for at, text in lines[-_MOST_LINES:])]


def _due(sandbox: Sandbox) -> str:
    due_ms = sandbox.store.next_due()
    if due_ms is None or not sandbox.clock.stands_still:
        return ""
    seconds = max(0, due_ms - sandbox.now_ms) / 1000
    return f"; more is due in {seconds:g} s: daraja.advance({seconds:g})"
