"""Each switch changes what it says, and nothing else says it otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

from mock_daraja.settings import Quirks
from tests.conftest import MakeMock, Mock


def expires_in(mock: Mock) -> object:
    return mock.ask_token().json["expires_in"]


def first_token_still_works(mock: Mock) -> bool:
    first = mock.token()
    mock.token()
    headers = {"Authorization": f"Bearer {first}"}
    return mock.request("POST", "/mpesa/stkpush/v1/processrequest", {}, headers).status == 400


def item_names(mock: Mock) -> list[str]:
    mock.pushed()
    mock.advance(10)
    return [item["Name"] for item in mock.callback()["CallbackMetadata"]["Item"]]


def amount_digits(mock: Mock) -> str:
    mock.pushed(Amount=7)
    mock.advance(10)
    return mock.callbacks()[0].body.decode().partition('"Amount","Value":')[2].partition("}")[0]


def length_of_the_checkout_id(mock: Mock) -> int:
    return len(mock.pushed())


def description_of_a_query(mock: Mock) -> str:
    checkout = mock.pushed()
    mock.advance(10)
    return str(mock.query(checkout).json["ResponseDescription"]).rpartition(" ")[2]


def pending_query(mock: Mock) -> tuple[int, str]:
    answer = mock.query(mock.pushed())
    return answer.status, answer.json.get("ResultCode", answer.json.get("errorMessage"))


def url_with_a_keyword(mock: Mock) -> int:
    return mock.push(CallBackURL="http://127.0.0.1:9/api/MPESA/callback").status


def seventh_query_in_a_minute(mock: Mock) -> int:
    checkout = mock.pushed()
    return [mock.query(checkout).status for _ in range(7)][-1]


def same_amount_after_a_minute(mock: Mock) -> object:
    mock.pushed()
    mock.advance(60)
    checkout = mock.pushed()
    mock.advance(10)
    return mock.transaction(checkout).result


SWITCHES: list[tuple[str, Any, Callable[[Mock], object], object, object]] = [
    # switch, value, what to look at, without it, with it
    ("numeric_expires_in", True, expires_in, "3599", 3599),
    ("one_token_only", True, first_token_still_works, True, False),
    ("balance_item", False, item_names, ["Amount", "MpesaReceiptNumber", "Balance", "TransactionDate", "PhoneNumber"],
     ["Amount", "MpesaReceiptNumber", "TransactionDate", "PhoneNumber"]),
    ("two_decimals", True, amount_digits, "7", "7.00"),
    ("checkout_id_digits", 3, length_of_the_checkout_id, 30, 32),
    ("legacy_texts", True, description_of_a_query, "successfully", "successsfully"),
    ("in_flight", "4999", pending_query, (500, "The transaction is being processed"), (200, "4999")),
    ("in_flight", "empty", pending_query, (500, "The transaction is being processed"), (500, "")),
    ("stk_url_keywords", True, url_with_a_keyword, 200, 400),
    ("query_rate_limit", True, seventh_query_in_a_minute, 500, 429),
    ("same_amount_seconds", 0, same_amount_after_a_minute, "17", "0"),
    ("same_amount_seconds", 30, same_amount_after_a_minute, "17", "0"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "look", "without", "with_it"), SWITCHES)
def test_a_switch_changes_what_it_says(
    mock_with: MakeMock, name: str, value: object, look: Callable[[Mock], object], *, without: object, with_it: object
) -> None:
    assert look(mock_with()) == without
    assert look(mock_with(quirks={name: value})) == with_it


OF_STK_AND_OAUTH = {  # `mixed` has tests of its own below
    "in_flight", "balance_item", "two_decimals", "checkout_id_digits", "legacy_texts", "one_token_only",
    "numeric_expires_in", "stk_url_keywords", "query_rate_limit", "same_amount_seconds",
}  # fmt: skip


def test_every_switch_of_stk_push_and_oauth_is_in_the_table() -> None:
    assert {name for name, *_ in SWITCHES} == OF_STK_AND_OAUTH
    assert {each.name for each in fields(Quirks)} >= OF_STK_AND_OAUTH


def test_mixed_gives_all_three_shapes_for_the_same_transaction(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"in_flight": "mixed"})
    checkout = mock.pushed()

    seen = {
        (answer.status, answer.body.partition(b"errorMessage")[2])
        for answer in (mock.query(checkout) for _ in range(40))
    }

    assert seen == {(200, b""), (500, b'":""}'), (500, b'":"The transaction is being processed"}')}


def test_mixed_ends_with_the_final_state(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"in_flight": "mixed"})
    checkout = mock.pushed()
    mock.advance(10)

    assert {mock.query(checkout).json["ResultCode"] for _ in range(10)} == {"0"}


@pytest.mark.parametrize("word", ["mpesa", "M-PESA", "Safaricom", "exe", "exec", "cmd", "sql", "query"])
def test_every_keyword_is_refused_in_any_case_when_switched_on(mock_with: MakeMock, word: str) -> None:
    answer = mock_with(quirks={"stk_url_keywords": True}).push(CallBackURL=f"http://127.0.0.1:9/{word}/x")

    assert answer.error == (400, "400.002.02", "Bad Request - Invalid CallBackURL")
    assert " has the word " in answer.why


def test_the_query_limit_ends_with_the_minute_and_allows_five(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"query_rate_limit": True}, customers=({"msisdn": "254708374149", "prompt": "ask"},))
    checkout = mock.pushed()

    first = [mock.query(checkout).status for _ in range(6)]
    mock.advance(30)
    second = mock.query(checkout)
    mock.advance(31)
    third = mock.query(checkout)

    assert first == [500] * 5 + [429]
    assert second.error == (429, "500.003.02", "Error Occurred: Spike Arrest Violation")
    assert third.status != 429


def test_a_snapshot_keeps_how_many_queries_there_were(mock_with: MakeMock) -> None:
    mock = mock_with(quirks={"query_rate_limit": True}, customers=({"msisdn": "254708374149", "prompt": "ask"},))
    checkout = mock.pushed()
    none = mock.sandbox.snapshot()
    five = [mock.query(checkout).status for _ in range(5)], mock.sandbox.snapshot()

    mock.advance(70)
    mock.sandbox.restore(five[1])
    sixth = mock.query(checkout).status
    mock.sandbox.restore(none)
    first = mock.query(checkout).status

    assert (five[0], sixth, first) == ([500] * 5, 429, 500)


def test_bodies_stay_json_whatever_the_switches(mock_with: MakeMock) -> None:
    mock = mock_with(
        quirks={"two_decimals": True, "balance_item": False, "checkout_id_digits": 3, "legacy_texts": True}
    )
    mock.pushed(Amount=250_000)
    mock.advance(10)

    items = json.loads(mock.callbacks()[0].body)["Body"]["stkCallback"]["CallbackMetadata"]["Item"]

    assert items[0]["Value"] == 250_000.0
