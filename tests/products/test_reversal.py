"""Reversal: requests.md §4.11, callbacks.md §3.4, §3.6 and §8."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mock_daraja.defaults import CUSTOMER, HEAD_OFFICE, TILL
from mock_daraja.model import Transaction
from tests.conftest import MakeMock, Mock, parameters

REQUEST = "reversal.request"
RECEIVER = "600992"
UTILITY = f"{RECEIVER}:Utility Account"
NAMES = [
    "DebitAccountBalance",
    "Amount",
    "TransCompletedTime",
    "OriginalTransactionID",
    "Charge",
    "CreditPartyPublicName",
    "DebitPartyPublicName",
]


def reverse(mock: Mock, paid: Transaction, **changes: object) -> Transaction:
    return mock.settled(REQUEST, TransactionID=paid.receipt, **changes)


def balances(mock: Mock) -> dict[str, int]:
    return {account: cents for account, cents in mock.sandbox.balances().items() if cents}


def pushed(mock: Mock, **changes: object) -> Transaction:
    row = mock.transaction(mock.pushed(**changes))
    mock.advance(90)
    row = mock.again(row)
    assert row.state == "completed"
    return row


def test_the_acknowledgement_begins_with_the_originator(mock: Mock) -> None:
    answer = mock.send(REQUEST)

    row = mock.transaction(answer.json["ConversationID"])
    assert list(answer.json.items()) == [
        ("OriginatorConversationID", row.originator_id),
        ("ConversationID", row.reference),
        ("ResponseCode", "0"),
        ("ResponseDescription", "Accept the service request successfully."),
    ]


def test_a_reversal_gives_the_money_back_under_a_receipt_of_its_own(mock: Mock) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "name": "Anna"})
    with mock.sandbox.store.unit():
        mock.sandbox.bring_in(RECEIVER)
    before = balances(mock)
    paid = mock.settled("c2b.simulate", Amount=50)

    row = reverse(mock, paid, Amount=50)

    result = mock.result_of(row)
    assert (result["ResultCode"], result["ResultDesc"]) == (0, "The service request is processed successfully.")
    assert result["TransactionID"] == row.receipt != paid.receipt
    assert parameters(result) == {
        "DebitAccountBalance": "Utility Account|KES|1000000.00|1000000.00|0.00|0.00",
        "Amount": 50.0,
        "TransCompletedTime": 20261124100012,
        "OriginalTransactionID": paid.receipt,
        "Charge": 0.0,
        "CreditPartyPublicName": "254708374149 - ANNA",
        "DebitPartyPublicName": "600992 - Safaricom Daraja 992",
    }
    assert list(parameters(result)) == NAMES
    assert result["ReferenceData"] == {
        "ReferenceItem": {
            "Key": "QueueTimeoutURL",
            "Value": "https://internalsandbox.safaricom.co.ke/mpesa/reversalresults/v1/submit",
        }
    }
    assert balances(mock) == before
    assert mock.again(paid).reversed_by == row.receipt


def test_money_is_printed_with_two_decimals(mock: Mock) -> None:
    row = reverse(mock, mock.settled("c2b.simulate"))

    (callback,) = mock.sandbox.callbacks_of(row.id)
    assert b'{"Key":"Amount","Value":1.00}' in callback.body
    assert b'{"Key":"Charge","Value":0.00}' in callback.body


def to_till(mock: Mock) -> Transaction:
    return pushed(mock, BusinessShortCode=HEAD_OFFICE, PartyB=TILL, TransactionType="CustomerBuyGoodsOnline", Amount=9)


def express(mock: Mock) -> Transaction:
    mock.sandbox.set_balance(f"{TILL}:Merchant Account", 1000)
    return mock.settled("b2b-express.push", amount="9")


REVERSIBLE = [
    # how it was paid, who reverses, debited, credited
    pytest.param(lambda mock: pushed(mock, Amount=9), "174379", "174379:Utility Account", CUSTOMER, id="paybill push"),
    pytest.param(to_till, TILL, f"{TILL}:Merchant Account", CUSTOMER, id="till push"),
    pytest.param(lambda mock: mock.settled("c2b.simulate", Amount=9), RECEIVER, UTILITY, CUSTOMER, id="simulated"),
    pytest.param(
        lambda mock: mock.settled("b2b.payment", Amount=9),
        "600000",
        "600000:Utility Account",
        "600996:Working Account",
        id="b2b paybill",
    ),
    pytest.param(
        lambda mock: mock.settled("b2b.payment", Amount=9, CommandID="BusinessBuyGoods", PartyB=TILL),
        TILL,
        f"{TILL}:Merchant Account",
        "600996:Working Account",
        id="b2b buy goods",
    ),
    pytest.param(
        lambda mock: mock.settled("tax.remit", Amount=9),
        "572572",
        "572572:Utility Account",
        "600996:Working Account",
        id="tax",
    ),
    pytest.param(express, RECEIVER, UTILITY, f"{TILL}:Merchant Account", id="b2b express"),
]


@pytest.mark.parametrize(("pay", "receiver", "debited", "credited"), REVERSIBLE)
def test_the_credit_party_gives_back_from_the_account_that_was_credited(
    mock: Mock, pay: Callable[[Mock], Transaction], receiver: str, debited: str, credited: str
) -> None:
    paid = pay(mock)
    assert paid.result == "0", paid.why
    before = mock.sandbox.balances()

    row = reverse(mock, paid, ReceiverParty=receiver, Amount=9)

    assert row.result == "0", row.why
    after = mock.sandbox.balances()
    moved = {account: after[account] - before[account] for account in after if after[account] != before[account]}
    assert moved == {debited: -900, credited: 900}
    assert parameters(mock.result_of(row))["DebitAccountBalance"].startswith(debited.partition(":")[2] + "|KES|")


@pytest.mark.parametrize(
    ("operation", "receiver", "charged"),
    [("c2b.simulate", RECEIVER, RECEIVER), ("b2b.payment", "600000", "600996")],
)
def test_charges_are_not_refunded(mock: Mock, operation: str, receiver: str, charged: str) -> None:
    paid = mock.settled(operation, Amount=500)
    charges = mock.balance(f"{charged}:Charges Paid Account")
    assert charges == -paid.charge_cents != 0

    row = reverse(mock, paid, ReceiverParty=receiver, Amount=500)

    assert (row.result, row.charge_cents) == ("0", 0)
    assert mock.balance(f"{charged}:Charges Paid Account") == charges


def test_the_charge_of_a_payment_cannot_be_reversed_with_it(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": RECEIVER, "bouquet": "business"})
    paid = mock.settled("c2b.simulate", Amount=500)
    wallet = mock.balance(CUSTOMER)

    assert reverse(mock, paid, Amount=505).result == "R000002"
    assert reverse(mock, paid, Amount=500).result == "0"

    assert mock.balance(CUSTOMER) == (wallet or 0) + 500_00


def test_a_part_can_be_given_back_once(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate", Amount=50)
    held = mock.balance(UTILITY)

    first, second = reverse(mock, paid, Amount=20), reverse(mock, paid, Amount=30)

    assert (first.result, second.result) == ("0", "R000001")
    assert mock.balance(UTILITY) == (held or 0) - 20_00
    assert parameters(mock.result_of(first))["Amount"] == 20.0


@pytest.mark.parametrize("operation", ["b2c.payment", "b2c.payment-v1", "b2c-validated.payment", "pochi.payment"])
def test_a_payout_cannot_be_reversed(mock: Mock, operation: str) -> None:
    paid = mock.settled(operation)
    before = balances(mock)

    row = reverse(mock, paid, ReceiverParty="600996", Amount=10)

    assert row.result == "R000002"
    assert "can't be reversed" in row.why
    assert (balances(mock), mock.again(paid).reversed_by) == (before, None)


def test_a_reversal_cannot_be_reversed(mock: Mock) -> None:
    first = reverse(mock, mock.settled("c2b.simulate"))
    before = balances(mock)

    row = reverse(mock, first)

    assert row.result == "R000002"
    assert balances(mock) == before


def test_a_second_reversal_says_so(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate")
    first = reverse(mock, paid)
    before = balances(mock)

    second = reverse(mock, paid)

    result = mock.result_of(second)
    assert (result["ResultCode"], result["ResultDesc"]) == ("R000001", "The transaction has already been reversed")
    assert "ResultParameters" not in result
    assert str(first.receipt) in second.why
    assert (balances(mock), mock.again(paid).reversed_by) == (before, first.receipt)


def test_a_failed_reversal_can_be_tried_again(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate", Amount=50)
    mock.sandbox.set_balance(UTILITY, 49)

    assert reverse(mock, paid, Amount=50).result == "1"
    mock.sandbox.set_balance(UTILITY, 50)

    assert reverse(mock, paid, Amount=50).result == "0"
    assert mock.balance(UTILITY) == 0


def test_an_unknown_receipt_is_told_as_it_was_captured(mock: Mock) -> None:
    result = mock.result_of(mock.settled(REQUEST, TransactionID="SKC82PACB8"))

    assert (result["ResultCode"], result["ResultDesc"]) == ("R000002", "The OriginalTransactionID is invalid.")
    assert result["TransactionID"] == "UKO0000000"
    assert list(result)[-2:] == ["TransactionID", "ReferenceData"]


@pytest.mark.parametrize("reference", ["reference", "originator_id"])
def test_a_conversation_id_is_no_receipt(mock: Mock, reference: str) -> None:
    paid = mock.settled("c2b.simulate")

    row = mock.settled(REQUEST, TransactionID=getattr(paid, reference))

    assert row.result == "R000002"
    assert row.why.endswith(f"not a receipt: send the receipt of that payment, {paid.receipt}")


def test_what_failed_cannot_be_reversed_even_with_a_receipt(mock: Mock) -> None:
    failed = mock.settled("b2b.payment", Initiator="apitest")
    assert failed.receipt is not None

    assert reverse(mock, failed, ReceiverParty="600000").result == "R000002"


def test_only_the_credit_party_may_reverse(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate")

    row = reverse(mock, paid, ReceiverParty="600996")

    assert row.result == "R000002"
    assert "paid to 600992; only the credit party" in row.why


def test_the_payer_of_a_b2b_may_not_take_it_back(mock: Mock) -> None:
    paid = mock.settled("b2b.payment", Amount=9)

    assert reverse(mock, paid, ReceiverParty="600996", Amount=9).result == "R000002"


def test_more_than_was_paid_cannot_be_given_back(mock: Mock) -> None:
    row = reverse(mock, mock.settled("c2b.simulate", Amount=5), Amount=6)

    assert row.result == "R000002"
    assert "6.00 is more than the 5.00" in row.why


def test_a_full_wallet_takes_nothing_back(mock: Mock) -> None:
    # Inferred: the limit is documented, its code for reversals is not (callbacks.md §8).
    paid = mock.settled("c2b.simulate", Amount=5)
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": 499_996})

    assert reverse(mock, paid, Amount=5).result == "8"
    assert reverse(mock, paid, Amount=4).result == "0"


@pytest.mark.parametrize(
    ("organisation", "changes", "code", "why"),
    [
        ({}, {"Initiator": "apitest"}, "2001", "has no initiator 'apitest'"),
        ({}, {"SecurityCredential": "plain"}, "2001", "not base64"),
        ({"initiators": [{"name": "testapi", "password": "x", "locked": True}]}, {}, "8006", "locked"),
        (
            {"initiators": [{"name": "testapi", "password": "x", "roles": ["Balance Query ORG API"]}]},
            {},
            "21",
            "no role 'Org Reversals Initiator'",
        ),
        ({"active": False}, {}, "11", "600992 is not active"),
    ],
)
def test_initiator_and_organisation_are_looked_at_before_the_receipt(
    mock: Mock, organisation: dict[str, object], changes: dict[str, object], code: str, why: str
) -> None:
    paid = mock.settled("c2b.simulate")
    mock.sandbox.put_organisation({"shortcode": RECEIVER} | organisation)

    row = reverse(mock, paid, **changes)

    assert row.result == code
    assert why in row.why
    assert mock.again(paid).reversed_by is None
    assert "ResultParameters" not in mock.result_of(row)


@pytest.mark.parametrize("kind", ["11", 11, "4", 4, 11.0])
def test_both_identifier_types_are_taken(mock: Mock, kind: object) -> None:
    assert reverse(mock, mock.settled("c2b.simulate"), RecieverIdentifierType=kind).result == "0"


@pytest.mark.parametrize("remarks", ["", None])
def test_remarks_and_occasion_may_be_left_out(mock: Mock, remarks: str | None) -> None:
    assert reverse(mock, mock.settled("c2b.simulate"), Remarks=remarks, Occasion=None).result == "0"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"RecieverIdentifierType": None, "ReceiverIdentifierType": "11"}, "RecieverIdentifierType"),
        ({"RecieverIdentifierType": "1"}, "RecieverIdentifierType"),
        ({"Initiator": None}, "Initiator"),
        ({"CommandID": "TransactionReversals"}, "CommandID"),
        ({"TransactionID": ""}, "TransactionID"),
        ({"TransactionID": None}, "TransactionID"),
        ({"Amount": 0}, "Amount"),
        ({"Amount": "1.50"}, "Amount"),
        ({"ReceiverParty": CUSTOMER}, "ReceiverParty"),
        ({"ResultURL": None}, "ResultURL"),
        ({"QueueTimeOutURL": None}, "QueueTimeOutURL"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(mock: Mock, changes: dict[str, object], field: str) -> None:
    assert mock.send(REQUEST, **changes).error == (400, "400.002.02", f"Bad Request - Invalid {field}")


def test_the_right_spelling_of_reciever_is_refused_with_a_hint(mock: Mock) -> None:
    answer = mock.send(REQUEST, RecieverIdentifierType=None, ReceiverIdentifierType="11")

    assert answer.error[2] == "Bad Request - Invalid RecieverIdentifierType"
    assert "the body has 'ReceiverIdentifierType'" in answer.why
    assert "'RecieverIdentifierType', in exactly this spelling" in answer.why


@pytest.mark.parametrize("code", ["R000001", "R000002", "1", "11", "2006", "2028", "TP40153"])
def test_any_code_can_be_asked_for_and_moves_nothing(mock: Mock, code: str) -> None:
    paid = mock.settled("c2b.simulate")
    before = balances(mock)

    row = reverse(mock, paid, Remarks=f"mock:{code}")

    assert str(mock.result_of(row)["ResultCode"]) == code
    assert (balances(mock), mock.again(paid).reversed_by) == (before, None)


def test_a_success_that_was_asked_for_moves_the_money_whatever_the_truth_is(mock: Mock) -> None:
    paid = mock.settled("c2b.simulate", Amount=5)
    mock.sandbox.set_balance(UTILITY, 0)

    row = reverse(mock, paid, Amount=5, Remarks="mock:0")

    assert (row.result, mock.again(paid).reversed_by) == ("0", row.receipt)
    assert mock.balance(UTILITY) == -5_00


def twice(mock: Mock) -> Transaction:
    paid = mock.settled("c2b.simulate")
    reverse(mock, paid)
    return mock.again(paid)


@pytest.mark.parametrize(
    "original",
    [
        twice,
        lambda mock: mock.settled("b2b.payment", Initiator="apitest"),
        lambda mock: mock.settled("b2c.payment", InitiatorName="apitest"),
    ],
    ids=["reversed already", "failed b2b", "failed b2c"],
)
def test_not_even_when_asked_does_money_move_that_is_not_there_to_be_given_back(
    mock: Mock, original: Callable[[Mock], Transaction]
) -> None:
    with mock.sandbox.store.unit():
        mock.sandbox.bring_in(RECEIVER)
    paid = original(mock)
    before, by = balances(mock), paid.reversed_by

    row = reverse(mock, paid, Remarks="mock:0")

    assert row.result == "0"
    assert (balances(mock), mock.again(paid).reversed_by) == (before, by)
    assert "ResultParameters" not in mock.result_of(row)


def test_a_forced_reversal_of_a_payout_takes_it_from_the_wallet(mock: Mock) -> None:
    paid = mock.settled("b2c.payment")
    wallet = mock.balance(CUSTOMER)

    row = reverse(mock, paid, Amount=10, Remarks="mock:0")

    found = parameters(mock.result_of(row))
    assert found["DebitAccountBalance"].startswith("MMF Account For Customer|KES|")
    assert mock.balance(CUSTOMER) == (wallet or 0) - 10_00


@pytest.mark.parametrize("operation", ["stk-push", "c2b.simulate", "b2b.payment"])
def test_what_was_put_by_is_reversed_once(mock_with: MakeMock, operation: str) -> None:
    mock = mock_with(keep_bodies=3)
    paid = pushed(mock) if operation == "stk-push" else mock.settled(operation, Amount=1)
    for _ in range(4):
        mock.settled("balance.query")
    packed = mock.again(paid)
    assert packed == paid and packed is not paid

    receiver = paid.party_b
    first = reverse(mock, paid, ReceiverParty=receiver)
    for _ in range(4):
        mock.settled("balance.query")
    second = reverse(mock, paid, ReceiverParty=receiver)

    assert (first.result, second.result) == ("0", "R000001")
    assert mock.transaction(str(paid.receipt)).reversed_by == first.receipt


def test_reversed_by_survives_being_put_by(mock_with: MakeMock) -> None:
    mock = mock_with(keep_bodies=3)
    paid = mock.settled("c2b.simulate")
    first = reverse(mock, paid)

    for _ in range(4):
        mock.settled("balance.query")

    packed = mock.transaction(str(paid.receipt))
    assert packed is not paid
    assert packed.reversed_by == first.receipt
    assert reverse(mock, paid).result == "R000001"
