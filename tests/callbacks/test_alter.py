from __future__ import annotations

import json

import pytest

from mock_daraja.callbacks import alter

STK = {
    "Body": {
        "stkCallback": {
            "CheckoutRequestID": "ws_CO_1",
            "ResultCode": 0,
            "CallbackMetadata": {"Item": [{"Name": "Amount", "Value": 1}, {"Name": "Balance"}]},
        }
    }
}
RESULT = {
    "Result": {
        "ResultCode": 0,
        "TransactionID": "UKO1",
        "ResultParameters": {"ResultParameter": [{"Key": "TransactionAmount", "Value": 10}]},
    }
}
CONFIRMATION = {"TransID": "UKO1", "TransAmount": "5.00", "MSISDN": "2547 ***** 126"}


@pytest.mark.parametrize(
    ("body", "changes", "path", "expected"),
    [
        (STK, {"amount": 9}, ("Body", "stkCallback", "CallbackMetadata", "Item", 0, "Value"), 9),
        (STK, {"reference": "ws_CO_2"}, ("Body", "stkCallback", "CheckoutRequestID"), "ws_CO_2"),
        (STK, {"result": 1032}, ("Body", "stkCallback", "ResultCode"), 1032),
        (RESULT, {"amount": 9}, ("Result", "ResultParameters", "ResultParameter", 0, "Value"), 9),
        (RESULT, {"receipt": "X"}, ("Result", "TransactionID"), "X"),
        (CONFIRMATION, {"amount": "9.00"}, ("TransAmount",), "9.00"),
        (CONFIRMATION, {"phone": "254711111111"}, ("MSISDN",), "254711111111"),
    ],
)
def test_a_forgery_changes_the_value_wherever_the_product_has_it(body, changes, path, expected) -> None:
    forged = alter.forged(body, changes)

    value = forged
    for step in path:
        value = value[step]
    assert value == expected


def test_a_forgery_leaves_the_body_it_was_made_from_alone() -> None:
    before = json.dumps(STK)

    alter.forged(STK, {"amount": 9, "receipt": "X", "reference": "Y", "originator": "Z", "result": 1, "phone": 1})

    assert json.dumps(STK) == before


@pytest.mark.parametrize("damage", sorted(alter.DAMAGES))
def test_a_damaged_body_is_no_json(damage: str) -> None:
    damaged = alter.DAMAGES[damage](json.dumps(STK).encode())

    with pytest.raises(json.JSONDecodeError):
        json.loads(damaged)
