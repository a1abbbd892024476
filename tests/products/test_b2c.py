"""B2C v1 and v3, B2C with ID validation and Pochi, statement by statement of requests.md §4.3 to §4.5 and
callbacks.md §3.2, §3.6 and §8."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.defaults import CUSTOMER, CUSTOMER_OPENING
from mock_daraja.journal.shapes import callback_json
from mock_daraja.journal.text import explanation
from mock_daraja.model import Transaction
from mock_daraja.money import cents
from mock_daraja.scenarios import one_shot
from tests.conftest import MakeMock, Mock, Webhook, operation_of, parameters, put_app

V1 = "b2c.payment-v1"
V3 = "b2c.payment"
VALIDATED = "b2c-validated.payment"
POCHI = "pochi.payment"
ALL = (V1, V3, VALIDATED, POCHI)
OWN_ID = (V3, VALIDATED, POCHI)
"""Those for which the caller names the OriginatorConversationID."""
PAYER = "600996"
UTILITY, WORKING, CHARGES = (f"{PAYER}:{name} Account" for name in ("Utility", "Working", "Charges Paid"))
RECEIPT = re.compile(r"UKO(?!0{7})[A-Z0-9]{7}")  # 2026, November, the 24th: callbacks.md §7
NO_RECEIPT = "UKO0000000"
SAFARICOM = "https://internalsandbox.safaricom.co.ke/mpesa/b2cresults/v1/submit"
LOCKED = "The security credential is locked."
WRONG = "The initiator information is invalid."


def change(mock: Mock, shortcode: str = PAYER, **changes: Any) -> None:
    mock.sandbox.put_organisation({"shortcode": shortcode, **changes})


def set_wallet(mock: Mock, shillings: object) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": shillings})


def accepted(mock: Mock, operation: str, **changes: Any) -> Transaction:
    """The transaction of a request that was accepted, not settled yet."""
    row = mock.sandbox.find_transaction(mock.send(operation, **changes).json["ConversationID"])
    assert row is not None
    return row


def last_result(mock: Mock) -> dict[str, Any]:
    """The Result object of the latest callback."""
    result = json.loads(mock.callbacks()[-1].body)["Result"]
    assert isinstance(result, dict)
    return result


def ledger_sum(mock: Mock) -> int:
    return sum(mock.sandbox.balances().values())


# the request


@pytest.mark.parametrize("operation", ALL)
def test_the_acknowledgement_begins_with_the_conversation_id(mock: Mock, operation: str) -> None:
    answer = mock.send(operation, OriginatorConversationID="mine-1")

    assert answer.status == 200
    assert list(answer.json) == [
        "ConversationID",
        "OriginatorConversationID",
        "ResponseCode",
        "ResponseDescription",
    ]
    assert re.fullmatch("AG_20261124_2010[0-9a-f]{16}", answer.json["ConversationID"])
    assert answer.json["ResponseCode"] == "0"
    assert answer.json["ResponseDescription"] == "Accept the service request successfully."


@pytest.mark.parametrize("operation", OWN_ID)
def test_the_callers_originator_id_is_echoed_now_and_later(mock: Mock, operation: str) -> None:
    answer = mock.send(operation, OriginatorConversationID="b2c:2026/11 0001")
    mock.advance(10)

    assert answer.json["OriginatorConversationID"] == "b2c:2026/11 0001"
    assert last_result(mock)["OriginatorConversationID"] == "b2c:2026/11 0001"


def test_v1_makes_an_originator_id_whatever_the_caller_sends(mock: Mock) -> None:
    made = [mock.send(V1, OriginatorConversationID=own).json["OriginatorConversationID"] for own in ("mine", "mine")]

    assert made[0] != made[1]
    assert all(re.fullmatch("[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}[0-9]{3,8}", each) for each in made)


@pytest.mark.parametrize("operation", OWN_ID)
def test_an_originator_id_may_be_used_once(mock: Mock, operation: str) -> None:
    first = mock.send(operation, OriginatorConversationID="twice")
    at_once = mock.send(operation, OriginatorConversationID="twice")
    mock.advance(10)
    later = mock.send(operation, OriginatorConversationID="twice")

    assert first.status == 200
    assert at_once.error == later.error == (500, "500.002.1001", "Duplicate OriginatorConversationID.")
    assert "make a new one for each payment" in at_once.why
    assert len(mock.callbacks()) == 1
    assert mock.balance(UTILITY) == 100_000_000 - 1000


def test_an_originator_id_is_taken_whichever_product_used_it(mock: Mock) -> None:
    mock.send(POCHI, OriginatorConversationID="twice")

    assert mock.send(V3, OriginatorConversationID="twice").status == 500


def test_what_was_refused_may_be_sent_again_under_the_same_originator_id(mock: Mock) -> None:
    refused = mock.send(V3, OriginatorConversationID="again", Amount="ten")
    corrected = mock.send(V3, OriginatorConversationID="again")

    assert (refused.status, corrected.status) == (400, 200)


FIELDS = (
    "InitiatorName",
    "SecurityCredential",
    "CommandID",
    "Amount",
    "PartyA",
    "PartyB",
    "QueueTimeOutURL",
    "ResultURL",
)


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize("field", FIELDS)
def test_a_missing_field_is_named(mock: Mock, operation: str, field: str) -> None:
    assert mock.send(operation, **{field: None}).error == (400, "400.002.02", f"Bad Request - Invalid {field}")


BAD = [
    ("InitiatorName", ""),
    ("SecurityCredential", ""),  # gathuku#22
    ("SecurityCredential", 12345),
    ("CommandID", "BusinessPayBill"),
    ("CommandID", "businesspayment"),
    ("Amount", "ten"),
    ("Amount", 10.5),
    ("Amount", -10),
    ("Amount", 0),
    ("PartyA", "shop"),
    ("PartyB", "243812345678"),  # id 59185191350
    ("PartyB", "0708374149"),
    ("PartyB", "+254708374149"),
    ("ResultURL", "not a url"),
    ("ResultURL", "ftp://example.com/x"),
    ("QueueTimeOutURL", "http://a b"),
]


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(("field", "value"), BAD)
def test_a_bad_field_is_named(mock: Mock, operation: str, field: str, value: object) -> None:
    answer = mock.send(operation, **{field: value})

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {field}")
    assert answer.why


@pytest.mark.parametrize("operation", OWN_ID)
def test_without_its_originator_id_a_payment_is_refused(mock: Mock, operation: str) -> None:
    body = {name: value for name, value in mock.body(operation).items() if name != "OriginatorConversationID"}

    answer = mock.post(operation_of(operation).paths[0], body)

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid OriginatorConversationID")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"a=b"])
@pytest.mark.parametrize("operation", ALL)
def test_a_body_that_is_no_object_lacks_its_first_field(mock: Mock, operation: str, raw: bytes) -> None:
    headers = {"Authorization": f"Bearer {mock.token()}", "Content-Type": "application/json"}

    answer = mock.request("POST", operation_of(operation).paths[0], headers=headers, raw=raw)

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid InitiatorName")


def test_the_initiator_field_of_the_other_products_is_not_taken_here(mock: Mock) -> None:
    answer = mock.send(V3, InitiatorName=None, Initiator="testapi")

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid InitiatorName")


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize("spelling", ["Occasion", "Occassion"])
def test_both_spellings_of_occasion_are_read(mock: Mock, operation: str, spelling: str) -> None:
    changes = {"Occasion": None, "Occassion": None, spelling: "Christmas"}

    assert accepted(mock, operation, **changes).details.occasion == "Christmas"


def test_occasion_may_be_left_out(mock: Mock) -> None:
    assert mock.send(V3, Occassion=None, Occasion=None).status == 200


@pytest.mark.parametrize("remarks", [None, ""])
@pytest.mark.parametrize(("operation", "status"), [(V1, 400), (V3, 400), (VALIDATED, 200), (POCHI, 200)], ids=str)
def test_remarks_are_required_by_b2c_itself(mock: Mock, operation: str, status: int, remarks: str | None) -> None:
    answer = mock.send(operation, Remarks=remarks)

    assert answer.status == status
    assert status == 200 or answer.error == (400, "400.002.02", "Bad Request - Invalid Remarks")


@pytest.mark.parametrize(
    ("changes", "paid"),
    [
        ({"Amount": "10", "PartyA": 600996, "PartyB": 254708374149}, 1000),
        ({"Amount": 10.0, "PartyA": "600996", "PartyB": "254708374149"}, 1000),
        ({"Amount": "10.00", "PartyA": 600996.0, "PartyB": 254708374149.0}, 1000),
    ],
    ids=str,
)
def test_numbers_may_be_numbers_or_strings(mock: Mock, changes: dict[str, Any], paid: int) -> None:
    row = accepted(mock, V3, **changes)

    assert (row.amount_cents, row.shortcode, row.party_b) == (paid, "600996", "254708374149")


@pytest.mark.parametrize("command", ["SalaryPayment", "BusinessPayment", "PromotionPayment"])
@pytest.mark.parametrize("operation", [V1, V3, VALIDATED])
def test_each_command_pays(mock: Mock, operation: str, command: str) -> None:
    assert mock.settled(operation, CommandID=command).result == "0"


def test_pochi_takes_its_own_command_alone(mock: Mock) -> None:
    assert mock.send(POCHI, CommandID="BusinessPayment").error[2] == "Bad Request - Invalid CommandID"
    assert mock.send(POCHI, CommandID="BusinessPayToPochi").status == 200


def test_production_takes_https_urls_alone(mock_with: MakeMock) -> None:
    mock = mock_with(environment="production")

    answer = mock.send(V3, ResultURL="http://example.com/result", QueueTimeOutURL="https://example.com/late")

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid ResultURL")
    assert "https" in answer.why


HTTPS = {"ResultURL": "https://example.com/result", "QueueTimeOutURL": "https://example.com/late"}


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(("changes", "payer"), [({}, "600996"), ({"PartyA": "888888"}, "888888")])
def test_an_app_pays_from_its_own_shortcode_alone_in_production(
    mock_with: MakeMock, operation: str, changes: dict[str, str], payer: str
) -> None:
    mock = mock_with(environment="production")
    put_app(mock, shortcodes=["600000"])

    answer = mock.send(operation, **HTTPS | changes)

    assert answer.error == (400, "400.002.02", "Bad Request - Kindly use your own ShortCode")
    assert payer in answer.why


def test_nobody_owns_what_does_not_exist(mock_with: MakeMock) -> None:
    answer = mock_with(environment="production").send(V3, **HTTPS, PartyA="888888")

    assert answer.error == (400, "400.002.02", "Bad Request - Kindly use your own ShortCode")
    assert "888888" in answer.why


@pytest.mark.parametrize(("payer", "result"), [("600996", "0"), ("888888", "2001")])
def test_the_sandbox_is_lenient_about_whose_shortcode_pays(mock: Mock, payer: str, result: str) -> None:
    put_app(mock, shortcodes=["600000"])

    assert mock.settled(V3, PartyA=payer).result == result


# who may ask


@pytest.mark.parametrize("operation", ALL)
def test_an_app_without_the_product_gets_nothing_behind_the_dash(mock: Mock, operation: str) -> None:
    put_app(mock, products=["stk-push"])

    answer = mock.send(operation)

    assert answer.error == (401, "401.002.01", "Error Occurred - Invalid Access Token - ")


def test_the_products_of_b2c_are_bought_one_by_one(mock: Mock) -> None:
    put_app(mock, products=["b2c"])

    assert [mock.send(operation).status for operation in ALL] == [200, 200, 401, 401]


def test_a_bad_token_is_echoed(mock: Mock) -> None:
    answer = mock.send(V3, headers={"Authorization": "Bearer c9SQxWWhmdVRlyh0zh8gZDTkubVF"})

    assert answer.error == (
        401,
        "401.002.01",
        "Error Occurred - Invalid Access Token - c9SQxWWhmdVRlyh0zh8gZDTkubVF",
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_is_refused(mock: Mock, method: str) -> None:
    answer = mock.request(method, operation_of(V3).paths[0], headers={"Authorization": f"Bearer {mock.token()}"})

    assert answer.error == (405, "405.001", f"{method} Method Not Allowed")


@pytest.mark.parametrize("path", ["/mpesa/b2c/v3/payment", "/mpesa/b2c/v1/x", "/mpesa/b2pochi/v1/x"])
def test_an_unknown_resource_is_none_of_the_cores(mock: Mock, path: str) -> None:
    assert mock.post(path, {}).error == (404, "404.002.01", "Resource not found")


# the result of a payment


@pytest.mark.parametrize("operation", ALL)
def test_a_paid_customer_is_told_of_in_eight_parameters(mock: Mock, operation: str) -> None:
    row = mock.settled(operation, Amount=1000)
    result = last_result(mock)

    assert (result["ResultType"], result["ResultCode"]) == (0, 0)
    assert result["ResultDesc"] == "The service request is processed successfully."
    assert result["TransactionID"] == row.receipt
    assert parameters(result) == {
        "TransactionAmount": 1000,
        "TransactionReceipt": row.receipt,
        "ReceiverPartyPublicName": f"{CUSTOMER} - {mock.sandbox.customer_name(CUSTOMER)}",
        "TransactionCompletedDateTime": "24.11.2026 10:00:02",
        "B2CUtilityAccountAvailableFunds": 999_000,
        "B2CWorkingAccountAvailableFunds": 1_000_000,
        "B2CRecipientIsRegisteredCustomer": "Y",
        "B2CChargesPaidAccountAvailableFunds": -5,
    }
    assert next(iter(parameters(result))) == "TransactionAmount"
    assert RECEIPT.fullmatch(row.receipt or "")


def test_funds_have_two_decimals_and_the_amount_has_none(mock: Mock) -> None:
    mock.settled(V3, Amount=1000)

    body = mock.callbacks()[0].body
    assert b'{"Key":"TransactionAmount","Value":1000}' in body
    assert b'{"Key":"B2CUtilityAccountAvailableFunds","Value":999000.00}' in body
    assert b'{"Key":"B2CChargesPaidAccountAvailableFunds","Value":-5.00}' in body


@pytest.mark.parametrize(
    ("operation", "environment", "url"),
    [
        (V1, "sandbox", SAFARICOM),
        (V3, "sandbox", SAFARICOM),
        (VALIDATED, "sandbox", SAFARICOM),
        (V3, "production", "https://internalapi.safaricom.co.ke/mpesa/b2cresults/v1/submit"),
        (POCHI, "sandbox", "https://example.com/late"),
    ],
)
@pytest.mark.parametrize("code", ["0", "2001"])
def test_the_time_out_url_in_the_result_is_safaricoms_except_for_pochi(
    mock_with: MakeMock, operation: str, environment: str, url: str, code: str
) -> None:
    mock = mock_with(environment=environment)
    urls = {"ResultURL": "https://example.com/result", "QueueTimeOutURL": "https://example.com/late"}

    mock.settled(operation, Remarks=f"mock:{code}", **urls)

    assert last_result(mock)["ReferenceData"] == {"ReferenceItem": {"Key": "QueueTimeoutURL", "Value": url}}


def test_the_result_is_posted_to_the_result_url_once(mock: Mock, webhook: Webhook) -> None:
    mock.settled(V3, ResultURL=webhook.url, QueueTimeOutURL=f"{webhook.url}/late")

    assert [list(body) for body in webhook.bodies] == [["Result"]]
    assert webhook.paths == ["/hook"]


def test_the_trace_tells_who_paid_whom(mock: Mock) -> None:
    mock.settled(V3)

    whole = mock.request("GET", "/_mock/exchanges/last").json
    assert f"10.00 from {PAYER} to {CUSTOMER}" in explanation(whole)


# a payment that fails


@pytest.mark.parametrize("operation", [V1, V3, VALIDATED])
def test_a_failure_has_no_parameters(mock: Mock, operation: str) -> None:
    mock.settled(operation, Amount=9)

    assert list(last_result(mock)) == [
        "ResultType", "ResultCode", "ResultDesc", "OriginatorConversationID", "ConversationID", "TransactionID",
        "ReferenceData",
    ]  # fmt: skip


def test_pochi_names_the_credit_party_of_a_failure_in_one_object(mock: Mock) -> None:
    mock.settled(POCHI, Amount=9)

    name = f"{CUSTOMER} - {mock.sandbox.customer_name(CUSTOMER)}"
    assert last_result(mock)["ResultParameters"] == {"ResultParameter": {"Key": "CreditPartyName", "Value": name}}


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize("how", ["natural", "forced"])
def test_a_failed_transaction_has_a_receipt_of_its_own(mock: Mock, operation: str, how: str) -> None:
    changes = {"InitiatorName": "nobody"} if how == "natural" else {"Remarks": "mock:2001"}

    row = mock.settled(operation, **changes)

    assert (row.result, row.state) == ("2001", "failed")
    assert RECEIPT.fullmatch(row.receipt or "")
    assert last_result(mock)["TransactionID"] == row.receipt


@pytest.mark.parametrize("code", ["17", "26"])
def test_where_the_core_itself_fails_there_is_no_receipt(mock: Mock, code: str) -> None:
    row = mock.settled(V3, Remarks=f"mock:{code}")

    assert row.receipt is None
    assert last_result(mock)["TransactionID"] == NO_RECEIPT


AMOUNTS = [
    (1, "2", "Declined due to limit rule: less than the minimum transaction amount."),
    (9, "2", "Declined due to limit rule: less than the minimum transaction amount."),
    (10, "0", "The service request is processed successfully."),
    (250_000, "0", "The service request is processed successfully."),
    (250_001, "3", "Declined due to limit rule: greater than the maximum transaction amount."),
    (999_999_999_999, "3", "Declined due to limit rule: greater than the maximum transaction amount."),
]


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(("amount", "code", "text"), AMOUNTS)
def test_ten_to_a_quarter_million_can_be_paid(mock: Mock, operation: str, amount: int, code: str, text: str) -> None:
    answer = mock.send(operation, Amount=amount)
    mock.advance(10)
    result = last_result(mock)

    assert answer.status == 200
    assert (str(result["ResultCode"]), result["ResultDesc"]) == (code, text)
    assert ("it will fail with" in answer.why) == (code != "0")
    assert mock.balance(CUSTOMER) == CUSTOMER_OPENING + (amount * 100 if code == "0" else 0)


def test_a_customer_gets_half_a_million_a_day_by_all_of_b2c(mock: Mock) -> None:
    set_wallet(mock, 0)
    results = []
    for operation, amount in ((V3, 250_000), (POCHI, 200_000), (V1, 50_001), (VALIDATED, 50_000), (V3, 10)):
        results.append(mock.settled(operation, Amount=amount).result)
        set_wallet(mock, 0)

    assert results == ["0", "0", "4", "0", "4"]
    assert last_result(mock)["ResultDesc"] == "Declined due to limit rule: would exceed daily transfer limit"


def test_the_day_ends_at_midnight_in_nairobi(mock: Mock) -> None:
    set_wallet(mock, 0)
    for _ in range(2):
        mock.settled(V3, Amount=250_000)
        set_wallet(mock, 0)

    before = mock.settled(V3, Amount=10).result
    mock.advance(14 * 3600)
    mock._token = ""  # it has expired
    after = mock.settled(V3, Amount=10).result

    assert (before, after) == ("4", "0")


@pytest.mark.parametrize(("holds", "code"), [(499_000, "0"), (499_000.01, "8"), (500_000, "8")])
def test_a_wallet_holds_half_a_million(mock: Mock, holds: float, code: str) -> None:
    set_wallet(mock, holds)

    row = mock.settled(V3, Amount=1000)

    assert row.result == code
    assert code == "0" or row.result_desc == "Declined due to limit rule: would exceed the maximum balance."


@pytest.mark.parametrize(
    ("funds", "code"),
    [(1005, "0"), (1004.99, "1"), (1000, "1"), (0, "1")],
)
def test_the_utility_account_must_cover_amount_and_charge(mock: Mock, funds: float, code: str) -> None:
    change(mock)
    mock.sandbox.set_balance(UTILITY, funds)

    row = mock.settled(V3, Amount=1000)

    assert row.result == code
    assert row.why == ("paid" if code == "0" else f"{UTILITY} holds {funds:.2f}, 1005.00 is needed")
    assert code == "0" or last_result(mock)["ResultDesc"] == "The balance is insufficient for the transaction."


CHARGE = [(10, 0), (100, 0), (101, 5), (1500, 5), (1501, 9), (5000, 9), (5001, 11), (20_000, 11), (20_001, 13)]


@pytest.mark.parametrize(("amount", "charge"), [*CHARGE, (250_000, 13)])
def test_charges_go_to_charges_paid_which_is_negative_until_settled(mock: Mock, amount: int, charge: int) -> None:
    row = mock.settled(V3, Amount=amount)

    assert row.charge_cents == cents(charge)
    assert mock.balance(UTILITY) == 100_000_000 - cents(amount)
    assert (mock.balance(CHARGES) or 0) == -cents(charge)
    assert mock.balance(WORKING) == 100_000_000
    assert mock.balance(CUSTOMER) == CUSTOMER_OPENING + cents(amount)
    assert ledger_sum(mock) == 0


@pytest.mark.parametrize("changes", [{"Amount": 9}, {"InitiatorName": "nobody"}, {"Remarks": "mock:17"}], ids=str)
def test_a_failure_moves_no_money(mock: Mock, changes: dict[str, Any]) -> None:
    row = mock.settled(V3, **changes)

    assert row.charge_cents == 0
    assert (mock.balance(UTILITY) or 100_000_000) == 100_000_000
    assert ledger_sum(mock) == 0


@pytest.mark.parametrize(
    ("operation", "command", "code"),
    [
        (V1, "BusinessPayment", "2040"),
        (V3, "BusinessPayment", "2040"),
        (V3, "PromotionPayment", "2040"),
        (V3, "SalaryPayment", "0"),
        (VALIDATED, "BusinessPayment", "2040"),
        (POCHI, "BusinessPayToPochi", "2040"),
    ],
)
def test_only_a_salary_reaches_an_unregistered_customer(mock: Mock, operation: str, command: str, code: str) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "registered": False})

    row = mock.settled(operation, CommandID=command)

    assert row.result == code
    if code == "0":
        assert parameters(last_result(mock))["B2CRecipientIsRegisteredCustomer"] == "N"
    else:
        assert last_result(mock)["ResultDesc"] == (
            "Credit Party customer type (Unregistered or Registered Customer) can't be supported by the service ."
        )


@pytest.mark.parametrize(
    ("known", "sent", "code"),
    [
        ({}, {"IDType": "01", "IDNumber": "12345678"}, "0"),
        ({"id_number": "12345678"}, {"IDType": "01", "IDNumber": 12345678}, "0"),
        ({"id_number": "87654321"}, {"IDType": "01", "IDNumber": "12345678"}, "R003"),
        ({}, {"IDType": "05", "IDNumber": "A123"}, "R002"),
        ({"id_types": ["05"], "id_number": "A123"}, {"IDType": "05", "IDNumber": "A123"}, "0"),
    ],
    ids=str,
)
def test_the_identity_document_must_be_the_customers(
    mock: Mock, known: dict[str, Any], sent: dict[str, Any], code: str
) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, **known})

    mock.settled(VALIDATED, **sent)

    result = last_result(mock)
    assert str(result["ResultCode"]) == code
    assert ("ResultParameters" in result) == (code == "0")


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"active": False}, 11, "The DebitParty is in an invalid state."),
        ({"kinds": ["paybill"]}, 2028, "The request is not permitted according to product assignment."),
        (
            {"initiators": [{"name": "testapi", "roles": ["Balance Query ORG API"]}]},
            21,
            "The initiator is not allowed to initiate this request.",
        ),
        ({"initiators": [{"name": "testapi", "locked": True}]}, 8006, LOCKED),
    ],
    ids=str,
)
@pytest.mark.parametrize("operation", ALL)
def test_what_the_organisation_may_not_fails_later(
    mock: Mock, operation: str, changes: dict[str, Any], code: int, text: str
) -> None:
    change(mock, **changes)

    answer = mock.send(operation)
    mock.advance(10)

    assert answer.status == 200
    assert f"it will fail with {code}" in answer.why
    assert (last_result(mock)["ResultCode"], last_result(mock)["ResultDesc"]) == (code, text)


def test_a_role_for_b2c_is_enough(mock: Mock) -> None:
    change(mock, initiators=[{"name": "testapi", "roles": ["ORG B2C API initiator"]}])

    assert mock.settled(V3).result == "0"


def test_a_shortcode_nobody_has_has_no_initiator(mock: Mock) -> None:
    row = mock.settled(V3, PartyA="123456")

    assert (row.result, row.result_desc) == ("2001", WRONG)
    assert row.why == "there is no organisation 123456, so it has no initiator"


# the initiator's password


def test_the_right_password_pays(mock: Mock, credential: Callable[[str], str]) -> None:
    row = mock.settled(V3, SecurityCredential=credential("Safaricom999!*!"))

    assert row.result == "0"
    assert "Safaricom999" not in repr(mock.exchange().steps)


def test_plain_text_is_acknowledged_and_fails_with_2001(mock: Mock) -> None:
    answer = mock.send(V3, SecurityCredential="Safaricom999!*!")
    mock.advance(10)

    assert answer.status == 200
    assert "it will fail with 2001: encoding: the SecurityCredential is the bare password; encrypt" in answer.why
    assert (last_result(mock)["ResultCode"], last_result(mock)["ResultDesc"]) == (2001, WRONG)


def test_the_third_wrong_password_locks_until_somebody_unlocks(mock: Mock, credential: Callable[[str], str]) -> None:
    wrong, right = credential("Safaricom999"), credential("Safaricom999!*!")

    said = [mock.settled(V3, SecurityCredential=each).result for each in (wrong, wrong, wrong, right, right)]
    change(mock, initiators=[{"name": "testapi", "locked": False}])
    after = [mock.settled(V3, SecurityCredential=each).result for each in (wrong, wrong, right)]

    assert said == ["2001", "2001", "8006", "8006", "8006"]
    assert after == ["2001", "2001", "0"]


def test_a_right_password_counts_anew_even_if_the_payment_fails(mock: Mock, credential: Callable[[str], str]) -> None:
    wrong, right = credential("Safaricom999"), credential("Safaricom999!*!")

    tried = [(wrong, 10), (wrong, 10), (right, 9), (wrong, 10), (wrong, 10), (wrong, 10)]
    said = [mock.settled(V3, SecurityCredential=each, Amount=amount).result for each, amount in tried]

    assert said == ["2001", "2001", "2", "2001", "2001", "8006"]


def test_wrong_passwords_count_over_all_products(mock: Mock, credential: Callable[[str], str]) -> None:
    wrong = credential("Safaricom999")

    said = [mock.settled(each, SecurityCredential=wrong).result for each in (V3, POCHI, V1)]

    assert said == ["2001", "2001", "8006"]


def test_a_wrong_name_locks_nobody(mock: Mock) -> None:
    said = [mock.settled(V3, InitiatorName=name).result for name in (*["nobody"] * 4, "testapi")]

    assert said == ["2001"] * 4 + ["0"]


def test_a_forced_result_counts_no_password(mock: Mock) -> None:
    for _ in range(4):
        mock.settled(V3, Remarks="mock:8006")

    assert mock.settled(V3).result == "0"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        (None, "name: 600996 has no initiator 'nobody'; it has testapi"),
        (
            "wrong",
            "password: the SecurityCredential was made with our certificate, and holds another password than testapi's",
        ),
    ],
)
def test_the_trace_says_at_once_what_is_wrong(
    mock: Mock, credential: Callable[[str], str], password: str | None, said: str
) -> None:
    changes = {"InitiatorName": "nobody"} if password is None else {"SecurityCredential": credential(password)}

    answer = mock.send(V3, **changes)

    assert answer.why.startswith(f"accepted, but as things stand it will fail with 2001: {said}")
    (note,) = [step for step in mock.exchange().steps if step.verdict == "note"]
    assert (note.room, note.docs) == ("product", "b2c.md#b2c-v3-and-v1")


def test_nothing_is_foretold_where_a_selector_decides(mock: Mock) -> None:
    answer = mock.send(V3, InitiatorName="nobody", Remarks="mock:0")

    assert answer.why.startswith("password not checked")
    assert "will fail" not in answer.why


# selectors


SELECTORS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"Remarks": "mock:17"}, {}),
    ({"Occassion": "mock:17"}, {}),
    ({"Occasion": "mock:17"}, {}),
    ({"PartyB": "254700000017"}, {}),
    ({}, {"X-Mock-Scenario": "17"}),
]


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(("changes", "headers"), SELECTORS, ids=str)
def test_every_selector_forces_a_result(
    mock: Mock, operation: str, changes: dict[str, Any], headers: dict[str, str]
) -> None:
    mock.send(operation, headers=headers, **changes)
    mock.advance(10)

    assert (last_result(mock)["ResultCode"], last_result(mock)["ResultDesc"]) == (17, "System internal error.")


def test_a_forced_success_pays_whatever_stands_against_it(mock: Mock) -> None:
    change(mock, active=False)

    row = mock.settled(V3, InitiatorName="nobody", Amount=9, Remarks="mock:0")

    assert (row.result, mock.balance(UTILITY)) == ("0", 100_000_000 - 900)


# the queue


def arm(mock: Mock, **outcome: Any) -> None:
    mock.sandbox.engine.arm(one_shot({"when": {"product": "b2c"}, "then": outcome}))


def test_a_queue_time_out_calls_its_own_url_and_nothing_else(mock: Mock, webhook: Webhook) -> None:
    urls = {"ResultURL": f"{webhook.url}/result", "QueueTimeOutURL": f"{webhook.url}/late"}
    arm(mock, queue_timeout=True)
    sent = mock.body(V3, **urls)

    answer = mock.post(operation_of(V3).paths[0], sent)
    mock.advance(600)

    assert webhook.paths == ["/hook/late"]
    (body,) = webhook.bodies
    assert body == sent | {
        "Result": {
            "ResultType": 1,
            "OriginatorConversationID": sent["OriginatorConversationID"],
            "ConversationID": answer.json["ConversationID"],
        }
    }
    assert mock.callbacks()[0].kind == "timeout"


def test_what_timed_out_in_the_queue_moved_no_money(mock: Mock) -> None:
    arm(mock, queue_timeout=True)

    row = mock.settled(V3)

    assert (row.state, row.receipt) == ("failed", None)
    assert (mock.balance(UTILITY) or 100_000_000) == 100_000_000


def test_what_timed_out_in_the_queue_may_have_been_paid_all_the_same(mock: Mock, webhook: Webhook) -> None:
    urls = {"ResultURL": f"{webhook.url}/result", "QueueTimeOutURL": f"{webhook.url}/late"}
    arm(mock, queue_timeout=True, result=0)

    row = mock.settled(V3, **urls)

    assert webhook.paths == ["/hook/late"]
    assert (row.state, row.result) == ("completed", "0")
    assert RECEIPT.fullmatch(row.receipt or "")
    assert mock.balance(CUSTOMER) == CUSTOMER_OPENING + 1000


def test_a_result_behind_the_time_out_comes_as_long_after_it_as_it_would_have(mock: Mock) -> None:
    arm(mock, queue_timeout=True, result=0, callback={"after_timeout": True})

    row = mock.settled(V3)

    owed = mock.sandbox.callbacks_of(row.id)
    assert [(each.kind, each.due_ms - (row.final_ms or 0)) for each in owed] == [("timeout", 2_000), ("result", 3_000)]


def test_a_time_out_does_not_repeat_the_credential_in_the_journal(mock: Mock) -> None:
    arm(mock, queue_timeout=True)
    mock.settled(V3)

    (callback,) = mock.callbacks()
    deliveries = mock.sandbox.deliveries_of(callback.id)
    whole = json.dumps(callback_json(callback, deliveries))
    assert deliveries
    assert mock.body(V3)["SecurityCredential"] not in whole
