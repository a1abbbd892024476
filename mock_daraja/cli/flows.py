"""A request for every operation, made from its schema's example: what a rehearsal sends."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mock_daraja import defaults
from mock_daraja.errors import Problem
from mock_daraja.products import PRODUCTS
from mock_daraja.products.base import Operation

Row = Mapping[str, Any]

PUSH: Final = "stk-push.process"
TOKEN: Final = "oauth.generate"
OF_A_RECEIPT: Final = ("status", "reversal")
"""Products whose request names the receipt of an earlier payment."""

_QUERY: Final = "stk-push.query"
_OWN_IDS: Final = ("OriginatorConversationID", "RequestRefID")
_NUMBERS: Final = ("PartyA", "PhoneNumber", "PartyB", "Msisdn")


def operation_of(name: str, rules: Iterable[Row]) -> Operation:
    """The one that a scenario is about: the first that its rules name, else that of its folder, else the STK push."""
    asked: list[str] = []
    for rule in rules:
        when = rule["when"]
        asked += [each for each in (when.get("operation"), when.get("product")) if each is not None]
    asked.append(name.partition("/")[0].replace("_", "-"))
    for each in asked:
        found = _operation(PUSH if each == _QUERY else each)
        if found is not None:
            return found
    push = _operation(PUSH)
    assert push is not None
    return push


def _operation(name: str) -> Operation | None:
    """By its name, or by its product's: of that the first that opens a transaction."""
    every = [each for product in PRODUCTS for each in product.operations if each.paths]
    exact = next((each for each in every if each.name == name), None)
    if exact is not None:
        return exact
    own = [each for each in every if each.product == name]
    return next((each for each in own if each.read is not None), own[0] if own else None)


def body_of(operation: Operation, sink: str, now: str, receipt: str | None) -> dict[str, Any]:
    """The example with URLs of ours, valid credentials, and the receipt it is about. Raises Problem without one."""
    from mock_daraja.validation import Schemas

    examples = Schemas().schema(f"{operation.schema}.request").get("examples") if operation.schema else None
    if not examples:
        what = f"there is no example of a request for {operation.name}"
        raise Problem(what, remedy="play the scenario on a server, and send your own: serve --scenario NAME")
    body = {name: sink if str(value).startswith("http") else value for name, value in examples[0].items()}
    if "Password" in body:
        password = base64.b64encode(f"{defaults.PAYBILL}{defaults.PASSKEY}{now}".encode()).decode()
        body |= {"Password": password, "Timestamp": now}
    if receipt is not None:
        body["TransactionID"] = receipt
    return body


def adapted(body: Mapping[str, Any], when: Row) -> dict[str, Any]:
    """The body changed so that the conditions of a rule hold, as far as they say plainly what they want."""
    changed = dict(body)
    amount = when.get("amount")
    if isinstance(amount, Mapping):
        amount = amount.get("min", amount.get("max"))
    if amount is not None:
        changed |= {name: str(amount) for name in body if name.lower() == "amount"}
    msisdn = plain(when.get("msisdn"))
    if msisdn is not None:
        changed |= {name: msisdn for name in _NUMBERS if body.get(name) == defaults.CUSTOMER}
    for name, wanted in when.get("body", {}).items():
        value = plain(wanted)
        if value is not None:
            changed[name] = value
        elif isinstance(wanted, Mapping) and wanted.get("exists") is False:
            changed.pop(name, None)
    return changed


def plain(wanted: Any) -> Any:
    """A value that meets a condition, where the condition names one."""
    if not isinstance(wanted, Mapping):
        return wanted
    if "one_of" in wanted:
        return wanted["one_of"][0]
    return wanted.get("min", wanted.get("max"))


def renewed(body: Mapping[str, Any], turn: int) -> dict[str, Any]:
    """The same request again: with ids of its own, as a client's next one has."""
    return {name: f"{value}-{turn}" if name in _OWN_IDS and turn > 1 else value for name, value in body.items()}
