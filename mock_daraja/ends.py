"""A transaction as JSON, with what the catalogue says of how it failed. Its words are journal/failed.py's."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from mock_daraja.journal.shapes import transaction_json
from mock_daraja.model import Transaction
from mock_daraja.scenarios import codes


def transaction_shape(row: Transaction) -> dict[str, Any]:
    """`failure` is null unless it has failed."""
    return transaction_json(row) | {"failure": _failure(row)}


_IN_THE_QUEUE: Final = {
    "cause": "The request died in M-PESA's queue, and QueueTimeOutURL was called.",
    "remedy": "Ask transaction status before you pay again: a request that timed out may have been carried out.",
    "retryable": None,
    "provenance": {"level": "documented", "source": "Daraja portal, callbacks.md §3.5", "date": "2025-12-28"},
}
"""A queue time-out is no result code, so the catalogue has none for it."""


def _failure(row: Transaction) -> dict[str, Any] | None:
    if row.state != "failed" or row.result is None:
        return None
    if row.outcome.queue_timeout:
        return _IN_THE_QUEUE
    meant = codes.outcome(row.result, row.operation.partition(".")[0])
    if meant is None:
        return None
    return {
        "cause": meant.cause,
        "remedy": meant.remedy,
        "retryable": meant.retryable,
        "provenance": msgspec.to_builtins(meant.provenance),
    }
