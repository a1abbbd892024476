"""B2C, B2C with ID validation and Pochi against what was captured: keys and their order, types, fixed texts, forms.

Quoted as callbacks.md §3.1, §3.2 and §3.5 and requests.md §1.3, §1.8, §4.3 and §4.5 quote it; what those leave out
(`…`) is filled in. Known and not mimicked by any default or quirk:

- The sandbox of 2017 to 2019 gave the parameters of a success in another order: Amount, Receipt,
  B2CRecipientIsRegisteredCustomer, B2CChargesPaid…, ReceiverPartyPublicName, CompletedDateTime, Utility, Working.
- Production wrote some names with several blanks and the number with a leading 0 (`0758555738 - LEI   WANG`).
- The portal's failure of Pochi has no ResultParameters; the capture has.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.access.security_credential import Certificate
from mock_daraja.scenarios import one_shot
from tests.conftest import MakeMock, put_app

Produce = Callable[[MakeMock], bytes]


def outline(value: Any) -> Any:
    """Keys in order, the names in `Key`, and the types of everything else: 10 is an int, 10.00 a float."""
    if isinstance(value, dict):
        return [(key, each if key == "Key" else outline(each)) for key, each in value.items()]
    if isinstance(value, list):
        return [outline(each) for each in value]
    return type(value).__name__


FIXED = (
    "ResultType", "ResultCode", "ResultDesc", "ResponseCode", "ResponseDescription", "errorCode", "errorMessage",
)  # fmt: skip


def fixed(value: Any) -> list[tuple[str, Any]]:
    """The members that say the same to everybody."""
    if not isinstance(value, dict):
        return []
    found = [(key, value[key]) for key in FIXED if key in value]
    return found + [pair for each in value.values() for pair in fixed(each)]


def acknowledged(operation: str, **changes: object) -> Produce:
    return lambda make: make().send(operation, **changes).body


def repeated(operation: str) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock = make()
        mock.send(operation, OriginatorConversationID="once")
        return mock.send(operation, OriginatorConversationID="once").body

    return produce


def result(operation: str, **changes: object) -> Produce:
    """The Result that a request brings, by the nature of things."""

    def produce(make: MakeMock) -> bytes:
        mock = make()
        row = mock.settled(operation, **changes)
        (callback,) = mock.sandbox.callbacks_of(row.id)
        return callback.body

    return produce


def locked(operation: str) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock = make()
        mock.sandbox.put_organisation({"shortcode": "600996", "initiators": [{"name": "testapi", "locked": True}]})
        row = mock.settled(operation)
        return mock.sandbox.callbacks_of(row.id)[0].body

    return produce


def without_product(operation: str) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock = make()
        put_app(mock, products=["stk-push"])
        return mock.send(operation).body

    return produce


PAID = """{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.",
"OriginatorConversationID":"53e3-4aa8-9fe0-8fb5e4092cdd3533373","ConversationID":"AG_20240706_2010364430d9bbdaf872",
"TransactionID":"SG632NMUAB",
"ResultParameters":{"ResultParameter":[
 {"Key":"TransactionAmount","Value":10},{"Key":"TransactionReceipt","Value":"SG632NMUAB"},
 {"Key":"ReceiverPartyPublicName","Value":"254705912645 - NICHOLAS JOHN SONGOK"},
 {"Key":"TransactionCompletedDateTime","Value":"06.07.2024 22:48:52"},
 {"Key":"B2CUtilityAccountAvailableFunds","Value":8959269.60},
 {"Key":"B2CWorkingAccountAvailableFunds","Value":1199371.00},
 {"Key":"B2CRecipientIsRegisteredCustomer","Value":"Y"},
 {"Key":"B2CChargesPaidAccountAvailableFunds","Value":-1980.00}]},
"ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL",
 "Value":"https://internalsandbox.safaricom.co.ke/mpesa/b2cresults/v1/submit"}}}}"""
WRONG_INITIATOR = """{"Result":{"ResultType":0,"ResultCode":2001,"ResultDesc":"The initiator information is invalid.",
"OriginatorConversationID":"9378b6f5-6d44-43a1-8c36-53fddb8414c0","ConversationID":"AG_20240226_201039308b470bd2323f",
"TransactionID":"SBQ72IFPXT","ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL",
 "Value":"https://internalsandbox.safaricom.co.ke/mpesa/b2cresults/v1/submit"}}}}"""
LOCKED = WRONG_INITIATOR.replace("2001", "8006", 1).replace(
    "The initiator information is invalid.", "The security credential is locked."
)
POCHI_LOCKED = """{"Result":{"ResultType":0,"ResultCode":8006,"ResultDesc":"The security credential is locked.",
"OriginatorConversationID":"…","ConversationID":"AG_…","TransactionID":"…",
"ResultParameters":{"ResultParameter":{"Key":"CreditPartyName","Value":"…"}},
"ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL","Value":"http://127.0.0.1:9/callback"}}}}"""
ACK = (
    '{"ConversationID":"AG_20240706_20106e9209f64bebd05b",'
    '"OriginatorConversationID":"53e3-4aa8-9fe0-8fb5e4092cdd3533373",'
    '"ResponseCode":"0","ResponseDescription":"Accept the service request successfully."}'
)


def error(code: str, message: str) -> str:
    """requests.md §1.3, with the requestId of §4.3's capture."""
    return json.dumps({"requestId": "3911-7748949-1", "errorCode": code, "errorMessage": message})


V1, V3, VALIDATED, POCHI = "b2c.payment-v1", "b2c.payment", "b2c-validated.payment", "pochi.payment"
NOT_YOURS = "Error Occurred - Invalid Access Token - "
CAPTURES = [
    pytest.param(acknowledged(V3), ACK, id="v3 ack: requests.md §1.8, NM b2c.occasion.json 2026"),
    pytest.param(acknowledged(V1), ACK, id="v1 ack: requests.md §4.3"),
    pytest.param(acknowledged(VALIDATED), ACK, id="ack with ID validation: requests.md §4.4"),
    pytest.param(acknowledged(POCHI), ACK, id="Pochi ack: requests.md §4.5"),
    pytest.param(
        acknowledged(V3, InitiatorName=None),
        error("400.002.02", "Bad Request - Invalid InitiatorName"),
        id="missing InitiatorName: requests.md §4.3, requestId 3911-7748949-1",
    ),
    pytest.param(
        acknowledged(V3, OriginatorConversationID=None),
        error("400.002.02", "Bad Request - Invalid OriginatorConversationID"),
        id="missing OriginatorConversationID: requests.md §4.3, id 57157313305, 2026-05-30",
    ),
    pytest.param(
        acknowledged(V3, SecurityCredential=""),
        error("400.002.02", "Bad Request - Invalid SecurityCredential"),
        id="empty SecurityCredential: requests.md §1.7, gathuku#22",
    ),
    pytest.param(
        acknowledged(V1, PartyB="243812345678"),
        error("400.002.02", "Bad Request - Invalid PartyB"),
        id="foreign number: requests.md §4.3, id 59185191350",
    ),
    pytest.param(
        repeated(V3),
        error("500.002.1001", "Duplicate OriginatorConversationID."),
        id="duplicate: requests.md §4.3, documented",
    ),
    pytest.param(
        acknowledged(V3, Remarks="mock:500.002.1001"),
        error("500.002.1001", "System internal error."),
        id="system internal error: requests.md §1.5, gathuku#21",
    ),
    pytest.param(
        without_product(POCHI), error("401.002.01", NOT_YOURS), id="app without Pochi: requests.md §1.5, NM 2026"
    ),
    pytest.param(result(V3), PAID, id="success: callbacks.md §3.2, documented 2024, order of production 2022 and 2024"),
    pytest.param(result(V1), PAID, id="v1 success: callbacks.md §3.2"),
    pytest.param(result(VALIDATED), PAID, id="success with ID validation: callbacks.md §3.2"),
    pytest.param(result(V3, InitiatorName="nobody"), WRONG_INITIATOR, id="2001: callbacks.md §3.2, JAVA24 2024-02-26"),
    pytest.param(locked(V3), LOCKED, id="8006: callbacks.md §3.2, NEWTON 2026-09"),
    pytest.param(locked(POCHI), POCHI_LOCKED, id="Pochi 8006: callbacks.md §3.2, NEWTON b2c-pochi-result.json 2026"),
]


@pytest.mark.parametrize(("produce", "captured"), CAPTURES)
def test_a_body_has_the_outline_of_its_capture(mock_with: MakeMock, produce: Produce, captured: str) -> None:
    ours = json.loads(produce(mock_with))

    assert outline(ours) == outline(json.loads(captured))


@pytest.mark.parametrize(("produce", "captured"), CAPTURES)
def test_a_body_has_the_texts_of_its_capture(mock_with: MakeMock, produce: Produce, captured: str) -> None:
    ours = json.loads(produce(mock_with))

    assert fixed(ours) == fixed(json.loads(captured))


FORMS = {
    "OriginatorConversationID": r"[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}[0-9]{3,8}",
    "ConversationID": r"AG_20[0-9]{6}_20[1-7]0[0-9a-f]{16}",
    "TransactionID": r"[A-Z][A-L][1-9A-V][0-9A-Z]{7}",
    "TransactionReceipt": r"[A-Z][A-L][1-9A-V][0-9A-Z]{7}",
    "ReceiverPartyPublicName": r"254[0-9]{9} - (?:[A-Z' -]+|John Doe)",
    "TransactionCompletedDateTime": r"[0-3][0-9]\.[01][0-9]\.20[0-9]{2} [0-2][0-9]:[0-5][0-9]:[0-5][0-9]",
    "QueueTimeoutURL": r"https://internalsandbox\.safaricom\.co\.ke/mpesa/b2cresults/v1/submit",
}


def members(value: Any) -> dict[str, Any]:
    """Every member by its name, and every Key with its Value."""
    if isinstance(value, list):
        return {name: each for item in value for name, each in members(item).items()}
    if not isinstance(value, dict):
        return {}
    if "Key" in value:
        return {value["Key"]: value.get("Value")}
    found = {name: each for name, each in value.items() if not isinstance(each, (dict, list))}
    return found | {name: each for inner in value.values() for name, each in members(inner).items()}


@pytest.mark.parametrize("name", FORMS)
def test_capture_and_mock_write_a_value_in_the_same_form(mock_with: MakeMock, name: str) -> None:
    ours, captured = members(json.loads(result(V1)(mock_with))), members(json.loads(PAID))

    assert re.fullmatch(FORMS[name], captured[name]), captured[name]
    assert re.fullmatch(FORMS[name], ours[name]), ours[name]


def test_funds_are_written_with_both_decimals(mock_with: MakeMock) -> None:
    body = result(V3)(mock_with)

    assert re.findall(rb'Funds","Value":(-?[0-9]+\.[0-9]{2})}', body) == [b"999990.00", b"1000000.00", b"0.00"]


def test_a_queue_time_out_suits_both_ways_of_reading_it(mock_with: MakeMock) -> None:
    # callbacks.md §3.5: D121's DTO has the request's own fields, KEPAS and PREMI read Result. No capture exists.
    echoed = json.loads(
        '{"InitiatorName":"…","SecurityCredential":"…","CommandID":"BusinessPayment","Amount":10,"PartyA":"…",'
        '"PartyB":"…","Remarks":"…","QueueTimeOutURL":"…","ResultURL":"…","OriginatorConversationID":"…",'
        '"IDType":"01","IDNumber":"…"}'
    )
    mock = mock_with()
    mock.sandbox.engine.arm(one_shot({"when": {"operation": VALIDATED}, "then": {"queue_timeout": True}}))

    mock.settled(VALIDATED)

    body = json.loads(mock.callbacks()[0].body)
    assert set(echoed) <= set(body)
    assert list(body["Result"]) == ["ResultType", "OriginatorConversationID", "ConversationID"]


def test_a_credential_is_344_characters_of_base64() -> None:
    # requests.md §1.7
    assert re.fullmatch(r"[A-Za-z0-9+/]{342}==", Certificate().encrypt("Safaricom999!*!"))
