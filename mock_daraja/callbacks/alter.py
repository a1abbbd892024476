"""Callbacks that are not what they should be: forged values, cut or broken bodies. Pure.

A forgery changes what is sent, never what happened: the ledger, the query and the transaction keep the truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "amount": frozenset({"Amount", "TransAmount", "TransactionAmount", "amount"}),
    "receipt": frozenset(
        {"MpesaReceiptNumber", "TransID", "TransactionID", "TransactionReceipt", "ReceiptNo", "transactionId"}
    ),
    "reference": frozenset({"CheckoutRequestID", "ConversationID", "conversationID"}),
    "originator": frozenset({"MerchantRequestID", "OriginatorConversationID", "requestId"}),
    "result": frozenset({"ResultCode", "resultCode"}),
    "phone": frozenset({"PhoneNumber", "MSISDN"}),
}
FORGEABLE: Final = tuple(_FIELDS)


def forged(body: Any, changes: Mapping[str, Any]) -> Any:
    """The body of a notice with these values in place of its own, wherever the product's shape has them."""
    values = {field: value for name, value in changes.items() for field in _FIELDS[name]}
    return _changed(body, values)


def _changed(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_changed(each, values) for each in node]
    if not isinstance(node, Mapping):
        return node
    name = node.get("Name", node.get("Key"))
    if isinstance(name, str) and name in values:
        return {**node, "Value": values[name]}
    return {key: values[key] if key in values else _changed(value, values) for key, value in node.items()}


def truncated(body: bytes) -> bytes:
    """The first half."""
    return body[: len(body) // 2]


def malformed(body: bytes) -> bytes:
    """JSON no more: the last brace is a bracket."""
    return body[:-1] + b"]"


DAMAGES: Final = {"truncated": truncated, "malformed": malformed}
