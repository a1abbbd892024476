"""The schemas of the products that move money: what is accepted, what is refused and by which name, what is sent."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.validation import Schemas

SCHEMAS = Schemas()
ABSENT: Any = ...
OPERATIONS = (
    "c2b/register",
    "c2b/simulate",
    "b2c/payment",
    "b2c/payment-v1",
    "b2c_validated/payment",
    "pochi/payment",
    "b2b/payment",
    "tax/remit",
    "b2b_express/push",
    "balance/query",
    "status/query",
    "reversal/request",
)
CALLBACKS = (
    "c2b/validation",
    "c2b/confirmation",
    "b2c/result",
    "pochi/result",
    "b2b/result",
    "tax/result",
    "b2b_express/express",
    "balance/result",
    "status/result",
    "reversal/result",
)
B2C = ("b2c/payment", "b2c/payment-v1", "b2c_validated/payment", "pochi/payment")
CORE = (*B2C, "b2b/payment", "tax/remit", "balance/query", "status/query", "reversal/request")
"""Those with an initiator, a SecurityCredential, Remarks and a ResultURL."""


def body(operation: str, /, **changes: Any) -> dict[str, Any]:
    """The sample with fields changed or, when ABSENT, left out."""
    sample = SCHEMAS.schema(f"{operation}.request")["examples"][0]
    return {key: value for key, value in {**sample, **changes}.items() if value is not ABSENT}


def refused(operation: str, sent: dict[str, Any]) -> str | None:
    """The name in the error, if the body is refused."""
    problem = SCHEMAS.checker(f"{operation}.request").check(sent)
    return None if problem is None else problem.error_name


def test_every_operation_has_its_schemas_and_every_callback_its_own() -> None:
    wanted = {f"{name}.{kind}" for name in OPERATIONS for kind in ("request", "response")}
    wanted |= {f"{name}.callback" for name in CALLBACKS}

    assert wanted <= set(SCHEMAS.names())


# What captured traffic and published clients send


@pytest.mark.parametrize("operation", CORE)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Remarks": "x" * 500},
        {"Remarks": 12},
        {"Occasion": None, "Occassion": ""},
        {"Occasion": "one", "Occassion": "other"},
        {"Occasion": ABSENT, "Occassion": ABSENT},
        {"SecurityCredential": "Safaricom999!*!"},
        {"SecurityCredential": " "},
        {"ResultURL": "http://localhost:8000/mpesa/result"},
        {"extra": {"deep": [1]}, "Foo": None, "ShortCode": True},
    ],
    ids=lambda changes: ",".join(changes) or "sample",
)
def test_what_clients_send_to_the_core_is_accepted(operation: str, changes: dict[str, Any]) -> None:
    assert refused(operation, body(operation, **changes)) is None


@pytest.mark.parametrize("operation", CORE)
@pytest.mark.parametrize("remarks", [ABSENT, None, ""], ids=["absent", "null", "empty"])
def test_only_b2c_itself_needs_remarks(operation: str, remarks: Any) -> None:
    needs = operation in ("b2c/payment", "b2c/payment-v1")

    assert refused(operation, body(operation, Remarks=remarks)) == ("Remarks" if needs else None)


@pytest.mark.parametrize("operation", B2C)
@pytest.mark.parametrize(
    "changes",
    [
        {"Amount": 9},  # limits are looked at later
        {"Amount": "10"},
        {"Amount": 10.0},
        {"Amount": "10.00"},
        {"Amount": 250000},
        {"Amount": 250001},
        {"Amount": 999_999_999_999_999},
        {"PartyA": 600996, "PartyB": 254708374149},
        {"PartyA": 600996.0, "PartyB": 254708374149.0},
        {"PartyB": "254112345678"},
        {"PartyB": "254700001032"},
    ],
    ids=str,
)
def test_a_good_b2c_payment_passes(operation: str, changes: dict[str, Any]) -> None:
    assert refused(operation, body(operation, **changes)) is None


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        *[("b2c/payment", {"CommandID": command}) for command in ("SalaryPayment", "PromotionPayment")],
        ("b2c/payment-v1", {"OriginatorConversationID": 5}),  # not a field of v1
        ("b2c_validated/payment", {"IDNumber": 12345678}),
        ("b2c_validated/payment", {"IDType": "05", "IDNumber": "A1234567"}),
        ("b2b/payment", {"AccountReference": ABSENT, "CommandID": "BusinessBuyGoods", "RecieverIdentifierType": 2}),
        ("b2b/payment", {"AccountReference": None, "Requester": None}),
        ("b2b/payment", {"AccountReference": "", "Requester": ""}),
        ("b2b/payment", {"AccountReference": 353353, "Requester": 254708374149, "Amount": 239.0}),
        ("b2b/payment", {"AccountReference": "x" * 20, "Requester": ABSENT}),
        ("b2b/payment", {"SenderIdentifierType": 4.0, "RecieverIdentifierType": "4"}),
        ("b2b/payment", {"CommandID": "BusinessTransferFromMMFToUtility", "PartyB": "600996"}),
        ("b2b/payment", {"CommandID": "AgencyFloatAdvance"}),
        ("tax/remit", {"AccountReference": 353353, "PartyB": 572572}),
        ("tax/remit", {"AccountReference": "PRN1234XN", "PartyB": "600000"}),  # who receives is looked at later
        ("balance/query", {"IdentifierType": 4, "PartyA": 600996}),
        ("balance/query", {"IdentifierType": "2"}),
        ("balance/query", {"QueueTimeOutURL": ABSENT, "Remarks": ABSENT}),
        ("balance/query", {"QueueTimeOutURL": None}),
        ("balance/query", {"QueueTimeOutURL": ""}),
        ("status/query", {"TransactionID": ABSENT, "OriginalConversationID": "AG_20240706_20106e9209f64bebd05b"}),
        ("status/query", {"TransactionID": "", "OriginatorConversationID": "53e3-4aa8-9fe0-8fb5e4092cdd3533373"}),
        ("status/query", {"TransactionID": None, "OriginalConversationID": None}),  # the product wants one of them
        ("status/query", {"TransactionID": "NO-SUCH-ONE", "OriginalConversationID": "x"}),
        ("status/query", {"PartyA": "254708374149", "IdentifierType": 1}),
        ("status/query", {"PartyA": 254708374149, "IdentifierType": "1"}),
        ("reversal/request", {"RecieverIdentifierType": 11}),
        ("reversal/request", {"RecieverIdentifierType": 11.0}),
        ("reversal/request", {"RecieverIdentifierType": "4"}),
        ("reversal/request", {"TransactionID": "NO-SUCH-ONE", "Amount": 1.0}),
        ("c2b/register", {"ShortCode": 600992, "ResponseType": "Cancelled"}),
        ("c2b/register", {"ResponseType": "Confirmed"}),  # so captured in 2018
        ("c2b/register", {"ConfirmationURL": "http://localhost:8000/mpesa"}),  # words are the product's business
        ("c2b/simulate", {"BillRefNumber": ABSENT, "CommandID": "CustomerBuyGoodsOnline"}),
        ("c2b/simulate", {"BillRefNumber": None, "CommandID": "CustomerBuyGoodsOnline"}),
        ("c2b/simulate", {"BillRefNumber": ""}),
        ("c2b/simulate", {"BillRefNumber": 353353, "Msisdn": 254708374149, "Amount": 10.0}),
        ("b2b_express/push", {"amount": 71, "primaryShortCode": 3000001, "receiverShortCode": 600992.0}),
        ("b2b_express/push", {"RequestRefID": ABSENT, "RequestRefId": "mine"}),
        ("b2b_express/push", {"RequestRefID": None, "paymentRef": 12345}),
        ("b2b_express/push", {"RequestRefID": ABSENT}),
    ],
    ids=str,
)
def test_a_good_request_passes(operation: str, changes: dict[str, Any]) -> None:
    assert refused(operation, body(operation, **changes)) is None


# What is refused


@pytest.mark.parametrize("operation", CORE)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("SecurityCredential", ABSENT),
        ("SecurityCredential", ""),
        ("SecurityCredential", None),
        ("SecurityCredential", 12345),
        ("CommandID", ABSENT),
        ("CommandID", "businesspayment"),
        ("CommandID", "CustomerPayBillOnline"),
        ("PartyA", "0712345678"),
        ("Remarks", ["two"]),
        ("ResultURL", ABSENT),
        ("ResultURL", ""),
        ("ResultURL", "mydomain.com/result"),
        ("ResultURL", "https://mydomain.com/a b"),
        ("QueueTimeOutURL", "not a URL"),
    ],
)
def test_a_bad_field_of_the_core_is_named(operation: str, field: str, value: Any) -> None:
    if field == "PartyA" and operation == "reversal/request":
        field = "ReceiverParty"

    assert refused(operation, body(operation, **{field: value})) == field


@pytest.mark.parametrize("operation", B2C)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("InitiatorName", ABSENT),
        ("InitiatorName", ""),
        ("Amount", 0),
        ("Amount", -10),
        ("Amount", "-10"),
        ("Amount", 10.5),
        ("Amount", "10.50"),
        ("Amount", "ten"),
        ("Amount", "010"),
        ("Amount", "1." + "0" * 60),  # more than an amount of money can be read from
        ("Amount", 10**15),
        ("Amount", 1e300),
        ("Amount", None),
        ("PartyA", "12"),
        ("PartyB", "243812345678"),
        ("PartyB", "0708374149"),
        ("PartyB", "+254708374149"),
        ("PartyB", "600000"),
        ("QueueTimeOutURL", ABSENT),
        ("QueueTimeOutURL", None),
    ],
)
def test_a_bad_field_of_a_b2c_payment_is_named(operation: str, field: str, value: Any) -> None:
    assert refused(operation, body(operation, **{field: value})) == field


@pytest.mark.parametrize(
    ("operation", "field", "value"),
    [
        ("b2c/payment", "OriginatorConversationID", ABSENT),
        ("b2c/payment", "OriginatorConversationID", ""),
        ("pochi/payment", "OriginatorConversationID", ABSENT),
        ("pochi/payment", "CommandID", "BusinessPayment"),
        ("b2c/payment", "CommandID", "BusinessPayToPochi"),
        ("b2c_validated/payment", "IDType", ABSENT),
        ("b2c_validated/payment", "IDType", 1),
        ("b2c_validated/payment", "IDNumber", ABSENT),
        ("b2c_validated/payment", "IDNumber", ""),
        ("b2b/payment", "CommandID", "PayTaxToKRA"),
        ("b2b/payment", "SenderIdentifierType", 3),
        ("b2b/payment", "RecieverIdentifierType", "11"),
        ("b2b/payment", "RecieverIdentifierType", True),
        ("b2b/payment", "PartyB", "254708374149"),
        ("b2b/payment", "AccountReference", "a<b>"),
        ("b2b/payment", "AccountReference", "x" * 21),
        ("b2b/payment", "Amount", 0),
        ("tax/remit", "CommandID", "BusinessPayBill"),
        ("tax/remit", "AccountReference", ABSENT),
        ("tax/remit", "AccountReference", ""),
        ("balance/query", "CommandID", "AccountBalances"),
        ("balance/query", "IdentifierType", ABSENT),
        ("balance/query", "PartyA", "254708374149"),
        ("status/query", "TransactionID", 12),
        ("status/query", "OriginalConversationID", {}),
        ("status/query", "PartyA", 10_000_000),
        ("status/query", "PartyA", 254612345678),
        ("status/query", "IdentifierType", "11"),
        ("status/query", "QueueTimeOutURL", ABSENT),
        ("reversal/request", "RecieverIdentifierType", "2"),
        ("reversal/request", "RecieverIdentifierType", 7),
        ("reversal/request", "TransactionID", ABSENT),
        ("reversal/request", "TransactionID", ""),
        ("reversal/request", "Amount", "1.5"),
        ("c2b/register", "ShortCode", ABSENT),
        ("c2b/register", "ResponseType", "completed"),
        ("c2b/register", "ResponseType", ABSENT),
        ("c2b/register", "ConfirmationURL", ABSENT),
        ("c2b/register", "ValidationURL", "ftp://mydomain.com"),
        ("c2b/simulate", "CommandID", "CustomerPayBill"),
        ("c2b/simulate", "Amount", 0.5),
        ("c2b/simulate", "Msisdn", "0708374149"),
        ("c2b/simulate", "BillRefNumber", "x" * 21),
        ("c2b/simulate", "BillRefNumber", "a\nb"),
        ("b2b_express/push", "primaryShortCode", ABSENT),
        ("b2b_express/push", "amount", "71.5"),
        ("b2b_express/push", "paymentRef", ""),
        ("b2b_express/push", "callbackUrl", "mydomain.com"),
        ("b2b_express/push", "partnerName", ABSENT),
    ],
)
def test_a_bad_field_is_named(operation: str, field: str, value: Any) -> None:
    assert refused(operation, body(operation, **{field: value})) == field


@pytest.mark.parametrize(
    ("operation", "sent_as", "wanted"),
    [
        ("balance/query", "InitiatorName", "Initiator"),
        ("b2c/payment", "Initiator", "InitiatorName"),
        ("reversal/request", "ReceiverIdentifierType", "RecieverIdentifierType"),
        ("b2b/payment", "ReceiverIdentifierType", "RecieverIdentifierType"),
        ("b2b/payment", "Command ID", "CommandID"),
        ("status/query", "QueueTimeoutURL", "QueueTimeOutURL"),
        ("c2b/register", "Shortcode", "ShortCode"),
        ("b2b_express/push", "callbackURL", "callbackUrl"),
    ],
)
def test_a_field_under_another_name_is_missing_and_the_hint_says_so(operation: str, sent_as: str, wanted: str) -> None:
    sent = body(operation)
    sent[sent_as] = sent.pop(wanted)

    problem = SCHEMAS.checker(f"{operation}.request").check(sent)

    assert problem is not None
    assert (problem.error_name, problem.rule) == (wanted, "missing")
    assert f"the body has '{sent_as}'" in problem.hint


@pytest.mark.parametrize(
    ("operation", "first"),
    [
        ("c2b/register", "ShortCode"),
        ("c2b/simulate", "ShortCode"),
        ("b2c/payment", "InitiatorName"),
        ("b2c/payment-v1", "InitiatorName"),
        ("b2c_validated/payment", "InitiatorName"),
        ("pochi/payment", "InitiatorName"),
        ("b2b/payment", "Initiator"),
        ("tax/remit", "Initiator"),
        ("b2b_express/push", "primaryShortCode"),
        ("balance/query", "Initiator"),
        ("status/query", "Initiator"),
        ("reversal/request", "RecieverIdentifierType"),
    ],
)
def test_a_body_without_fields_is_refused_for_the_documented_one(operation: str, first: str) -> None:
    assert refused(operation, {}) == first


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_required_field_is_the_first_bad_one_once_those_before_it_are_there(operation: str) -> None:
    sample = body(operation)
    sent: dict[str, Any] = {}

    for field in SCHEMAS.schema(f"{operation}.request")["required"]:
        assert refused(operation, sent) == field
        sent = {field: sample[field], **sent}  # the body's own order doesn't count
    assert refused(operation, sent) is None


@pytest.mark.parametrize("operation", CORE)
def test_a_security_credential_never_stands_in_a_problem(operation: str) -> None:
    problem = SCHEMAS.checker(f"{operation}.request").check(body(operation, SecurityCredential=["secret"]))

    assert problem is not None
    assert "secret" not in repr(problem)


@pytest.mark.parametrize("operation", CORE)
def test_long_remarks_are_warned_of(operation: str) -> None:
    warnings = SCHEMAS.checker(f"{operation}.request").warnings(body(operation, Remarks="x" * 101))

    assert "Remarks has 101 characters; 100 are documented: send no more" in warnings


# What is sent


def result(name: str, example: int = 0) -> dict[str, Any]:
    envelope: dict[str, Any] = SCHEMAS.schema(f"{name}.callback")["examples"][example]["Result"]
    return envelope


RESULTS = tuple(name for name in CALLBACKS if name.endswith("/result"))


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ResultType", "0"),
        ("ResultCode", "0"),
        ("ResultCode", "2001"),
        ("ResultCode", None),
        ("ResultDesc", None),
        ("ConversationID", "ws_CO_061020260952245708374149"),
        ("TransactionID", ""),
        ("ResultParameters", None),
        ("ResultParameters", {}),
        ("ReferenceData", {"ReferenceItem": []}),
        ("ReferenceData", {"ReferenceItem": [{"Key": "QueueTimeoutURL"}]}),  # one item is an object
        ("ReferenceData", {"ReferenceItem": {"Key": "QueueTimeoutURL", "Value": None}}),  # nothing: no Value
    ],
)
def test_a_result_of_another_shape_is_refused(name: str, field: str, value: Any) -> None:
    sent = {"Result": {**result(name), field: value}}

    assert SCHEMAS.checker(f"{name}.callback").check(sent) is not None


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("code", [0, 1, 17, 2001, 8006, "R000002", "SFC_IC0003", "TP40153"])
def test_a_result_code_is_a_number_unless_it_is_none(name: str, code: int | str) -> None:
    assert SCHEMAS.checker(f"{name}.callback").check({"Result": {**result(name), "ResultCode": code}}) is None


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("b2c/result", "TransactionAmount", "10"),
        ("b2c/result", "B2CUtilityAccountAvailableFunds", "8959269.60"),
        ("b2c/result", "TransactionCompletedDateTime", 20240706224852),
        ("pochi/result", "TransactionAmount", "10"),
        ("b2b/result", "TransCompletedTime", "20221110110717"),
        ("b2b/result", "DebitPartyCharges", None),
        ("tax/result", "Amount", "190.00"),
        ("balance/result", "BOCompletedTime", "20260825140947"),
        ("status/result", "InitiatedTime", "20240206101500"),
        ("status/result", "TransactionReason", None),
        ("reversal/result", "Charge", "0.00"),
        ("reversal/result", "OriginalTransactionID", 1),
    ],
)
def test_a_result_parameter_of_another_type_is_refused(name: str, key: str, value: Any) -> None:
    items = result(name)["ResultParameters"]["ResultParameter"]
    changed = [{**item, "Value": value} if item["Key"] == key else item for item in items]

    sent = {"Result": {**result(name), "ResultParameters": {"ResultParameter": changed}}}

    assert changed != items
    assert SCHEMAS.checker(f"{name}.callback").check(sent) is not None


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("b2b/result", {"Key": "DebitAccountCurrentBalance", "Value": "{Amount={...}}"}),
        ("tax/result", {"Key": "DebitAccountCurrentBalance", "Value": "{Amount={...}}"}),
        ("pochi/result", {"Key": "CreditPartyName", "Value": "254705912645 - NICHOLAS JOHN SONGOK"}),
    ],
)
def test_a_single_result_parameter_is_an_object_and_no_array(name: str, item: dict[str, str]) -> None:
    def check(parameter: Any) -> object:
        sent = {"Result": {**result(name), "ResultParameters": {"ResultParameter": parameter}}}
        return SCHEMAS.checker(f"{name}.callback").check(sent)

    assert check(item) is None
    assert check([item]) is not None


@pytest.mark.parametrize("name", ["c2b/validation", "c2b/confirmation", "b2b_express/express"])
def test_a_flat_callback_has_strings_only(name: str) -> None:
    sample = SCHEMAS.schema(f"{name}.callback")["examples"][0]

    for field in sample:
        assert SCHEMAS.checker(f"{name}.callback").check({**sample, field: 5}) is not None
        assert SCHEMAS.checker(f"{name}.callback").check({**sample, field: None}) is not None


@pytest.mark.parametrize(
    ("name", "changes", "good"),
    [
        ("c2b/validation", {"OrgAccountBalance": "25.00"}, False),
        ("c2b/confirmation", {"OrgAccountBalance": ""}, False),
        ("c2b/confirmation", {"OrgAccountBalance": "-1980.00"}, True),
        ("c2b/confirmation", {"TransAmount": "5"}, False),
        ("c2b/confirmation", {"MSISDN": "2547*****126"}, False),
        ("c2b/confirmation", {"MSISDN": "254708374149"}, True),
        ("c2b/confirmation", {"TransactionType": "Buy Goods"}, True),
        ("c2b/confirmation", {"MiddleName": "", "LastName": ""}, True),
        ("c2b/confirmation", {"FirstName": ABSENT}, False),
    ],
    ids=str,
)
def test_a_c2b_notification_has_the_captured_forms(name: str, changes: dict[str, Any], good: bool) -> None:
    sample = {**SCHEMAS.schema(f"{name}.callback")["examples"][0], **changes}

    sent = {key: value for key, value in sample.items() if value is not ABSENT}

    assert (SCHEMAS.checker(f"{name}.callback").check(sent) is None) is good
