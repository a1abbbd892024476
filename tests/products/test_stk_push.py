"""STK push and query, statement by statement of requests.md §3 and callbacks.md §1 and §2."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

import pytest

from mock_daraja.access.password import password
from mock_daraja.defaults import CUSTOMER, HEAD_OFFICE, PASSKEY, PAYBILL, TILL
from mock_daraja.model import CUSTOMERS, DELIVERIES, ORGANISATIONS, TRANSACTIONS
from mock_daraja.reasons import callback_note
from mock_daraja.scenarios import one_shot
from tests.conftest import MakeMock, Mock, RowsRead, Webhook

ACCEPTED = "Success. Request accepted for processing"
PROCESSED = "The service request is processed successfully."
LOCKED = "Unable to lock subscriber, a transaction is already in process for the current subscriber"
TILL_PUSH = {"BusinessShortCode": HEAD_OFFICE, "TransactionType": "CustomerBuyGoodsOnline", "PartyB": TILL}
STAMP = "20261124100000"  # what the mock's clock says at first


def change_customer(mock: Mock, msisdn: str = CUSTOMER, **changes: Any) -> None:
    mock.sandbox.put_customer({"msisdn": msisdn, **changes})


# the request


def test_an_accepted_push_has_the_five_fields_of_the_capture(mock: Mock) -> None:
    answer = mock.push()

    assert answer.status == 200
    assert list(answer.json) == [
        "MerchantRequestID", "CheckoutRequestID", "ResponseCode", "ResponseDescription", "CustomerMessage",
    ]  # fmt: skip
    assert answer.json["CheckoutRequestID"] == "ws_CO_241120261000000708374149"
    assert answer.json["ResponseCode"] == "0"
    assert answer.json["ResponseDescription"] == answer.json["CustomerMessage"] == ACCEPTED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("BusinessShortCode", 174379),
        ("BusinessShortCode", "174379"),
        ("BusinessShortCode", 174379.0),
        ("BusinessShortCode", "174379.0"),
        ("Timestamp", int(STAMP)),
        ("Timestamp", "20200101000000"),  # years old: no freshness check
        ("Timestamp", "20261124070000"),  # UTC: fine
        ("Amount", 10),
        ("Amount", "10"),
        ("Amount", 10.0),
        ("Amount", "10.0"),
        ("Amount", "10.00"),
        ("Amount", 1),
        ("Amount", 250_000),
        ("Amount", "250000"),
        ("PartyA", 254708374149),
        ("PartyA", "254110374149"),
        ("PartyA", 254708374149.0),
        ("PartyB", 174379),
        ("PartyB", "174379.0"),
        ("PhoneNumber", 254708374149),
        ("PhoneNumber", "254110374149"),
        ("PhoneNumber", 254708374149.0),
        ("PhoneNumber", "254708374149.0"),
        ("AccountReference", "123456789012345"),  # 15 characters pass (UMOJA)
        ("AccountReference", 12345),
        ("AccountReference", "a" * 20),
        ("CallBackURL", "http://127.0.0.1:9/mpesa/callback"),
        ("CallBackURL", "https://example.invalid/nkap/mpesa"),
        ("CallBackURL", "http://10.0.0.7:8000/a/b/c?d=e"),
        ("Unknown", {"extra": ["ignored"]}),
        ("Occasion", None),
    ],
)
def test_what_the_real_api_takes_is_taken(mock: Mock, field: str, value: object) -> None:
    answer = mock.push(**{field: value})

    assert answer.status == 200, (answer.body, answer.why)


@pytest.mark.parametrize(("amount", "code"), [(100, 0), (101, 8)])
def test_a_payment_beyond_the_receivers_maximum_balance_fails_with_8(mock: Mock, amount: int, code: int) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYBILL, "maximum_balance": 1_000_100})

    mock.pushed(Amount=amount)
    mock.advance(10)

    told = mock.callback()
    assert told["ResultCode"] == code
    assert code == 0 or told["ResultDesc"] == "Declined due to limit rule: would exceed the maximum balance."


@pytest.mark.parametrize("amount", [10, "10", 10.0, "10.0", "10.00"])
def test_every_way_of_writing_an_amount_moves_the_same_money(mock: Mock, amount: object) -> None:
    mock.pushed(Amount=amount)
    mock.advance(10)

    item = mock.callback()["CallbackMetadata"]["Item"][0]
    assert item == {"Name": "Amount", "Value": 10}
    assert isinstance(item["Value"], int)


@pytest.mark.parametrize("phone", [254708374149, "254708374149", 254708374149.0, "254708374149.0"])
def test_every_way_of_writing_a_number_is_the_same_customer(mock: Mock, phone: object) -> None:
    mock.pushed(PhoneNumber=phone, BusinessShortCode="174379.0")
    mock.advance(10)

    assert mock.callback()["CallbackMetadata"]["Item"][-1] == {"Name": "PhoneNumber", "Value": 254708374149}
    assert [row.msisdn for row in [*mock.sandbox.store.scan(CUSTOMERS)]] == [CUSTOMER]


FIELDS = (
    "BusinessShortCode", "Password", "Timestamp", "TransactionType", "Amount", "PartyA", "PartyB", "PhoneNumber",
    "CallBackURL", "AccountReference", "TransactionDesc",
)  # fmt: skip
NAMED = {"AccountReference": "Remarks", "TransactionDesc": "Remarks"}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [None, "", [], {}, True, "\n"])
def test_a_field_that_is_missing_or_no_value_is_named(mock: Mock, field: str, value: object) -> None:
    answer = mock.push(**({"Password": "x"} if field == "BusinessShortCode" else {}) | {field: value})

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {NAMED.get(field, field)}")
    assert field in answer.why


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("BusinessShortCode", "1743", "BusinessShortCode"),
        ("BusinessShortCode", "17437900", "BusinessShortCode"),
        ("BusinessShortCode", "abcdef", "BusinessShortCode"),
        ("Timestamp", "2026-11-24 10:00:00", "Timestamp"),
        ("Timestamp", "20261124", "Timestamp"),
        ("Timestamp", "20260230100000", "Timestamp"),
        ("TransactionType", "CustomerPaybillOnline", "TransactionType"),
        ("TransactionType", "CustomerBuyGoodsOnline", "TransactionType"),  # refused with 174379
        ("Amount", 0, "Amount"),
        ("Amount", -500, "Amount"),
        ("Amount", -5, "Amount"),
        ("Amount", 10.5, "Amount"),
        ("Amount", "10.5", "Amount"),
        ("Amount", "ten", "Amount"),
        ("Amount", 1e99, "Amount"),
        ("Amount", "1e3", "Amount"),
        ("Amount", 250_001, "Amount"),
        ("Amount", 500_000_000_000, "Amount"),
        ("PartyA", "0708374149", "PartyA"),
        ("PartyB", "12", "PartyB"),
        ("PhoneNumber", "0708374149", "PhoneNumber"),
        ("PhoneNumber", "+254708374149", "PhoneNumber"),
        ("PhoneNumber", "255708374149", "PhoneNumber"),
        ("CallBackURL", "ftp://127.0.0.1/x", "CallBackURL"),
        ("CallBackURL", "127.0.0.1/x", "CallBackURL"),
        ("CallBackURL", "http://127.0.0.1/a b", "CallBackURL"),
        ("CallBackURL", "http://127.0.0.1/<x>", "CallBackURL"),
        ("CallBackURL", "http://EXAMPLE.com/x", "CallBackURL"),
        ("AccountReference", "a" * 21, "Remarks"),
        ("TransactionDesc", "a" * 183, "Remarks"),
        ("TransactionDesc", "a<b>", "Remarks"),
    ],
)
def test_a_bad_value_is_named_as_daraja_names_it(mock: Mock, field: str, value: object, name: str) -> None:
    answer = mock.push(**{field: value})

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {name}")
    assert answer.why


def test_one_error_per_response_and_the_first_field_first(mock: Mock) -> None:
    assert mock.push(Amount=-1, PartyA="x", Timestamp="x").error[2] == "Bad Request - Invalid Timestamp"


def test_names_are_case_sensitive(mock: Mock) -> None:
    answer = mock.push(Amount=None, amount=5)

    assert answer.error[2] == "Bad Request - Invalid Amount"
    assert "'amount'" in answer.why


@pytest.mark.parametrize(
    ("content_type", "raw", "why"),
    [
        ("application/x-www-form-urlencoded", b"BusinessShortCode=174379", "the body is a form"),
        ("multipart/form-data; boundary=x", b"--x--", "the body is a form"),
        ("text/plain", b'{"BusinessShortCode":"174379"}', "Content-Type is 'text/plain'"),
        (None, b'{"BusinessShortCode":"174379"}', "no Content-Type header"),
        ("application/json", b"", "the body is empty"),
        ("application/json", b'{"BusinessShortCode":"174379",', "malformed JSON"),
        ("application/json", b'["BusinessShortCode"]', "an array, not an object"),
        ("application/json", b'"x"', "a string, not an object"),
        ("application/json", b"null", "null, not an object"),
        ("application/json", b"\xff\xfe", "the body is UTF-16"),
    ],
)
def test_a_body_that_is_no_json_object_is_read_as_empty_and_the_why_says_it(
    mock: Mock, content_type: str | None, raw: bytes, why: str
) -> None:
    headers = {"Authorization": f"Bearer {mock.token()}"} | ({"Content-Type": content_type} if content_type else {})

    answer = mock.request("POST", "/mpesa/stkpush/v1/processrequest", headers=headers, raw=raw)

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid BusinessShortCode")
    assert why in answer.why


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_content_type_may_have_parameters_and_any_case(mock: Mock, content_type: str) -> None:
    assert mock.push(headers={"Content-Type": content_type}).status == 200


@pytest.mark.parametrize("path", ["/mpesa/stkpush/v1/processrequest", "/mpesa/stkpushquery/v1/query"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_a_wrong_method_is_named(mock: Mock, path: str, method: str) -> None:
    assert mock.request(method, path).error == (405, "405.001", f"{method} Method Not Allowed")


@pytest.mark.parametrize(
    "path",
    [
        "/mpesa/stkpush/v1/processrequests",
        "/mpesa/stkpush/v1/",
        "/mpesa/stkpushquery/v1/a/b",
        "/mpesa/stkpush/v1/processrequest/",
    ],
)
def test_an_unknown_resource_of_a_known_proxy_is_not_found(mock: Mock, path: str) -> None:
    answer = mock.request("POST", path)

    assert answer.error == (404, "404.001.01", "Resource not found")
    assert any(said in answer.why for said in ("did you mean /mpesa/", "the nearest path is /mpesa/"))


@pytest.mark.parametrize("path", ["/", "/mpesa", "/mpesa/stkpush/v2/processrequest", "/nothing/at/all", "/mpesa/é"])
def test_an_unknown_proxy_is_apigees_fault(mock: Mock, path: str) -> None:
    answer = mock.request("POST", path)

    assert answer.status == 404
    assert answer.json["fault"]["faultstring"] == f"Unable to identify proxy for host: secure and url: {path}"
    assert answer.why


@pytest.mark.parametrize("shortcode", ["600000", "600999", "999999", "12345"])
def test_a_shortcode_that_is_not_set_up_is_no_merchant(mock: Mock, shortcode: str) -> None:
    answer = mock.push(BusinessShortCode=shortcode)

    assert answer.error == (500, "500.001.1001", "Merchant does not exist")
    assert shortcode in answer.why
    assert "174379" in answer.why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (password("174379", PASSKEY, "20261124100001"), "Timestamp"),
        (password("600000", PASSKEY, STAMP), "BusinessShortCode"),
        (password("174379", "another", STAMP), "passkey"),
        (b64encode(b"174379").decode(), "passkey"),
        ("MTc0Mzc5Y", "Password is cut"),
    ],
)
def test_a_wrong_password_is_wrong_credentials_and_the_part_is_told(mock: Mock, given: str, why: str) -> None:
    for answer in (mock.push(Password=given), mock.query("ws_CO_1", Password=given)):
        assert answer.error == (500, "500.001.1001", "Wrong credentials")
        assert why in answer.why


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"Password": "MTc0"}, 500), ({"BusinessShortCode": "600000"}, 500), ({"Timestamp": "20260231100000"}, 400)],
)
def test_a_querys_error_has_the_checkout_request_id_for_its_request_id(
    mock: Mock, changes: dict[str, str], status: int
) -> None:
    answer = mock.query("ws_CO_1", **changes)

    assert (answer.status, answer.json["requestId"]) == (status, "ws_CO_1")


def test_a_numeric_timestamp_belongs_to_the_same_password(mock: Mock) -> None:
    assert mock.push(Timestamp=int(STAMP), Password=password("174379", PASSKEY, STAMP)).status == 200


def test_a_documented_length_that_is_not_enforced_is_noted(mock: Mock) -> None:
    answer = mock.push(AccountReference="123456789012345")

    assert answer.status == 200
    assert "AccountReference has 15 characters; 12 are documented" in answer.why


def test_an_error_that_is_asked_for_of_a_query_is_worded_as_the_querys(mock: Mock) -> None:
    answer = mock.query("ws_CO_x", headers={"X-Mock-Scenario": "500.001.1001"})

    assert answer.json == {
        "requestId": "ws_CO_x",
        "errorCode": "500.001.1001",
        "errorMessage": "The transaction is being processed",
    }


# one prompt at a time


def test_a_second_push_to_a_customer_with_an_open_prompt_is_locked_out(mock: Mock) -> None:
    first = mock.pushed()

    answer = mock.push(Amount=2)

    assert answer.error == (500, "500.001.1001", LOCKED)
    assert first in answer.why


def test_other_customers_are_not_locked_out(mock: Mock) -> None:
    mock.pushed()

    assert mock.push(PhoneNumber="254711111111").status == 200


def test_the_lock_ends_with_the_final_state(mock: Mock) -> None:
    mock.pushed()
    mock.advance(5)

    assert mock.push(Amount=2).status == 200


def test_identical_pushes_each_get_an_id_of_their_own(mock_with: MakeMock) -> None:
    mock = mock_with(answer_after=0)

    references = set()
    for _ in range(3):
        references.add(mock.pushed())
        mock.advance(0)

    assert len(references) == 3


# success


def test_a_payment_moves_the_customers_money_to_the_utility_account(mock: Mock) -> None:
    mock.pushed(Amount=250)
    before = mock.balance(CUSTOMER), mock.balance(f"{PAYBILL}:Utility Account")

    mock.advance(5)

    after = mock.balance(CUSTOMER), mock.balance(f"{PAYBILL}:Utility Account")
    assert before[0] is not None
    assert before[1] is not None
    assert after == (before[0] - 25_000, before[1] + 25_000)
    assert sum(mock.sandbox.balances().values()) == 0


def test_a_till_payment_goes_to_the_merchant_account_of_the_till(mock: Mock) -> None:
    mock.pushed(Amount=250, **TILL_PUSH)
    before = mock.balance(f"{TILL}:Merchant Account") or 0

    mock.advance(10)

    assert mock.balance(f"{TILL}:Merchant Account") == before + 25_000
    assert mock.result() == 0
    assert mock.callbacks()[0].headers == (("Businessshortcode", HEAD_OFFICE),)


def test_a_success_callback_is_as_captured(mock: Mock) -> None:
    acknowledged = mock.push(Amount=1).json

    mock.advance(10)

    body = mock.callback()
    assert list(body) == ["MerchantRequestID", "CheckoutRequestID", "ResultCode", "ResultDesc", "CallbackMetadata"]
    assert body["MerchantRequestID"] == acknowledged["MerchantRequestID"]
    assert body["CheckoutRequestID"] == acknowledged["CheckoutRequestID"]
    assert body["ResultCode"] == 0
    assert body["ResultDesc"] == PROCESSED
    items = body["CallbackMetadata"]["Item"]
    assert [item["Name"] for item in items] == [
        "Amount", "MpesaReceiptNumber", "Balance", "TransactionDate", "PhoneNumber",
    ]  # fmt: skip
    assert items[2] == {"Name": "Balance"}
    assert re.fullmatch("UKO[A-Z][A-Z0-9]{6}", items[1]["Value"])
    assert items[3]["Value"] == 20261124100005
    assert items[4]["Value"] == 254708374149


def test_one_outcome_is_seen_everywhere_the_same(mock: Mock) -> None:
    checkout = mock.pushed()
    mock.advance(10)

    row, callback, query = mock.transaction(checkout), mock.callback(), mock.query(checkout).json

    receipt = callback["CallbackMetadata"]["Item"][1]["Value"]
    assert row.receipt == receipt
    assert mock.transaction(receipt) == row
    assert (row.result, str(callback["ResultCode"]), query["ResultCode"]) == ("0", "0", "0")


@pytest.mark.parametrize(
    ("settings", "final_s", "callback_s"),
    [({}, 5, 6), ({"answer_after": 2.5, "callback_after": 0}, 2.5, 2.5), ({"answer_after": 0}, 0, 1)],
)
def test_when_a_payment_is_final_and_its_callback_due(
    mock_with: MakeMock, settings: dict[str, float], final_s: float, callback_s: float
) -> None:
    mock = mock_with(**settings)
    row = mock.transaction(mock.pushed())
    start = mock.sandbox.now_ms

    mock.advance(60)

    assert mock.again(row).final_ms == start + final_s * 1000
    assert mock.callbacks()[0].due_ms == start + callback_s * 1000


# cause and effect


def test_too_little_balance_is_1(mock: Mock) -> None:
    change_customer(mock, balance="99.99")
    checkout = mock.pushed(Amount=100)

    mock.advance(10)

    assert mock.result() == 1
    assert mock.callback()["ResultDesc"] == "The balance is insufficient for the transaction."
    assert mock.balance(CUSTOMER) == 9_999
    assert "99.99" in mock.transaction(checkout).why


def test_the_last_cent_can_be_spent(mock: Mock) -> None:
    change_customer(mock, balance=100)
    mock.pushed(Amount=100)

    mock.advance(10)

    assert mock.result() == 0
    assert mock.balance(CUSTOMER) == 0


@pytest.mark.parametrize(
    ("customer", "code", "text"),
    [
        ({"handset": "offline"}, 1037, "No response from user."),
        ({"prompt": "ignore"}, 1037, "No response from user."),
        ({"prompt": "cancel"}, 1032, "Request cancelled by user"),
        ({"prompt": "wrong-pin"}, 2001, "The initiator information is invalid."),
        ({"prompt": "ask"}, 1019, "Transaction has expired"),
        ({"pin_locked": True}, 8006, "The security credential is locked."),
        ({"registered": False}, 2001, "The initiator information is invalid."),
        ({"pin": "9999"}, 0, PROCESSED),
    ],
)
def test_what_a_customer_does_decides(mock: Mock, customer: dict[str, Any], code: int, text: str) -> None:
    change_customer(mock, **customer)
    mock.pushed()

    mock.advance(90)

    assert (mock.result(), mock.callback()["ResultDesc"]) == (code, text)
    assert ("CallbackMetadata" in mock.callback()) == (code == 0)


@pytest.mark.parametrize(
    ("customer", "changes", "final_s", "callback_s"),
    [
        ({"handset": "offline"}, {}, 14, 26),
        ({"prompt": "ignore"}, {}, 14, 26),
        ({"prompt": "ask"}, {}, 60, 61),
        ({"prompt": "cancel"}, {}, 5, 6),
        ({}, {"PartyB": "600000"}, 0.5, 1),
        ({}, TILL_PUSH | {"PartyB": "777777"}, 0.5, 1),
        ({}, TILL_PUSH | {"PartyB": PAYBILL}, 0.5, 1),
    ],
)
def test_when_a_failure_is_final_and_its_callback_due(
    mock: Mock, customer: dict[str, Any], changes: dict[str, Any], final_s: float, callback_s: float
) -> None:
    change_customer(mock, **customer)
    row = mock.transaction(mock.pushed(**changes))

    mock.advance(90)

    assert mock.again(row).final_ms == row.accepted_ms + final_s * 1000
    assert mock.callbacks()[0].due_ms == row.accepted_ms + callback_s * 1000


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PartyB": "600000"}, 2028),
        (TILL_PUSH | {"PartyB": "777777"}, "SFC_IC0003"),
        (TILL_PUSH | {"PartyB": PAYBILL}, 2029),
        (TILL_PUSH | {"PartyB": HEAD_OFFICE}, 2029),
    ],
)
def test_a_receiver_that_does_not_fit_is_refused_before_any_prompt(
    mock: Mock, changes: dict[str, str], code: object
) -> None:
    change_customer(mock, prompt="ask")
    mock.pushed(**changes)

    mock.advance(1)

    assert mock.result() == code
    assert mock.balance(CUSTOMER) == 25_000_000


def test_a_closed_organisation_cannot_receive(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": PAYBILL, "active": False})
    mock.pushed()

    mock.advance(10)

    assert mock.result() == 2006


def test_the_third_wrong_pin_locks_and_stays_locked(mock: Mock) -> None:
    change_customer(mock, prompt="wrong-pin")
    codes = []
    for _ in range(4):
        checkout = mock.pushed()
        mock.advance(10)
        codes.append(mock.transaction(checkout).result)

    change_customer(mock, prompt="pay")
    checkout = mock.pushed()
    mock.advance(10)

    assert codes == ["2001", "2001", "8006", "8006"]
    assert mock.transaction(checkout).result == "8006"


def test_a_right_pin_resets_the_count(mock: Mock) -> None:
    results = []
    for habit, amount in (("wrong-pin", 1), ("wrong-pin", 1), ("pay", 1), ("wrong-pin", 1), ("wrong-pin", 1)):
        change_customer(mock, prompt=habit)
        checkout = mock.pushed(Amount=amount)
        mock.advance(10)
        results.append(mock.transaction(checkout).result)

    assert results == ["2001", "2001", "0", "2001", "2001"]


def test_a_right_pin_counts_even_where_the_money_is_short(mock: Mock) -> None:
    change_customer(mock, prompt="wrong-pin")
    mock.pushed()
    mock.advance(10)
    change_customer(mock, prompt="pay", balance=0)
    mock.pushed()
    mock.advance(10)

    customer = mock.sandbox.store.get(CUSTOMERS, CUSTOMER)

    assert customer is not None
    assert customer.wrong_pins == 0


def test_unlocking_a_customer_starts_the_count_afresh(mock: Mock) -> None:
    change_customer(mock, prompt="wrong-pin")
    for _ in range(3):
        mock.pushed()
        mock.advance(10)

    change_customer(mock, pin_locked=False)
    checkout = mock.pushed()
    mock.advance(10)

    assert mock.transaction(checkout).result == "2001"


def test_the_same_amount_by_another_way_of_paying_is_another_payment(mock: Mock) -> None:
    mock.settled("c2b.simulate", Amount=7)

    checkout = mock.pushed(Amount=7)
    mock.advance(10)

    assert mock.transaction(checkout).result == "0"


def test_a_till_that_the_same_number_pays_for_is_another_payer(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": "3000001", "nominated": CUSTOMER})
    first = mock.pushed(Amount=7)
    mock.advance(5)
    between = mock.settled("b2b-express.push", amount="7")

    again = mock.pushed(Amount=7)
    mock.advance(10)

    assert (mock.transaction(first).result, between.result, mock.transaction(again).result) == ("0", "0", "17")


def test_other_payments_within_two_minutes_are_not_looked_at(mock: Mock, rows_read: RowsRead) -> None:
    for amount in range(10, 13):
        mock.settled("c2b.simulate", Amount=amount)
        mock.settled("b2c.payment", Amount=amount)
        mock.pushed(Amount=amount)
        mock.advance(10)
    row = mock.transaction(mock.pushed(Amount=7))

    rows_read.clear()
    mock.advance(5)

    assert {key for noun, key in rows_read if noun == "transaction"} == {row.id}


def test_a_right_pin_counts_even_for_the_same_amount_again(mock: Mock) -> None:
    results = []
    for habit in ("pay", "wrong-pin", "wrong-pin", "pay", "wrong-pin"):
        change_customer(mock, prompt=habit)
        checkout = mock.pushed(Amount=7)
        mock.advance(10)
        results.append(mock.transaction(checkout).result)

    assert results == ["0", "2001", "2001", "17", "2001"]


@pytest.mark.parametrize(("pause", "amount", "code"), [(115, 7, "17"), (115.001, 7, "0"), (10, 8, "0")])
def test_the_same_amount_again_within_two_minutes_is_17(mock: Mock, pause: float, amount: int, code: str) -> None:
    mock.pushed(Amount=7)
    mock.advance(5)

    mock.advance(pause)
    checkout = mock.pushed(Amount=amount)
    mock.advance(10)

    assert mock.transaction(checkout).result == code
    if code == "17":
        assert mock.transaction(checkout).result_desc == "Rule limited."


def test_the_same_amount_rule_is_a_switch_and_concerns_one_customer(mock_with: MakeMock) -> None:
    off, on = mock_with(quirks={"same_amount_seconds": 0}), mock_with()

    for mock, second in ((off, CUSTOMER), (on, "254711111111")):
        mock.pushed(Amount=7)
        mock.advance(10)
        checkout = mock.pushed(Amount=7, PhoneNumber=second)
        mock.advance(10)

        assert mock.transaction(checkout).result == "0"


def test_a_failed_payment_does_not_block_the_same_amount(mock: Mock) -> None:
    change_customer(mock, prompt="cancel")
    mock.pushed(Amount=7)
    mock.advance(10)

    change_customer(mock, prompt="pay")
    checkout = mock.pushed(Amount=7)
    mock.advance(10)

    assert mock.transaction(checkout).result == "0"


def test_a_customer_comes_into_being_at_first_sight_with_a_name_and_money(mock: Mock) -> None:
    mock.pushed(PhoneNumber="254722000001", Amount=250_000)
    mock.advance(10)

    assert mock.result() == 0
    assert mock.sandbox.customer_name("254722000001") == mock.sandbox.customer_name("254722000001").upper()


def parties(mock: Mock) -> tuple[list[str], list[str]]:
    """The customers and organisations that are there."""
    store = mock.sandbox.store
    return [row.msisdn for row in store.scan(CUSTOMERS)], [row.shortcode for row in store.scan(ORGANISATIONS)]


def test_an_accepted_push_brings_its_parties_in(mock: Mock) -> None:
    before = parties(mock)

    mock.pushed(PhoneNumber="254722000001")

    assert before == ([], [])
    assert parties(mock) == (["254722000001"], [PAYBILL])
    assert (mock.balance("254722000001"), mock.balance(f"{PAYBILL}:Utility Account")) == (25_000_000, 100_000_000)
    assert sum(mock.sandbox.balances().values()) == 0


@pytest.mark.parametrize("changes", [{"Amount": "ten"}, {"Password": "x"}, {"AccountReference": "mock:500.003.02"}])
def test_a_refused_push_brings_nobody_in(mock: Mock, changes: dict[str, object]) -> None:
    answer = mock.push(PhoneNumber="254722000001", **changes)

    assert answer.status in (400, 500)
    assert parties(mock) == ([], [])
    assert mock.sandbox.balances() == {}


def test_a_query_brings_nobody_in(mock: Mock) -> None:
    mock.query("ws_CO_010120260000001708374149")

    assert parties(mock) == ([], [])
    assert mock.sandbox.balances() == {}


# answering the prompt


@pytest.mark.parametrize(
    ("answer", "code"), [("pin:1234", "0"), ("pin:0000", "2001"), ("cancel", "1032"), ("ignore", "1037")]
)
def test_an_answer_comes_before_the_customers_habit(mock: Mock, answer: str, code: str) -> None:
    row = mock.transaction(mock.pushed())
    mock.advance(2)

    mock.sandbox.answer_prompt(CUSTOMER, answer)
    mock.advance(60)

    assert mock.again(row).result == code


@pytest.mark.parametrize(("answer", "final_s"), [("pin:1234", 2), ("cancel", 2), ("ignore", 14)])
def test_an_answer_counts_when_it_is_given_and_silence_when_the_prompt_has_died(
    mock: Mock, answer: str, final_s: int
) -> None:
    row = mock.transaction(mock.pushed())
    mock.advance(2)

    mock.sandbox.answer_prompt(CUSTOMER, answer)
    mock.advance(60)

    assert mock.again(row).final_ms == row.accepted_ms + final_s * 1000


def test_a_customer_who_turns_silent_before_answering_does_not_answer_early(mock: Mock) -> None:
    row = mock.transaction(mock.pushed())
    mock.advance(2)

    change_customer(mock, prompt="ignore")
    mock.advance(60)

    row = mock.again(row)
    assert (row.result, row.final_ms) == ("1037", row.accepted_ms + 14_000)


# the query


def test_a_final_query_is_all_strings_without_receipt_or_amount(mock: Mock) -> None:
    acknowledged = mock.push().json
    mock.advance(10)

    answer = mock.query(acknowledged["CheckoutRequestID"])

    assert answer.status == 200
    assert list(answer.json.items()) == [
        ("ResponseCode", "0"),
        ("ResponseDescription", "The service request has been accepted successfully"),
        ("MerchantRequestID", acknowledged["MerchantRequestID"]),
        ("CheckoutRequestID", acknowledged["CheckoutRequestID"]),
        ("ResultCode", "0"),
        ("ResultDesc", PROCESSED),
    ]


def test_a_pending_query_is_being_processed_with_the_checkout_id_as_request_id(mock: Mock) -> None:
    checkout = mock.pushed()

    answer = mock.query(checkout)

    assert answer.error == (500, "500.001.1001", "The transaction is being processed")
    assert answer.json["requestId"] == checkout
    assert "not final yet" in answer.why


@pytest.mark.parametrize("checkout", ["ws_CO_010120260000001708374149", "ws_CO_DMZ_401669274_11032019190235305"])
def test_an_unknown_id_does_not_exist_with_a_capital_e(mock: Mock, checkout: str) -> None:
    answer = mock.query(checkout)

    assert answer.error == (500, "500.001.1001", "The transaction does not Exist")
    assert answer.json["requestId"] == checkout


def test_the_push_of_another_shortcode_does_not_exist(mock: Mock) -> None:
    checkout = mock.pushed()

    answer = mock.query(checkout, BusinessShortCode=HEAD_OFFICE)

    assert answer.error == (500, "500.001.1001", "The transaction does not Exist")
    assert HEAD_OFFICE in answer.why


@pytest.mark.parametrize("which", ["MerchantRequestID", "receipt"])
def test_other_references_are_no_checkout_request_ids(mock: Mock, which: str) -> None:
    acknowledged = mock.push().json
    mock.advance(10)
    reference = acknowledged.get(which) or mock.transaction(acknowledged["CheckoutRequestID"]).receipt

    assert mock.query(reference).error == (400, "400.002.02", "Bad Request - Invalid CheckoutRequestID")


@pytest.mark.parametrize("field", ["BusinessShortCode", "Password", "Timestamp", "CheckoutRequestID"])
def test_every_field_of_a_query_is_required(mock: Mock, field: str) -> None:
    changes: dict[str, object] = {"Password": "eA=="} if field == "BusinessShortCode" else {}

    answer = mock.query("ws_CO_1", **changes | {field: None})

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {field}")


def test_a_query_wants_a_token_like_a_push(mock: Mock) -> None:
    answer = mock.request("POST", "/mpesa/stkpushquery/v1/query", {}, {"Authorization": "Bearer no"})

    assert answer.error == (404, "404.001.03", "Invalid Access Token")


def test_nobody_answers_query_final_at_14_s_and_callback_at_26_s(mock: Mock) -> None:
    change_customer(mock, handset="offline")
    checkout = mock.pushed()

    seen = []
    for _ in range(30):
        mock.advance(1)
        seen.append((mock.query(checkout).status, mock.sandbox.store.count(DELIVERIES)))

    assert [status for status, _ in seen].index(200) + 1 == 14
    assert [count for _, count in seen].index(1) + 1 == 26


def test_query_and_callback_word_a_cancellation_differently(mock: Mock) -> None:
    change_customer(mock, prompt="cancel")
    checkout = mock.pushed()
    mock.advance(10)

    assert mock.callback()["ResultDesc"] == "Request cancelled by user"
    assert mock.query(checkout).json["ResultDesc"] == "Request Cancelled by user."


# selectors


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ("0001", 1),
        ("0000", 0),
        ("1032", 1032),
        ("1037", 1037),
        ("2001", 2001),
        ("0017", 17),
        ("1019", 1019),
        ("8006", 8006),
    ],
)
def test_a_reserved_msisdn_gives_its_own_result(mock: Mock, last: str, code: int) -> None:
    mock.pushed(PhoneNumber=f"25470000{last}")
    mock.advance(60)

    assert mock.result() == code


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("mock:1032", 1032),
        ("mock:E3008", "E3008"),
        ("mock:SFC_IC0003", "SFC_IC0003"),
        ("mock:TP40087", "TP40087"),
        ("mock:0", 0),
    ],
)
@pytest.mark.parametrize("field", ["AccountReference", "TransactionDesc"])
def test_a_reference_can_ask_for_a_result_and_codes_that_are_no_numbers_are_strings(
    mock: Mock, field: str, reference: str, code: object
) -> None:
    checkout = mock.pushed(**{field: reference})
    mock.advance(60)

    assert mock.result() == code
    assert mock.query(checkout).json["ResultCode"] == str(code)


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        ("500.003.02", 500, "System is busy. Please try again in few minutes."),
        ("500.003.03", 500, "Quota Violation"),
        ("404.001.03", 404, "Invalid Access Token"),
        ("405.001", 405, "GET Method Not Allowed"),
    ],
)
def test_a_reference_can_ask_for_a_synchronous_error(mock: Mock, code: str, status: int, message: str) -> None:
    answer = mock.push(AccountReference=f"mock:{code}")

    assert answer.error == (status, code, message)
    assert [*mock.sandbox.store.scan(TRANSACTIONS)] == []


@pytest.mark.parametrize("header", ["1032", "stk_push/cancelled"])
def test_the_header_names_a_code_or_a_scenario(mock: Mock, header: str) -> None:
    checkout = mock.pushed(PhoneNumber="254700000001")
    mock.advance(60)
    other = mock.push(headers={"X-Mock-Scenario": header}, PhoneNumber="254700000001").json["CheckoutRequestID"]
    mock.advance(60)

    assert mock.transaction(checkout).result == "1"
    assert mock.transaction(other).result == "1032"


def test_a_header_that_names_nothing_is_our_own_400(mock: Mock) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": "stk_push/canceled"})

    assert answer.status == 400
    assert list(answer.json) == ["problem", "where", "remedy"]
    assert "stk_push/canceled" in answer.why
    assert "stk_push/cancelled" in answer.why


def test_a_forced_failure_moves_no_money_and_counts_no_pin(mock: Mock) -> None:
    for _ in range(4):
        mock.pushed(AccountReference="mock:2001")
        mock.advance(10)

    customer = mock.sandbox.store.get(CUSTOMERS, CUSTOMER)
    assert customer is None or customer.wrong_pins == 0
    assert (mock.balance(CUSTOMER) or 25_000_000) == 25_000_000


# scenarios about callbacks


def test_a_lost_callback_leaves_the_payment_made(mock: Mock, webhook: Webhook) -> None:
    checkout = mock.push(headers={"X-Mock-Scenario": "stk_push/callback-lost"}, CallBackURL=webhook.url).json[
        "CheckoutRequestID"
    ]
    mock.advance(600)

    (row,) = mock.callbacks()
    assert row.state == "dropped"
    assert webhook.bodies == []
    assert mock.query(checkout).json["ResultCode"] == "0"


def test_a_double_callback_is_the_same_twice(mock: Mock, webhook: Webhook) -> None:
    mock.push(headers={"X-Mock-Scenario": "stk_push/callback-twice"}, CallBackURL=webhook.url)
    mock.advance(60)

    assert len(webhook.bodies) == 2
    assert webhook.bodies[0] == webhook.bodies[1]
    first, second = mock.callbacks()
    assert second.due_ms - first.due_ms == 1000


def test_a_late_callback_comes_two_minutes_after_the_query_knows(mock: Mock, webhook: Webhook) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": "stk_push/callback-late"}, CallBackURL=webhook.url)
    mock.advance(124)
    before = list(webhook.bodies)

    status = mock.query(answer.json["CheckoutRequestID"]).status
    mock.advance(1)

    assert (before, status, len(webhook.bodies)) == ([], 200, 1)


def test_a_callback_before_the_acknowledgement(mock: Mock, webhook: Webhook) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": "stk_push/callback-before-ack"}, CallBackURL=webhook.url)

    assert len(webhook.bodies) == 1
    assert webhook.bodies[0]["Body"]["stkCallback"]["CheckoutRequestID"] == answer.json["CheckoutRequestID"]
    mock.advance(60)
    assert len(webhook.bodies) == 1


def test_the_query_can_disagree_with_the_callback(mock: Mock) -> None:
    answer = mock.push(headers={"X-Mock-Scenario": "stk_push/query-disagrees"})
    mock.advance(10)

    query = mock.query(answer.json["CheckoutRequestID"]).json
    assert mock.result() == 0
    assert (query["ResultCode"], query["ResultDesc"]) == ("1032", "Request Cancelled by user.")


@pytest.mark.parametrize("code", ["4999", "1032"])
def test_a_query_that_was_made_to_disagree_says_so(mock: Mock, code: str) -> None:
    mock.sandbox.engine.arm(one_shot({"then": {"query": {"result": code}}}))
    checkout = mock.pushed()
    mock.advance(60)

    answer = mock.query(checkout)

    assert answer.json["ResultCode"] == code
    assert answer.why == f"one-shot: one-shot 1 answers with {code}; the truth is 0"


# delivery (callbacks.md §6)


def test_a_callback_is_posted_as_captured(mock: Mock, webhook: Webhook) -> None:
    mock.pushed(CallBackURL=f"{webhook.url}/more/segments?a=b")
    mock.advance(10)

    (headers,) = webhook.headers
    assert webhook.paths == ["/hook/more/segments?a=b"]
    assert headers["REQUEST_METHOD"] == "POST"
    assert headers["CONTENT_TYPE"] == "application/json;charset=UTF-8"
    assert headers["HTTP_BUSINESSSHORTCODE"] == PAYBILL
    assert "HTTP_AUTHORIZATION" not in headers
    assert mock.callbacks()[0].state == "delivered"


@pytest.mark.parametrize(
    ("retries", "attempts", "state"), [(0, 1, "failed"), (1, 2, "failed"), (2, 3, "delivered"), (9, 3, "delivered")]
)
def test_nothing_is_tried_again_unless_switched_on(
    mock_with: MakeMock, webhook: Webhook, retries: int, attempts: int, state: str
) -> None:
    webhook.statuses = [500, 502]
    mock = mock_with(callback_retries=retries)
    mock.pushed(CallBackURL=webhook.url)

    mock.advance(300)

    (row,) = mock.callbacks()
    assert (len(mock.sandbox.deliveries_of(row.id)), row.state) == (attempts, state)
    assert len(webhook.bodies) == attempts
    assert all(body == webhook.bodies[0] for body in webhook.bodies)


def test_a_public_address_is_refused_with_the_remedy(mock: Mock) -> None:
    mock.pushed(CallBackURL="https://mydomain.com/path")
    mock.advance(10)

    (row,) = mock.callbacks()
    assert row.state == "refused"
    assert "--rewrite-callbacks https://mydomain.com=" in callback_note(row, None)
    assert mock.sandbox.deliveries_of(row.id) == []
