"""A customer pays from the outside, as from the M-PESA menu on a telephone."""

from __future__ import annotations

from typing import Final

from mock_daraja import defaults
from mock_daraja.control.call import Awaited, Call, Response
from mock_daraja.ends import transaction_shape
from mock_daraja.fields import anything, typed
from mock_daraja.model import Transaction
from mock_daraja.steps.opening import pay

LONGEST_S: Final = 60
"""For so long, on the sandbox clock, `wait` waits for the final state."""


_KEYS: Final = {
    **dict.fromkeys(("msisdn", "paybill", "till", "account_reference", "amount"), anything),
    "wait": typed(bool),
}


def payment(call: Call) -> Response | Awaited:
    """The transaction: pending, or with `wait` as it ends. A standing clock is moved to its end, and no further."""
    given = call.body(_KEYS, required=("amount",))
    wait = given.pop("wait", False)
    sandbox = call.sandbox
    row = pay(call.shared, sandbox, **{"msisdn": defaults.CUSTOMER} | given)

    def now() -> Transaction:
        return sandbox.transaction(row.id) or row

    def answer() -> Response:
        return Response(transaction_shape(now()), 201)

    return Awaited(sandbox, lambda: now().is_final, sandbox.now_ms + LONGEST_S * 1000, answer) if wait else answer()
