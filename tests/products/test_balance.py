"""Account balance: requests.md §4.9, callbacks.md §3.4 and §8."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mock_daraja.defaults import INITIATOR_PASSWORD
from tests.conftest import MakeMock, Mock, parameters

QUERY = "balance.query"
PAYER = "600996"
OPENING = (
    "Working Account|KES|1000000.00|1000000.00|0.00|0.00&Utility Account|KES|1000000.00|1000000.00|0.00|0.00"
    "&Charges Paid Account|KES|0.00|0.00|0.00|0.00&Merchant Account|KES|0.00|0.00|0.00|0.00"
    "&Organization Settlement Account|KES|0.00|0.00|0.00|0.00"
)


def accounts(mock: Mock, shortcode: str = PAYER) -> dict[str, str]:
    """What the balance product says, by account: the current balance."""
    result = mock.result_of(mock.settled(QUERY, PartyA=shortcode))
    lines = [line.split("|") for line in parameters(result)["AccountBalance"].split("&")]
    assert all(line[1] == "KES" and line[2] == line[3] and line[4:] == ["0.00", "0.00"] for line in lines)
    return {line[0].removesuffix(" Account"): line[2] for line in lines}


def with_initiator(mock: Mock, **initiator: object) -> None:
    named = {"name": "testapi", "password": "Safaricom999!*!"} | initiator
    mock.sandbox.put_organisation({"shortcode": PAYER, "initiators": [named]})


def test_the_acknowledgement_begins_with_the_originator(mock: Mock) -> None:
    answer = mock.send(QUERY)

    row = mock.transaction(answer.json["ConversationID"])
    assert list(answer.json.items()) == [
        ("OriginatorConversationID", row.originator_id),
        ("ConversationID", row.reference),
        ("ResponseCode", "0"),
        ("ResponseDescription", "Accept the service request successfully."),
    ]


def test_five_accounts_are_listed_in_order(mock: Mock) -> None:
    row = mock.settled(QUERY)

    result = mock.result_of(row)
    assert list(result) == [
        "ResultType",
        "ResultCode",
        "ResultDesc",
        "OriginatorConversationID",
        "ConversationID",
        "TransactionID",
        "ResultParameters",
        "ReferenceData",
    ]
    assert result["ResultParameters"]["ResultParameter"] == [
        {"Key": "ActionType", "Value": "AccountBalance"},
        {"Key": "AccountBalance", "Value": OPENING},
        {"Key": "BOCompletedTime", "Value": 20261124100002},
    ]
    assert result["TransactionID"] == "UKO0000000"
    assert (result["OriginatorConversationID"], result["ConversationID"]) == (row.originator_id, row.reference)
    assert row.receipt is None


@pytest.mark.parametrize(
    ("environment", "host"),
    [("sandbox", "internalsandbox.safaricom.co.ke"), ("production", "internalapi.safaricom.co.ke")],
)
def test_the_reference_is_safaricoms_own_url(mock_with: MakeMock, environment: str, host: str) -> None:
    mock = mock_with(environment=environment)
    url = "https://example.com/balance"

    row = mock.settled(QUERY, ResultURL=url, QueueTimeOutURL=url)

    assert mock.result_of(row)["ReferenceData"] == {
        "ReferenceItem": {"Key": "QueueTimeoutURL", "Value": f"https://{host}/mpesa/abresults/v1/submit"}
    }


@pytest.mark.parametrize(
    ("operation", "changes", "shortcode", "changed"),
    [
        ("b2c.payment", {"Amount": 1000}, PAYER, {"Utility": "999000.00", "Charges Paid": "-5.00"}),
        ("pochi.payment", {"Amount": 10}, PAYER, {"Utility": "999990.00"}),
        ("b2b.payment", {"Amount": 500}, PAYER, {"Working": "999500.00", "Charges Paid": "-8.00"}),
        ("b2b.payment", {"Amount": 500}, "600000", {"Utility": "1000500.00"}),
        ("b2b.payment", {"Amount": 50, "CommandID": "BusinessBuyGoods"}, "600000", {"Merchant": "50.00"}),
        (
            "b2b.payment",
            {"Amount": 7, "CommandID": "BusinessTransferFromMMFToUtility", "PartyB": PAYER},
            PAYER,
            {"Working": "999993.00", "Utility": "1000007.00"},
        ),
        ("tax.remit", {"Amount": 30}, PAYER, {"Working": "999970.00"}),
        ("tax.remit", {"Amount": 30}, "572572", {"Utility": "1000030.00"}),
        ("c2b.simulate", {"Amount": 200}, "600992", {"Utility": "1000200.00", "Charges Paid": "-5.00"}),
    ],
)
def test_what_a_payment_moved_is_in_the_balance(
    mock: Mock, operation: str, changes: dict[str, object], shortcode: str, changed: dict[str, str]
) -> None:
    before = accounts(mock, shortcode)

    paid = mock.settled(operation, **changes)

    assert paid.result == "0"
    assert accounts(mock, shortcode) == before | changed


def test_asking_changes_no_balance(mock: Mock) -> None:
    before = mock.sandbox.balances()
    accounts(mock)
    opened = mock.sandbox.balances()

    accounts(mock)

    assert mock.sandbox.balances() == opened
    assert sum(opened.values()) == sum(before.values()) == 0


def test_a_locked_password_is_told_as_it_was_captured(mock: Mock) -> None:
    with_initiator(mock, locked=True)

    result = mock.result_of(mock.settled(QUERY))

    assert (result["ResultCode"], result["ResultDesc"]) == (8006, "The security credential is locked.")
    assert result["TransactionID"] == "UKO0000000"
    assert result["ResultParameters"]["ResultParameter"] == [
        {"Key": "ActionType", "Value": "AccountBalance"},
        {"Key": "ErrorMsg", "Value": "API Password is locked. "},
        {"Key": "BOCompletedTime", "Value": 20261124100002},
    ]
    assert result["ReferenceData"] == {"ReferenceItem": {"Key": "QueueTimeoutURL"}}


@pytest.mark.parametrize(
    ("initiator", "changes", "code", "why"),
    [
        ({}, {"Initiator": "apitest"}, "2001", "600996 has no initiator 'apitest'; it has testapi"),
        ({}, {"SecurityCredential": "Safaricom999!*!"}, "2001", "is the bare password"),
        ({}, {"PartyA": "654321"}, "2001", "there is no organisation 654321"),
        ({"roles": ["Org Reversals Initiator"]}, {}, "21", "no role 'Balance Query ORG API'"),
        ({"locked": True}, {}, "8006", "locked"),
    ],
)
def test_what_is_wrong_with_the_initiator_fails_later(
    mock: Mock, initiator: dict[str, object], changes: dict[str, object], code: str, why: str
) -> None:
    with_initiator(mock, **initiator)

    row = mock.settled(QUERY, **changes)

    result = mock.result_of(row)
    assert (row.state, str(result["ResultCode"])) == ("failed", code)
    assert why in row.why
    assert list(parameters(result)) == ["ActionType", "ErrorMsg", "BOCompletedTime"]


def test_the_third_wrong_password_locks_every_product_of_the_initiator(mock: Mock) -> None:
    wrong = {"SecurityCredential": "not a credential"}

    results = [mock.settled(QUERY, **wrong).result for _ in range(3)]

    assert results == ["2001", "2001", "8006"]
    assert mock.settled(QUERY).result == "8006"
    assert mock.settled("b2c.payment").result == "8006"


def test_a_right_password_sets_the_count_back(mock: Mock, credential: Callable[[str], str]) -> None:
    wrong, right = ({"SecurityCredential": each} for each in ("not a credential", credential(INITIATOR_PASSWORD)))

    results = [mock.settled(QUERY, **changes).result for changes in (wrong, wrong, right, wrong, wrong)]

    assert results == ["2001", "2001", "0", "2001", "2001"]


def test_a_role_of_its_own_is_enough(mock: Mock) -> None:
    with_initiator(mock, roles=["Balance Query ORG API"])

    assert mock.settled(QUERY).result == "0"


@pytest.mark.parametrize("kind", ["4", 4, "2", 1, 4.0])
def test_identifier_types_of_sdks_are_taken(mock: Mock, kind: object) -> None:
    assert mock.settled(QUERY, IdentifierType=kind).result == "0"


@pytest.mark.parametrize("changes", [{"Remarks": None}, {"QueueTimeOutURL": None}, {"QueueTimeOutURL": ""}])
def test_what_the_faq_calls_optional_may_be_left_out(mock: Mock, changes: dict[str, object]) -> None:
    assert mock.settled(QUERY, **changes).result == "0"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"Initiator": None, "InitiatorName": "testapi"}, "Initiator"),
        ({"SecurityCredential": ""}, "SecurityCredential"),
        ({"CommandID": "AccountBalances"}, "CommandID"),
        ({"PartyA": "abc"}, "PartyA"),
        ({"IdentifierType": "3"}, "IdentifierType"),
        ({"ResultURL": "not a url"}, "ResultURL"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(mock: Mock, changes: dict[str, object], field: str) -> None:
    answer = mock.send(QUERY, **changes)

    assert answer.error == (400, "400.002.02", f"Bad Request - Invalid {field}")


def test_initiator_name_is_refused_with_the_right_spelling(mock: Mock) -> None:
    answer = mock.send(QUERY, Initiator=None, InitiatorName="testapi")

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid Initiator")
    assert "'Initiator'" in answer.why


def test_production_takes_no_plain_http(mock_with: MakeMock) -> None:
    answer = mock_with(environment="production").send(QUERY, ResultURL="http://example.com/balance")

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid ResultURL")


def test_a_queue_time_out_calls_its_url_instead(mock: Mock) -> None:
    timed_out = {"when": {"operation": QUERY}, "then": {"queue_timeout": True}}
    assert mock.request("POST", "/_mock/one-shots", timed_out).status == 201

    row = mock.settled(QUERY, QueueTimeOutURL="http://127.0.0.1:9/queue")

    (callback,) = mock.sandbox.callbacks_of(row.id)
    assert (callback.kind, callback.url) == ("timeout", "http://127.0.0.1:9/queue")
    assert json.loads(callback.body)["Result"]["ConversationID"] == row.reference


def test_a_queue_time_out_without_its_url_says_nothing(mock: Mock) -> None:
    timed_out = {"when": {"operation": QUERY}, "then": {"queue_timeout": True}}
    assert mock.request("POST", "/_mock/one-shots", timed_out).status == 201

    row = mock.settled(QUERY, QueueTimeOutURL=None)

    assert row.state == "failed"
    assert mock.sandbox.callbacks_of(row.id) == []


@pytest.mark.parametrize("code", ["2001", "21", "8006", "TP40153", "SFC_IC0003"])
def test_any_code_can_be_asked_for(mock: Mock, code: str) -> None:
    result = mock.result_of(mock.settled(QUERY, Remarks=f"mock:{code}"))

    assert str(result["ResultCode"]) == code
    assert list(parameters(result)) == ["ActionType", "ErrorMsg", "BOCompletedTime"]
