"""Fabricated journals: rows with what a check looks at, and nothing else. Times are seconds after 10:00 EAT."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from mock_daraja.clock import parse_instant
from mock_daraja.exchange import Exchange, Reply, Step
from mock_daraja.journal.report import Check, Evidence, Report, report_card
from mock_daraja.model import (
    Callback,
    Decision,
    Delivery,
    Details,
    Failure,
    FaultSpec,
    Outcome,
    Scalar,
    Transaction,
    UrlRefusal,
    changed,
)
from mock_daraja.model.callback import CallbackState
from mock_daraja.products import CATALOGUE
from mock_daraja.steps.reporting import declared_in

START_MS = parse_instant("2026-11-24T10:00:00+03:00")
HOOK = "http://127.0.0.1:8000/hook"
SINK = "http://127.0.0.1:6737/_mock/sink/shop"
PUSH = "stk-push.process"
QUERY = "stk-push.query"
CHECKOUT = "ws_CO_1"
DECLARED = declared_in(CATALOGUE)


def at(seconds: float) -> int:
    return START_MS + round(seconds * 1000)


def exchange(
    number: int,
    operation: str | None = PUSH,
    *,
    after: float = 0,
    status: int | None = 200,
    reply: bytes = b"{}",
    refused: str | None = None,
    fault: str | None = None,
    transaction: int | None = None,
    app: str = "test-key",
    path: str = "/path",
    **fields: Any,
) -> Exchange:
    """`refused` is the room that did it; `fields` are the body's."""
    steps = () if refused is None else (Step(refused, "refused", "no", None, "do better"),)
    body = json.dumps(fields).encode() if fields else b""
    answer = None if status is None else Reply(status, reply, fault=FaultSpec(fault) if fault else None)
    return Exchange(
        number, "default", at(after), "POST", path, "", (), body, operation, app, transaction, steps, answer
    )


def push(number: int, **changes: Any) -> Exchange:
    fields = {"PhoneNumber": 254708374149, "Amount": 10, "AccountReference": "INV-1", "BusinessShortCode": 174379}
    return exchange(number, PUSH, **(fields | changes))


def token(number: int, *, after: float = 0, expires_in: object = "3599", app: str = "test-key") -> Exchange:
    body = json.dumps({"access_token": "a", "expires_in": expires_in}).encode()
    return exchange(number, "oauth.generate", after=after, reply=body, app=app)


def query(number: int, *, after: float) -> Exchange:
    return exchange(number, QUERY, after=after, CheckoutRequestID=CHECKOUT)


def transaction(
    number: int = 1,
    *,
    operation: str = PUSH,
    result: str | None = "0",
    final: float | None = 5,
    exchange: int = 1,
    reference: str = CHECKOUT,
    outcome: Outcome | None = None,
) -> Transaction:
    decision = None if outcome is None else Decision(outcome, "scenario", "rule 1")
    row = Transaction(
        number, operation, at(0), 1000, "174379", "mine-1", reference, exchange, Details(), decision=decision
    )
    if final is None:
        return row
    return changed(
        row,
        final_ms=at(final),
        result=result,
        state="completed" if result == "0" else "failed",
        receipt="SKO1" if result == "0" else None,
    )


def delivery(
    status: int | None = 200, *, after: float = 6, url: str = HOOK, failure: Failure | None = None
) -> Delivery:
    return Delivery(url, at(after), b"POST /hook HTTP/1.1\r\n\r\n", status, b"", failure)


@dataclass(frozen=True)
class Sent:
    """A callback with the attempts at it."""

    row: Callback
    deliveries: tuple[Delivery, ...]


def callback(
    number: int = 1,
    *deliveries: Delivery,
    transaction: int = 1,
    kind: str = "stk",
    state: CallbackState = "delivered",
    body: bytes = b"{}",
    refusal: UrlRefusal | None = None,
    forge: tuple[tuple[str, Scalar], ...] = (),
    damage: str | None = None,
) -> Sent:
    spoilt: dict[str, Any] = {"forge": forge, "damage": damage}
    row = Callback(number, kind, transaction, HOOK, body, (), at(6), state=state, refusal=refusal, **spoilt)
    return Sent(row, tuple(changed(each, callback=number) for each in deliveries))


def card(*rows: Exchange | Transaction | Sent, expected: dict[str, list[Evidence]] | None = None) -> Report:
    exchanges = [row for row in rows if isinstance(row, Exchange)]
    transactions = [row for row in rows if isinstance(row, Transaction)]
    sent = [row for row in rows if isinstance(row, Sent)]
    callbacks = [each.row for each in sent]
    deliveries = [delivery for each in sent for delivery in each.deliveries]
    declared = replace(DECLARED, expected=expected or {})
    return report_card("default", exchanges, transactions, callbacks, deliveries, declared=declared)


def said(check: Check) -> tuple[str, list[str]]:
    """The verdict, and what the evidence refers to."""
    return check.verdict, [each.ref for each in check.evidence]
