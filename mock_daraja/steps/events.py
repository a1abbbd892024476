"""What happened, as JSON: a request, a final state, what became of a callback. The log tells it, and the journal."""

from __future__ import annotations

from typing import Any

from mock_daraja.ends import transaction_shape
from mock_daraja.exchange import Exchange
from mock_daraja.journal.redact import redact_query
from mock_daraja.journal.shapes import attempted, callback_json, exchange_json, instant, stuck_json
from mock_daraja.model import DELIVERIES, Callback, Delivery, Stuck, Transaction, changed
from mock_daraja.sandbox import Sandbox
from mock_daraja.steps.passage import Shared
from mock_daraja.validation import read_body

Event = dict[str, Any]
"""`event`, `at`, `sandbox`, `what`: an operation in few words, where there is one; and the row that it is about."""


def request(shared: Shared, sandbox: Sandbox, exchange: Exchange, opened: Transaction | None) -> Event:
    """`transaction` is the one that it has opened, or null; `said` is the result in the answer of a query."""
    line = exchange_json(exchange, whole=False)
    line["path"] = redact_query(line["path"])
    line["said"] = _said(exchange)
    what = None if exchange.operation is None else shared.catalogue.brief(exchange.operation)
    return _event("request", line["received"], sandbox, what) | {
        "exchange": line,
        "transaction": None if opened is None else _opened(shared, sandbox, opened),
    }


def paid(shared: Shared, sandbox: Sandbox, opened: Transaction) -> Event:
    """A customer pays unasked."""
    row = _opened(shared, sandbox, opened)
    return _event("paid", row["accepted"], sandbox, shared.catalogue.brief(opened.operation)) | {"transaction": row}


def final(shared: Shared, sandbox: Sandbox, row: Transaction) -> Event:
    what = shared.catalogue.brief(row.operation)
    return _event("final", instant(row.final_ms), sandbox, what) | {"transaction": _shape(shared, sandbox, row)}


def callback(shared: Shared, sandbox: Sandbox, row: Callback, last: Delivery | None) -> Event:
    """With its last delivery alone, and without bodies: GET callbacks/ID has all of it."""
    del shared
    sent = () if last is None else (changed(last, request=b"", answer=b""),)
    shape = callback_json(changed(row, body=b"", headers=()), sent)
    shape = {name: value for name, value in shape.items() if name not in ("body", "headers")}
    for each in shape["deliveries"]:
        del each["request"], each["answer"]
    shape["attempts"] = sandbox.store.count(DELIVERIES, "callback", row.id)
    return _event("callback", attempted(shape), sandbox, None) | {"callback": shape}


def stuck(shared: Shared, sandbox: Sandbox, row: Stuck) -> Event:
    del shared
    shape = stuck_json(row, sandbox.stuck_state(row))
    return _event("stuck", shape["stuck"], sandbox, None) | {"stuck": shape}


def _opened(shared: Shared, sandbox: Sandbox, row: Transaction) -> dict[str, Any]:
    """`screen` is what the prompt shows on the customer's phone, or null where none comes up."""
    screen, world = shared.catalogue.life_of(row).screen, shared.world(sandbox, row)
    shows = "" if screen is None or row.prompt in (None, "unseen") else screen(row, world)
    return _shape(shared, sandbox, row) | {"screen": shows or None}


def _shape(shared: Shared, sandbox: Sandbox, row: Transaction) -> dict[str, Any]:
    """`payer` and `payee` are null where no money moves, or nobody is known."""
    sides = shared.catalogue.life_of(row).sides
    of = None if sides is None else sides(row, shared.world(sandbox, row))
    payer, payee = ("", "") if of is None else (of.debit, of.credit)
    return transaction_shape(row) | {"payer": _owner(payer), "payee": _owner(payee)}


def _owner(account: str) -> str | None:
    return account.partition(":")[0] or None


def _said(exchange: Exchange) -> str | None:
    """`1032 Request cancelled by user`."""
    if exchange.reply is None or b'"ResultCode"' not in exchange.reply.body or exchange.transaction is not None:
        return None
    body = read_body("application/json", exchange.reply.body).value
    code, desc = body.get("ResultCode"), body.get("ResultDesc")
    return None if code is None else redact_query(f"{code} {desc or ''}".rstrip())


def _event(name: str, at: str | None, sandbox: Sandbox, what: str | None) -> Event:
    return {"event": name, "at": at, "sandbox": sandbox.name, "what": what}
