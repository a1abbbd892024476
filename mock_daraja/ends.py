"""A transaction as JSON, with what the catalogue says of how it failed. Its words are journal/failed.py's."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from mock_daraja.journal.shapes import transaction_json
from mock_daraja.model import Transaction
from mock_daraja.scenarios import codes, possible
from mock_daraja.scenarios.model import Provenance


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
    product = row.operation.partition(".")[0]
    meant = codes.outcome(row.result, product)
    if meant is None:
        return None
    known = meant.provenance
    if possible.has_own_text(row.outcome):
        source = f"the text is the scenario's own; of the code, {known.level}: {known.source}"
        known = Provenance("inferred", source, known.date)
    is_foreign = product not in meant.products and codes.for_product(product)  # else it is none of Safaricom's
    return {
        "cause": f"{_whose(meant.products)}: {meant.cause}" if is_foreign else meant.cause,
        "remedy": meant.remedy,
        "retryable": meant.retryable,
        "provenance": msgspec.to_builtins(known),
    }


def _whose(products: tuple[str, ...]) -> str:
    """Of a code that was forced on a product that doesn't have it."""
    return f"of {', '.join(products)}" if products else "of no product that is known"
