"""`mock-daraja pay` against a running server: what it prints, waits for, and ends with."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.model import Outcome
from mock_daraja.scenarios.model import Match, OneShot
from tests.conftest import register_urls

PAYBILL = ("--paybill", "600992", "--account-reference", "INV-7", "--amount", "100")


@pytest.fixture
def pay(run: Callable[..., Any], live: str) -> Callable[..., Any]:
    return lambda *arguments: run("pay", *arguments, "--url", live)


def register(mock: Any, live: str, shortcode: str = "600992", response_type: str = "Completed") -> None:
    urls = {"ConfirmationURL": f"{live}/_mock/sink/paid", "ValidationURL": f"{live}/_mock/sink/may-i"}
    register_urls(mock.sandbox, shortcode, {"ResponseType": response_type, **urls})


def test_it_prints_receipt_result_why_and_what_was_sent(mock: Any, live: str, pay: Callable[..., Any]) -> None:
    register(mock, live)

    result = pay(*PAYBILL)

    receipt = mock.sandbox.transaction(1).receipt
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"{receipt}  completed: 0 The service request is processed successfully.",
        "  100.00 from 254708374149 to 600992, account INV-7",
        "  why: paid; the merchant's validation accepted",
        f"  validation to {live}/_mock/sink/may-i: delivered, answered 200",
        f"  confirmation to {live}/_mock/sink/paid: delivered, answered 200",
    ]


def test_a_till_is_paid_by_whom_it_is_told(mock: Any, pay: Callable[..., Any]) -> None:
    result = pay("--msisdn", "0711222333", "--till", "3000001", "--amount", "7.50")

    assert result.exit_code == 0
    assert "  7.50 from 254711222333 to 3000001\n" in result.stdout
    assert "  no confirmation: no URLs are registered for 3000001\n" in result.stdout


def test_a_payment_that_fails_ends_with_one_and_says_why(mock: Any, live: str, pay: Callable[..., Any]) -> None:
    register(mock, live)
    rejects = {"json": {"ResultCode": "C2B00012", "ResultDesc": "Rejected"}}
    mock.request("PUT", "/_mock/sinks/may-i", rejects)

    result = pay(*PAYBILL)

    assert result.exit_code == 1
    assert re.match(r"[A-Z0-9]{10}  failed: C2B00012 Invalid Account Number\n", result.stdout)
    why, cause, remedy, retryable, source = result.stdout.splitlines()[2:7]
    assert why == "  why: the merchant's validation answered C2B00012"
    told = mock.request("GET", "/_mock/transactions/1").json["failure"]
    assert (cause, remedy) == (f"  cause: {told['cause']}", f"  remedy: {told['remedy']}")
    assert (retryable.split(":")[0], source.split(":")[0]) == ("  retryable", "  source")
    assert result.stdout.endswith("  no confirmation: the payment failed\n")
    assert result.stderr == ""


def test_a_payment_that_was_never_begun_has_no_receipt(pay: Callable[..., Any]) -> None:
    result = pay("--till", "3000009", "--amount", "1")

    assert result.exit_code == 1
    assert result.stdout.startswith("no receipt  failed: SFC_IC0003 ")
    assert "  why: there is no shortcode 3000009\n" in result.stdout


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://127.0.0.1:9/paid", "confirmation to http://127.0.0.1:9/paid: failed, "),
        ("https://shop.example.com/paid", "confirmation to https://shop.example.com/paid: refused: "),
    ],
)
def test_a_confirmation_that_did_not_arrive_is_no_failure_of_the_payment(
    mock: Any, pay: Callable[..., Any], url: str, shown: str
) -> None:
    register_urls(mock.sandbox, "600992", {"ResponseType": "Completed", "ConfirmationURL": url})

    result = pay(*PAYBILL)

    assert result.exit_code == 0
    assert shown in result.stdout


def test_json_is_the_transaction_and_its_callbacks(mock: Any, live: str, pay: Callable[..., Any]) -> None:
    register(mock, live)

    document = json.loads(pay(*PAYBILL, "--json").stdout)

    assert (document["operation"], document["state"]) == ("c2b.pay", "completed")
    assert [(each["kind"], each["state"]) for each in document["callbacks"]] == [
        ("validation", "delivered"),
        ("confirmation", "delivered"),
    ]


def test_without_waiting_it_is_pending_and_well(mock: Any, pay: Callable[..., Any]) -> None:
    before = mock.sandbox.now_ms

    result = pay(*PAYBILL, "--no-wait")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[::2] == ["no receipt  pending", "  it becomes final on the sandbox's clock"]
    assert mock.sandbox.now_ms == before


def test_a_payment_that_takes_longer_than_anybody_waits_is_not_well(pay: Callable[..., Any], mock: Any) -> None:
    mock.sandbox.engine.arm(OneShot(Match(operation="c2b.pay"), Outcome(settle_ms=90_000)))

    assert pay(*PAYBILL).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--amount", "1"), "give one of --paybill and --till"),
        ((*PAYBILL, "--till", "3000001"), "give one of --paybill and --till"),
        (("--paybill", "600992", "--amount", "1"), "--paybill needs --account-reference"),
        (("--till", "3000001", "--account-reference", "A", "--amount", "1"), "--account-reference goes with --paybill"),
        (("--till", "3000001"), "Missing option '--amount'"),
    ],
)
def test_wrong_usage_is_said_without_asking_the_server(
    run: Callable[..., Any], arguments: tuple[str, ...], said: str
) -> None:
    result = run("pay", *arguments, "--url", "http://127.0.0.1:9")

    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--till", "3000001", "--amount", "ten"), "amount is 'ten'"),
        (("--till", "abc", "--amount", "1"), "till is 'abc'"),
        (("--msisdn", "123", "--till", "3000001", "--amount", "1"), "'123' is not a Kenyan mobile number"),
        (("--till", "3000001", "--amount", "1", "--sandbox", "nowhere"), "there is no sandbox 'nowhere'"),
    ],
)
def test_what_the_server_refuses_is_a_problem(pay: Callable[..., Any], arguments: tuple[str, ...], said: str) -> None:
    result = pay(*arguments)

    assert result.exit_code == 1
    assert said in result.stderr
    assert "remedy: " in result.stderr


def test_phone_is_told_msisdn(run: Callable[..., Any]) -> None:
    result = run("pay", "--phone", "0712345678", "--till", "3000001", "--amount", "1")

    assert result.exit_code == 2
    assert re.search("No such option:? '?--phone'?.* Did you mean '?--msisdn'?\\?", result.stderr)
