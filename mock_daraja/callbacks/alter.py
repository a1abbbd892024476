"""What an outcome changes about callbacks: when they go and how often, forged values, cut or broken bodies. Pure.

A forgery changes what is sent, never what happened: the ledger, the query and the transaction keep the truth.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mock_daraja.model.outcome import CallbackPlan

_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "amount": frozenset({"Amount", "TransAmount", "TransactionAmount", "amount"}),
    "receipt": frozenset(
        {"MpesaReceiptNumber", "TransID", "TransactionID", "TransactionReceipt", "ReceiptNo", "transactionId"}
    ),
    "reference": frozenset({"CheckoutRequestID", "ConversationID", "conversationID"}),
    "originator_id": frozenset({"MerchantRequestID", "OriginatorConversationID", "requestId"}),
    "result": frozenset({"ResultCode", "resultCode"}),
    "msisdn": frozenset({"PhoneNumber", "MSISDN"}),
}
FORGEABLE: Final = tuple(_FIELDS)
_DECIMALS: Final = re.compile(r"[0-9]+\.([0-9]+)")
_WHOLE: Final = re.compile("[0-9]{1,18}")


def copies(plan: CallbackPlan, default_delay_ms: int, now_ms: int) -> list[int]:
    """The due time of each copy, first one first; none when the callback is lost.

    `now_ms` is when the transaction became final. A callback that overtakes the acknowledgement is due at once,
    whatever its delay.
    """
    if plan.drop:
        return []
    delay_ms = default_delay_ms if plan.delay_ms is None else plan.delay_ms
    first_ms = now_ms + (0 if plan.before_ack else max(0, delay_ms))
    return [first_ms + number * max(0, plan.every_ms) for number in range(plan.copies)]


def forged(body: Any, changes: Mapping[str, Any]) -> Any:
    """The body of a notice with these values in place of its own, wherever the product's shape has them, and written as
    it writes them: 33 as "33.00"."""
    values = {field: value for name, value in changes.items() for field in _FIELDS[name]}
    return _changed(body, values)


def forgeable(shape: Any) -> set[str]:
    """What of FORGEABLE a body has a place for, or the schema of one."""
    names = set(_names(shape))
    return {name for name, fields in _FIELDS.items() if not names.isdisjoint(fields)}


def _changed(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_changed(each, values) for each in node]
    if not isinstance(node, Mapping):
        return node
    name = node.get("Name", node.get("Key"))
    if isinstance(name, str) and name in values:
        return {**node, "Value": _as_in(node.get("Value"), values[name])}
    return {
        key: _as_in(value, values[key]) if key in values else _changed(value, values) for key, value in node.items()
    }


def _as_in(old: Any, new: Any) -> Any:
    """The new value in the form of the old one, as far as it can have it."""
    if isinstance(old, str) and isinstance(new, (int, float)):
        decimals = _DECIMALS.fullmatch(old)
        return str(new) if decimals is None else f"{new:.{len(decimals[1])}f}"
    if isinstance(old, int) and isinstance(new, str) and _WHOLE.fullmatch(new):
        return int(new)
    return new


def _names(node: Any) -> Iterator[Any]:
    """Of fields, and of the values in lists of names and values."""
    if isinstance(node, Mapping):
        yield from node
        yield from (node[key] for key in ("Name", "Key") if isinstance(node.get(key), str))
        yield from node.get("enum", ())
    for each in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from _names(each)


DAMAGES: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "truncated": lambda body: body[: len(body) // 2],
    "malformed": lambda body: body[:-1] + b"]",  # JSON no more: the last brace is a bracket
}
