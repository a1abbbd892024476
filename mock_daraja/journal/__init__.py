"""The ordered record of exchanges, callbacks and deliveries: how it is shown, with secrets redacted."""

from __future__ import annotations

from mock_daraja.journal.redact import redact_body, redact_headers
from mock_daraja.journal.shapes import callback_json, exchange_json, step_json, transaction_json

__all__ = ["callback_json", "exchange_json", "redact_body", "redact_headers", "step_json", "transaction_json"]
