"""Transaction status: requests.md §4.10, callbacks.md §3.4 and §3.6."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.defaults import CUSTOMER, HEAD_OFFICE, TILL
from mock_daraja.model import Transaction
from mock_daraja.products.base import Opens
from mock_daraja.products.c2b_callbacks import Incoming
from mock_daraja.products.values import Command
from mock_daraja.steps.opening import open_command
from tests.conftest import MakeMock, Mock, operation_of, parameters

QUERY = "status.query"
NAMES = [
    "DebitPartyName",
    "CreditPartyName",
    "OriginatorConversationID",
    "InitiatedTime",
    "CreditPartyCharges",
    "DebitAccountType",
    "TransactionReason",
    "ReasonType",
    "TransactionStatus",
    "FinalisedTime",
    "Amount",
    "ConversationID",
    "ReceiptNo",
]
DEBITED = [
    *NAMES[:4],
    "DebitAccountType",
    "DebitPartyCharges",
    *NAMES[6:],
]
Pay = Callable[[Mock], Transaction]


def status(mock: Mock, receipt: str | None = None, conversation: str | None = None, **changes: object) -> Any:
    """The Result of a query."""
    asked = {"TransactionID": receipt, "OriginalConversationID": conversation} | changes
    return mock.result_of(mock.settled(QUERY, **asked))


def pushed(**changes: object) -> Pay:
    def pay(mock: Mock) -> Transaction:
        row = mock.transaction(mock.pushed(**changes))
        mock.advance(90)
        return mock.again(row)

    return pay


def sent(operation: str, **changes: object) -> Pay:
    return lambda mock: mock.settled(operation, **changes)


def to_till(mock: Mock) -> Transaction:
    return pushed(BusinessShortCode=HEAD_OFFICE, PartyB=TILL, TransactionType="CustomerBuyGoodsOnline")(mock)


def from_outside(mock: Mock) -> Transaction:
    command = Command(
        amount_cents=100,
        shortcode="600992",
        details=Incoming(),
        msisdn=CUSTOMER,
        party_b="600992",
        command="CustomerPayBillOnline",
        account_reference="INV-1",
    )
    operation = operation_of("c2b.pay")
    assert isinstance(operation, Opens)
    with mock.sandbox.store.unit():
        row = open_command(mock.gateway.shared, mock.sandbox, operation, command)
    mock.advance(10)
    return mock.again(row)


def reversed_again(mock: Mock) -> Transaction:
    paid = mock.settled("c2b.simulate")
    return mock.settled("reversal.request", TransactionID=paid.receipt)


def express(mock: Mock) -> Transaction:
    mock.sandbox.set_balance(f"{TILL}:Merchant Account", 1000)
    return mock.settled("b2b-express.push")


def test_the_acknowledgement_begins_with_the_originator(mock: Mock) -> None:
    answer = mock.send(QUERY)

    row = mock.transaction(answer.json["ConversationID"])
    assert list(answer.json.items()) == [
        ("OriginatorConversationID", row.originator_id),
        ("ConversationID", row.reference),
        ("ResponseCode", "0"),
        ("ResponseDescription", "Accept the service request successfully."),
    ]


WALLET = "MMF Account For Customer"
ANNA = "254708374149 - ANNA"
ORIGINALS = [
    # how it came about; debit party, credit party, debited account, reason
    pytest.param(
        pushed(), (ANNA, "174379 - Safaricom Daraja 379", WALLET, "Pay Bill Online"), id="stk-push to paybill"
    ),
    pytest.param(
        to_till, (ANNA, "3000001 - Mock Daraja Stores Till 1", WALLET, "Merchant Payment Online"), id="stk-push to till"
    ),
    pytest.param(
        sent("c2b.simulate"), (ANNA, "600992 - Safaricom Daraja 992", WALLET, "Pay Bill Online"), id="simulated"
    ),
    pytest.param(from_outside, (ANNA, "600992 - Safaricom Daraja 992", WALLET, "Pay Bill Online"), id="from outside"),
    pytest.param(
        sent("b2c.payment"),
        ("600996 - Safaricom Daraja 996", ANNA, "Utility Account", "Business Payment to Customer via API"),
        id="b2c",
    ),
    pytest.param(
        sent("b2c.payment-v1", CommandID="SalaryPayment"),
        ("600996 - Safaricom Daraja 996", ANNA, "Utility Account", "Salary Payment to Customer via API"),
        id="salary",
    ),
    pytest.param(
        sent("b2c-validated.payment", CommandID="PromotionPayment"),
        ("600996 - Safaricom Daraja 996", ANNA, "Utility Account", "Promotion Payment to Customer via API"),
        id="b2c with ID validation",
    ),
    pytest.param(
        sent("pochi.payment"),
        ("600996 - Safaricom Daraja 996", ANNA, "Utility Account", "Business Payment to Pochi via API"),
        id="pochi",
    ),
    pytest.param(
        sent("b2b.payment"),
        (
            "600996 - Safaricom Daraja 996",
            "600000 - Safaricom Daraja 000",
            "Working Account",
            "BusinessPayBill via API",
        ),
        id="b2b paybill",
    ),
    pytest.param(
        sent("b2b.payment", CommandID="BusinessTransferFromMMFToUtility", PartyB="600996"),
        (
            "600996 - Safaricom Daraja 996",
            "600996 - Safaricom Daraja 996",
            "Working Account",
            "BusinessTransferFromMMFToUtility via API",
        ),
        id="between own accounts",
    ),
    pytest.param(
        sent("tax.remit"),
        ("600996 - Safaricom Daraja 996", "572572 - Kenya Revenue Authority", "Working Account", "PayTaxToKRA via API"),
        id="tax",
    ),
    pytest.param(
        express,
        (
            "3000001 - Mock Daraja Stores Till 1",
            "600992 - Safaricom Daraja 992",
            "Merchant Account",
            "Business to Business via USSD",
        ),
        id="b2b express",
    ),
    pytest.param(
        reversed_again,
        ("600992 - Safaricom Daraja 992", ANNA, "Utility Account", "Transaction Reversal"),
        id="reversal",
    ),
]


@pytest.mark.parametrize(("pay", "names"), ORIGINALS)
def test_any_receipt_is_found_with_its_parties(mock: Mock, pay: Pay, names: tuple[str, str, str, str]) -> None:
    debit, credit, account, reason = names
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "name": "Anna"})
    original = pay(mock)
    assert original.result == "0", original.why

    result = status(mock, original.receipt)

    found = parameters(result)
    by_customer = account == WALLET
    assert list(found) == (NAMES if by_customer else DEBITED)
    assert (found["DebitPartyName"], found["CreditPartyName"]) == (debit, credit)
    assert (found["DebitAccountType"], found["ReasonType"]) == (account, reason)
    assert (found["TransactionStatus"], found["ReceiptNo"]) == ("Completed", original.receipt)
    assert found["Amount"] * 100 == original.amount_cents
    assert found["OriginatorConversationID"] == (None if by_customer else original.originator_id)
    assert found["ConversationID"] == (None if by_customer else original.reference)
    assert found["TransactionReason"] is None
    assert (result["ResultCode"], result["TransactionID"]) == (0, "UKO0000000")


BY = {
    "receipt": lambda row: {"receipt": row.receipt},
    "ConversationID": lambda row: {"conversation": row.reference},
    "OriginatorConversationID": lambda row: {"conversation": row.originator_id},
    "the name of older SDKs": lambda row: {"OriginatorConversationID": row.originator_id},
    "both": lambda row: {"receipt": row.receipt, "conversation": row.reference},
    "an empty receipt and a conversation id": lambda row: {"receipt": "", "conversation": row.reference},
    "a receipt and an empty conversation id": lambda row: {"receipt": row.receipt, "conversation": ""},
}


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("operation", ["c2b.simulate", "b2c.payment", "b2b.payment"])
def test_a_transaction_is_found_by_any_of_its_references(mock: Mock, by: str, operation: str) -> None:
    original = mock.settled(operation)

    result = status(mock, **BY[by](original))

    assert parameters(result)["ReceiptNo"] == original.receipt


def test_types_are_those_of_the_capture(mock: Mock) -> None:
    original = mock.settled("b2c.payment", Amount=150)

    row = mock.settled(QUERY, TransactionID=original.receipt)

    (callback,) = mock.sandbox.callbacks_of(row.id)
    assert b'{"Key":"Amount","Value":150.0}' in callback.body
    assert b'{"Key":"InitiatedTime","Value":20261124100000}' in callback.body
    assert b'{"Key":"FinalisedTime","Value":20261124100002}' in callback.body
    assert b'{"Key":"TransactionReason"}' in callback.body
    assert b'{"Key":"DebitPartyCharges","Value":"Fee For B2C Payment|KES|5.00"}' in callback.body
    assert b"null" not in callback.body


@pytest.mark.parametrize(
    ("operation", "changes", "charges"),
    [
        ("b2c.payment", {"Amount": 100}, None),
        ("b2c.payment", {"Amount": 101}, "Fee For B2C Payment|KES|5.00"),
        ("b2b.payment", {"Amount": 239}, "Business Pay Bill Charge|KES|8.00"),
        ("tax.remit", {"Amount": 239}, None),
    ],
)
def test_the_debit_partys_charges_are_named(
    mock: Mock, operation: str, changes: dict[str, object], charges: str | None
) -> None:
    original = mock.settled(operation, **changes)

    assert parameters(status(mock, original.receipt))["DebitPartyCharges"] == charges


def test_what_a_receiver_is_charged_for_being_paid_is_not_named(mock: Mock) -> None:
    original = mock.settled("c2b.simulate", Amount=500)

    assert original.charge_cents == 500
    assert parameters(status(mock, original.receipt))["CreditPartyCharges"] is None


WRONG_INITIATOR = {"Initiator": "apitest"}


@pytest.mark.parametrize(
    ("pay", "word", "has_receipt"),
    [
        (pushed(AccountReference="mock:1032"), "Cancelled", False),
        (pushed(AccountReference="mock:1031"), "Cancelled", False),
        (pushed(AccountReference="mock:1037"), "Expired", False),
        (pushed(AccountReference="mock:1019"), "Expired", False),
        (pushed(AccountReference="mock:1"), "Declined", False),
        (pushed(AccountReference="mock:2001"), "Declined", False),
        (sent("b2c.payment", InitiatorName="apitest"), "Declined", True),
        (sent("b2b.payment", **WRONG_INITIATOR), "Declined", True),
        (sent("reversal.request", TransactionID="UKO1111111"), "Declined", False),
        (sent("b2c.payment", headers={"X-Mock-Scenario": "b2c/queue-timeout"}), "Expired", False),
    ],
)
def test_what_failed_is_found_and_says_how(mock: Mock, pay: Pay, word: str, has_receipt: bool) -> None:
    original = pay(mock)
    assert original.state == "failed"

    found = parameters(status(mock, conversation=original.reference))

    assert found["TransactionStatus"] == word
    assert found["ReceiptNo"] == original.receipt
    assert (original.receipt is not None) == has_receipt
    if has_receipt:
        assert parameters(status(mock, original.receipt)) == found


def test_what_is_not_final_is_initiated_and_has_no_final_time(mock: Mock) -> None:
    checkout = mock.pushed()
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "prompt": "ask"})

    found = parameters(status(mock, conversation=checkout))

    assert found["TransactionStatus"] == "Initiated"
    assert (found["FinalisedTime"], found["ReceiptNo"]) == (None, None)


def test_a_failed_reversal_of_nothing_credits_nobody(mock: Mock) -> None:
    failed = mock.settled("reversal.request", TransactionID="UKO1111111")

    found = parameters(status(mock, conversation=failed.reference))

    assert (found["DebitPartyName"], found["CreditPartyName"]) == ("600992 - Safaricom Daraja 992", None)


@pytest.mark.parametrize(
    ("asked", "code", "desc"),
    [
        ({"receipt": "SG632NMUAB"}, 2032, "The transaction receipt number does not exist."),
        ({"receipt": "sg632nmuab"}, 2032, "The transaction receipt number does not exist."),
        (
            {"conversation": "AG_20240706_20106e9209f64bebd05b"},
            2033,
            "The transaction receipt number cannot be found by the specified OriginatorConversationID or "
            "ConversationID.",
        ),
    ],
)
def test_what_is_unknown_fails_without_parameters(mock: Mock, asked: dict[str, str], code: int, desc: str) -> None:
    result = status(mock, **asked, Occasion=None)

    assert (result["ResultCode"], result["ResultDesc"]) == (code, desc)
    assert list(result)[-2:] == ["TransactionID", "ReferenceData"]
    assert result["ReferenceData"] == {"ReferenceItem": {"Key": "Occasion"}}


def test_a_known_conversation_id_does_not_help_an_unknown_receipt(mock: Mock) -> None:
    original = mock.settled("b2c.payment")

    assert status(mock, "SG632NMUAB", original.reference)["ResultCode"] == 2032


def test_a_conversation_id_in_place_of_a_receipt_is_told_apart_for_people(mock: Mock) -> None:
    original = mock.settled("b2c.payment")

    row = mock.settled(QUERY, TransactionID=original.reference)

    assert row.result == "2032"
    assert "send it as OriginalConversationID" in row.why


@pytest.mark.parametrize("operation", ["balance.query", "status.query"])
def test_a_query_has_no_receipt_to_be_found(mock: Mock, operation: str) -> None:
    asked = mock.settled(operation)

    assert status(mock, conversation=asked.reference)["ResultCode"] == 2033


def test_neither_id_is_refused_at_once(mock: Mock) -> None:
    answer = mock.send(QUERY, TransactionID=None)

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid TransactionID")
    assert "OriginalConversationID" in answer.why


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"Occasion": "check"}, {"Key": "Occasion", "Value": "check"}),
        ({"Occasion": None, "Occassion": "check"}, {"Key": "Occasion", "Value": "check"}),
        ({"Occasion": "12"}, {"Key": "Occasion", "Value": 12}),
        ({"Occasion": "012"}, {"Key": "Occasion", "Value": "012"}),
        ({"Occasion": ""}, {"Key": "Occasion"}),
        ({"Occasion": None}, {"Key": "Occasion"}),
    ],
)
def test_the_occasion_comes_back(mock: Mock, changes: dict[str, object], item: dict[str, object]) -> None:
    original = mock.settled("b2c.payment")

    result = status(mock, original.receipt, **changes)

    assert result["ReferenceData"]["ReferenceItem"] == item


@pytest.mark.parametrize(
    ("initiator", "changes", "code", "why"),
    [
        ({}, {"Initiator": "apitest"}, 2001, "has no initiator 'apitest'"),
        ({}, {"SecurityCredential": "plain"}, 2001, "not base64"),
        ({}, {"PartyA": CUSTOMER, "IdentifierType": "1"}, 2001, f"there is no organisation {CUSTOMER}"),
        ({"roles": ["Balance Query ORG API"]}, {}, 21, "no role 'Transaction Status query ORG API'"),
        ({"locked": True}, {}, 8006, "locked"),
    ],
)
def test_the_initiator_is_looked_at_before_the_receipt(
    mock: Mock, initiator: dict[str, object], changes: dict[str, object], code: int, why: str
) -> None:
    named = {"name": "testapi", "password": "Safaricom999!*!"} | initiator
    mock.sandbox.put_organisation({"shortcode": "600996", "initiators": [named]})

    row = mock.settled(QUERY, **changes)

    result = mock.result_of(row)
    assert result["ResultCode"] == code
    assert why in row.why
    assert "ResultParameters" not in result


@pytest.mark.parametrize("code", ["25", "2032", "2033", "SFC_IC0003"])
def test_any_code_can_be_asked_for(mock: Mock, code: str) -> None:
    original = mock.settled("b2c.payment")

    result = status(mock, original.receipt, Remarks=f"mock:{code}")

    assert str(result["ResultCode"]) == code
    assert "ResultParameters" not in result


def test_a_success_that_was_asked_for_about_nothing_has_no_parameters(mock: Mock) -> None:
    result = status(mock, "SG632NMUAB", Remarks="mock:0")

    assert result["ResultCode"] == 0
    assert "ResultParameters" not in result


def test_a_reversed_payment_stays_completed(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate")
    before = parameters(status(mock, paid.receipt))

    assert mock.settled("reversal.request", TransactionID=paid.receipt).result == "0"

    assert parameters(status(mock, paid.receipt)) == before


@pytest.mark.parametrize("by", ["receipt", "ConversationID", "OriginatorConversationID"])
@pytest.mark.parametrize("operation", ["stk-push", "c2b.simulate", "b2c.payment", "b2b.payment", "reversal.request"])
def test_what_was_put_by_is_found_all_the_same(mock_with: MakeMock, operation: str, by: str) -> None:
    mock = mock_with(keep_bodies=3)
    if operation == "reversal.request":
        row = reversed_again(mock)
    else:
        row = pushed()(mock) if operation == "stk-push" else mock.settled(operation)
    for _ in range(4):
        mock.settled("balance.query")
    packed = mock.sandbox.transaction(row.id)
    assert packed == row and packed is not row

    found = parameters(status(mock, **BY[by](row)))

    assert (found["ReceiptNo"], found["TransactionStatus"]) == (row.receipt, "Completed")


def test_a_transaction_that_was_forgotten_is_unknown(mock_with: MakeMock) -> None:
    mock = mock_with(keep=2, keep_bodies=2)
    paid = mock.settled("c2b.simulate")
    for _ in range(4):
        mock.settled("balance.query")

    assert status(mock, paid.receipt)["ResultCode"] == 2032


def test_the_body_is_one_object_of_one_key(mock: Mock) -> None:
    row = mock.settled(QUERY)

    (callback,) = mock.sandbox.callbacks_of(row.id)
    assert list(json.loads(callback.body)) == ["Result"]
    assert (callback.kind, callback.url) == ("result", row.result_url)


def test_a_forced_success_says_that_it_was_forced(mock: Mock) -> None:
    row = mock.settled("status.query", headers={"X-Mock-Scenario": "0"}, TransactionID="OEI2AK4Q16")

    assert (row.result, row.why) == ("0", "header: X-Mock-Scenario: 0")
