"""Each story that ships, played against the request it is about, as often as its rules have turns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from mock_daraja.defaults import CUSTOMER
from tests.golden.bodies import SCHEMAS, SHOP, body
from tests.golden.driving import paths
from tests.golden.recording import Recording, recording

Row = Mapping[str, Any]

_PUSH = "stk-push.process"
_QUERY = "stk-push.query"
_OF_A_RECEIPT = ("status.query", "reversal.request")
_NUMBERS = ("PartyA", "PhoneNumber", "PartyB", "Msisdn")
_OWN_IDS = ("OriginatorConversationID", "RequestRefID")
_LONGEST_PLAN = 400  # seconds after which an ordinary transaction and its callbacks are over
_MOST_TURNS = 12
_BY_FOLDER = {
    "b2b": "b2b.payment",
    "b2b_express": "b2b-express.push",
    "b2c": "b2c.payment",
    "b2c_validated": "b2c-validated.payment",
    "balance": "balance.query",
    "c2b": "c2b.simulate",
    "pochi": "pochi.payment",
    "reversal": "reversal.request",
    "status": "status.query",
    "tax": "tax.remit",
}


def play(name: str) -> list[str]:
    with recording() as run:
        rules = run.look(f"/scenarios/{name}")["rules"]
        operation = _operation(name, rules)
        receipt = _paid(run) if operation in _OF_A_RECEIPT else None
        _ = run.bearer
        if operation.startswith("c2b.simulate"):
            urls = {"ConfirmationURL": f"{SHOP}/confirm", "ValidationURL": f"{SHOP}/validate"}
            run.post(paths()["c2b.register"][0], body("c2b.register", **urls))
        run.driven.control("PUT", "/scenario", {"name": name})
        for turn in range(1, _turns(rules) + 1):
            if operation in SCHEMAS:
                _request(run, operation, turn, rules, receipt)
            else:
                run.ask_token()
        run.finish()
        return run.lines


def _operation(name: str, rules: Sequence[Row]) -> str:
    """The one that a rule names, else that of the folder, else the STK push."""
    for rule in rules:
        operation = rule["when"].get("operation")
        if operation is not None and operation != _QUERY and operation in paths():
            return str(operation)
        if rule["when"].get("product") == "oauth" and rule["then"]:
            return "oauth.generate"
    return _BY_FOLDER.get(name.partition("/")[0], _PUSH)


def _turns(rules: Sequence[Row]) -> int:
    """So many requests that every rule has its turn, and one more where rules count."""
    most = 1
    for rule in rules:
        first, _, last = rule["when"].get("nth", "1").partition("-")
        most = max(most, int(last or first), len(rule["then"].get("sequence", ())))
        if "probability" in rule or "state" in rule["when"]:
            most = max(most, len(rules) + 3)
    return min(most + (most > 1), _MOST_TURNS)


def _paid(run: Recording) -> str:
    payment = {"amount": 1, "paybill": "600992", "account_reference": "INV-001", "msisdn": CUSTOMER, "wait": True}
    return str(run.control("POST", "/pay", payment)["receipt"])


def _request(run: Recording, operation: str, turn: int, rules: Sequence[Row], receipt: str | None) -> None:
    sent = body(operation)
    if receipt is not None:
        sent["TransactionID"] = receipt
    when = rules[0]["when"]
    sent = _adapted(sent, when)
    sent |= {name: f"{sent[name]}-{turn}" for name in _OWN_IDS if name in sent and turn > 1}
    wanted = when.get("customer")
    if wanted:
        balance = {"balance": _plain(wanted["balance"])} if "balance" in wanted else {}
        run.control("POST", "/customers", {"msisdn": CUSTOMER, **wanted, **balance})
    answer = run.post(paths()[operation][0], sent)
    accepted = _json(answer["body"]).get("CheckoutRequestID") if operation == _PUSH else None
    if accepted is not None:
        _query(run, accepted)
        run.advance(5)
        _query(run, accepted)
    run.advance(_patience(rules))
    if accepted is not None:
        _query(run, accepted)


def _query(run: Recording, checkout: str) -> None:
    run.post(paths()[_QUERY][0], body(_QUERY, CheckoutRequestID=checkout))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _patience(rules: Sequence[Row]) -> int:
    longest = 0.0
    for rule in rules:
        for then in rule["then"].get("sequence", [rule["then"]]):
            plan = then.get("callback", {})
            longest = max(
                longest, then.get("after", 0) + plan.get("delay", 0) + plan.get("every", 0) * plan.get("copies", 1)
            )
    return _LONGEST_PLAN + round(longest)


def _adapted(sent: dict[str, Any], when: Row) -> dict[str, Any]:
    """The body changed so that what a rule plainly wants holds."""
    changed = dict(sent)
    amount = _plain(when.get("amount"))
    if amount is not None:
        changed |= {name: str(amount) for name in sent if name.lower() == "amount"}
    msisdn = _plain(when.get("msisdn"))
    if msisdn is not None:
        changed |= {name: msisdn for name in _NUMBERS if sent.get(name) == CUSTOMER}
    for name, wanted in when.get("body", {}).items():
        value = _plain(wanted)
        if value is not None:
            changed[name] = value
        elif isinstance(wanted, Mapping) and wanted.get("exists") is False:
            changed.pop(name, None)
    return changed


def _plain(wanted: Any) -> Any:
    if not isinstance(wanted, Mapping):
        return wanted
    if "one_of" in wanted:
        return wanted["one_of"][0]
    return wanted.get("min", wanted.get("max"))
