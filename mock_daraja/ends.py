"""A transaction as JSON, with what the catalogue says of how it failed. Its words are journal/failed.py's."""

from __future__ import annotations

from typing import Any

import msgspec

from mock_daraja.journal.shapes import transaction_json
from mock_daraja.model import Transaction
from mock_daraja.scenarios import codes


def transaction_shape(row: Transaction) -> dict[str, Any]:
    """`failure` is null unless it has failed, and where the result is no code of the catalogue's."""
    return transaction_json(row) | {"failure": _failure(row)}


def _failure(row: Transaction) -> dict[str, Any] | None:
    if row.state != "failed" or row.result is None:
        return None
    meant = codes.outcome(row.result, row.operation.partition(".")[0])
    if meant is None:
        return None
    return {
        "cause": meant.cause,
        "remedy": meant.remedy,
        "retryable": meant.retryable,
        "provenance": msgspec.to_builtins(meant.provenance),
    }
