"""B2B, tax and B2B Express against what was captured, and against the portal's samples where nothing was captured.

Mimicked: keys, their order, the types of their values, and the texts that don't depend on who asks. Quoted as
callbacks.md §3.1, §3.3 and §5 and requests.md §1.5, §4.6 and §4.8 quote them; what those leave out is filled in.

Captured, but of an older era or edited, and so not mimicked by any default or quirk:

- PHP-SDK #5, sandbox 2017/18: success begins with InitiatorAccountCurrentBalance and DebitAccountCurrentBalance; the
  struct's text is `{Amount={BasicAmount=..., MinimumAmount=..., CurrencyCode=KES}}`; Amount is 10, without decimals.
- PROD-B2B21, production 2021, DisburseFundsToBusiness: also CreditAccountBalance, CreditPartyPublicName and
  DebitPartyPublicName, and two charges of 0.00 joined by `&`.
- The portal's failure sample (2001 with BOCompletedTime, TransactionID OAK0000000, an abresults URL): pasted there from
  the balance API, and contradicted by NEWTON and JAVA24.
- The portal's success sample writes ResultType, ResultCode, Amount and TransCompletedTime as strings, an empty
  DebitPartyCharges as "", and ResultDesc without its full stop. Captures have numbers, no Value, and the full stop.
- PROD-B2B26's host of QueueTimeoutURL is that of the production environment; see tests/products/test_b2b.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import MakeMock, Mock

Produce = Callable[[MakeMock], bytes]


def outline(value: Any) -> Any:
    """Keys in order, the names in `Key`, and the types of everything else; a whole number and a decimal are numbers."""
    if isinstance(value, dict):
        return [(key, each if key == "Key" else outline(each)) for key, each in value.items()]
    if isinstance(value, list):
        return [outline(each) for each in value]
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def fixed(value: Any) -> list[tuple[str, Any]]:
    """The members that say the same to everybody."""
    names = ("ResultType", "ResultCode", "ResultDesc", "ResponseCode", "ResponseDescription", "errorCode",
             "errorMessage", "resultCode", "resultDesc", "resultType", "code", "status")  # fmt: skip
    if not isinstance(value, dict):
        return []
    found = [(key, value[key]) for key in names if key in value]
    return found + [pair for each in value.values() for pair in fixed(each)]


def acknowledged(operation: str) -> Produce:
    return lambda make: make().send(operation).body


def refused(operation: str) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock: Mock = make()
        return mock.request("POST", "/v1/ussdpush/get-msisdn", mock.body(operation)).body

    return produce


def result(operation: str, code: str, quirks: dict[str, object] | None = None, **changes: object) -> Produce:
    def produce(make: MakeMock) -> bytes:
        mock: Mock = make(quirks=quirks or {})
        row = mock.settled(operation, headers={"X-Mock-Scenario": code}, **changes)
        (callback,) = mock.sandbox.callbacks_of(row.id)
        return callback.body

    return produce


def a_result(code: object, text: str, receipt: str, parameters: str, *references: str) -> str:
    """The envelope of callbacks.md §3.1 around what differs."""
    given = f'"ResultParameters":{{"ResultParameter":{parameters}}},' if parameters else ""
    return (
        f'{{"Result":{{"ResultType":0,"ResultCode":{code},"ResultDesc":"{text}",'
        '"OriginatorConversationID":"c0d2-4b9a-a71a-12bae346ef6e226156",'
        f'"ConversationID":"AG_20240226_201039308b470bd2323f","TransactionID":"{receipt}",'
        f'{given}"ReferenceData":{{"ReferenceItem":[{",".join(references)}]}}}}}}'
    )


BILL = '{"Key":"BillReferenceNumber","Value":353353}'
URL = '{"Key":"QueueTimeoutURL","Value":"https://internalsandbox.safaricom.co.ke/mpesa/b2bresults/v1/submit"}'
OCCASSION = '{"Key":"Occassion"}'
STRUCT = "{Amount={CurrencyCode=KES, MinimumAmount=618683, BasicAmount=6186.83}}"
SUCCESS = "The service request is processed successfully."
LOCKED = "The security credential is locked."

DOCUMENTED = f"""[
 {{"Key":"DebitAccountBalance","Value":"{STRUCT}"}},
 {{"Key":"Amount","Value":190.00}},
 {{"Key":"DebitPartyAffectedAccountBalance","Value":"Working Account|KES|346568.83|6186.83|340382.00|0.00"}},
 {{"Key":"TransCompletedTime","Value":20221110110717}},
 {{"Key":"DebitPartyCharges"}},
 {{"Key":"ReceiverPartyPublicName","Value":"000000 - Biller Company"}},
 {{"Key":"Currency","Value":"KES"}},
 {{"Key":"InitiatorAccountCurrentBalance","Value":"{STRUCT}"}}]"""
CHARGED = DOCUMENTED.replace(
    '{"Key":"DebitPartyCharges"}', '{"Key":"DebitPartyCharges","Value":"Business Pay Bill Charge|KES|77.00"}'
)
TILL_PAYOUT = f"""[
 {{"Key":"Currency","Value":"KES"}},
 {{"Key":"DebitAccountCurrentBalance","Value":"{STRUCT}"}},
 {{"Key":"InitiatorAccountCurrentBalance","Value":"{STRUCT}"}}]"""
POOR = f'{{"Key":"DebitAccountCurrentBalance","Value":"{STRUCT}"}}'

PAY, TAX, EXPRESS = "b2b.payment", "tax.remit", "b2b-express.push"
ACCEPTED = (
    '{"OriginatorConversationID":"5118-111210482-1","ConversationID":"AG_20230420_2010759fd5662ef6d054",'
    '"ResponseCode":"0","ResponseDescription":"Accept the service request successfully."}'
)
BODIES = [
    pytest.param(acknowledged(PAY), ACCEPTED, id="b2b ack: requests.md §4.6, portal"),
    pytest.param(acknowledged(TAX), ACCEPTED, id="tax ack: requests.md §4.7, portal"),
    pytest.param(
        result(PAY, "0"),
        a_result(0, SUCCESS, "QKA81LK5CY", CHARGED, BILL, URL, OCCASSION),
        id="paybill success: callbacks.md §3.3, keys of PORTAL25, types and references of PHP-SDK and PROD-B2B21",
    ),
    pytest.param(
        result(PAY, "0", CommandID="BusinessPayToBulk"),
        a_result(0, SUCCESS, "QKA81LK5CY", DOCUMENTED, URL, OCCASSION),
        id="top-up success without a charge: callbacks.md §3.3, as above",
    ),
    pytest.param(
        result(TAX, "0"),
        a_result(0, SUCCESS, "QKA81LK5CY", DOCUMENTED, BILL, URL, OCCASSION),
        id="tax success: callbacks.md §3.3, as above",
    ),
    pytest.param(
        result(PAY, "0", {"b2b_success": "production-2026"}, CommandID="BusinessBuyGoods"),
        a_result(0, SUCCESS, "UIT7BK31XQ", TILL_PAYOUT, URL, OCCASSION),
        id="till payout in production: callbacks.md §3.3, PROD-B2B26 2026-09-29 (quirk b2b_success)",
    ),
    pytest.param(
        result(PAY, "8006"),
        a_result(8006, LOCKED, "UJ77BK31XQ", "", BILL, URL, OCCASSION),
        id="paybill failure: callbacks.md §3.3, NEWTON 2026-10-07",
    ),
    pytest.param(
        result(PAY, "8006", CommandID="BusinessBuyGoods"),
        a_result(8006, LOCKED, "UJ77BK31XQ", "", URL, OCCASSION),
        id="buy goods failure: callbacks.md §3.3, NEWTON 2026-10-07",
    ),
    pytest.param(
        result(PAY, "8006", CommandID="BusinessPayToBulk"),
        a_result(8006, LOCKED, "UJ77BK31XQ", "", URL, OCCASSION),
        id="top-up failure: callbacks.md §3.3, NEWTON 2026-10-07",
    ),
    pytest.param(
        result(TAX, "8006", AccountReference="PRN1234XN"),
        a_result(8006, LOCKED, "UJ77BK31XQ", "", BILL.replace("353353", '"PRN1234XN"'), URL, OCCASSION),
        id="tax failure with a PRN that is no number: callbacks.md §3.3 and §3.1 rule 4, NEWTON 2026-10-07",
    ),
    pytest.param(
        result(TAX, "2001"),
        a_result(2001, "The initiator information is invalid.", "SBR12IFWUT", "", BILL, URL, OCCASSION),
        id="tax failure with a receipt: callbacks.md §3.1 rule 7, JAVA24 2024-02",
    ),
    pytest.param(
        result(PAY, "17"),
        a_result(17, "System internal error.", "0" * 16, "", BILL, URL, OCCASSION),
        id="internal error: callbacks.md §3.1 rule 7 and §3.6, JAVA24 2024-02",
    ),
    pytest.param(
        result(PAY, "1"),
        a_result(1, "The balance is insufficient for the transaction.", "UHL7BK31XR", POOR, BILL, URL, OCCASSION),
        id="too little money, one parameter as an object: callbacks.md §3.1 rule 5, PREMI 3505bf1 2026-08-21",
    ),
    pytest.param(
        acknowledged(EXPRESS),
        '{"code":"0","status":"USSD Initiated Successfully"}',
        id="express ack: requests.md §4.8, portal",
    ),
    pytest.param(
        refused(EXPRESS),
        '{"requestId":"2b1f-43e4-90e0-f56603679e1a4664","errorCode":"401",'
        '"errorMessage":"Unauthorized - Invalid Access Token"}',
        id="express without a token: requests.md §1.5, NM b2b-express 2026",
    ),
    pytest.param(
        result(EXPRESS, "0"),
        '{"resultCode":"0","resultDesc":"The service request is processed successfully.","amount":"71.0",'
        '"requestId":"404e1aec-19e0-4ce3-973d-bd92e94c8021","resultType":"0",'
        '"conversationID":"AG_20230426_2010434680d9f5a73766","transactionId":"RDQ01NFT1Q","status":"SUCCESS"}',
        id="express paid: callbacks.md §5, portal",
    ),
    pytest.param(
        result(EXPRESS, "4001"),
        '{"resultCode":"4001","resultDesc":"User cancelled transaction",'
        '"requestId":"c2a9ba32-9e11-4b90-892c-7bc54944609a","amount":"71.0","paymentReference":"MAndbubry3hi"}',
        id="express cancelled: callbacks.md §5, portal",
    ),
]


@pytest.mark.parametrize(("produce", "quoted"), BODIES)
def test_a_body_has_the_keys_order_and_types_of_its_source(mock_with: MakeMock, produce: Produce, quoted: str) -> None:
    ours = json.loads(produce(mock_with))

    assert outline(ours) == outline(json.loads(quoted))


@pytest.mark.parametrize(("produce", "quoted"), BODIES)
def test_a_body_has_the_codes_and_texts_of_its_source(mock_with: MakeMock, produce: Produce, quoted: str) -> None:
    ours = json.loads(produce(mock_with))

    assert fixed(ours) == fixed(json.loads(quoted))


@pytest.mark.parametrize(
    ("schema", "produce"),
    [
        (f"{operation.partition('.')[0].replace('-', '_')}/{kind}.callback", result(operation, code, quirks))
        for operation, kind, other in (
            (PAY, "result", "SFC_IC0003"),
            (TAX, "result", "17"),
            (EXPRESS, "express", "4001"),
        )
        for code in ("0", other, *(() if operation == EXPRESS else ("1", "2001")))
        for quirks in ({}, {"b2b_success": "production-2026"})
    ],
)
def test_a_callback_fits_the_schema_that_ships(mock_with: MakeMock, schema: str, produce: Produce) -> None:
    assert mock_with().gateway.shared.schemas.checker(schema).check(json.loads(produce(mock_with))) is None


def test_a_tax_that_fails_on_its_initiator_has_a_receipt_and_an_internal_error_zeros(mock_with: MakeMock) -> None:
    made = [json.loads(result(TAX, code)(mock_with))["Result"]["TransactionID"] for code in ("2001", "17")]

    assert made[0][:3] == "UKO" and len(made[0]) == 10 and made[0][3:] != "0000000"  # SBR12IFWUT
    assert made[1] == "0000000000000000"  # JAVA24, both


def test_amounts_keep_their_two_decimals(mock_with: MakeMock) -> None:
    assert b'{"Key":"Amount","Value":239.00}' in result(PAY, "0")(mock_with)
