"""Rows as JSON for the control API, the command line and reports, and what is asked of that JSON. Keys are stable;
times are EAT, ISO 8601."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Final

import msgspec

from mock_daraja.clock import eat
from mock_daraja.exchange import Exchange, Step
from mock_daraja.journal.redact import redact_body, redact_headers, redact_message, redact_query, redact_text
from mock_daraja.model import Callback, Delivery, Stuck, StuckState, Transaction
from mock_daraja.money import shillings
from mock_daraja.reasons import callback_note, delivery_error, sent_twice

Bodies = Callable[[bytes], Any]

UNDELIVERED: Final = ("failed", "refused", "dropped")
_SUBJECTS: Final = {"settle": "transaction", "deliver": "callback"}
"""What an event of a kind is about."""


def instant(ms: int | None) -> str | None:
    return None if ms is None else eat(ms).isoformat(timespec="milliseconds")


def reference(anchor: str) -> str:
    """Where docs/ explains what a step is about; `anchor` is page and section, as in `Step.docs`."""
    return f"docs/{anchor}"


def anchor(reference: str) -> str:
    """The anchor that leads there."""
    return reference.removeprefix("docs/")


def to_open(reference: str) -> str:
    """The command that prints what a reference leads to: docs/ is wherever mock-daraja is installed."""
    return f"mock-daraja docs {anchor(reference).replace('.md', '')}"


def step_json(step: Step) -> dict[str, Any]:
    shape: dict[str, Any] = msgspec.to_builtins(step)
    for name in ("text", "value", "remedy"):
        if isinstance(shape.get(name), str):
            shape[name] = redact_query(shape[name])
    return shape | {"docs": reference(step.docs)} if step.docs else shape


def exchange_json(exchange: Exchange, *, whole: bool = True, bodies: Bodies = redact_body) -> dict[str, Any]:
    """`whole` adds headers, bodies and trace to the line that lists show. `bodies` says how a body is shown."""
    reply = exchange.reply
    fault = reply.fault if reply else None
    shape: dict[str, Any] = {
        "id": exchange.id,
        "sandbox": exchange.sandbox,
        "received": instant(exchange.received_ms),
        "method": exchange.method,
        "path": exchange.path,
        "query": redact_query(exchange.query),
        "operation": exchange.operation,
        "app": exchange.app_key,
        "transaction": exchange.transaction,
        "status": reply.status if reply else None,
        "fault": fault.name if fault else None,
        "why": redact_query(exchange.why),
    }
    if whole:
        shape |= {
            "fault_attributes": fault.attributes if fault else {},
            "request_headers": redact_headers(exchange.headers),
            "request_body": bodies(exchange.body),
            "response_headers": redact_headers(reply.headers) if reply else [],
            "response_body": bodies(reply.body) if reply else "",
            "trace": [step_json(step) for step in exchange.steps],
        }
    return shape


def callback_json(row: Callback, deliveries: Sequence[Delivery], *, bodies: Bodies = redact_body) -> dict[str, Any]:
    text = _texts(bodies)
    shape = {
        "id": row.id,
        "kind": row.kind,
        "transaction": row.transaction,
        "url": text(row.url),
        "state": row.state,
        "due": instant(row.due_ms),
        "headers": [list(pair) for pair in redact_headers(row.headers)],
        "body": bodies(row.body),
        "note": text(callback_note(row, deliveries[-1] if deliveries else None)),
        "deliveries": [_delivery_json(each, bodies) for each in deliveries],
    }
    if row.refusal is not None:
        shape["refusal"] = row.refusal.kind
    if row.forged:
        shape["forged"] = True
    return shape


def _texts(bodies: Bodies) -> Callable[[str], str]:
    """How URLs are shown, and what is said of them: whoever gets bodies as they are gets them as they are."""
    return redact_query if bodies is redact_body else str


def attempted(callback: Mapping[str, Any]) -> str:
    """When a callback was sent last; where nothing was, when it was due."""
    return str(callback["deliveries"][-1]["sent"] if callback["deliveries"] else callback["due"])


def _delivery_json(delivery: Delivery, bodies: Bodies) -> dict[str, Any]:
    twice, error, text = sent_twice(delivery), delivery_error(delivery), _texts(bodies)
    messages = redact_message if bodies is redact_body else bodies
    return {
        "url": text(delivery.url),
        "sent": instant(delivery.sent_ms),
        "took_ms": delivery.took_ms,
        "request": messages(delivery.request),
        "status": delivery.status,
        "answer": messages(delivery.answer),
        "error": None if error is None else text(error),
        **({} if twice is None else {"twice": twice}),
        **({} if delivery.failure is None else {"failure": delivery.failure.kind}),
    }


def transaction_json(row: Transaction) -> dict[str, Any]:
    decided = row.decision
    return {
        "id": row.id,
        "operation": row.operation,
        "state": row.state,
        "accepted": instant(row.accepted_ms),
        "final": instant(row.final_ms),
        "amount": shillings(row.amount_cents),
        "shortcode": row.shortcode,
        "msisdn": row.msisdn,
        "party_b": row.party_b,
        "command": row.command,
        "account_reference": row.account_reference,
        "remarks": row.remarks,
        "originator_id": row.originator_id,
        "reference": row.reference,
        "receipt": row.receipt,
        "result": row.result,
        "result_desc": row.result_desc,
        "chosen_by": str(decided) if decided else "the ledger's truth",
        **({"unattested": True} if decided and decided.unattested else {}),
        **({"callback_plan": plan} if (plan := msgspec.to_builtins(row.outcome.callback)) else {}),
        "why": row.why,
        "prompt": None if row.prompt is None else row.prompt.partition(":")[0],
        "callback_url": None if row.result_url is None else redact_query(row.result_url),
        "exchange": f"x{row.exchange}" if row.exchange else None,  # none asked for an outside payment
    }


def stuck_json(row: Stuck, state: StuckState, *, whole: bool = True) -> dict[str, Any]:
    """`whole` adds the traceback to the line that lists show."""
    shape = {
        "id": row.id,
        "kind": row.kind,
        "subject": row.subject,
        "about": f"{_SUBJECTS.get(row.kind, row.kind)} {row.subject}",
        "due": instant(row.due_ms),
        "stuck": instant(row.stuck_ms),
        "error": redact_text(row.error),
        "state": state,
        "resumed": instant(row.resumed_ms),
        "stuck_again": row.resumed_as if state == "stuck-again" else None,
    }
    return shape | {"traceback": redact_text(row.traceback)} if whole else shape


def became(stuck: Mapping[str, Any], prefix: str = "") -> str:
    """What has come of one that was resumed, in words; `prefix` is that of its sandbox's numbers."""
    again = f"stuck again as {prefix}{stuck['stuck_again']}"
    return {"trying": "being tried", "done": "done", "stuck-again": again}[stuck["state"]]


def is_about(kind: str, subject: int | str, transaction: int, callbacks: Container[int]) -> bool:
    """Whether an event has to do with this transaction or one of these callbacks, which are its own."""
    return subject in callbacks if kind == "deliver" else kind == "settle" and subject == transaction


def refusal(exchange: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The step at which a whole exchange was refused."""
    return next((step for step in exchange["trace"] if step["verdict"] == "refused"), None)


def has_failed(exchange: Mapping[str, Any]) -> bool:
    """Whether a whole exchange was refused, met a fault, or its transaction or a callback failed or is stuck."""
    if exchange["fault"] or refusal(exchange) is not None:
        return True
    if any(each["state"] == "stuck" for each in exchange.get("stuck", ())):
        return True
    opened = exchange["transaction"]
    if opened is not None and opened["state"] == "failed":
        return True
    return any(each["state"] in UNDELIVERED for each in exchange["callbacks"])
