"""Balance, status and reversal against what was captured: the same keys in the same order, values of the same types.

Each capture is quoted as callbacks.md §3.4 quotes it, with its source; "…" stands for what was blanked there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from mock_daraja import resources
from mock_daraja.defaults import CUSTOMER
from tests.conftest import MakeMock, Mock

Produce = Callable[[MakeMock], bytes]


def shape(value: Any) -> Any:
    """Keys and order of objects, length of arrays, and the type of everything else."""
    if isinstance(value, dict):
        return [(key, shape(each)) for key, each in value.items()]
    if isinstance(value, list):
        return [shape(each) for each in value]
    return type(value).__name__


def read(body: str | bytes) -> Any:
    """1 and 1.0 are two things here, and 1.0 and 1.00 too."""
    return json.loads(body, parse_float=Decimal)


def body_of(mock: Mock, operation: str, **changes: object) -> bytes:
    (callback,) = mock.sandbox.callbacks_of(mock.settled(operation, **changes).id)
    return callback.body


def balance(make: MakeMock) -> bytes:
    url = "https://example.com/result"
    return body_of(make(environment="production"), "balance.query", ResultURL=url, QueueTimeOutURL=url)


def balance_of_the_locked(make: MakeMock) -> bytes:
    mock: Mock = make()
    locked = {"name": "testapi", "password": "x", "locked": True}
    mock.sandbox.put_organisation({"shortcode": "600996", "initiators": [locked]})
    return body_of(mock, "balance.query")


def status_of_a_payment(make: MakeMock) -> bytes:
    mock: Mock = make()
    paid = mock.settled("c2b.simulate", Amount=1)
    return body_of(mock, "status.query", TransactionID=paid.receipt, Occasion="check")


def status_of_a_payout(make: MakeMock) -> bytes:
    mock: Mock = make()
    paid = mock.settled("b2c.payment", Amount=1600)
    return body_of(mock, "status.query", TransactionID=paid.receipt, Occasion=None)


def status_of_nothing(make: MakeMock) -> bytes:
    return body_of(make(), "status.query", Occasion=None)


def reversal(make: MakeMock) -> bytes:
    mock: Mock = make()
    return body_of(mock, "reversal.request", TransactionID=mock.settled("c2b.simulate").receipt)


def reversal_of_nothing(make: MakeMock) -> bytes:
    return body_of(make(), "reversal.request")


CAPTURES = [
    pytest.param(
        "balance",
        balance,
        """{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.",
        "OriginatorConversationID":"…","ConversationID":"AG_20260825_010020480ucukatfpxp2","TransactionID":"UHP0000000",
        "ResultParameters":{"ResultParameter":[{"Key":"ActionType","Value":"AccountBalance"},
        {"Key":"AccountBalance","Value":"Working Account|KES|0.00|0.00|0.00|0.00&Utility Account|KES|…"},
        {"Key":"BOCompletedTime","Value":20260825140947}]},
        "ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL",
        "Value":"https://internalapi.safaricom.co.ke/mpesa/abresults/v1/submit"}}}}""",
        id="balance: PROD-BAL26, production 2026-08-25",
    ),
    pytest.param(
        "balance",
        balance_of_the_locked,
        """{"Result":{"ResultType":0,"ResultCode":8006,"ResultDesc":"The security credential is locked.",
        "OriginatorConversationID":"…","ConversationID":"AG_…","TransactionID":"…",
        "ResultParameters":{"ResultParameter":[{"Key":"ActionType","Value":"AccountBalance"},
        {"Key":"ErrorMsg","Value":"API Password is locked. "},{"Key":"BOCompletedTime","Value":20261006093245}]},
        "ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL"}}}}""",
        id="failed balance: NEWTON, sandbox 2026-10-06",
    ),
    pytest.param(
        "status",
        status_of_a_payment,
        """{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.",
        "OriginatorConversationID":"6e86-45dd-91ac-fd5d4178ab52485901",
        "ConversationID":"AG_20240206_2010512ac4f3d0b1e7aa","TransactionID":"SB60000000",
        "ResultParameters":{"ResultParameter":[{"Key":"DebitPartyName","Value":"254722810063 - SALIM RURU"},
        {"Key":"CreditPartyName","Value":"4130669 - KERICHO SHOP"},{"Key":"OriginatorConversationID"},
        {"Key":"InitiatedTime","Value":20240206101500},{"Key":"CreditPartyCharges"},
        {"Key":"DebitAccountType","Value":"MMF Account For Customer"},{"Key":"TransactionReason"},
        {"Key":"ReasonType","Value":"Pay Bill Online"},{"Key":"TransactionStatus","Value":"Completed"},
        {"Key":"FinalisedTime","Value":20240206101500},{"Key":"Amount","Value":1.0},{"Key":"ConversationID"},
        {"Key":"ReceiptNo","Value":"SB65A1TU7X"}]},
        "ReferenceData":{"ReferenceItem":{"Key":"Occasion","Value":"check"}}}}""",
        id="status of a paybill payment: production 2024-02-06",
    ),
    pytest.param(
        "status",
        status_of_a_payout,
        """{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.",
        "OriginatorConversationID":"…","ConversationID":"AG_…","TransactionID":"SB60000000",
        "ResultParameters":{"ResultParameter":[{"Key":"DebitPartyName","Value":"…"},
        {"Key":"CreditPartyName","Value":"…"},{"Key":"OriginatorConversationID","Value":"…"},
        {"Key":"InitiatedTime","Value":20240206101500},
        {"Key":"DebitAccountType","Value":"Utility Account"},
        {"Key":"DebitPartyCharges","Value":"Fee For B2C Payment|KES|22.40"},{"Key":"TransactionReason"},
        {"Key":"ReasonType","Value":"Business Payment to Customer via API"},
        {"Key":"TransactionStatus","Value":"Completed"},{"Key":"FinalisedTime","Value":20240206101500},
        {"Key":"Amount","Value":1600.0},{"Key":"ConversationID","Value":"AG_…"},{"Key":"ReceiptNo","Value":"…"}]},
        "ReferenceData":{"ReferenceItem":{"Key":"Occasion"}}}}""",
        id="status of a payout: production 2024, described key by key",
    ),
    pytest.param(
        "status",
        status_of_nothing,
        """{"Result":{"ResultType":0,"ResultCode":2032,"ResultDesc":"The transaction receipt number does not exist.",
        "OriginatorConversationID":"…","ConversationID":"AG_…","TransactionID":"…",
        "ReferenceData":{"ReferenceItem":{"Key":"Occasion"}}}}""",
        id="status of an unknown receipt: NEWTON, sandbox 2026-10",
    ),
    pytest.param(
        "reversal",
        reversal,
        """{"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"The service request is processed successfully.",
        "OriginatorConversationID":"dad6-4c34-8787-c8cb963a496d1268232",
        "ConversationID":"AG_20211114_201018edbbf9f1582eaa","TransactionID":"SKE52PAWR9",
        "ResultParameters":{"ResultParameter":[
        {"Key":"DebitAccountBalance","Value":"Utility Account|KES|7722179.62|7722179.62|0.00|0.00"},
        {"Key":"Amount","Value":1.00},{"Key":"TransCompletedTime","Value":20211114132711},
        {"Key":"OriginalTransactionID","Value":"SKC82PACB8"},{"Key":"Charge","Value":0.00},
        {"Key":"CreditPartyPublicName","Value":"254705912645 - NICHOLAS JOHN SONGOK"},
        {"Key":"DebitPartyPublicName","Value":"600992 - Safaricom Daraja 992"}]},
        "ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL",
        "Value":"https://internalsandbox.safaricom.co.ke/mpesa/reversalresults/v1/submit"}}}}""",
        id="reversal: DOC, sandbox 2021-11-14",
    ),
    pytest.param(
        "reversal",
        reversal_of_nothing,
        """{"Result":{"ResultType":0,"ResultCode":"R000002","ResultDesc":"The OriginalTransactionID is invalid.",
        "OriginatorConversationID":"…","ConversationID":"AG_…","TransactionID":"…",
        "ReferenceData":{"ReferenceItem":{"Key":"QueueTimeoutURL",
        "Value":"https://internalsandbox.safaricom.co.ke/mpesa/reversalresults/v1/submit"}}}}""",
        id="reversal of an unknown receipt: NEWTON, sandbox 2026-10",
    ),
]


@pytest.mark.parametrize(("product", "produce", "captured"), CAPTURES)
def test_a_body_has_the_shape_of_its_capture(
    mock_with: MakeMock, product: str, produce: Produce, captured: str
) -> None:
    assert shape(read(produce(mock_with))) == shape(read(captured))


FIXED = ("ResultType", "ResultCode", "ResultDesc", "Key")
FIXED_VALUES = (
    "ActionType",
    "ErrorMsg",
    "QueueTimeoutURL",
    "DebitAccountType",
    "ReasonType",
    "TransactionStatus",
    "Amount",
    "Charge",
    "Occasion",
    "DebitPartyPublicName",
)


def fixed(value: Any) -> list[tuple[str, Any]]:
    """What does not depend on who asks, as it is printed."""
    if isinstance(value, list):
        return [pair for each in value for pair in fixed(each)]
    if not isinstance(value, dict):
        return []
    found = [(key, value[key]) for key in FIXED if key in value]
    if value.get("Key") in FIXED_VALUES and "Value" in value:
        found.append((value["Key"], str(value["Value"])))
    return found + [pair for each in value.values() for pair in fixed(each)]


@pytest.mark.parametrize(("product", "produce", "captured"), CAPTURES)
def test_a_body_has_the_texts_of_its_capture(
    mock_with: MakeMock, product: str, produce: Produce, captured: str
) -> None:
    assert fixed(read(produce(mock_with))) == fixed(read(captured))


@pytest.mark.parametrize(("product", "produce", "captured"), CAPTURES)
def test_a_body_is_what_its_schema_says(mock_with: MakeMock, product: str, produce: Produce, captured: str) -> None:
    import jsonschema
    from referencing import Registry, Resource

    folder = resources.schemas()
    files = {
        f"file:///{path}": json.loads((folder / path).read_text(encoding="utf-8"))
        for path in ("common.json", f"{product}/result.callback.json")
    }
    registry = Registry().with_resources((uri, Resource.from_contents(file)) for uri, file in files.items())
    schema = {"$ref": f"file:///{product}/result.callback.json"}

    jsonschema.Draft7Validator(schema, registry=registry).validate(json.loads(produce(mock_with)))


ACKNOWLEDGEMENTS = [
    # requests.md §1.8: these three begin with OriginatorConversationID (NM status.conversation-id.json, 2026)
    "balance.query",
    "status.query",
    "reversal.request",
]


@pytest.mark.parametrize("operation", ACKNOWLEDGEMENTS)
def test_an_acknowledgement_has_the_captured_keys_in_order(mock: Mock, operation: str) -> None:
    captured = (
        '{"OriginatorConversationID":"f1e2-4b95-a71d-b30d3cdbb7a7735297",'
        '"ConversationID":"AG_20210706_20106e9209f64bebd05b","ResponseCode":"0",'
        '"ResponseDescription":"Accept the service request successfully."}'
    )

    ours = mock.send(operation).json

    assert shape(ours) == shape(json.loads(captured))
    assert ours["ResponseDescription"] == json.loads(captured)["ResponseDescription"]


REFUSALS = [
    # requests.md §4.9 and §4.11, with the requestId they were captured with
    pytest.param(
        "balance.query",
        {"Initiator": None, "InitiatorName": "testapi"},
        "Bad Request - Invalid Initiator",
        id="production, id 20229262292",
    ),
    pytest.param(
        "reversal.request",
        {"RecieverIdentifierType": None, "ReceiverIdentifierType": "11"},
        "Bad Request - Invalid RecieverIdentifierType",
        id="production 2023, 26324-120939857-1",
    ),
    pytest.param(
        "reversal.request",
        {"TransactionID": ""},
        "Bad Request - Invalid TransactionID",
        id="documented, 94fc-460e-a970-797968bf6a851272619",
    ),
]


@pytest.mark.parametrize(("operation", "changes", "message"), REFUSALS)
def test_a_refusal_reads_as_it_was_captured(
    mock: Mock, operation: str, changes: dict[str, object], message: str
) -> None:
    assert mock.send(operation, **changes).error == (400, "400.002.02", message)


def test_no_value_is_ever_null(mock: Mock) -> None:
    mock.settled("c2b.simulate", Msisdn=CUSTOMER)
    mock.settled("status.query", Occasion=None)

    assert all(b"null" not in callback.body for callback in mock.callbacks())
