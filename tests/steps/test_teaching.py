"""The names of beginners' courses: in a lesson, and outside one."""

from __future__ import annotations

from typing import Any

import pytest

from mock_daraja.defaults import CUSTOMER, INITIATOR_PASSWORD
from mock_daraja.errors import Problem
from mock_daraja.exchange import Step
from mock_daraja.model import REGISTERED_URLS, TRANSACTIONS, Transaction
from mock_daraja.products import CATALOGUE
from mock_daraja.products.base import Lesson
from mock_daraja.sandbox import Sandbox
from mock_daraja.settings import Settings
from mock_daraja.validation import Schemas
from tests.conftest import PUSH_PATH, MakeMock, Mock

TAUGHT = {each.full_name: each for _, each in CATALOGUE.operations.values() if each.lesson is not None}
PUSH = {"PhoneNumber": CUSTOMER, "Amount": 10, "Shortcode": "174379", "LipaNaMpesaOnline": "CustomerPayBillOnline"}
BALANCE_PATH = "/mpesa/accountbalance/v1/query"


def lesson_of(operation: str) -> Lesson:
    taught = TAUGHT[operation].lesson
    assert taught is not None
    return taught


def path_of(operation: str) -> str:
    return lesson_of(operation).path or TAUGHT[operation].paths[0]


def steps(mock: Mock) -> list[Step]:
    return [each for each in mock.exchange().steps if each.room == "lesson"]


def opened(sandbox: Sandbox) -> Transaction:
    """The one transaction that there is."""
    (row,) = sandbox.store.scan(TRANSACTIONS)
    return row


@pytest.fixture
def class_room(mock_with: MakeMock) -> Mock:
    return mock_with(lesson=True)


@pytest.mark.parametrize("operation", TAUGHT)
@pytest.mark.parametrize("credentials", ["lenient", "strict"])
def test_a_courses_call_is_answered_and_carried_out(operation: str, credentials: str, mock_with: MakeMock) -> None:
    mock = mock_with(lesson=True, credentials=credentials)

    answer = mock.post(path_of(operation), dict(lesson_of(operation).example))
    mock.advance(60)

    row = opened(mock.sandbox)
    assert (answer.status, mock.exchange().operation) == (200, operation)
    assert (row.state, row.result) == ("completed", "0"), row.why
    told = [each.url for each in mock.callbacks() if each.transaction == row.id]
    assert told
    assert all(url.endswith("/_mock/sink/lesson") for url in told)


@pytest.mark.parametrize("operation", TAUGHT)
def test_its_trace_names_each_real_field(operation: str, class_room: Mock) -> None:
    taught = lesson_of(operation)
    class_room.post(path_of(operation), dict(taught.example))

    marked = steps(class_room)[0]

    assert marked.verdict == "warning"
    real = [field for name, fields in taught.names.items() for field in fields if field != name]
    assert real
    assert all(f" {field}" in marked.text for field in real)
    assert taught.path in marked.text


@pytest.mark.parametrize("operation", TAUGHT)
def test_outside_a_lesson_daraja_refuses_and_the_trace_points_to_the_real_names(operation: str, mock: Mock) -> None:
    taught = lesson_of(operation)
    answer = mock.post(path_of(operation), dict(taught.example))

    schema = Schemas().schema(f"{TAUGHT[operation].schema_path}.request")
    own = [name for name in taught.names if name in taught.example and name not in schema["properties"]]
    assert answer.status == (404 if taught.path else 400)
    assert [each.text.partition(" ")[0] for each in steps(mock)] == own
    for name, each in zip(own, steps(mock), strict=True):
        assert each.text.endswith(f"it is {' and '.join(taught.names[name])}")
        assert "--lesson" in each.remedy
    assert mock.sandbox.store.get(REGISTERED_URLS, "600992") is None


def test_the_remedy_for_a_missing_field_is_the_name_that_it_stands_under(mock: Mock) -> None:
    mock.post(PUSH_PATH, PUSH)

    why = mock.exchange().why
    assert why.startswith("BusinessShortCode is missing; send BusinessShortCode and PartyB instead of Shortcode, or ")


def test_in_a_lesson_the_real_names_are_judged_as_ever(class_room: Mock) -> None:
    body = class_room.body("stk-push.process")
    del body["TransactionDesc"]

    answer = class_room.post(PUSH_PATH, body)

    assert (answer.status, steps(class_room)) == (400, [])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "BusinessShortCode"),
        ({name: value for name, value in PUSH.items() if name != "Amount"}, "Amount"),
        ({**PUSH, "Amount": "ten"}, "Amount"),
        ({**PUSH, "PhoneNumber": "12"}, "PartyA"),
        ({**PUSH, "Shortcode": ["174379"]}, "BusinessShortCode"),
        ({**PUSH, "Shortcode": None}, "BusinessShortCode"),
    ],
)
def test_what_is_wrong_stays_wrong(body: dict[str, Any], error: str, class_room: Mock) -> None:
    answer = class_room.post(PUSH_PATH, body)

    assert answer.status == 400
    assert answer.error[2] == f"Bad Request - Invalid {error}"


def test_what_is_no_json_is_no_courses_call(class_room: Mock) -> None:
    bearer = {"Authorization": f"Bearer {class_room.token()}", "Content-Type": "application/json"}

    answer = class_room.request("POST", BALANCE_PATH, raw=b'{"Shortcode": "600996"', headers=bearer)

    assert (answer.status, steps(class_room)) == (400, [])


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"LipaNaMpesaOnline": "yes"}, ("CustomerPayBillOnline", "174379", "174379")),
        ({"Shortcode": "3000001", "LipaNaMpesaOnline": "yes"}, ("CustomerBuyGoodsOnline", "3000000", "3000001")),
        (
            {"Shortcode": 3000001, "LipaNaMpesaOnline": "CustomerBuyGoodsOnline"},
            ("CustomerBuyGoodsOnline", "3000000", "3000001"),
        ),
    ],
)
def test_a_push_to_a_till_is_asked_for_by_its_head_office(
    changes: dict[str, Any], wanted: tuple[str, str, str], class_room: Mock
) -> None:
    class_room.post(PUSH_PATH, PUSH | changes)
    class_room.advance(60)

    row = opened(class_room.sandbox)
    assert (row.command, row.shortcode, row.party_b) == wanted
    assert row.result == "0", row.why


def test_a_value_that_is_no_transaction_type_is_told_to_be_left_out(class_room: Mock) -> None:
    class_room.post(PUSH_PATH, PUSH | {"LipaNaMpesaOnline": "yes"})

    said = "LipaNaMpesaOnline is neither CustomerPayBillOnline nor CustomerBuyGoodsOnline, and left out"
    assert said in steps(class_room)[0].text


def test_a_real_name_beside_the_courses_wins(class_room: Mock) -> None:
    class_room.post(PUSH_PATH, PUSH | {"PartyA": "254711111111", "CallBackURL": "http://127.0.0.1:9/own"})

    row = opened(class_room.sandbox)
    assert row.result_url == "http://127.0.0.1:9/own"
    assert not any("goes to" in each.text for each in steps(class_room))
    assert any("PartyA 254711111111 is not PhoneNumber" in each.text for each in class_room.exchange().steps)


def test_a_wrong_credential_of_the_courses_own_fails_as_everywhere(class_room: Mock) -> None:
    body = {"Shortcode": "600996", "Initiator": "testapi", "SecurityCredential": INITIATOR_PASSWORD}
    class_room.post(BALANCE_PATH, body)
    class_room.advance(60)

    row = opened(class_room.sandbox)
    assert row.result == "2001"
    assert "perhaps a plain password" in row.why or "bare password" in row.why


def test_urls_that_are_registered_stay(class_room: Mock) -> None:
    own = "http://127.0.0.1:9/own"
    class_room.send("c2b.register", ShortCode="600992", ConfirmationURL=own, ValidationURL=own)
    class_room.post(path_of("c2b.simulate"), dict(lesson_of("c2b.simulate").example))

    registered = class_room.sandbox.store.get(REGISTERED_URLS, "600992")
    assert registered is not None
    assert registered.confirmation == own


def test_production_knows_no_lessons(mock_with: MakeMock) -> None:
    with pytest.raises(Problem, match="lesson is on, and environment is production"):
        Settings(lesson=True, environment="production")


def test_one_sandbox_alone_may_have_lessons(mock: Mock) -> None:
    made = mock.request("POST", "/_mock/sandboxes", {"name": "class", "lesson": True})
    refused = mock.request("POST", "/_mock/sandboxes", {"lesson": True, "environment": "production"})
    token = mock.token(made.json["app"]["key"], made.json["app"]["secret"])

    answer = mock.request("POST", PUSH_PATH, PUSH, {"Authorization": f"Bearer {token}"})

    assert (made.status, refused.status, answer.status) == (201, 400, 200)
    assert "lesson" in refused.json["problem"]
    assert mock.post(PUSH_PATH, PUSH).status == 400
    row = opened(mock.gateway.shared.sandboxes.get("class"))
    assert row.result_url is not None
    assert row.result_url.endswith("/_mock/sandboxes/class/sink/lesson")
