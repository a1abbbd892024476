"""Organisations: paybills, tills and the like, with their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import asdict

from mock_daraja import defaults, ledger
from mock_daraja.control.call import Call, Response, Shape
from mock_daraja.errors import Problem
from mock_daraja.fields import anything, shillings, text
from mock_daraja.ledger import ORGANISATION_ACCOUNTS
from mock_daraja.model import ORGANISATIONS, Organisation, RegisteredUrls
from mock_daraja.money import shillings as printed
from mock_daraja.quoting import shown
from mock_daraja.sandbox import Sandbox
from mock_daraja.tables import ORGANISATION


def _balances(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError('balances by account, e.g. {"Utility Account": 500}')
    for account, balance in value.items():
        if account not in ORGANISATION_ACCOUNTS:
            raise ValueError(f"accounts out of {', '.join(ORGANISATION_ACCOUNTS)}")
        shillings(balance)
    return value


_PUT: Final = {**dict.fromkeys(ORGANISATION, anything), "name": text, "passkey": text, "balances": _balances}
_CHANGE: Final = {name: kind for name, kind in _PUT.items() if name != "shortcode"}
_INITIATOR: Final = ("name", "password", "roles", "failures", "locked")


def _plain(row: Organisation) -> Shape:
    """Money as everywhere in the API: shillings, printed."""
    most = row.maximum_balance
    return asdict(row) | {"maximum_balance": None if most is None else printed(most)}


def _whole(sandbox: Sandbox, row: Organisation) -> Shape:
    return _plain(row) | {
        "initiators": [
            {name: getattr(each, name) for name in _INITIATOR} for each in sandbox.initiators(row.shortcode)
        ],
        "urls": _urls(sandbox.registered_urls(row.shortcode)),
        "balances": {
            account: printed(sandbox.balance(ledger.organisation(row.shortcode, account)))
            for account in ORGANISATION_ACCOUNTS
        },
    }


def _urls(row: RegisteredUrls | None) -> dict[str, str]:
    """By the names of the fields that they were registered with."""
    if row is None:
        return {}
    urls = {"ConfirmationURL": row.confirmation, "ValidationURL": row.validation}
    return {"ResponseType": row.response_type, **urls, "version": row.version}


def listed(call: Call) -> Shape:
    """Those that were added or used, then the rest of the default world."""
    limit = call.limit
    rows = {row.shortcode: row for row in call.sandbox.store.scan(ORGANISATIONS, limit=limit)}
    for row in filter(None, map(defaults.organisation, defaults.shortcodes())):
        if len(rows) >= limit:
            break
        rows.setdefault(row.shortcode, row)
    return {"organisations": [_plain(row) for row in rows.values()]}


def put(call: Call) -> Response:
    given = call.body(_PUT, required=("shortcode",))
    is_new = call.sandbox.organisation(str(given["shortcode"])) is None
    row = _put(call.sandbox, given)
    return Response(_whole(call.sandbox, row), 201 if is_new else 200)


def _put(sandbox: Sandbox, given: dict[str, Any]) -> Organisation:
    balances = given.pop("balances", {})
    with sandbox.store.unit():
        row = sandbox.put_organisation(given)
        for account, balance in balances.items():
            sandbox.set_balance(ledger.organisation(row.shortcode, account), balance)
    return row


def _find(call: Call, shortcode: str) -> Organisation:
    row = call.sandbox.organisation(shortcode)
    if row is None:
        remedy = "add it: POST /_mock/organisations, or use 174379"
        raise Problem(f"there is no organisation {shown(shortcode)}", remedy=remedy, status=404)
    return row


def one(call: Call, shortcode: str) -> Shape:
    return _whole(call.sandbox, _find(call, shortcode))


def change(call: Call, shortcode: str) -> Shape:
    row = _find(call, shortcode)
    return _whole(call.sandbox, _put(call.sandbox, {"shortcode": row.shortcode, **call.body(_CHANGE)}))
