"""`why` against a running server. What it says stands in tests/journal/golden; here is which exchange it says it of."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import put_stuck

GOLDEN = Path(__file__).parents[1] / "journal" / "golden"


def explained(result: Any) -> str:
    """The id of the exchange that was explained."""
    assert result.exit_code == 0, result.stderr
    return str(result.stdout.split()[0])


def test_it_prints_the_explanation_of_the_journal(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push(Amount="ten")

    result = run("why", "--url", live)

    assert result.stdout == (GOLDEN / "refused.txt").read_text(encoding="utf-8")


def test_without_an_id_it_is_the_last_that_was_refused(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push(Amount="ten")
    checkout = mock.pushed()
    mock.query(checkout)  # still pending: no failure, though its status is 500

    assert explained(run("why", "--url", live)) == "x2"


def test_a_push_whose_callback_was_refused_counts_as_failed(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push(Amount="ten")
    checkout = mock.pushed(CallBackURL="https://shop.example.com/cb")
    mock.advance(60)
    mock.query(checkout)

    assert explained(run("why", "--url", live)) == "x3"


def test_a_push_whose_transaction_failed_counts_as_failed(
    run: Callable[..., Any], mock: Any, live: str, webhook: Any
) -> None:
    mock.pushed(CallBackURL=webhook.url, AccountReference="mock:1032")
    mock.advance(60)
    mock.token()

    assert explained(run("why", "--url", live)) == "x2"


def test_when_nothing_failed_it_is_the_last(run: Callable[..., Any], mock: Any, live: str, webhook: Any) -> None:
    checkout = mock.pushed(CallBackURL=webhook.url)
    mock.advance(60)
    mock.query(checkout)

    assert explained(run("why", "--url", live)) == "x3"


@pytest.mark.parametrize(
    ("name", "number"),
    [("last", "x3"), ("x2", "x2"), ("X2", "x2"), ("2", "x2"), ("default/x2", "x2"), ("default/last", "x3")],
)
def test_an_exchange_is_asked_for_as_header_and_log_call_it(
    run: Callable[..., Any], mock: Any, live: str, name: str, number: str
) -> None:
    mock.push(Amount="ten")
    mock.push()

    assert explained(run("why", name, "--url", live)) == number


@pytest.mark.parametrize("where", ["", "default/"])
def test_a_transaction_is_asked_for_by_any_name_it_goes_by(
    run: Callable[..., Any], mock: Any, live: str, where: str
) -> None:
    opened = mock.settled("b2c.payment")
    mock.push(Amount="ten")

    names = (f"t{opened.id}", opened.reference, opened.originator_id, opened.receipt)
    found = {explained(run("why", f"{where}{name}", "--url", live)) for name in names}

    assert found == {f"x{opened.exchange}"}


def test_a_push_is_asked_for_by_its_checkout_request_id(run: Callable[..., Any], mock: Any, live: str) -> None:
    checkout = mock.pushed()
    mock.push(Amount="ten")

    assert explained(run("why", checkout, "--url", live)) == "x2"


def test_a_transaction_that_no_exchange_opened_is_explained_itself(
    run: Callable[..., Any], mock: Any, live: str
) -> None:
    run("pay", "--till", "3000001", "--amount", "50", "--url", live)

    result = run("why", "t1", "--url", live)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Transaction 1  completed")
    registered = "no ConfirmationURL was registered with /mpesa/c2b/v2/registerurl for 3000001"
    assert f"  none: {registered} when it was paid" in result.stdout


def test_a_payment_from_outside_that_failed_owes_nobody_a_confirmation(
    run: Callable[..., Any], mock: Any, live: str
) -> None:
    run("pay", "--till", "3000009", "--amount", "50", "--url", live)

    result = run("why", "t1", "--url", live)

    assert result.stdout.endswith(
        "Callbacks\n  none: the payment failed, and only one that went through is confirmed\n"
    )


def test_json_is_the_whole_exchange(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push(Amount="ten")

    document = json.loads(run("why", "--json", "--url", live).stdout)

    assert document["id"] == "x2"
    assert document["trace"][-1]["verdict"] == "refused"


def test_before_any_request_it_says_so(run: Callable[..., Any], live: str) -> None:
    result = run("why", "--url", live)

    assert result.exit_code == 1
    assert result.stderr.startswith("error: nothing was asked of this sandbox yet\n  remedy: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x99"], "there is no exchange 'x99'"),
        (["c99"], "there is no callback '99'"),
        (["t99"], "there is no transaction 't99'"),
        (["https://sandbox.test/x2"], "'https://sandbox.test/x2' is a URL, and no ID"),
        (["SKO1234567"], "'SKO1234567' names no exchange, callback or transaction of sandbox default"),
        (["--sandbox", "nowhere"], "there is no sandbox 'nowhere'"),
        (["t1", "--sandbox", "nowhere"], "there is no sandbox 'nowhere'"),
    ],
)
def test_what_is_not_there_is_named(run: Callable[..., Any], live: str, arguments: list[str], said: str) -> None:
    result = run("why", *arguments, "--url", live)

    assert result.exit_code == 1
    assert said in result.stderr
    assert "  remedy: " in result.stderr


def test_without_a_server_it_says_how_to_start_one(run: Callable[..., Any]) -> None:
    result = run("why", "--url", "http://127.0.0.1:9")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: no server answers at http://127.0.0.1:9\n  remedy: start one with")


def test_an_admin_token_comes_from_the_environment(
    run: Callable[..., Any], mock_with: Callable[..., Any], serving: Callable[[Any], str]
) -> None:
    mock = mock_with(admin_token="letmein")
    url = serving(mock.app)
    mock.push(Amount="ten")

    without = run("why", "--url", url)
    with_token = run("why", "--url", url, MOCK_DARAJA_ADMIN_TOKEN="letmein")

    assert without.exit_code == 1
    assert "bearer token" in without.stderr
    assert explained(with_token) == "x2"


def test_colour_is_there_when_forced(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push(Amount="ten")

    assert "\x1b[" in run("why", "--url", live, FORCE_COLOR="1").stdout
    assert "\x1b[" not in run("why", "--url", live).stdout


@pytest.mark.parametrize("arguments", [(), ("x2",), ("last",)])
def test_curl_asks_the_same_again(run: Callable[..., Any], mock: Any, live: str, arguments: tuple[str, ...]) -> None:
    mock.push(Amount="ten")

    result = run("why", *arguments, "--curl", "--url", live)

    assert result.stdout.startswith("# set TOKEN, PASSWORD\ncurl ")
    assert f"{live}/mpesa/stkpush/v1/processrequest" in result.stdout
    assert '"Amount": "ten"' in result.stdout


def test_what_is_stuck_counts_as_failed_and_is_shown_with_its_traceback(
    run: Callable[..., Any], mock: Any, live: str
) -> None:
    mock.pushed()
    number = put_stuck(mock.sandbox, "settle", 1)
    mock.pushed(PhoneNumber="254711222333")

    result = run("why", "--url", live)

    assert explained(result) == "x2"
    assert result.stdout.endswith(
        "Stuck: settle of transaction 1, at 2026-11-24T10:00:00.000+03:00: OSError: no file left\n"
        "  Traceback (most recent call last):\n"
        "    in fail\n"
        "  OSError: no file left\n"
        f"  again:     POST /_mock/stuck/{number}/resume\n"
    )


def test_what_was_stuck_and_is_resumed_is_told_and_is_no_failure(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.pushed()
    put_stuck(mock.sandbox, "settle", 1)
    run("stuck", "--resume", "all", "--url", live)
    mock.pushed(PhoneNumber="254711222333")

    assert explained(run("why", "--url", live)) == "x3"
    assert run("why", "x2", "--url", live).stdout.endswith(
        "Stuck: settle of transaction 1, at 2026-11-24T10:00:00.000+03:00: OSError: no file left\n"
        "  resumed:   2026-11-24T10:00:00.000+03:00: done\n"
    )
