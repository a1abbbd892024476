"""Transactions, by any of the references they go by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args

from mock_daraja.control.call import LIMIT, Call, Shape, row_id
from mock_daraja.ends import transaction_shape
from mock_daraja.errors import Problem
from mock_daraja.fields import one_of, phone
from mock_daraja.model import TRANSACTIONS, Transaction
from mock_daraja.model.transaction import State
from mock_daraja.quoting import shown
from mock_daraja.sandbox import Sandbox

FILTER: Final = {"state": one_of(*get_args(State)), "msisdn": phone, "limit": LIMIT}


def find(sandbox: Sandbox, reference: str) -> Transaction:
    """By id, CheckoutRequestID, MerchantRequestID, ConversationID or receipt. Raises Problem."""
    number = row_id(reference)
    found = sandbox.find_transaction(reference) or (None if number is None else sandbox.transaction(number))
    if found is None:
        remedy = "give its id, CheckoutRequestID, MerchantRequestID, ConversationID or receipt, and its own sandbox"
        raise Problem(f"there is no transaction {shown(reference)}", remedy=remedy, status=404)
    return found


def listed(call: Call) -> Shape:
    """The latest, oldest first."""
    return {"transactions": call.shapes(call.latest(TRANSACTIONS, _wanted(call)), transaction_shape)}


def _wanted(call: Call) -> Callable[[Transaction], bool] | None:
    state, msisdn = call.query.get("state"), call.query.get("msisdn")
    if state is None and msisdn is None:
        return None
    return lambda row: state in (None, row.state) and msisdn in (None, row.msisdn)


def one(call: Call, reference: str) -> Shape:
    return transaction_shape(find(call.sandbox, reference))
