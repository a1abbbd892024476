"""What we send against what was captured: the same keys in the same order, with values of the same types.

Each capture is quoted as requests.md or callbacks.md quotes it, with its source.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import MakeMock, Mock

Produce = Callable[[MakeMock], bytes]


def shape(value: Any) -> Any:
    """Keys and order of objects, length of arrays, and the type of everything else."""
    if isinstance(value, dict):
        return [(key, shape(each)) for key, each in value.items()]
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def token(make: MakeMock) -> bytes:
    return make().ask_token().body


def numeric_token(make: MakeMock) -> bytes:
    return make(quirks={"numeric_expires_in": True}).ask_token().body


def refused(**changes: object) -> Produce:
    return lambda make: make().push(**changes).body


def in_flight(**quirks: str) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock: Mock = make(quirks=quirks)
        return mock.query(mock.pushed()).body

    return produce


def accepted(make: MakeMock) -> bytes:
    return make().push().body


def queried(code: str, **quirks: bool) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock: Mock = make(quirks=quirks)
        checkout = mock.pushed(AccountReference=f"mock:{code}")
        mock.advance(90)
        return mock.query(checkout).body

    return produce


def called_back(code: str, **quirks: bool) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock: Mock = make(quirks=quirks)
        mock.pushed(AccountReference=f"mock:{code}")
        mock.advance(90)
        return mock.callbacks()[0].body

    return produce


def unknown_path(make: MakeMock) -> bytes:
    return make().request("POST", "/c2b/v9/simulate").body


SUCCESS = """{"Body":{"stkCallback":{
  "MerchantRequestID":"ac7b-470b-8df7-23ab3cef38271280493",
  "CheckoutRequestID":"ws_CO_061020260952245708374149",
  "ResultCode":0,
  "ResultDesc":"The service request is processed successfully.",
  "CallbackMetadata":{"Item":[
    {"Name":"Amount","Value":1},
    {"Name":"MpesaReceiptNumber","Value":"UJ62T8IYOU"},
    {"Name":"Balance"},
    {"Name":"TransactionDate","Value":20261006095233},
    {"Name":"PhoneNumber","Value":254708374149}
  ]}}}}"""
FOUR_ITEMS = SUCCESS.replace('    {"Name":"Balance"},\n', "")

CAPTURES = [
    pytest.param(
        token,
        '{"access_token":"c9SQxWWhmdVRlyh0zh8gZDTkubVF","expires_in":"3599"}',
        id="token: requests.md §2",
    ),
    pytest.param(
        numeric_token,
        '{"access_token":"c9SQxWWhmdVRlyh0zh8gZDTkubVF","expires_in":3599}',
        id="token with a number: requests.md §2, DOC:Authorization",
    ),
    pytest.param(
        refused(BusinessShortCode=None, Password="eA=="),
        '{"requestId":"1c5b-4ba8-815c-ac45c57a3db01495926","errorCode":"400.002.02",'
        '"errorMessage":"Bad Request - Invalid BusinessShortCode"}',
        id="error envelope: requests.md §1.3",
    ),
    pytest.param(
        accepted,
        '{"MerchantRequestID":"ac7b-470b-8df7-23ab3cef38271071873","CheckoutRequestID":"ws_CO_170820261404032708374149",'
        '"ResponseCode":"0","ResponseDescription":"Success. Request accepted for processing",'
        '"CustomerMessage":"Success. Request accepted for processing"}',
        id="accepted push: requests.md §3.1, NM stk-push.json 2026",
    ),
    pytest.param(
        queried("1037"),
        '{"ResponseCode":"0","ResponseDescription":"The service request has been accepted successfully",'
        '"MerchantRequestID":"ac7b-470b-8df7-23ab3cef38271071873","CheckoutRequestID":"ws_CO_300920260912331708374149",'
        '"ResultCode":"1037","ResultDesc":"No response from user."}',
        id="final query: requests.md §3.2, NM stk-query.json 2026-09-30",
    ),
    pytest.param(
        in_flight(in_flight="processing"),
        '{"requestId":"ws_CO_20022018230142206","errorCode":"500.001.1001",'
        '"errorMessage":"The transaction is being processed"}',
        id="query in flight (a): requests.md §3.2, LNM#13",
    ),
    pytest.param(
        in_flight(in_flight="4999"),
        '{"ResponseCode":"0","ResponseDescription":"The service request has been accepted successfully",'
        '"MerchantRequestID":"ac7b-470b-8df7-23ab3cef38271071873","CheckoutRequestID":"ws_CO_180920261803512708374149",'
        '"ResultCode":"4999","ResultDesc":"The transaction is still under processing"}',
        id="query in flight (b): callbacks.md §1.3, NKAP 2026-09",
    ),
    pytest.param(
        in_flight(in_flight="empty"),
        '{"requestId":"ws_CO_230920262019337708374149","errorCode":"500.001.1001","errorMessage":""}',
        id="query in flight (c): callbacks.md §1.3, NKAP 2026-10-02",
    ),
    pytest.param(
        called_back("0"), SUCCESS, id="success callback: callbacks.md §1.1, NEWTON stk-success.json 2026-10-06"
    ),
    pytest.param(
        called_back("0", balance_item=False),
        FOUR_ITEMS,
        id="success callback of four items: callbacks.md §1.1, UE4JS31RBV",
    ),
    pytest.param(
        called_back("1037"),
        '{"Body":{"stkCallback":{"MerchantRequestID":"ac7b-470b-8df7-23ab3cef38271071873",'
        '"CheckoutRequestID":"ws_CO_300920260912331708374149","ResultCode":1037,'
        '"ResultDesc":"No response from user."}}}',
        id="failure callback: callbacks.md §1.2, NEWTON stk.json 2026-09-30",
    ),
    pytest.param(
        called_back("E3008"),
        '{"Body":{"stkCallback":{"MerchantRequestID":"ac7b-470b-8df7-23ab3cef38271071873",'
        '"CheckoutRequestID":"ws_CO_300920260912331708374149","ResultCode":"E3008",'
        '"ResultDesc":"Error, the user has a bad debt contract."}}}',
        id="failure callback with a code that is no number: callbacks.md §1.2, UMOJA 2026-08",
    ),
    pytest.param(
        unknown_path,
        '{"fault":{"faultstring":"Unable to identify proxy for host: secure and url: /c2b/v1/simulate",'
        '"detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}',
        id="unknown base path: requests.md §1.5, gathuku#28",
    ),
]


@pytest.mark.parametrize(("produce", "captured"), CAPTURES)
def test_a_body_has_the_shape_of_its_capture(mock_with: MakeMock, produce: Produce, captured: str) -> None:
    ours = json.loads(produce(mock_with))

    assert shape(ours) == shape(json.loads(captured))


FIXED = (
    "ResponseCode",
    "ResponseDescription",
    "CustomerMessage",
    "ResultCode",
    "ResultDesc",
    "errorCode",
    "errorMessage",
    "expires_in",
)


def fixed_texts(value: Any) -> list[tuple[str, Any]]:
    """The members whose text does not depend on who asks."""
    if isinstance(value, list):
        return [pair for each in value for pair in fixed_texts(each)]
    if not isinstance(value, dict):
        return []
    found = [(key, value[key]) for key in FIXED if key in value]
    return found + [pair for each in value.values() for pair in fixed_texts(each)]


@pytest.mark.parametrize(("produce", "captured"), CAPTURES)
def test_a_body_has_the_texts_of_its_capture(mock_with: MakeMock, produce: Produce, captured: str) -> None:
    ours = json.loads(produce(mock_with))

    assert fixed_texts(ours) == fixed_texts(json.loads(captured))


ERRORS = [
    # requests.md §3.1, each with the requestId it was captured with where there is one
    pytest.param({"Timestamp": "x"}, 400, "400.002.02", "Bad Request - Invalid Timestamp", id="LNM#36 2019"),
    pytest.param({"Amount": -500}, 400, "400.002.02", "Bad Request - Invalid Amount", id="scedar/m-pesa_going_live#1"),
    pytest.param(
        {"PhoneNumber": "14155550100"}, 400, "400.002.02", "Bad Request - Invalid PhoneNumber", id="LNM#11 2024"
    ),
    pytest.param({"CallBackURL": "http://a b"}, 400, "400.002.02", "Bad Request - Invalid CallBackURL", id="§1.6"),
    pytest.param(
        {"TransactionType": "CustomerBuyGoodsOnline"},
        400,
        "400.002.02",
        "Bad Request - Invalid TransactionType",
        id="GMAHIA",
    ),
    pytest.param({"TransactionDesc": None}, 400, "400.002.02", "Bad Request - Invalid Remarks", id="UMOJA 2026"),
    pytest.param({"AccountReference": None}, 400, "400.002.02", "Bad Request - Invalid Remarks", id="id 60062474390"),
    pytest.param({"Password": "eA=="}, 500, "500.001.1001", "Wrong credentials", id="django-daraja#3, Iankumu#12"),
    pytest.param({"BusinessShortCode": "600000"}, 500, "500.001.1001", "Merchant does not exist", id="§3.1"),
]


@pytest.mark.parametrize(("changes", "status", "code", "message"), ERRORS)
def test_an_error_reads_as_it_was_captured(
    mock: Mock, changes: dict[str, object], status: int, code: str, message: str
) -> None:
    assert mock.push(**changes).error == (status, code, message)


def test_two_decimals_are_a_json_number_with_both(mock_with: MakeMock) -> None:
    # callbacks.md §1.1: `Amount` printed 1.00 in captures of 2017 to 2022
    body = called_back("0", two_decimals=True)(mock_with)

    assert b'{"Name":"Amount","Value":1.00}' in body
    assert shape(json.loads(body)) == shape(json.loads(SUCCESS.replace('"Value":1}', '"Value":1.00}')))


def test_until_2024_the_query_had_three_s(mock_with: MakeMock) -> None:
    # callbacks.md §1.3, id 5082046392
    body = queried("0", legacy_texts=True)(mock_with)

    assert json.loads(body)["ResponseDescription"] == "The service request has been accepted successsfully"


def test_a_body_is_compact_json_in_utf_8(mock: Mock) -> None:
    answer = mock.push()

    assert answer.body == json.dumps(answer.json, separators=(",", ":")).encode()
    assert answer.headers["Content-Type"].startswith("application/json")
