"""C2B: registering, simulating, the merchant's validation (requests.md §4.1 and §4.2, callbacks.md §4.2 and §8)."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from mock_daraja.clock import monotonic
from mock_daraja.defaults import CUSTOMER, CUSTOMER_OPENING
from mock_daraja.gateway import LATER
from mock_daraja.model import ORGANISATIONS, Callback, CallbackPlan, Delivery, Outcome, RegisteredUrls, Transaction
from mock_daraja.scenarios.model import Match, OneShot
from mock_daraja.steps.delivering import record
from mock_daraja.steps.later import resend
from mock_daraja.steps.opening import pay
from tests.conftest import NOWHERE, MakeMock, Mock, Webhook, put_app
from tests.products.merchants import HEAD_OFFICE, PAYBILL, TILL, Merchant, MerchantOf

REGISTER, REGISTER_V1, SIMULATE = "c2b.register", "c2b.register-v1", "c2b.simulate"
SECURE = {"ConfirmationURL": "https://shop.example.com/paid", "ValidationURL": "https://shop.example.com/may-i"}
TAKEN = "Urls are already registered."
ACCEPTED = "Accept the service request successfully."
UNREACHABLE = "External validation failed for the C2B transaction."


# registering


@pytest.mark.parametrize(
    ("operation", "quirks", "code", "description"),
    [
        (REGISTER, {}, "00000000", "Success"),
        (REGISTER, {"register_code_zero": True}, "0", "Success"),
        (REGISTER_V1, {}, "0", "success"),
        (REGISTER_V1, {"register_code_zero": True}, "0", "success"),
    ],
)
def test_registering_is_answered_by_version(
    mock_with: MakeMock, operation: str, quirks: dict[str, Any], code: str, description: str
) -> None:
    answer = mock_with(quirks=quirks).send(operation)

    assert answer.status == 200
    assert list(answer.json) == ["OriginatorCoversationID", "ResponseCode", "ResponseDescription"]
    assert (answer.json["ResponseCode"], answer.json["ResponseDescription"]) == (code, description)


def test_the_sandbox_overwrites_freely(merchant: Merchant) -> None:
    for response_type in ("Completed", "Cancelled", "Completed"):
        merchant.registers(response_type=response_type)

    assert merchant.mock.sandbox.registered_urls(PAYBILL) == RegisteredUrls(
        PAYBILL,
        response_type="Completed",
        confirmation=f"{merchant.url}/confirmation",
        validation=f"{merchant.url}/validation",
        version="v2",
    )


def test_registering_brings_the_shortcode_in_and_a_refusal_does_not(mock: Mock) -> None:
    refused = mock.send(REGISTER, ShortCode="600991", ResponseType="completed")
    accepted = mock.send(REGISTER, ShortCode="600992")

    assert (refused.status, accepted.status) == (400, 200)
    assert [row.shortcode for row in mock.sandbox.store.scan(ORGANISATIONS)] == ["600992"]


def test_production_takes_urls_once(mock_with: MakeMock) -> None:
    mock = mock_with(environment="production")

    first, second = mock.send(REGISTER, **SECURE), mock.send(REGISTER_V1, **SECURE | {"ResponseType": "Cancelled"})

    assert first.status == 200
    assert second.error == (500, "500.003.1001", TAKEN)
    urls = mock.sandbox.registered_urls(PAYBILL)
    assert urls is not None
    assert urls.response_type == "Completed"


@pytest.mark.parametrize("name", ["ConfirmationURL", "ValidationURL"])
def test_production_takes_https_only(mock_with: MakeMock, name: str) -> None:
    answer = mock_with(environment="production").send(REGISTER, **SECURE | {name: "http://shop.example.com/x"})

    assert answer.error == (400, "400.003.02", f"Bad Request - Invalid {name}")


@pytest.mark.parametrize("name", ["ConfirmationURL", "ValidationURL"])
@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("https://shop.example.com/MPesa/x", "MPESA"),
        ("https://m-pesa.example.com/x", "M-PESA"),
        ("https://safaricom.example.com/", "SAFARICOM"),
        ("https://shop.example.com/a.exe", "EXE"),
        ("https://shop.example.com/exec", "EXEC"),
        ("https://shop.example.com/cmd", "CMD"),
        ("https://shop.example.com/?sql=1", "SQL"),
        ("https://shop.example.com/query", "QUERY"),
    ],
)
def test_a_url_with_a_bad_word_is_refused(mock: Mock, name: str, url: str, word: str) -> None:
    answer = mock.send(REGISTER, **{name: url})

    assert answer.error == (400, "400.003.02", f"Bad Request - Invalid {name} - URL has the word {word}")
    assert mock.sandbox.registered_urls(PAYBILL) is None


def test_the_bad_words_can_be_allowed(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"c2b_url_keywords": False})

    assert mock.send(REGISTER, ConfirmationURL="http://127.0.0.1/mpesa", ValidationURL=NOWHERE).status == 200


@pytest.mark.parametrize("shortcode", ["699999", "12345", "9999999"])
def test_a_shortcode_nobody_has_is_not_yours(mock: Mock, shortcode: str) -> None:
    answer = mock.send(REGISTER, ShortCode=shortcode)

    assert answer.error == (400, "400.003.02", "Bad Request - Kindly use your own ShortCode")


def test_a_payment_that_the_receiver_has_no_room_for_fails_with_8(mock: Mock) -> None:
    held = mock.sandbox.balance("600991:Utility Account") // 100
    changed = mock.request("PATCH", "/_mock/organisations/600991", {"maximum_balance": held + 10})

    results = [mock.settled("c2b.simulate", ShortCode="600991", Amount=each).result for each in (11, 10, 1)]
    cleared = mock.request("PATCH", "/_mock/organisations/600991", {"maximum_balance": None})

    assert changed.json["maximum_balance"] == f"{held + 10}.00"
    assert results == ["8", "0", "8"]
    assert cleared.json["maximum_balance"] is None
    assert mock.settled("c2b.simulate", ShortCode="600991", Amount=1).result == "0"


@pytest.mark.parametrize("most", [-1, "x", True, 1.001, []])
def test_a_maximum_balance_is_shillings(mock: Mock, most: object) -> None:
    answer = mock.request("PATCH", "/_mock/organisations/600991", {"maximum_balance": most})

    assert answer.status == 400
    assert "maximum_balance" in answer.json["problem"]


def test_an_app_kept_to_its_shortcodes_registers_and_simulates_no_other(mock: Mock) -> None:
    put_app(mock, shortcodes=["600991"])

    theirs = [mock.send(each, ShortCode=PAYBILL) for each in (REGISTER, REGISTER_V1, SIMULATE)]
    own = mock.send(REGISTER, ShortCode=600991)

    assert {each.error for each in theirs} == {(400, "400.003.02", "Bad Request - Kindly use your own ShortCode")}
    assert own.status == 200


@pytest.mark.parametrize(
    ("operation", "changes", "field"),
    [
        (REGISTER, {"ShortCode": None, "ResponseType": None}, "ShortCode"),
        (REGISTER, {"ShortCode": "abc"}, "ShortCode"),
        (REGISTER, {"ResponseType": "completed"}, "ResponseType"),
        (REGISTER, {"ResponseType": "Canceled"}, "ResponseType"),
        (REGISTER, {"ConfirmationURL": "shop"}, "ConfirmationURL"),
        (REGISTER, {"ValidationURL": None}, "ValidationURL"),
        (SIMULATE, {"CommandID": "CustomerPayBill"}, "CommandID"),
        (SIMULATE, {"Amount": "ten"}, "Amount"),
        (SIMULATE, {"Amount": 0}, "Amount"),
        (SIMULATE, {"Msisdn": "0708374149"}, "Msisdn"),
        (SIMULATE, {"BillRefNumber": "x" * 21}, "BillRefNumber"),
        (SIMULATE, {"BillRefNumber": None}, "BillRefNumber"),
        (SIMULATE, {"BillRefNumber": ""}, "BillRefNumber"),
    ],
)
def test_the_first_bad_field_is_named(mock: Mock, operation: str, changes: dict[str, Any], field: str) -> None:
    assert mock.send(operation, **changes).error == (400, "400.003.02", f"Bad Request - Invalid {field}")


@pytest.mark.parametrize("operation", [REGISTER, REGISTER_V1, SIMULATE])
def test_a_made_up_token_is_echoed(mock: Mock, operation: str) -> None:
    answer = mock.send(operation, headers={"Authorization": "Bearer made-up"})

    assert answer.error == (401, "401.003.01", "Error Occurred - Invalid Access Token - made-up")


# simulating


@pytest.mark.parametrize("path", ["/mpesa/c2b/v1/simulate", "/mpesa/c2b/v2/simulate"])
def test_simulating_is_acknowledged_and_settles_later(mock: Mock, path: str) -> None:
    answer = mock.post(path, mock.body(SIMULATE))

    row = mock.transaction(answer.json["OriginatorCoversationID"])
    assert list(answer.json.items()) == [
        ("OriginatorCoversationID", row.originator_id),
        ("ResponseCode", "0"),
        ("ResponseDescription", ACCEPTED),
    ]
    assert row.state == "pending"
    mock.advance(2)
    row = mock.again(row)
    assert (row.state, row.result) == ("completed", "0")


@pytest.mark.parametrize("path", ["/mpesa/c2b/v1/simulate", "/mpesa/c2b/v2/simulate"])
def test_production_has_no_simulate(mock_with: MakeMock, path: str) -> None:
    mock = mock_with(environment="production")

    answer = mock.post(path, mock.body(SIMULATE))

    assert answer.error == (404, "404.003.01", "Resource not found")


@pytest.mark.parametrize(
    ("changes", "number", "account"),
    [
        ({"Amount": 7.0}, 700, "INV-001"),
        ({"Amount": "7", "ShortCode": 600992.0}, 700, "INV-001"),
        ({"Msisdn": 254708374149.0, "BillRefNumber": 353353}, 100, "353353"),
        ({"BillRefNumber": 0}, 100, "0"),
    ],
)
def test_what_clients_send_as_numbers_is_understood(
    mock: Mock, changes: dict[str, Any], number: int, account: str
) -> None:
    row = mock.settled(SIMULATE, **changes)

    assert (row.state, row.amount_cents, row.account_reference) == ("completed", number, account)


def test_without_urls_a_payment_completes_in_silence(mock: Mock) -> None:
    row = mock.settled(SIMULATE)

    assert (row.state, row.why, row.details.validation) == ("completed", "paid", "not asked")
    assert mock.callbacks() == []


# what the core itself refuses


def test_a_new_customer_has_money_from_the_first_payment_on(merchant: Merchant) -> None:
    row = merchant.paid(1_000, "254799000001")

    assert row.state == "completed"
    assert merchant.mock.balance("254799000001") == CUSTOMER_OPENING - 1_000_00


@pytest.mark.parametrize(
    ("whom", "amount", "code", "why"),
    [
        ({"paybill": "699999", "account_reference": "A"}, 1, "SFC_IC0003", "there is no shortcode 699999"),
        ({"till": "3000009"}, 1, "SFC_IC0003", "there is no shortcode 3000009"),
        (
            {"paybill": TILL, "account_reference": "A"},
            1,
            "2029",
            f"CustomerPayBillOnline does not fit {TILL}, which is till",
        ),
        ({"till": "600001"}, 1, "2029", "CustomerBuyGoodsOnline does not fit 600001, which is b2b and b2c and paybill"),
        (
            {"paybill": HEAD_OFFICE, "account_reference": "A"},
            1,
            "2029",
            f"CustomerPayBillOnline does not fit {HEAD_OFFICE}, which is head-office",
        ),
        ({"paybill": "600990", "account_reference": "A"}, 1, "14", "organisation 600990 is not active"),
        ({"till": TILL}, 0.5, "2", "0.50 is less than 1.00"),
        ({"till": TILL}, 250_001, "3", "250001.00 is more than 250000.00"),
        ({"till": TILL}, 5_001, "1", f"{CUSTOMER} holds 5000.00, 5001.00 is needed"),
    ],
)
def test_a_payment_fails_by_its_natural_cause(
    merchant: Merchant, whom: dict[str, Any], amount: float, code: str, why: str
) -> None:
    mock = merchant.mock
    mock.sandbox.put_organisation({"shortcode": "600990", "active": False})
    mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": 5000})

    row = merchant.paid(amount, **whom)

    assert (row.state, row.result, row.why) == ("failed", code, why)
    assert row.receipt is None
    assert mock.balance(CUSTOMER) == 5000_00
    assert mock.callbacks() == []


def test_half_a_million_a_day_is_the_most_and_the_next_day_begins_at_midnight(merchant: Merchant) -> None:
    merchant.mock.sandbox.put_customer({"msisdn": CUSTOMER, "balance": 900_000})
    merchant.paid(250_000, till=TILL)
    merchant.paid(249_999, till=TILL)

    over, exact = merchant.paid(2, till=TILL), merchant.paid(1, till=TILL)
    merchant.mock.advance(86_400)
    next_day = merchant.paid(2, till=TILL)

    assert [row.result for row in (over, exact, next_day)] == ["4", "0", "0"]


@pytest.mark.parametrize("shortcode", ["699999", "600990", TILL])
def test_who_cannot_be_paid_is_not_asked(merchant: Merchant, shortcode: str) -> None:
    for each in ("600990", TILL):
        merchant.registers(each)
    merchant.mock.sandbox.put_organisation({"shortcode": "600990", "active": False})

    merchant.paid(1, paybill=shortcode, account_reference="A")

    assert merchant.validations == []


# the merchant's validation


@pytest.mark.parametrize("accepted", [0, "0", 0.0, " 0 ", "00000000"])
@pytest.mark.parametrize("response_type", ["Completed", "Cancelled"])
def test_zero_accepts_as_number_and_as_string(merchant: Merchant, accepted: object, response_type: str) -> None:
    merchant.registers(response_type=response_type)
    merchant.answers_with(ResultCode=accepted, ResultDesc="Accepted")

    row = merchant.simulated()

    assert (row.state, row.why) == ("completed", "paid; the merchant's validation accepted")
    assert len(merchant.validations) == len(merchant.confirmations) == 1


@pytest.mark.parametrize(
    ("answered", "result", "desc"),
    [
        ("C2B00011", "C2B00011", "Invalid MSISDN"),
        ("C2B00012", "C2B00012", "Invalid Account Number"),
        ("C2B00013", "C2B00013", "Invalid Amount"),
        ("C2B00014", "C2B00014", "Invalid KYC Details"),
        ("C2B00015", "C2B00015", "Invalid Shortcode"),
        ("C2B00016", "C2B00016", "Other Error"),
        ("c2b00011", "C2B00011", "Invalid MSISDN"),
        ("1", "C2B00016", "Other Error"),
        (1, "C2B00016", "Other Error"),
        (-1, "C2B00016", "Other Error"),
        ("no", "C2B00016", "Other Error"),
    ],
)
@pytest.mark.parametrize("response_type", ["Completed", "Cancelled"])
def test_anything_but_zero_rejects_whatever_the_response_type(
    merchant: Merchant, answered: object, result: str, desc: str, response_type: str
) -> None:
    merchant.registers(response_type=response_type)
    merchant.answers_with(ResultCode=answered, ResultDesc="Rejected")
    with merchant.mock.sandbox.store.unit():
        merchant.mock.sandbox.bring_in(CUSTOMER)
    before = merchant.mock.balance(CUSTOMER)

    row = merchant.simulated()

    assert (row.state, row.result, row.result_desc) == ("failed", result, desc)
    assert row.why == f"the merchant's validation answered {answered}"
    assert merchant.mock.balance(CUSTOMER) == before
    assert merchant.confirmations == []


NO_ANSWER = [
    pytest.param({"body": "<html><h1>It works</h1></html>", "headers": {"Content-Type": "text/html"}}, id="HTML"),
    pytest.param({"body": ""}, id="empty"),
    pytest.param({"body": "{"}, id="half a JSON object"),
    pytest.param({"body": "[" * 5000}, id="deep JSON"),
    pytest.param({"json": [0]}, id="a list"),
    pytest.param({"json": 0}, id="a bare zero"),
    pytest.param({"json": {}}, id="no ResultCode"),
    pytest.param({"json": {"ResultCode": None}}, id="null"),
    pytest.param({"json": {"ResultCode": ""}}, id="an empty string"),
    pytest.param({"json": {"ResultCode": False}}, id="false"),
    pytest.param({"json": {"ResultCode": [0]}}, id="a list as ResultCode"),
    pytest.param({"json": {"resultcode": 0}}, id="a key in small letters"),
    pytest.param({"status": 500}, id="500 with a good body"),
    pytest.param({"status": 404, "json": {"ResultCode": 0}}, id="404"),
    pytest.param({"status": 302, "headers": {"Location": NOWHERE}}, id="a redirect"),
    pytest.param({"fault": "hang"}, id="hangs"),
    pytest.param({"fault": "reset"}, id="resets"),
    pytest.param({"fault": "empty"}, id="closes"),
]


@pytest.mark.parametrize("answer", NO_ANSWER)
@pytest.mark.parametrize(
    ("response_type", "ends"),
    [("Completed", ("completed", "0")), ("Confirmed", ("completed", "0")), ("Cancelled", ("failed", "2007"))],
)
def test_no_answer_leaves_it_to_the_response_type(
    mock_with: MakeMock,
    merchant_of: MerchantOf,
    answer: dict[str, Any],
    response_type: str,
    ends: tuple[str, str],
) -> None:
    merchant = merchant_of(mock_with(callback_timeout=0.25))
    merchant.registers(response_type=response_type)
    merchant.answers(answer)

    row = merchant.simulated()

    assert (row.state, row.result) == ends
    assert "validation: " in row.why
    assert len(merchant.validations) == 1
    assert [each["TransID"] for each in merchant.confirmations] == ([row.receipt] if row.state == "completed" else [])


def test_a_receiver_nobody_listens_at_is_no_answer(mock: Mock) -> None:
    mock.send(REGISTER, ResponseType="Cancelled")

    row = mock.settled(SIMULATE)

    assert (row.result, row.result_desc) == ("2007", UNREACHABLE)
    assert row.why.endswith(", and the registered ResponseType is Cancelled")


def test_a_url_that_callbacks_may_not_go_to_is_no_answer(mock: Mock) -> None:
    mock.send(REGISTER, ResponseType="Cancelled", **SECURE)

    row = mock.settled(SIMULATE)

    assert row.result == "2007"
    assert [each.state for each in mock.callbacks()] == ["refused"]


@pytest.mark.parametrize(
    ("response_type", "ends"), [("Completed", ("completed", "0")), ("Cancelled", ("failed", "2007"))]
)
def test_the_merchant_has_eight_seconds_of_the_sandbox_clock(
    mock_with: MakeMock, merchant_of: MerchantOf, response_type: str, ends: tuple[str, str]
) -> None:
    merchant = merchant_of(mock_with(callback_grace=0.05))
    merchant.registers(response_type=response_type)
    merchant.answers({"fault": "hang"})
    mock = merchant.mock
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")
    mock.advance(2)  # it is asked

    mock.advance(7.999)
    before = mock.again(row).state
    mock.advance(0.001)

    row = mock.again(row)
    assert before == "pending"
    assert (row.state, row.result) == ends
    assert "validation: no answer within 8 s" in row.why
    assert row.final_ms == row.accepted_ms + 10_000


def asked(merchant: Merchant) -> tuple[Transaction, Callback]:
    """A payment whose merchant has been asked, and nothing is sent to."""
    mock = merchant.mock
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")
    mock.sandbox.agenda.move_to(row.accepted_ms + 2_000)
    with mock.sandbox.store.unit():
        LATER["settle"](mock.gateway.shared, mock.sandbox, row.id)
    (question,) = mock.callbacks()
    mock.sandbox.store.remove_events("deliver", question.id)
    mock.sandbox.store.remove_events("settle", row.id)
    return row, question


def hears(merchant: Merchant, question: Callback, code: object) -> None:
    """An answer comes."""
    mock, body = merchant.mock, b'{"ResultCode":"%s"}' % str(code).encode()
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    came = Delivery(question.url, question.due_ms, b"", 200, answer)
    with mock.sandbox.store.unit():
        record(mock.gateway.shared, mock.sandbox, question.id, came)


def test_an_answer_after_the_time_out_changes_nothing(merchant: Merchant) -> None:
    merchant.registers(response_type="Cancelled")
    mock = merchant.mock
    row, question = asked(merchant)
    mock.sandbox.agenda.move_to(question.due_ms + 8_000)
    with mock.sandbox.store.unit():
        LATER["settle"](mock.gateway.shared, mock.sandbox, row.id)

    hears(merchant, question, 0)
    mock.advance(20)

    row = mock.again(row)
    assert (row.state, row.result, row.details.validation) == ("failed", "2007", "asked")
    assert merchant.confirmations == []


def test_the_first_answer_of_a_merchant_counts(merchant: Merchant) -> None:
    merchant.registers()
    mock = merchant.mock
    row, question = asked(merchant)

    hears(merchant, question, 0)
    hears(merchant, question, "C2B00011")
    mock.advance(20)

    assert (mock.again(row).state, mock.again(row).details.validation) == ("completed", "accepted")


# patience: the sandbox's time, and a grace for real machines


def test_a_merchant_who_answers_within_the_grace_is_not_timed_out_by_a_fast_clock(
    mock_with: MakeMock, webhook: Webhook
) -> None:
    mock = mock_with(clock="scaled:1000", callback_grace=10, callback_after=0)
    mock.send(REGISTER, ShortCode=PAYBILL, ResponseType="Cancelled", ValidationURL=webhook.url)
    looks = threading.Event()

    def slowly() -> None:
        (question,) = mock.callbacks()[:1]
        while mock.sandbox.now_ms < question.due_ms + 20_000:
            looks.wait(0.005)

    webhook.on_request = slowly
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")

    assert mock.wait_for(lambda: mock.again(row).is_final, 10_000_000)

    row = mock.again(row)
    assert (row.state, row.details.validation) == ("completed", "accepted")
    assert row.final_ms is not None
    assert row.final_ms - row.accepted_ms >= 22_000


def test_a_merchant_who_never_answers_takes_the_grace_and_is_timed_out_by_the_sandbox_clock(
    mock_with: MakeMock, merchant_of: MerchantOf
) -> None:
    merchant = merchant_of(mock_with(callback_grace=0.2))
    merchant.registers(response_type="Cancelled")
    merchant.answers({"fault": "hang"})
    mock = merchant.mock
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")
    began = monotonic()

    mock.advance(40)

    row, (question,) = mock.again(row), mock.callbacks()
    (delivery,) = mock.sandbox.deliveries_of(question.id)
    assert 0.2 <= monotonic() - began < 10
    assert row.result == "2007"
    assert row.final_ms == delivery.sent_ms + 8_000
    assert delivery.failure is not None
    assert delivery.failure.kind == "no-answer-in-time"


def test_a_grace_longer_than_the_time_for_any_callback_is_cut_to_that(
    mock_with: MakeMock, merchant_of: MerchantOf
) -> None:
    merchant = merchant_of(mock_with(callback_grace=60, callback_timeout=0.1))
    merchant.registers(response_type="Cancelled")
    merchant.answers({"fault": "hang"})
    began = monotonic()

    row = merchant.paid()

    assert monotonic() - began < 10
    assert row.final_ms == row.accepted_ms + 2_000 + 100


@pytest.mark.parametrize(
    "url", [NOWHERE, "https://shop.example.com/may-i"], ids=["nobody listens", "no callback may go there"]
)
@pytest.mark.parametrize("clock", ["manual", "auto"])
def test_where_nothing_can_be_sent_no_patience_is_needed(mock_with: MakeMock, clock: str, url: str) -> None:
    mock = mock_with(clock=clock, callback_grace=60, callback_timeout=60)
    secure = {"ConfirmationURL": url} if url.startswith("https") else {}
    mock.send(REGISTER, ShortCode=PAYBILL, ResponseType="Cancelled", ValidationURL=url, **secure)
    began = monotonic()
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")

    assert mock.wait_for(lambda: mock.again(row).is_final, 60_000)

    row = mock.again(row)
    assert monotonic() - began < 10
    assert (row.result, row.final_ms) == ("2007", row.accepted_ms + 2_000)


def test_a_callback_that_a_story_loses_takes_no_time(mock_with: MakeMock, merchant_of: MerchantOf) -> None:
    mock = mock_with(callback_grace=60, callback_timeout=60)
    merchant = merchant_of(mock)
    merchant.registers()
    mock.sandbox.engine.arm(OneShot(Match(operation="c2b.pay"), Outcome(callback=CallbackPlan(drop=True))))
    began = monotonic()

    row = merchant.paid()

    assert monotonic() - began < 10
    assert row.state == "completed"
    assert merchant.confirmations == []


def test_a_merchant_who_hangs_is_given_up_when_the_sandbox_clock_says_so(
    mock_with: MakeMock, merchant_of: MerchantOf
) -> None:
    merchant = merchant_of(mock_with(callback_timeout=0.05))
    merchant.registers()
    merchant.answers({"fault": "hang"})

    row = merchant.paid()

    assert row.state == "completed"
    assert "no answer within 0.05 s" in row.why
    assert row.final_ms == row.accepted_ms + 2_000 + 50


def test_a_merchant_who_hangs_is_given_up_on_a_scaled_clock(mock_with: MakeMock, merchant_of: MerchantOf) -> None:
    mock = mock_with(clock="scaled:40", callback_grace=0.05)
    merchant = merchant_of(mock)
    merchant.registers(response_type="Cancelled")
    merchant.answers({"fault": "hang"})
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")

    assert mock.wait_for(lambda: mock.again(row).is_final, 60_000)

    row = mock.again(row)
    assert row.result == "2007"
    assert row.final_ms is not None
    assert row.final_ms - row.accepted_ms >= 10_000


def test_a_merchant_who_hangs_is_given_up_on_a_real_clock(mock_with: MakeMock, merchant_of: MerchantOf) -> None:
    mock = mock_with(clock="real", callback_timeout=0.2)
    merchant = merchant_of(mock)
    merchant.registers()
    merchant.answers({"fault": "hang"})
    mock.sandbox.engine.arm(OneShot(Match(operation="c2b.pay"), Outcome(settle_ms=0)))
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")

    assert mock.wait_for(lambda: mock.again(row).is_final, 10_000)

    row = mock.again(row)
    assert row.state == "completed"
    assert row.final_ms is not None
    assert row.final_ms - row.accepted_ms >= 200


@pytest.mark.parametrize("setting", ["real", "auto"])
def test_a_merchant_is_asked_and_told_on_any_clock(mock_with: MakeMock, merchant_of: MerchantOf, setting: str) -> None:
    mock = mock_with(clock=setting, callback_after=0)
    merchant = merchant_of(mock)
    merchant.registers()
    mock.sandbox.engine.arm(OneShot(Match(operation="c2b.pay"), Outcome(settle_ms=0)))
    row = pay(mock.gateway.shared, mock.sandbox, msisdn=CUSTOMER, amount=1, paybill=PAYBILL, account_reference="A")

    done = mock.wait_for(lambda: [each.state for each in mock.callbacks()] == ["delivered"] * 2, 10_000)

    assert done, mock.callbacks()
    assert mock.again(row).state == "completed"
    assert len(merchant.validations) == len(merchant.confirmations) == 1


@pytest.mark.parametrize(
    ("environment", "external", "asked"),
    [
        ("sandbox", None, True),
        ("sandbox", True, True),
        ("sandbox", False, False),
        ("production", None, False),
        ("production", True, True),
        ("production", False, False),
    ],
)
def test_validation_is_on_in_the_sandbox_and_off_in_production_unless_said(
    mock_with: MakeMock, merchant_of: MerchantOf, environment: str, external: bool | None, asked: bool
) -> None:
    mock = mock_with(environment=environment, rewrite_callbacks=("https://shop.example.com=http://127.0.0.1:9",))
    mock.send(REGISTER, **SECURE)
    if external is not None:
        mock.sandbox.put_organisation({"shortcode": PAYBILL, "external_validation": external})

    row = merchant_of(mock).paid()

    assert row.state == "completed"
    assert [each.kind for each in mock.callbacks()] == ["validation"] * asked + ["confirmation"]


def test_a_validation_is_asked_once_however_often_others_are_tried(
    mock_with: MakeMock, merchant_of: MerchantOf
) -> None:
    merchant = merchant_of(mock_with(callback_retries=3))
    merchant.registers()
    merchant.answers({"status": 500})

    merchant.simulated()

    assert len(merchant.validations) == 1


def test_a_validation_that_is_sent_again_settles_nothing_again(merchant: Merchant) -> None:
    merchant.registers()
    row = merchant.simulated()
    balances = merchant.mock.sandbox.balances()

    resend(merchant.mock.sandbox, merchant.mock.callbacks()[0].id)
    merchant.mock.advance(20)

    assert merchant.validations[0] == merchant.validations[1]
    assert len(merchant.confirmations) == 1
    assert merchant.mock.again(row) == row
    assert (row.state, merchant.mock.sandbox.balances()) == ("completed", balances)


# what selectors do


@pytest.mark.parametrize(
    ("changes", "headers", "result"),
    [
        ({"BillRefNumber": "mock:C2B00012"}, {}, "C2B00012"),
        ({"BillRefNumber": "mock:2007"}, {}, "2007"),
        ({"BillRefNumber": "mock:0"}, {}, "0"),
        ({"Msisdn": "254700000001"}, {}, "1"),
        ({}, {"X-Mock-Scenario": "C2B00014"}, "C2B00014"),
    ],
)
def test_a_forced_result_asks_nobody(
    merchant: Merchant, changes: dict[str, Any], headers: dict[str, str], result: str
) -> None:
    merchant.registers()

    row = merchant.mock.settled(SIMULATE, headers=headers, **changes)
    merchant.mock.advance(10)

    assert row.result == result
    assert merchant.validations == []
    assert len(merchant.confirmations) == (result == "0")


def test_a_confirmation_before_the_acknowledgement_comes_after_its_validation(merchant: Merchant) -> None:
    merchant.registers()
    plan = CallbackPlan(before_ack=True)
    merchant.mock.sandbox.engine.arm(OneShot(Match(operation=SIMULATE), Outcome(callback=plan)))

    merchant.mock.send(SIMULATE)

    assert len(merchant.validations) == len(merchant.confirmations) == 1
