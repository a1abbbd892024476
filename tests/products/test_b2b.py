"""The B2B family, statement by statement: requests.md §4.6, callbacks.md §3.1, §3.3, §3.6 and §8."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mock_daraja import resources
from mock_daraja.defaults import KRA, PAYBILL, ROLES
from mock_daraja.model import Outcome, Transaction
from mock_daraja.scenarios.model import Match, OneShot
from tests.conftest import MakeMock, Mock, Webhook, parameters

PAY = "b2b.payment"
PAYER = "600996"
RECEIVER = "600000"
PAY_BILL_ROLE = "Org Business Pay Bill API initiator"
TO_BULK_ROLE = "Org Business Pay to Bulk API initiator"
WORKING, UTILITY, MERCHANT = "Working Account", "Utility Account", "Merchant Account"
CHARGES, FLOAT, REVENUE = "Charges Paid Account", "Float Account", "M-PESA:Charges"
SAMPLES = ("000000", "000001", "000002", "600000", "600999")

COMMANDS = [  # who pays whom from where to where, and the charge on 1,000
    ("BusinessPayBill", RECEIVER, WORKING, UTILITY, 13),
    ("BusinessBuyGoods", RECEIVER, WORKING, MERCHANT, 13),
    ("BusinessPayToBulk", RECEIVER, WORKING, UTILITY, 0),
    ("DisburseFundsToBusiness", RECEIVER, WORKING, WORKING, 0),
    ("BusinessToBusinessTransfer", RECEIVER, WORKING, WORKING, 0),
    ("BusinessTransferFromMMFToUtility", PAYER, WORKING, UTILITY, 0),
    ("MerchantToMerchantTransfer", RECEIVER, MERCHANT, MERCHANT, 0),
    ("MerchantTransferFromMerchantToWorking", PAYER, MERCHANT, WORKING, 0),
    ("MerchantServicesMMFAccountTransfer", RECEIVER, WORKING, WORKING, 0),
    ("AgencyFloatAdvance", RECEIVER, WORKING, FLOAT, 0),
]
NAMES = [command for command, *_ in COMMANDS]
GATEWAY_ID = r"[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}[0-9]{3,8}"


def holding(mock: Mock, account: str, shillings: object, shortcode: str = PAYER) -> None:
    """Both parties exist, and the payer's account holds so much."""
    for each in (shortcode, RECEIVER):
        with mock.sandbox.store.unit():
            mock.sandbox.bring_in(each)
    mock.sandbox.set_balance(f"{shortcode}:{account}", str(shillings))


def moved(mock: Mock, before: dict[str, int]) -> dict[str, float]:
    """What changed in the ledger, in shillings."""
    after = mock.sandbox.balances()
    changes = {name: (cents - before.get(name, 0)) / 100 for name, cents in after.items()}
    return {name: shillings for name, shillings in changes.items() if shillings}


def initiator(mock: Mock, shortcode: str = PAYER, **changes: object) -> None:
    named = {"name": "testapi", "password": "Safaricom999!*!"} | changes
    mock.sandbox.put_organisation({"shortcode": shortcode, "initiators": [named]})


def references(result: Any) -> list[tuple[str, Any]]:
    """A key without Value is None."""
    return [(each["Key"], each.get("Value")) for each in result["ReferenceData"]["ReferenceItem"]]


# leading zeros


@pytest.mark.parametrize("receiver", ["000000", 0, 0.0])
@pytest.mark.parametrize("command", ["BusinessPayBill", "BusinessBuyGoods"])
def test_the_samples_biller_is_paid(mock: Mock, receiver: object, command: str) -> None:
    row = mock.settled(PAY, PartyB=receiver, CommandID=command)

    assert (row.result, row.party_b) == ("0", "000000")
    assert parameters(mock.result_of(row))["ReceiverPartyPublicName"] == "000000 - Biller Company"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("012345", "012345"),
        (12345, "012345"),
        (700, "0000700"),
        (700.0, "0000700"),
        (42, "00042"),
        (77777, "77777"),  # though 077777 is there too
        (5, "000005"),  # nobody's, nor is 00005 or 0000005
        ("00005", "00005"),
    ],
)
def test_a_number_is_looked_up_as_it_is_and_then_with_zeros_in_front(mock: Mock, sent: object, meant: str) -> None:
    for each in ("012345", "0000700", "00042", "77777", "077777"):
        mock.sandbox.put_organisation({"shortcode": each})

    row = mock.settled(PAY, PartyB=sent)

    assert (row.party_b, row.result) == (meant, "SFC_IC0003" if meant.endswith("005") else "0")


@pytest.mark.parametrize("receiver", ["0", "0001", "00000000", -1, 10_000_000, 1.5])
def test_what_no_shortcode_can_be_is_refused(mock: Mock, receiver: object) -> None:
    assert mock.send(PAY, PartyB=receiver).error == (400, "400.002.02", "Bad Request - Invalid PartyB")


# the acknowledgement


def test_the_acknowledgement_has_four_strings_originator_first(mock: Mock) -> None:
    answer = mock.send(PAY)

    assert answer.status == 200
    assert list(answer.json) == ["OriginatorConversationID", "ConversationID", "ResponseCode", "ResponseDescription"]
    assert re.fullmatch(GATEWAY_ID, answer.json["OriginatorConversationID"])
    assert re.fullmatch(r"AG_20261124_2010[0-9a-f]{16}", answer.json["ConversationID"])
    assert answer.json["ResponseCode"] == "0"
    assert answer.json["ResponseDescription"] == "Accept the service request successfully."


def test_the_callers_own_originator_conversation_id_is_not_taken(mock: Mock) -> None:
    answer = mock.send(PAY, OriginatorConversationID="mine")

    assert answer.json["OriginatorConversationID"] != "mine"


def test_the_result_repeats_the_ids_of_the_acknowledgement(mock: Mock) -> None:
    row = mock.settled(PAY)

    result = mock.result_of(row)
    assert result["OriginatorConversationID"] == row.originator_id
    assert result["ConversationID"] == row.reference


@pytest.mark.parametrize(
    "changes", [{}, {"Amount": 239.0}, {"PartyA": 600996}, {"PartyB": "600000.0"}, {"Occasion": "x"}]
)
def test_numbers_come_as_numbers_strings_or_floats(mock: Mock, changes: dict[str, object]) -> None:
    row = mock.settled(PAY, **changes)

    assert (row.result, row.shortcode, row.party_b, row.amount_cents) == ("0", PAYER, RECEIVER, 239_00)


# refused at once


FIELDS = (
    "Initiator", "SecurityCredential", "CommandID", "SenderIdentifierType", "RecieverIdentifierType", "Amount",
    "PartyA", "PartyB", "QueueTimeOutURL", "ResultURL", "AccountReference",
)  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_is_named(mock: Mock, field: str) -> None:
    answer = mock.send(PAY, **{field: None})

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {field}")
    assert field in answer.why


def test_one_field_is_named_at_a_time_in_official_order(mock: Mock) -> None:
    whole = mock.body(PAY)

    named = []
    for count in range(len(FIELDS)):
        body = {name: whole[name] for name in FIELDS[:count]}
        named.append(mock.post("/mpesa/b2b/v1/paymentrequest", body).error[2].removeprefix("Bad Request - Invalid "))

    assert tuple(named) == FIELDS


@pytest.mark.parametrize(
    ("changes", "name", "why"),
    [
        ({"Initiator": None, "InitiatorName": "testapi"}, "Initiator", "InitiatorName"),
        ({"CommandID": None, "Command ID": "BusinessPayBill"}, "CommandID", "Command ID"),
        ({"RecieverIdentifierType": None, "ReceiverIdentifierType": "4"}, "RecieverIdentifierType", "Receiver"),
        ({"CommandID": "PayTaxToKRA"}, "CommandID", "BusinessPayBill"),
        ({"CommandID": "BusinessPayment"}, "CommandID", "BusinessPayBill"),
        ({"SenderIdentifierType": "11"}, "SenderIdentifierType", "4"),
        ({"RecieverIdentifierType": "3"}, "RecieverIdentifierType", "4"),
        ({"Amount": 0}, "Amount", "at least 1"),
        ({"Amount": "10.5"}, "Amount", "whole"),
        ({"PartyB": "254708374149"}, "PartyB", "PartyB"),
        ({"AccountReference": ""}, "AccountReference", "BusinessPayBill needs the account that is paid"),
        ({"AccountReference": "a<b>"}, "AccountReference", "AccountReference"),
        ({"ResultURL": "example"}, "ResultURL", "ResultURL"),
        ({"SecurityCredential": ""}, "SecurityCredential", "SecurityCredential"),
    ],
)
def test_a_bad_value_is_named_and_explained(mock: Mock, changes: dict[str, object], name: str, why: str) -> None:
    answer = mock.send(PAY, **changes)

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {name}")
    assert why in answer.why


@pytest.mark.parametrize("command", NAMES[1:])
def test_only_business_pay_bill_needs_an_account_reference(mock: Mock, command: str) -> None:
    assert mock.send(PAY, CommandID=command, AccountReference=None).status == 200


def test_a_reference_of_zero_is_a_reference(mock: Mock) -> None:
    assert mock.send(PAY, AccountReference=0).status == 200


@pytest.mark.parametrize(("given", "tail"), [("Bearer nothing", "nothing"), (None, "")])
def test_a_bad_token_is_401_of_the_family(mock: Mock, given: str | None, tail: str) -> None:
    headers = {"Authorization": given} if given else {}

    answer = mock.request("POST", "/mpesa/b2b/v1/paymentrequest", mock.body(PAY), headers)

    assert answer.error == (401, "401.002.01", f"Error Occurred - Invalid Access Token - {tail}")


def test_an_app_without_the_product_is_401(mock_with: MakeMock) -> None:
    mock = mock_with(apps=({"key": "k", "secret": "s", "products": ["b2c"]},))
    headers = {"Authorization": f"Bearer {mock.token('k', 's')}"}

    answer = mock.request("POST", "/mpesa/b2b/v1/paymentrequest", mock.body(PAY), headers)

    assert answer.error == (401, "401.002.01", "Error Occurred - Invalid Access Token - ")


def test_an_app_is_kept_to_its_own_shortcodes(mock_with: MakeMock) -> None:
    mock = mock_with(apps=({"key": "k", "secret": "s", "shortcodes": ["600001"]},))
    headers = {"Authorization": f"Bearer {mock.token('k', 's')}"}

    answer = mock.request("POST", "/mpesa/b2b/v1/paymentrequest", mock.body(PAY), headers)

    assert answer.error == (400, "400.002.02", "Bad Request - Kindly use your own ShortCode")


@pytest.mark.parametrize("url", ["QueueTimeOutURL", "ResultURL"])
def test_production_takes_https_only(mock_with: MakeMock, url: str) -> None:
    mock = mock_with(environment="production")
    urls = {"QueueTimeOutURL": "https://example.com/a", "ResultURL": "https://example.com/b"}

    answer = mock.send(PAY, **urls | {url: "http://example.com/c"})

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {url}")


# the money


@pytest.mark.parametrize("row_of_table", COMMANDS, ids=NAMES)
def test_every_command_moves_the_money_it_names(mock: Mock, row_of_table: tuple[str, str, str, str, int]) -> None:
    command, party_b, debit, credit, charge = row_of_table
    holding(mock, debit, 5_000)
    before = mock.sandbox.balances()

    row = mock.settled(PAY, CommandID=command, PartyB=party_b, Amount=1_000)

    assert row.result == "0", row.why
    expected = {f"{PAYER}:{debit}": -1_000, f"{party_b}:{credit}": 1_000}
    if charge:
        expected |= {f"{PAYER}:{CHARGES}": -charge, REVENUE: charge}
    assert moved(mock, before) == expected
    assert row.charge_cents == charge * 100
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.parametrize("party_b", [PAYER, RECEIVER])
def test_money_never_goes_back_from_utility_to_working(mock: Mock, party_b: str) -> None:
    row = mock.settled(PAY, CommandID="BusinessTransferFromUtilityToMMF", PartyB=party_b)

    assert (row.result, row.result_desc) == ("21", "The initiator is not allowed to initiate this request.")
    assert "Utility to Working" in row.why


@pytest.mark.parametrize("command", ["BusinessTransferFromMMFToUtility", "MerchantTransferFromMerchantToWorking"])
def test_a_move_between_ones_own_accounts_has_no_other_party(mock: Mock, command: str) -> None:
    holding(mock, MERCHANT, 5_000)

    row = mock.settled(PAY, CommandID=command, PartyB=RECEIVER)

    assert row.result == "2043"
    assert RECEIVER in row.why


DECLARED = {"888881": ["paybill"], "888882": ["till"], "888883": ["paybill", "till"], "600007": ["till"]}


@pytest.mark.parametrize(
    ("command", "party_b", "result"),
    [
        ("BusinessPayBill", "888881", "0"),
        ("BusinessBuyGoods", "888881", "2029"),
        ("BusinessPayBill", "888882", "2029"),
        ("BusinessBuyGoods", "888882", "0"),
        ("BusinessPayBill", "888883", "0"),
        ("BusinessBuyGoods", "888883", "0"),
        ("BusinessPayBill", "600007", "2029"),  # declared, so no longer open to both
        ("BusinessBuyGoods", "174379", "2029"),
        ("BusinessPayBill", "3000001", "2029"),
        ("BusinessPayToBulk", "888882", "0"),  # nothing is known of the other commands
        *((command, each, "0") for command in ("BusinessPayBill", "BusinessBuyGoods") for each in SAMPLES),
    ],
)
def test_a_paybill_is_no_till_and_a_till_no_paybill(mock: Mock, command: str, party_b: str, result: str) -> None:
    for shortcode, kinds in DECLARED.items():
        mock.sandbox.put_organisation({"shortcode": shortcode, "kinds": kinds})

    row = mock.settled(PAY, CommandID=command, PartyB=party_b)

    assert row.result == result
    assert ("(inferred)" in row.why) == (result == "2029")


BANDS = [  # up to so much, the charge: callbacks.md §8
    (49, 2), (100, 3), (500, 8), (1_000, 13), (1_500, 18), (2_500, 25), (3_500, 30), (5_000, 39), (7_500, 48),
    (10_000, 54), (15_000, 63), (20_000, 68), (25_000, 74), (30_000, 79), (35_000, 90), (40_000, 106), (45_000, 110),
    (1_000_000, 115),
]  # fmt: skip
EDGES = [
    edge
    for (most, charge), (_, above) in zip(BANDS, [*BANDS[1:], (0, 0)], strict=True)
    for edge in ((most, charge), (most + 1, above))
    if edge[1]
]


@pytest.mark.parametrize(("amount", "charge"), [(1, 2), *EDGES])
def test_the_charge_changes_at_the_edges_of_the_tariff(mock: Mock, amount: int, charge: int) -> None:
    holding(mock, WORKING, 2_000_000)

    row = mock.settled(PAY, Amount=amount)

    assert row.charge_cents == charge * 100
    assert mock.balance(f"{PAYER}:{CHARGES}") == -charge * 100
    assert mock.balance(f"{PAYER}:{WORKING}") == (2_000_000 - amount) * 100
    assert parameters(mock.result_of(row))["DebitPartyCharges"] == f"Business Pay Bill Charge|KES|{charge}.00"


def test_more_than_the_tariff_goes_to_is_too_much(mock: Mock) -> None:
    holding(mock, WORKING, 2_000_000)

    row = mock.settled(PAY, Amount=1_000_001)

    assert row.result == "3"
    assert row.result_desc == "Declined due to limit rule: greater than the maximum transaction amount."


@pytest.mark.parametrize(("holds", "result"), [("1012.99", "1"), ("1013", "0"), ("1000", "1"), ("0", "1")])
def test_the_working_account_has_to_cover_amount_and_charge(mock: Mock, holds: str, result: str) -> None:
    holding(mock, WORKING, holds)

    row = mock.settled(PAY, Amount=1_000)

    assert row.result == result
    assert ("1013.00 is needed" in row.why) == (result == "1")


def test_the_utility_account_does_not_help(mock: Mock) -> None:
    holding(mock, WORKING, 0)
    before = mock.sandbox.balances()

    row = mock.settled(PAY)

    assert row.result == "1"
    assert moved(mock, before) == {}


# what the parties may be


@pytest.mark.parametrize("sender", ["4", 4, "2", 4.0])
@pytest.mark.parametrize("receiver", ["4", "2", 2, 2.0])
def test_a_shortcode_and_a_till_are_identifier_types_4_and_2(mock: Mock, sender: object, receiver: object) -> None:
    row = mock.settled(PAY, CommandID="BusinessBuyGoods", SenderIdentifierType=sender, RecieverIdentifierType=receiver)

    assert row.result == "0"


@pytest.mark.parametrize("field", ["SenderIdentifierType", "RecieverIdentifierType"])
@pytest.mark.parametrize("value", ["1", 1, "1.0"])
def test_an_msisdn_is_no_party(mock: Mock, field: str, value: object) -> None:
    row = mock.settled(PAY, **{field: value})

    assert (row.result, row.result_desc) == ("2029", "Failed due to an unresolved reason type.")


def test_a_till_is_paid_into_its_merchant_account(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": "5000001", "name": "Duka", "kinds": ["till"]})
    before = mock.balance(f"5000001:{MERCHANT}") or 0

    row = mock.settled(PAY, CommandID="BusinessBuyGoods", PartyB="5000001", RecieverIdentifierType="2", Amount=100)

    assert mock.balance(f"5000001:{MERCHANT}") == before + 100_00
    assert parameters(mock.result_of(row))["ReceiverPartyPublicName"] == "5000001 - Duka"


FAULTS: list[tuple[str, list[dict[str, Any]], dict[str, Any], str, str]] = [
    ("an unknown receiver", [], {"PartyB": "700000"}, "SFC_IC0003", "Receiver party is invalid"),
    ("an inactive receiver", [{"shortcode": RECEIVER, "active": False}], {}, "14",
     "The CreditParty is in an invalid state."),
    ("an inactive payer", [{"shortcode": PAYER, "active": False}], {}, "11", "The DebitParty is in an invalid state."),
    ("a payer without B2B", [], {"PartyA": PAYBILL}, "2028",
     "The request is not permitted according to product assignment."),
    ("an unknown payer", [], {"PartyA": "700000"}, "2001", "The initiator information is invalid."),
    ("an unknown initiator", [], {"Initiator": "nobody"}, "2001", "The initiator information is invalid."),
    ("a plain password", [], {"SecurityCredential": "Safaricom999!*!"}, "2001",
     "The initiator information is invalid."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("organisations", "changes", "code", "text"), [row[1:] for row in FAULTS], ids=[r[0] for r in FAULTS]
)
def test_a_fault_of_the_parties_is_told_later(
    mock: Mock, organisations: list[dict[str, Any]], changes: dict[str, Any], code: str, text: str
) -> None:
    for table in organisations:
        mock.sandbox.put_organisation(table)

    row = mock.settled(PAY, **changes)

    assert (row.state, row.result, row.result_desc) == ("failed", code, text)
    result = mock.result_of(row)
    assert result["ResultCode"] == (int(code) if code.isdigit() else code)
    assert "ResultParameters" not in result
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.parametrize(
    ("command", "role"),
    [(name, TO_BULK_ROLE if name == "BusinessPayToBulk" else PAY_BILL_ROLE) for name in NAMES],
)
def test_every_command_asks_for_its_role(mock: Mock, command: str, role: str) -> None:
    holding(mock, MERCHANT, 5_000)
    party_b = PAYER if "From" in command else RECEIVER

    initiator(mock, roles=[each for each in ROLES if each != role])
    without = mock.settled(PAY, CommandID=command, PartyB=party_b)
    initiator(mock, roles=[role])
    having = mock.settled(PAY, CommandID=command, PartyB=party_b)

    assert (without.result, having.result) == ("21", "0")
    assert role in without.why


def test_the_third_wrong_password_locks_and_a_right_one_no_longer_helps(mock: Mock) -> None:
    right, wrong = (mock.sandbox.certificate.encrypt(each) for each in ("Safaricom999!*!", "guess"))

    rows = [mock.settled(PAY, SecurityCredential=each) for each in (wrong, right, wrong, wrong, wrong, right)]

    assert [row.result for row in rows] == ["2001", "0", "2001", "2001", "8006", "8006"]
    assert rows[-1].result_desc == "The security credential is locked."


def test_who_initiates_is_looked_at_before_who_pays_and_who_receives(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYER, "active": False})

    rows = [mock.settled(PAY, Initiator=name, PartyB="700000", Amount=2_000_000) for name in ("nobody", "testapi")]

    assert [row.result for row in rows] == ["2001", "11"]


# the Result


ENVELOPE = [
    "ResultType", "ResultCode", "ResultDesc", "OriginatorConversationID", "ConversationID", "TransactionID",
]  # fmt: skip
STRUCT = "{{Amount={{CurrencyCode=KES, MinimumAmount={}, BasicAmount={:.2f}}}}}"


def test_a_success_has_the_documented_eight_parameters(mock: Mock) -> None:
    holding(mock, WORKING, "6376.83")

    row = mock.settled(PAY, Amount=190, AccountReference="19008")

    result = mock.result_of(row)
    struct = STRUCT.format(618683, 6186.83)
    assert list(result) == [*ENVELOPE, "ResultParameters", "ReferenceData"]
    assert (result["ResultType"], result["ResultCode"]) == (0, 0)
    assert result["ResultDesc"] == "The service request is processed successfully."
    assert result["TransactionID"] == row.receipt
    assert re.fullmatch("UKO[A-Z][A-Z0-9]{6}", row.receipt or "")
    assert result["ResultParameters"]["ResultParameter"] == [
        {"Key": "DebitAccountBalance", "Value": struct},
        {"Key": "Amount", "Value": 190.00},
        {"Key": "DebitPartyAffectedAccountBalance", "Value": "Working Account|KES|6186.83|6186.83|0.00|0.00"},
        {"Key": "TransCompletedTime", "Value": 20261124100002},
        {"Key": "DebitPartyCharges", "Value": "Business Pay Bill Charge|KES|8.00"},
        {"Key": "ReceiverPartyPublicName", "Value": "600000 - Safaricom Daraja 000"},
        {"Key": "Currency", "Value": "KES"},
        {"Key": "InitiatorAccountCurrentBalance", "Value": struct},
    ]
    assert b'{"Key":"Amount","Value":190.00}' in mock.callbacks()[0].body


def test_a_free_transfer_has_charges_without_a_value(mock: Mock) -> None:
    row = mock.settled(PAY, CommandID="BusinessPayToBulk")

    assert {"Key": "DebitPartyCharges"} in mock.result_of(row)["ResultParameters"]["ResultParameter"]


def test_a_till_payout_of_2026_has_three_parameters_where_the_quirk_says_so(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"b2b_success": "production-2026"})
    holding(mock, WORKING, 5_000)

    row = mock.settled(PAY, CommandID="BusinessBuyGoods", Amount=1_000)

    struct = STRUCT.format(400000, 4000)
    assert mock.result_of(row)["ResultParameters"]["ResultParameter"] == [
        {"Key": "Currency", "Value": "KES"},
        {"Key": "DebitAccountCurrentBalance", "Value": struct},
        {"Key": "InitiatorAccountCurrentBalance", "Value": struct},
    ]


@pytest.mark.parametrize(
    ("given", "carried"),
    [("353353", 353353), (353353, 353353), ("PRN1234XN", "PRN1234XN"), ("0012", "0012"), ("INV 7", "INV 7"), (0, 0)],
)
def test_a_bill_reference_that_looks_like_a_number_is_one(mock: Mock, given: object, carried: object) -> None:
    result = mock.result_of(mock.settled(PAY, AccountReference=given))

    assert references(result)[0] == ("BillReferenceNumber", carried)
    assert type(references(result)[0][1]) is type(carried)


@pytest.mark.parametrize("command", NAMES)
@pytest.mark.parametrize("code", ["0", "8006"])
def test_only_a_paybill_has_a_bill_reference(mock: Mock, command: str, code: str) -> None:
    party_b = PAYER if "From" in command else RECEIVER

    result = mock.result_of(mock.settled(PAY, CommandID=command, PartyB=party_b, Remarks=f"mock:{code}"))

    keys = [key for key, _ in references(result)]
    expected = ["QueueTimeoutURL", "Occassion"]
    assert keys == (["BillReferenceNumber", *expected] if command == "BusinessPayBill" else expected)


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({}, {"Key": "Occassion"}),
        ({"Occassion": ""}, {"Key": "Occassion"}),
        ({"Occassion": "rent"}, {"Key": "Occassion", "Value": "rent"}),
        ({"Occasion": "rent"}, {"Key": "Occassion", "Value": "rent"}),
        ({"Occassion": "2026"}, {"Key": "Occassion", "Value": 2026}),
    ],
)
def test_the_occasion_is_spelt_with_two_s_and_has_no_value_when_empty(
    mock: Mock, changes: dict[str, object], item: dict[str, object]
) -> None:
    result = mock.result_of(mock.settled(PAY, **changes))

    assert result["ReferenceData"]["ReferenceItem"][-1] == item


@pytest.mark.parametrize(
    ("environment", "host"),
    [("sandbox", "internalsandbox.safaricom.co.ke"), ("production", "internalapi.safaricom.net")],
)
def test_the_queue_time_out_url_of_the_result_is_safaricoms_own(
    mock_with: MakeMock, environment: str, host: str
) -> None:
    mock = mock_with(environment=environment)
    url = "https://example.com/b2b"

    result = mock.result_of(mock.settled(PAY, ResultURL=url, QueueTimeOutURL=url))

    assert ("QueueTimeoutURL", f"https://{host}/mpesa/b2bresults/v1/submit") in references(result)


@pytest.mark.parametrize("how", ["naturally", "by selector"])
def test_too_little_money_carries_the_balance_as_a_single_object(mock: Mock, how: str) -> None:
    holding(mock, WORKING, "12.50")
    changes: dict[str, object] = {} if how == "naturally" else {"Remarks": "mock:1"}

    result = mock.result_of(mock.settled(PAY, **changes))

    assert result["ResultCode"] == 1
    assert result["ResultDesc"] == "The balance is insufficient for the transaction."
    assert result["ResultParameters"] == {
        "ResultParameter": {"Key": "DebitAccountCurrentBalance", "Value": STRUCT.format(1250, 12.5)}
    }


def test_an_internal_error_has_sixteen_zeros_and_no_parameters(mock: Mock) -> None:
    row = mock.settled(PAY, Remarks="mock:17")

    result = mock.result_of(row)
    assert list(result) == [*ENVELOPE, "ReferenceData"]
    assert (result["ResultCode"], result["ResultDesc"]) == (17, "System internal error.")
    assert result["TransactionID"] == "0000000000000000"
    assert row.receipt is None


def test_blocked_traffic_has_the_day_and_seven_zeros(mock: Mock) -> None:
    assert mock.result_of(mock.settled(PAY, Remarks="mock:26"))["TransactionID"] == "UKO0000000"


CODES = """
7 11 14 18 21 24 29 1005 2001 2007 2028 2029 2043 2202 8006 SFC_IC0003 SFC_IC0002 TP40153 100000001
"""


@pytest.mark.parametrize("code", CODES.split())
def test_any_code_can_be_had_by_selector_without_parameters(mock: Mock, code: str) -> None:
    row = mock.settled(PAY, AccountReference=f"mock:{code}")

    result = mock.result_of(row)
    assert list(result) == [*ENVELOPE, "ReferenceData"]
    assert str(result["ResultCode"]) == code
    assert result["TransactionID"] == row.receipt
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.parametrize("header", ["2001", None])
def test_a_failure_looks_alike_whoever_decided_it(mock: Mock, header: str | None) -> None:
    changes: dict[str, object] = {} if header else {"Initiator": "nobody"}

    result = mock.result_of(mock.settled(PAY, headers={"X-Mock-Scenario": header} if header else {}, **changes))

    assert list(result) == [*ENVELOPE, "ReferenceData"]
    assert result["ResultDesc"] == "The initiator information is invalid."
    assert re.fullmatch("UKO[A-Z][A-Z0-9]{6}", result["TransactionID"])  # a receipt, as captured (JAVA24)


def test_a_forced_success_pays_from_an_empty_account(mock: Mock) -> None:
    holding(mock, WORKING, 0)

    row = mock.settled(PAY, Remarks="mock:0", Amount=100)

    assert row.result == "0"
    assert mock.balance(f"{PAYER}:{WORKING}") == -100_00
    assert sum(mock.sandbox.balances().values()) == 0


# time and delivery


def test_the_result_is_final_after_two_seconds_and_posted_a_second_later(mock: Mock, webhook: Webhook) -> None:
    start = mock.sandbox.now_ms

    row = mock.settled(PAY, ResultURL=webhook.url)

    assert row.final_ms == start + 2_000
    assert mock.callbacks()[0].due_ms == start + 3_000
    assert webhook.bodies == [{"Result": mock.result_of(row)}]


def time_out(mock: Mock) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation=PAY), Outcome(queue_timeout=True)))


def test_a_queue_time_out_calls_the_other_url_and_moves_nothing(mock: Mock, webhook: Webhook) -> None:
    holding(mock, WORKING, 5_000)
    before = mock.sandbox.balances()
    time_out(mock)

    row = mock.settled(PAY, QueueTimeOutURL=webhook.url, Amount=100)

    (callback,) = mock.callbacks()
    (body,) = webhook.bodies
    assert (callback.kind, callback.url, row.state, row.receipt) == ("timeout", webhook.url, "failed", None)
    assert body.pop("Result") == {
        "ResultType": 1,
        "OriginatorConversationID": row.originator_id,
        "ConversationID": row.reference,
    }
    assert body == mock.body(PAY, QueueTimeOutURL=webhook.url, Amount=100)
    assert moved(mock, before) == {}


def test_the_one_after_a_queue_time_out_goes_through(mock: Mock) -> None:
    time_out(mock)

    first, second = mock.settled(PAY), mock.settled(PAY)

    assert (first.state, second.state) == ("failed", "completed")


# the same outcome elsewhere


def status_of(mock: Mock, row: Transaction) -> dict[str, Any]:
    return parameters(mock.result_of(mock.settled("status.query", TransactionID=row.receipt, PartyA=PAYER)))


def test_the_receipt_is_known_to_transaction_status(mock: Mock) -> None:
    row = mock.settled(PAY, Amount=1_000)

    found = status_of(mock, row)

    assert found["ReceiptNo"] == row.receipt
    assert found["DebitPartyName"] == "600996 - Safaricom Daraja 996"
    assert found["CreditPartyName"] == "600000 - Safaricom Daraja 000"
    assert found["TransactionStatus"] == "Completed"


def test_two_payments_have_two_receipts(mock: Mock) -> None:
    first, second = mock.settled(PAY), mock.settled(PAY)

    assert first.receipt != second.receipt
    assert len({first.reference, second.reference, first.originator_id, second.originator_id}) == 4


def test_kra_can_pay_and_be_paid_like_any_paybill(mock: Mock) -> None:
    assert mock.settled(PAY, PartyB=KRA).result == "0"


def test_the_body_is_json_of_the_envelope_alone(mock: Mock) -> None:
    row = mock.settled(PAY)

    (callback,) = mock.sandbox.callbacks_of(row.id)
    assert list(json.loads(callback.body)) == ["Result"]
    assert callback.headers == ()


# the stories that ship

STORIES = [  # name, result, callbacks sent
    ("paid", "0", 1),
    ("insufficient-working", "1", 1),
    ("receiver-invalid", "SFC_IC0003", 1),
    ("receiver-inactive", "14", 1),
    ("payer-inactive", "11", 1),
    ("product-not-assigned", "2028", 1),
    ("role-missing", "21", 1),
    ("wrong-initiator", "2001", 1),
    ("initiator-locked", "8006", 1),
    ("internal-error", "17", 1),
    ("reference-unknown", "2202", 1),
    ("queue-timeout", "queue-timeout", 1),
    ("queue-timeout-but-paid", "0", 1),
    ("result-lost", "0", 0),
    ("result-late", "0", 1),
    ("result-twice", "0", 2),
]


@pytest.mark.parametrize(("name", "code", "sent"), STORIES)
def test_each_story_does_what_it_says(mock: Mock, webhook: Webhook, name: str, code: str, sent: int) -> None:
    headers = {"X-Mock-Scenario": f"b2b/{name}"}

    row = mock.settled(PAY, headers=headers, ResultURL=webhook.url, QueueTimeOutURL=webhook.url)
    mock.advance(600)

    assert (row.result, len(webhook.bodies)) == (code, sent)
    kinds = {each.kind for each in mock.callbacks()}
    assert kinds == {"timeout" if name.startswith("queue-timeout") else "result"}


def test_every_story_is_told_here() -> None:
    files = {path.stem for path in (resources.scenarios() / "b2b").glob("*.yaml")}

    assert files == {name for name, *_ in STORIES}


def test_a_queue_time_out_may_hide_a_payment(mock: Mock) -> None:
    holding(mock, WORKING, 5_000)

    row = mock.settled(PAY, headers={"X-Mock-Scenario": "b2b/queue-timeout-but-paid"}, Amount=100)

    assert mock.balance(f"{PAYER}:{WORKING}") == 4_900_00
    assert status_of(mock, row)["TransactionStatus"] == "Completed"


def test_an_internal_error_is_over_at_the_next_payment(mock: Mock) -> None:
    mock.sandbox.engine.activate(mock.sandbox.library.open("b2b/internal-error"))

    assert [mock.settled(PAY).result for _ in range(3)] == ["17", "0", "0"]
