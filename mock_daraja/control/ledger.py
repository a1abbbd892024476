"""The ledger: every account's balance, which together are always zero."""

from __future__ import annotations

from mock_daraja.control.call import Call, Shape
from mock_daraja.money import shillings


def balances(call: Call) -> Shape:
    accounts = call.sandbox.balances()
    shapes = {account: shillings(cents) for account, cents in sorted(accounts.items())}
    return {"accounts": shapes, "sum": shillings(sum(accounts.values()))}
