from __future__ import annotations

import json

import pytest

from mock_daraja.callbacks import alter
from mock_daraja.model.outcome import CallbackPlan

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
        (CONFIRMATION, {"msisdn": "254711111111"}, ("MSISDN",), "254711111111"),
        (CONFIRMATION, {"amount": 33}, ("TransAmount",), "33.00"),
        (CONFIRMATION, {"msisdn": 254711111111}, ("MSISDN",), "254711111111"),
        (STK, {"result": "1032"}, ("Body", "stkCallback", "ResultCode"), 1032),
    ],
)
def test_a_forgery_changes_the_value_wherever_the_product_has_it(body, changes, path, expected) -> None:
    forged = alter.forged(body, changes)

    value = forged
    for step in path:
        value = value[step]
    assert value == expected


@pytest.mark.parametrize(
    ("body", "places"),
    [
        (STK, {"amount", "reference", "result"}),
        (RESULT, {"amount", "receipt", "result"}),
        (CONFIRMATION, {"amount", "receipt", "msisdn"}),
        ({"BillRefNumber": "Amount"}, set()),
    ],
)
def test_a_body_has_a_place_for_some_forgeries(body: object, places: set[str]) -> None:
    assert alter.forgeable(body) == places


def test_a_forgery_leaves_the_body_it_was_made_from_alone() -> None:
    before = json.dumps(STK)

    alter.forged(STK, {"amount": 9, "receipt": "X", "reference": "Y", "originator_id": "Z", "result": 1, "msisdn": 1})

    assert json.dumps(STK) == before


@pytest.mark.parametrize("damage", sorted(alter.DAMAGES))
def test_a_damaged_body_is_no_json(damage: str) -> None:
    damaged = alter.DAMAGES[damage](json.dumps(STK).encode())

    with pytest.raises(json.JSONDecodeError):
        json.loads(damaged)


@pytest.mark.parametrize(
    ("plan", "due"),
    [
        (CallbackPlan(), [11_000]),
        (CallbackPlan(delay_ms=0), [10_000]),
        (CallbackPlan(delay_ms=90_000), [100_000]),
        (CallbackPlan(drop=True, copies=3), []),
        (CallbackPlan(copies=0), []),
        (CallbackPlan(copies=2), [11_000, 11_000]),
        (CallbackPlan(copies=3, every_ms=500), [11_000, 11_500, 12_000]),
        (CallbackPlan(delay_ms=250, copies=2, every_ms=1), [10_250, 10_251]),
        (CallbackPlan(before_ack=True), [10_000]),
        (CallbackPlan(before_ack=True, delay_ms=5_000, copies=2, every_ms=100), [10_000, 10_100]),
        (CallbackPlan(delay_ms=-1), [10_000]),
    ],
)
def test_copies_are_due_when_the_plan_says(plan: CallbackPlan, due: list[int]) -> None:
    assert alter.copies(plan, default_delay_ms=1_000, now_ms=10_000) == due
