"""C2B bodies against those that were captured: the same keys in the same order, with values of the same types.

Each capture is quoted as requests.md §4 and callbacks.md §4 quote it, with its source.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.steps.opening import pay
from tests.conftest import NOWHERE, MakeMock, Mock, register_urls

Produce = Callable[[MakeMock], bytes]
PAYER = "254705912645"  # NICHOLAS JOHN SONGOK, whose payment was captured in 2025


def shape(value: Any) -> Any:
    """Keys and their order, and the type of everything else."""
    if isinstance(value, dict):
        return [(key, shape(each)) for key, each in value.items()]
    return type(value).__name__


def sent(operation: str, **quirks: bool) -> Produce:
    return lambda make: make(quirks=quirks).send(operation).body


def registered_twice(make: MakeMock) -> bytes:
    mock: Mock = make(environment="production")
    urls = {"ConfirmationURL": "https://shop.example.com/a", "ValidationURL": "https://shop.example.com/b"}
    mock.send("c2b.register", **urls)
    return mock.send("c2b.register", **urls).body


def refused(**changes: object) -> Produce:
    return lambda make: make().send("c2b.register", **changes).body


def told(kind: str, version: str = "v2", *, till: bool = False, **quirks: bool) -> Produce:
    """The body of the validation or confirmation of a payment."""

    def produce(make: MakeMock) -> bytes:
        mock: Mock = make(quirks=quirks)
        mock.sandbox.put_customer({"msisdn": PAYER, "name": "Nicholas John Songok"})
        shortcode = "3000001" if till else "600995"
        urls = {"ResponseType": "Completed", "ConfirmationURL": NOWHERE, "ValidationURL": NOWHERE, "version": version}
        register_urls(mock.sandbox, shortcode, urls)
        whom = {"till": shortcode} if till else {"paybill": shortcode, "account_reference": "UM001"}
        pay(mock.gateway.shared, mock.sandbox, msisdn=PAYER, amount=1, **whom)
        mock.advance(20)
        return next(each.body for each in mock.callbacks() if each.kind == kind)

    return produce


V1 = """{"TransactionType":"Pay Bill","TransID":"TK60708BHZ","TransTime":"20251106230212","TransAmount":"1.00",
 "BusinessShortCode":"600995","BillRefNumber":"UM001","InvoiceNumber":"ThisInvoice","OrgAccountBalance":"41880264.80",
 "ThirdPartyTransID":"","MSISDN":"94c392c311d522da950619227b3361752a42042db7e1e699b26e628305c68a88",
 "FirstName":"NICHOLAS","MiddleName":"JOHN","LastName":"SONGOK"}"""
V2_DOCUMENTED = """{"TransactionType":"Pay Bill","TransID":"RKL51ZDR4F","TransTime":"20231121121325",
 "TransAmount":"5.00","BusinessShortCode":"600966","BillRefNumber":"Sample Transaction","InvoiceNumber":"",
 "OrgAccountBalance":"25.00","ThirdPartyTransID":"","MSISDN":"2547 ***** 126","FirstName":"NICHOLAS",
 "MiddleName":"","LastName":""}"""
V2 = V2_DOCUMENTED.replace(',\n "MiddleName":"","LastName":""', "")
TILL = V2.replace("Pay Bill", "Customer Merchant Payment").replace("Sample Transaction", "")

CAPTURES = [
    pytest.param(
        sent("c2b.register"),
        '{"OriginatorCoversationID":"6543-425e-a177-2e84b1462ecd2485086","ResponseCode":"00000000",'
        '"ResponseDescription":"Success"}',
        id="registered, v2: requests.md §1.12, sandbox 2025-03-27; §4.1, NM c2b-register.json 2026",
    ),
    pytest.param(
        sent("c2b.register", register_code_zero=True),
        '{"OriginatorCoversationID":"6543-425e-a177-2e84b1462ecd2485086","ResponseCode":"0",'
        '"ResponseDescription":"Success"}',
        id="registered, v2 as documented: requests.md §4.1",
    ),
    pytest.param(
        sent("c2b.register-v1"),
        '{"OriginatorCoversationID":"7619-37765134-1","ResponseCode":"0","ResponseDescription":"success"}',
        id="registered, v1 as documented: requests.md §4.1",
    ),
    pytest.param(
        sent("c2b.simulate"),
        '{"OriginatorCoversationID":"53e3-4aa8-9fe0-8fb5e4092cdd3405976","ResponseCode":"0",'
        '"ResponseDescription":"Accept the service request successfully."}',
        id="simulated: requests.md §4.2, NM c2b-simulate.json 2026",
    ),
    pytest.param(
        registered_twice,
        '{"requestId":"93ba-4bcf-b9a1-4d0c0d4a9c0a1","errorCode":"500.003.1001",'
        '"errorMessage":"Urls are already registered."}',
        id="registered twice in production: requests.md §4.1",
    ),
    pytest.param(
        refused(ValidationURL="http://127.0.0.1/mpesa"),
        '{"requestId":"1-2-3","errorCode":"400.003.02",'
        '"errorMessage":"Bad Request - Invalid ValidationURL - URL has the word MPESA"}',
        id="a bad word: requests.md §1.6, LNM#8 2019",
    ),
    pytest.param(
        refused(ShortCode="699999"),
        '{"requestId":"1-2-3","errorCode":"400.003.02","errorMessage":"Bad Request - Kindly use your own ShortCode"}',
        id="not yours: requests.md §4.1, DrH97, id 58016803275",
    ),
    pytest.param(told("confirmation", "v1"), V1, id="confirmation, v1: callbacks.md §4.1, KIT103 2025-11"),
    pytest.param(told("confirmation"), V2, id="confirmation, v2: callbacks.md §4.1, PROD-C2B: FirstName alone"),
    pytest.param(
        told("confirmation", c2b_all_names=True),
        V2_DOCUMENTED,
        id="confirmation, v2 as documented: callbacks.md §4.1, PORTAL26",
    ),
    pytest.param(
        told("confirmation", till=True), TILL, id="confirmation of a till: callbacks.md §4.1, SGM3J225DR 2024"
    ),
    pytest.param(told("validation", "v1"), V1, id="validation, v1: callbacks.md §4.1, the same body"),
    pytest.param(told("validation"), V2, id="validation, v2: callbacks.md §4.1, the same body"),
]
FIXED = (
    "ResponseCode",
    "ResponseDescription",
    "errorCode",
    "errorMessage",
    "TransactionType",
    "InvoiceNumber",
    "FirstName",
)


@pytest.mark.parametrize(("produce", "captured"), CAPTURES)
def test_a_body_has_the_shape_and_the_texts_of_its_capture(
    mock_with: MakeMock, produce: Produce, captured: str
) -> None:
    ours, theirs = json.loads(produce(mock_with)), json.loads(captured)

    assert shape(ours) == shape(theirs)
    assert {key: ours[key] for key in FIXED if key in ours} == {key: theirs[key] for key in FIXED if key in theirs}


def test_the_captured_payer_is_hashed_as_it_was_captured(mock_with: MakeMock) -> None:
    ours, theirs = json.loads(told("confirmation", "v1")(mock_with)), json.loads(V1)

    for key in ("MSISDN", "FirstName", "MiddleName", "LastName", "BusinessShortCode", "BillRefNumber", "TransAmount"):
        assert ours[key] == theirs[key]


@pytest.mark.parametrize("kind", ["validation", "confirmation"])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_value_is_a_string(mock_with: MakeMock, kind: str, version: str) -> None:
    body = json.loads(told(kind, version)(mock_with))

    assert {type(value) for value in body.values()} == {str}
