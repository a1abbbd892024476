"""What has become of a payment, and of the callbacks that are about it: waited for, and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from mock_daraja.client import Client, Row
from mock_daraja.errors import Problem
from mock_daraja.journal.failed import fact_lines
from mock_daraja.journal.paint import Paint, Role
from mock_daraja.model.callback import PENDING
from mock_daraja.quoting import visible

CALLBACK: Final = re.compile(r"c([0-9]{1,18})", re.IGNORECASE)
TRANSACTION: Final = re.compile(r"t([0-9]{1,18})", re.IGNORECASE)
"""What the log and `mock-daraja why` call one."""
_STATES: Final[dict[str, Role]] = {"completed": "good", "delivered": "good", "failed": "bad", "refused": "bad"}


def delivered(client: Client, transaction: int, *, least: int = 0, patience_s: float = 60) -> list[Row]:
    """The callbacks of a transaction, of which there will be so many, when none is pending any more; or as they are
    after `patience_s` of the sandbox clock."""
    with suppress(Problem):  # time is up: it is shown as it stands
        if least:
            client.wait_for_callbacks(patience_s, least, transaction=transaction)
        rows = client.callbacks(transaction=transaction)
        if any(each["state"] in PENDING for each in rows):
            client.wait_for_callbacks(patience_s, len(rows), transaction=transaction)
    return client.callbacks(transaction=transaction)


def payment_lines(row: Row, paint: Paint) -> Iterator[str]:
    """Receipt and result, who paid whom, why, and what is known of a failure."""
    result = f": {row['result']} {row['result_desc']}" if row["result"] is not None else ""
    state = paint(f"{row['state']}{visible(result)}", _STATES.get(row["state"], "note"))
    yield f"{paint(row['receipt'] or 'no receipt', 'start')}  {state}"
    account = f", account {visible(row['account_reference'])}" if row["account_reference"] else ""
    yield f"  {row['amount']} from {row['msisdn']} to {row['party_b'] or row['shortcode']}{account}"
    if row["state"] == "pending":
        yield "  it becomes final on the sandbox's clock"
        return
    yield f"  why: {visible(row['why'])}"
    yield from (f"  {line}" for line in fact_lines(row))


def callback_line(row: Row, paint: Paint) -> str:
    """`stk to http://127.0.0.1:8000/cb: delivered, answered 200`."""
    became = paint(row["state"], _STATES.get(row["state"], "note"))
    return f"{row['kind']} to {visible(row['url'])}: {became}{_told(row)}"


def _told(callback: Row) -> str:
    """What became of it, behind its state."""
    if not callback["deliveries"]:
        return f": {visible(callback['note'])}" if callback["note"] else ""
    last = callback["deliveries"][-1]
    return f", {visible(last['error'])}" if last["error"] else f", answered {last['status']}"
