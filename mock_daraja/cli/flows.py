"""The operations that the demo and a rehearsal call, and for each a request made from its schema's example."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import defaults
from mock_daraja.client import Row
from mock_daraja.errors import Problem

if TYPE_CHECKING:
    from mock_daraja.products.base import Operation
    from mock_daraja.products.catalogue import Catalogue

_OWN_IDS: Final = ("OriginatorConversationID", "RequestRefID")
_NUMBERS: Final = ("PartyA", "PhoneNumber", "PartyB", "Msisdn")


def catalogue() -> Catalogue:
    from mock_daraja.products import CATALOGUE

    return CATALOGUE


def usual() -> Operation:
    """What most integrations begin with."""
    return next(catalogue().opens())


def token() -> Operation:
    return next(catalogue().grants())


def query_of(operation: Operation) -> Operation | None:
    """What says at once how a transaction of the operation's product stands."""
    return next((each for each in catalogue().answers(operation.product) if each.about), None)


def named(name: str) -> Operation:
    """By its name, or by its product's: of that the first that opens a transaction. Raises LookupError."""
    opens = {each.full_name for each in catalogue().opens()}
    every = (each for _, each in catalogue().operations.values())
    found = [each for each in every if each.paths and name in (each.full_name, each.product)]
    return next((each for each in found if each.full_name in (name, *opens)), found[0])


def operation_of(name: str, rules: Iterable[Row]) -> Operation:
    """The one that a scenario is about: the first that its rules name, else that of its folder, else the usual one.

    Where that says how a transaction stands, the one that opens it.
    """
    asked = [rule["when"].get(word, "") for rule in rules for word in ("operation", "product")]
    for each in (*asked, name.partition("/")[0].replace("_", "-")):
        with suppress(LookupError):
            found = named(each)
            return named(found.product) if found == query_of(found) else found
    return usual()


def credentials(now: str) -> dict[str, Any]:
    """The Password of the sandbox's paybill at this time, with what it is made of."""
    password = base64.b64encode(f"{defaults.PAYBILL}{defaults.PASSKEY}{now}".encode()).decode()
    return {"BusinessShortCode": defaults.PAYBILL, "Password": password, "Timestamp": now}


def body_of(operation: Operation, sink: str, now: str, receipt: str | None) -> dict[str, Any]:
    """The example with URLs of ours, valid credentials, and the receipt it is about. Raises Problem without one."""
    from mock_daraja.validation import Schemas

    examples = Schemas().schema(f"{operation.schema_path}.request").get("examples") if operation.schema else None
    if not examples:
        what = f"there is no example of a request for {operation.full_name}"
        raise Problem(what, remedy="play the scenario on a server, and send your own: serve --scenario NAME")
    body = {name: sink if str(value).startswith("http") else value for name, value in examples[0].items()}
    if "Password" in body:
        body |= credentials(now)
    if receipt is not None:
        body[operation.about[0]] = receipt
    return body


def adapted(body: Mapping[str, Any], when: Row) -> dict[str, Any]:
    """The body changed so that the conditions of a rule hold, as far as they say plainly what they want."""
    changed = dict(body)
    amount = plain(when.get("amount"))
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
