"""B2B Express Checkout, statement by statement: requests.md §4.8 and §1.5, callbacks.md §5."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from mock_daraja import resources
from mock_daraja.defaults import CUSTOMER, TILL
from mock_daraja.ends import transaction_shape
from mock_daraja.model import TRANSACTIONS, Transaction
from mock_daraja.scenarios import codes, one_shot
from tests.conftest import MakeMock, Mock, Webhook

PUSH = "b2b-express.push"
PATH = "/v1/ussdpush/get-msisdn"
VENDOR = "600992"
PAYS, RECEIVES = f"{TILL}:Merchant Account", f"{VENDOR}:Utility Account"
REQUEST = "404e1aec-19e0-4ce3-973d-bd92e94c8021"
UNAUTHORISED = (401, "401", "Unauthorized - Invalid Access Token")


def change_customer(mock: Mock, **changes: Any) -> None:
    mock.sandbox.put_customer({"msisdn": CUSTOMER, **changes})


def pushed(mock: Mock, **changes: object) -> Transaction:
    """Accepted, and the prompt is open."""
    answer = mock.send(PUSH, **changes)
    assert answer.status == 200, (answer.body, answer.why)
    row = mock.sandbox.transaction(mock.exchange().transaction or 0)
    assert row is not None
    return row


def callback(mock: Mock, row: Transaction) -> Any:
    (owed,) = mock.sandbox.callbacks_of(row.id)
    return json.loads(owed.body)


# the request


def test_the_acknowledgement_has_two_strings(mock: Mock) -> None:
    answer = mock.send(PUSH)

    assert answer.status == 200
    assert answer.body == b'{"code":"0","status":"USSD Initiated Successfully"}'


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 71},
        {"amount": 71.0},
        {"primaryShortCode": 3000001},
        {"receiverShortCode": 600992.0},
        {"paymentRef": 12345},
        {"RequestRefID": None},
        {"partnerName": 7},
        {"extra": "ignored"},
    ],
)
def test_numbers_come_as_numbers_or_strings(mock: Mock, changes: dict[str, object]) -> None:
    row = mock.settled(PUSH, **changes)

    assert (row.result, row.shortcode, row.party_b, row.amount_cents) == ("0", TILL, VENDOR, 71_00)


@pytest.mark.parametrize(("payer", "receiver"), [("000001", "000002"), (1, 2), (1.0, "000002.0")])
def test_the_portals_sample_is_paid_with_or_without_its_leading_zeros(
    mock: Mock, payer: object, receiver: object
) -> None:
    row = mock.settled(PUSH, primaryShortCode=payer, receiverShortCode=receiver)

    assert (row.result, row.shortcode, row.party_b) == ("0", "000001", "000002")


FIELDS = ("primaryShortCode", "receiverShortCode", "amount", "paymentRef", "callbackUrl", "partnerName")


def test_one_field_is_named_at_a_time_in_the_order_of_the_sample(mock: Mock) -> None:
    whole = mock.body(PUSH)

    named = []
    for count in range(len(FIELDS)):
        answer = mock.post(PATH, {name: whole[name] for name in FIELDS[:count]})
        named.append(answer.json["Status_Message"].removeprefix("Invalid "))

    assert tuple(named) == FIELDS


def test_a_bad_field_is_refused_in_bill_managers_style(mock: Mock) -> None:
    answer = mock.send(PUSH, amount="0.5")

    assert answer.status == 409
    assert list(answer.json.items()) == [
        ("Status_Message", "Invalid amount"),
        ("resmsg", "Action forbidden"),
        ("rescode", "409"),
    ]


@pytest.mark.parametrize("token", [None, "Bearer nothing", "Basic eDp5"])
def test_a_bad_token_is_401_with_the_envelope(mock: Mock, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": token}

    assert mock.request("POST", PATH, mock.body(PUSH), headers).error == UNAUTHORISED


def test_an_app_without_the_product_is_401_too(mock_with: MakeMock) -> None:
    mock = mock_with(apps=({"key": "k", "secret": "s", "products": ["b2b"]},))
    headers = {"Authorization": f"Bearer {mock.token('k', 's')}"}

    assert mock.request("POST", PATH, mock.body(PUSH), headers).error == UNAUTHORISED


def test_the_vendor_is_the_one_who_calls(mock_with: MakeMock) -> None:
    mock = mock_with(apps=({"key": "k", "secret": "s", "shortcodes": [VENDOR]},))
    headers = {"Authorization": f"Bearer {mock.token('k', 's')}"}

    statuses = [
        mock.request("POST", PATH, mock.body(PUSH, receiverShortCode=each), headers).status
        for each in (VENDOR, "600000")
    ]

    assert statuses == [200, 409]


def test_production_takes_https_only(mock_with: MakeMock) -> None:
    mock = mock_with(environment="production")

    answers = [mock.send(PUSH, callbackUrl=f"{scheme}://example.com/x") for scheme in ("http", "https")]

    assert (answers[0].status, answers[0].json["Status_Message"]) == (409, "Invalid callbackUrl")
    assert answers[1].status == 200


# refused at once


def refusal(code: str) -> dict[str, str | None]:
    return {"code": code, "status": codes.text(code, "b2b-express")}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"primaryShortCode": "600000"}, "600000 is no active till"),
        ({"primaryShortCode": "3000000"}, "3000000 is no active till"),
        ({"primaryShortCode": "700000"}, "700000 is no active till"),
    ],
)
def test_merchants_that_m_pesa_does_not_know_fail_kyc(mock: Mock, changes: dict[str, object], why: str) -> None:
    answer = mock.send(PUSH, **changes)

    assert (answer.status, answer.json) == (400, {"code": "4102", "status": "Merchant KYC Fail"})
    assert list(answer.json) == ["code", "status"]
    assert why in answer.why
    assert [*mock.sandbox.store.scan(TRANSACTIONS)] == []


def test_an_inactive_till_fails_kyc(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": TILL, "active": False})

    assert mock.send(PUSH).json == refusal("4102")


@pytest.mark.parametrize("receiver", ["700000", "600500"])
def test_a_vendor_that_cannot_receive_is_found_out_after_the_acknowledgement(mock: Mock, receiver: str) -> None:
    mock.sandbox.put_organisation({"shortcode": "600500", "active": False})

    row = mock.settled(PUSH, receiverShortCode=receiver)

    assert callback(mock, row)["resultCode"] == "4102"
    assert receiver in row.why
    assert mock.balance(PAYS) == 1_000_000_00


def test_a_till_without_a_nominated_number_is_refused(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": "3000002", "kinds": ["till"]})

    answer = mock.send(PUSH, primaryShortCode="3000002")

    assert (answer.status, answer.json) == (400, {"code": "4104", "status": "Missing Nominated Number"})
    assert "nominated" in answer.why


def test_the_number_that_a_till_nominates_is_prompted(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": "3000002", "kinds": ["till"], "nominated": "0712345678"})

    row = pushed(mock, primaryShortCode="3000002")

    assert mock.sandbox.open_prompt("254712345678") == row
    assert mock.sandbox.open_prompt(CUSTOMER) is None


def test_a_number_with_a_prompt_open_gets_no_second_one(mock: Mock) -> None:
    first = pushed(mock)

    answer = mock.send(PUSH)

    assert (answer.status, answer.json) == (400, {"code": "4203", "status": "USSD Exception Error"})
    assert first.reference in answer.why
    assert mock.sandbox.open_prompt(CUSTOMER) == first


def test_one_handset_has_one_prompt_of_either_product(mock: Mock) -> None:
    push = mock.pushed()
    express = mock.send(PUSH)
    mock.advance(10)
    row = pushed(mock)
    refused = mock.push()

    assert (express.status, refused.status) == (400, 500)
    assert express.why.startswith(f"{CUSTOMER} still has the prompt of stk-push {push} open; wait until it is final")
    assert refused.why.startswith(f"{CUSTOMER} still has the prompt of b2b-express {row.reference} open; wait until")
    answer = f"POST /_mock/customers/{CUSTOMER}/prompt, or for another sandbox "
    assert all(answer in each.why for each in (express, refused))


# paid


def test_the_till_pays_the_vendors_utility_account(mock: Mock) -> None:
    row = pushed(mock, amount="71")
    before = mock.balance(PAYS) or 0, mock.balance(RECEIVES) or 0

    mock.advance(10)

    assert mock.again(row).result == "0"
    assert (mock.balance(PAYS), mock.balance(RECEIVES)) == (before[0] - 71_00, before[1] + 71_00)
    assert sum(mock.sandbox.balances().values()) == 0


def test_a_success_is_flat_and_all_strings(mock: Mock) -> None:
    row = mock.settled(PUSH)

    body = callback(mock, row)
    assert list(body.items()) == [
        ("resultCode", "0"),
        ("resultDesc", "The service request is processed successfully."),
        ("amount", "71.0"),
        ("requestId", REQUEST),
        ("resultType", "0"),
        ("conversationID", row.reference),
        ("transactionId", row.receipt),
        ("status", "SUCCESS"),
    ]
    assert re.fullmatch("AG_20261124_2010[0-9a-f]{16}", row.reference)
    assert re.fullmatch("UKO[A-Z][A-Z0-9]{6}", row.receipt or "")


@pytest.mark.parametrize(("amount", "printed"), [(1, "1.0"), ("70", "70.0"), (100, "100.0"), ("1234", "1234.0")])
def test_amounts_have_one_decimal(mock: Mock, amount: object, printed: str) -> None:
    assert callback(mock, mock.settled(PUSH, amount=amount))["amount"] == printed


@pytest.mark.parametrize(
    ("changes", "echoed"),
    [
        ({"RequestRefID": "a"}, "a"),
        ({"RequestRefID": None, "RequestRefId": "b"}, "b"),
        ({"RequestRefID": "a", "RequestRefId": "b"}, "a"),
        ({"RequestRefID": 7}, "7"),
    ],
)
def test_the_request_id_is_echoed_in_either_spelling(mock: Mock, changes: dict[str, object], echoed: str) -> None:
    assert callback(mock, mock.settled(PUSH, **changes))["requestId"] == echoed


def test_a_request_without_an_id_gets_the_gateways(mock: Mock) -> None:
    row = mock.settled(PUSH, RequestRefID=None)

    assert callback(mock, row)["requestId"] == row.originator_id


def test_the_callback_is_posted_a_second_after_the_answer(mock: Mock, webhook: Webhook) -> None:
    row = mock.settled(PUSH, callbackUrl=webhook.url)

    (owed,) = mock.callbacks()
    assert (row.final_ms, owed.due_ms) == (row.accepted_ms + 5_000, row.accepted_ms + 6_000)
    assert (owed.kind, owed.state) == ("express", "delivered")
    assert webhook.bodies == [callback(mock, row)]


# not paid

FAILED = ["resultCode", "resultDesc", "requestId", "amount", "paymentReference"]


@pytest.mark.parametrize(
    ("customer", "code", "text", "seconds"),
    [
        ({"prompt": "cancel"}, "4001", "User cancelled transaction", 5),
        ({"prompt": "wrong-pin"}, "2001", "The initiator information is invalid.", 5),
        ({"pin_locked": True}, "8006", None, 5),
        ({"registered": False}, "2001", "The initiator information is invalid.", 5),
        ({"handset": "offline"}, "4201", "USSD Network Error", 5),
        ({"prompt": "ignore"}, "4203", "USSD Exception Error", 60),
        ({"prompt": "ask"}, "4203", "USSD Exception Error", 60),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_what_the_nominated_number_does_decides(
    mock: Mock, customer: dict[str, Any], code: str, text: str | None, seconds: int
) -> None:
    change_customer(mock, **customer)

    row = pushed(mock)
    mock.advance(120)
    row = mock.again(row)

    body = callback(mock, row)
    assert list(body) == FAILED
    assert (body["resultCode"], body["requestId"], body["amount"]) == (code, REQUEST, "71.0")
    assert body["paymentReference"] == "MAndbubry3hi"
    assert text is None or body["resultDesc"] == text
    assert all(isinstance(value, str) for value in body.values())
    assert row.final_ms == row.accepted_ms + seconds * 1000
    assert row.receipt is None
    assert mock.balance(PAYS) == 1_000_000_00


@pytest.mark.parametrize(
    ("answer", "code"), [("pin:1234", "0"), ("pin:9999", "2001"), ("cancel", "4001"), ("ignore", "4203")]
)
def test_the_prompt_is_answered_like_any_other(mock: Mock, answer: str, code: str) -> None:
    change_customer(mock, prompt="ask")
    row = pushed(mock)
    mock.advance(20)

    mock.sandbox.answer_prompt(CUSTOMER, answer)
    mock.advance(0 if answer != "ignore" else 60)

    row = mock.again(row)
    assert row.result == code
    assert row.final_ms == row.accepted_ms + (60_000 if answer == "ignore" else 20_000)
    assert mock.sandbox.open_prompt(CUSTOMER) is None


def test_the_control_api_answers_it_too(mock: Mock) -> None:
    change_customer(mock, prompt="ask")
    row = pushed(mock)

    answer = mock.request("POST", f"/_mock/customers/{CUSTOMER}/prompt", {"action": "cancel"})
    mock.advance(2)

    assert answer.status == 200
    assert callback(mock, row)["resultCode"] == "4001"


def test_the_third_wrong_pin_locks_and_a_right_one_clears_the_count(mock: Mock) -> None:
    change_customer(mock, prompt="ask")

    results = []
    for pin in ("0000", "0000", "1234", "0000", "0000", "0000", "1234"):
        row = pushed(mock)
        mock.sandbox.answer_prompt(CUSTOMER, f"pin:{pin}")
        mock.advance(0)
        results.append(mock.again(row).result)

    assert results == ["2001", "2001", "0", "2001", "2001", "8006", "8006"]


@pytest.mark.parametrize(("holds", "result"), [("70.99", "1"), ("71", "0"), ("0", "1")])
def test_the_merchant_account_has_to_cover_the_amount(mock: Mock, holds: str, result: str) -> None:
    mock.sandbox.put_organisation({"shortcode": TILL})
    mock.sandbox.set_balance(PAYS, holds)

    row = mock.settled(PUSH)

    assert row.result == result
    if result == "1":
        assert callback(mock, row)["resultDesc"] == "The balance is insufficient for the transaction."


def test_money_that_a_customer_paid_the_till_can_be_passed_on(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": TILL})
    mock.sandbox.set_balance(PAYS, 0)
    till = {"BusinessShortCode": "3000000", "TransactionType": "CustomerBuyGoodsOnline", "PartyB": TILL}
    mock.pushed(Amount=71, **till)
    mock.advance(10)

    assert mock.settled(PUSH).result == "0"
    assert mock.balance(PAYS) == 0


def test_a_merchant_closed_while_the_prompt_is_open_fails_kyc(mock: Mock) -> None:
    row = pushed(mock)
    mock.sandbox.put_organisation({"shortcode": TILL, "active": False})

    mock.advance(10)

    assert callback(mock, row)["resultCode"] == "4102"


def test_a_right_pin_counts_even_where_the_merchant_is_gone(mock: Mock) -> None:
    change_customer(mock, prompt="wrong-pin")
    pushed(mock)
    mock.advance(10)
    wrong = mock.sandbox.customer(CUSTOMER).wrong_pins
    change_customer(mock, prompt="pay")

    pushed(mock)
    mock.sandbox.put_organisation({"shortcode": TILL, "active": False})
    mock.advance(10)

    assert (wrong, mock.sandbox.customer(CUSTOMER).wrong_pins) == (1, 0)


# selectors


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("4001", "User cancelled transaction"),
        ("4102", "Merchant KYC Fail"),
        ("4104", "Missing Nominated Number"),
        ("4201", "USSD Network Error"),
        ("4203", "USSD Exception Error"),
    ],
)
def test_every_documented_code_comes_back_when_asked_for(mock: Mock, code: str, text: str) -> None:
    row = mock.settled(PUSH, headers={"X-Mock-Scenario": code})

    body = callback(mock, row)
    assert (body["resultCode"], body["resultDesc"]) == (code, text)
    assert list(body) == FAILED


@pytest.mark.parametrize(("code", "text"), [("4102", "Merchant KYC Fail"), ("4104", "Missing Nominated Number")])
def test_a_scenario_can_refuse_at_once_in_the_products_own_shape(
    mock: Mock, code: str, text: str, tmp_path: Any
) -> None:
    story = tmp_path / "refused.yaml"
    story.write_text(f'title: Refused\nrules:\n  - when: {{operation: {PUSH}}}\n    then: {{error: "{code}"}}\n')
    mock.sandbox.engine.activate(mock.sandbox.library.open(str(story)))

    answer = mock.send(PUSH)

    assert (answer.status, answer.json) == (400, {"code": code, "status": text})


@pytest.mark.parametrize("code", ["1", "2001", "8006"])
def test_a_code_that_its_table_does_not_have_is_no_selectors(mock: Mock, code: str) -> None:
    refused = mock.send(PUSH, headers={"X-Mock-Scenario": code})
    went_on = mock.send(PUSH, paymentRef=f"mock:{code}")
    mock.advance(60)

    (row,) = mock.sandbox.store.scan(TRANSACTIONS)
    assert refused.status == 400
    assert "say `unattested: true` in a rule or one-shot" in refused.json["remedy"]
    assert row.result == "0"
    assert f"mock:{code}, but {code} is no result that b2b-express is known to give" in went_on.why


@pytest.mark.parametrize("code", ["1", "2001", "8006"])
def test_a_code_that_its_table_does_not_have_is_marked_where_it_is_forced(mock: Mock, code: str) -> None:
    mock.sandbox.engine.arm(one_shot({"then": {"result": code, "unattested": True}}))

    row = mock.settled(PUSH)

    assert row.result == code
    assert row.why.endswith(f"({code} unattested for b2b-express)")
    assert transaction_shape(row)["unattested"] is True


def test_a_reserved_nominated_number_decides(mock: Mock) -> None:
    mock.sandbox.put_organisation({"shortcode": TILL, "nominated": "254700004001"})

    assert mock.settled(PUSH).result == "4001"


def test_a_forced_success_pays_even_when_the_handset_is_off(mock: Mock) -> None:
    change_customer(mock, handset="offline")

    row = mock.settled(PUSH, headers={"X-Mock-Scenario": "0"})

    assert (row.result, callback(mock, row)["status"]) == ("0", "SUCCESS")
    assert sum(mock.sandbox.balances().values()) == 0


# the stories that ship

STORIES = [  # name, result, callbacks sent
    ("prompt-paid", "0", 1),
    ("cancelled-prompt", "4001", 1),
    ("unanswered-prompt", "4203", 1),
    ("network-error", "4201", 1),
    ("wrong-till-pin", "2001", 1),
    ("till-short", "1", 1),
    ("result-lost", "0", 0),
]
REFUSALS = [  # name, status, a part of the body
    ("missing-nominated-number", 400, b'{"code":"4104","status":"Missing Nominated Number"}'),
    ("merchant-kyc", 400, b'{"code":"4102","status":"Merchant KYC Fail"}'),
    ("slow-back-end", 504, b"messaging.adaptors.http.flow.GatewayTimeout"),
]


@pytest.mark.parametrize(("name", "code", "sent"), STORIES)
def test_each_story_does_what_it_says(mock: Mock, webhook: Webhook, name: str, code: str, sent: int) -> None:
    row = mock.settled(PUSH, headers={"X-Mock-Scenario": f"b2b_express/{name}"}, callbackUrl=webhook.url)
    mock.advance(60)

    assert (mock.again(row).result, len(webhook.bodies)) == (code, sent)


@pytest.mark.parametrize(("name", "status", "part"), REFUSALS)
def test_each_story_of_a_refusal_refuses(mock: Mock, name: str, status: int, part: bytes) -> None:
    answer = mock.send(PUSH, headers={"X-Mock-Scenario": f"b2b_express/{name}"})

    assert answer.status == status
    assert part in answer.body
    assert [*mock.sandbox.store.scan(TRANSACTIONS)] == []


def test_every_story_is_told_here() -> None:
    files = {path.stem for path in (resources.scenarios() / "b2b_express").glob("*.yaml")}

    assert files == {name for name, *_ in (*STORIES, *REFUSALS)}
