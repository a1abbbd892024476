"""Customers: who they are, how they answer a prompt, and answering one for them."""

from __future__ import annotations

from functools import partial
from typing import Final

from msgspec.structs import asdict

from mock_daraja import ledger
from mock_daraja.control.call import Call, Response, Shape
from mock_daraja.ends import transaction_shape
from mock_daraja.errors import Problem
from mock_daraja.fields import anything, one_of, phone, shillings, text
from mock_daraja.model import CUSTOMERS, Customer
from mock_daraja.money import shillings as printed
from mock_daraja.quoting import shown

_KEYS: Final = {
    "pin": text, "name": text, "handset": anything, "prompt": anything, "pin_locked": anything, "registered": anything,
    "balance": shillings, "id_number": text, "id_types": anything,
}  # fmt: skip
_ACTIONS: Final = ("pay", "wrong-pin", "cancel", "ignore")
"""What a customer may do with an open prompt, as their habit says it: to pay is to enter the right PIN."""


def _shape(call: Call, row: Customer) -> Shape:
    sandbox = call.sandbox
    waiting = sandbox.open_prompt(row.msisdn)
    return asdict(row) | {
        "name": row.name if call.is_inside else sandbox.customer_name(row.msisdn),  # no test waits for Faker's import
        "balance": printed(sandbox.balance(ledger.customer(row.msisdn))),
        "open_prompt": None if waiting is None else waiting.reference,
    }


def _msisdn(written: str) -> str:
    try:
        return str(phone(written))
    except ValueError as error:
        raise Problem(f"the customer is {shown(written)}", where="msisdn", remedy=f"give {error}") from None


def listed(call: Call) -> Shape:
    return {"customers": call.shapes(call.latest(CUSTOMERS), partial(_shape, call))}


def put(call: Call) -> Response:
    given = call.body({"msisdn": phone, **_KEYS}, required=("msisdn",))
    with call.sandbox.store.unit():
        is_new = call.sandbox.store.get(CUSTOMERS, given["msisdn"]) is None
        row = call.sandbox.put_customer(given)
    return Response(_shape(call, row), 201 if is_new else 200)


def one(call: Call, msisdn: str) -> Shape:
    return _shape(call, call.sandbox.customer(_msisdn(msisdn)))


def change(call: Call, msisdn: str) -> Shape:
    row = call.sandbox.put_customer({"msisdn": _msisdn(msisdn), **call.body(_KEYS)})
    return _shape(call, row)


def answer(call: Call, msisdn: str) -> Shape:
    """The customer enters a PIN, cancels, or ignores the prompt. It takes effect when the clock next moves."""
    number = _msisdn(msisdn)
    given = call.body({"pin": text, "action": one_of(*_ACTIONS)})
    if len(given) != 1:
        remedy = f'give either {{"pin": "1234"}} or an action, {{"action": "cancel"}}: {", ".join(_ACTIONS)}'
        raise Problem("an answer is a PIN or an action", where="body", remedy=remedy)
    pin, action = given.get("pin"), given.get("action")
    if action in ("pay", "wrong-pin"):
        right = call.sandbox.customer(number).pin
        pin = right if action == "pay" else f"not {right}"
    return transaction_shape(call.sandbox.answer_prompt(number, str(action) if pin is None else f"pin:{pin}"))
