"""`journal` against a running server."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.ends import transaction_shape
from mock_daraja.journal.failed import fact_lines
from tests.cli.test_serve import signals
from tests.conftest import Mock, put_stuck


def names(shown: str) -> list[str]:
    """What each line is about."""
    return [line[14:20].strip() for line in shown.splitlines()]


def test_what_happened_is_a_line_each(run: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.pushed()
    mock.push(Amount="ten")
    mock.advance(60)

    lines = run("journal", "--url", live).stdout.splitlines()

    assert lines[0] == "10:00:00.000  x1      Token            200"
    assert lines[1].startswith("10:00:00.000  t1      STK push         KES 1 from 254708374149 to 174379")
    assert lines[3].startswith("10:00:00.000  x3      STK push         400  Amount is not whole shillings")
    assert names("\n".join(lines)) == ["x1", "t1", "t1", "x3", "t1", "t1", "t1"]


def test_the_latest_are_shown(run: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.push(Amount="ten")
    mock.push(Amount="ten")

    assert names(run("journal", "--limit", "1", "--url", live).stdout) == ["x3"]


def test_json_is_the_events(run: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.pushed()
    mock.advance(60)

    rows = json.loads(run("journal", "--json", "--url", live).stdout)

    assert [each["event"] for each in rows] == ["request", "request", "final", "callback"]
    assert rows == mock.request("GET", "/_mock/journal").json["events"]


@pytest.mark.parametrize(
    ("only", "shown"), [("callbacks", ["callback", "callback"]), ("failed", ["request", "final", "callback"])]
)
def test_only_what_is_asked_for(run: Callable[..., Any], mock: Mock, live: str, only: str, shown: list[str]) -> None:
    mock.pushed(CallBackURL=f"{live}/_mock/sink/shop")
    mock.advance(60)
    mock.push(Amount="ten")
    mock.pushed(AccountReference="mock:1032")
    mock.advance(60)

    rows = json.loads(run("journal", "--json", "--only", only, "--url", live).stdout)

    assert [each["event"] for each in rows] == shown


@signals
def test_it_follows_until_it_is_stopped(start: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.push(Amount="ten")
    watching = start("journal", "--follow", "--url", live)
    assert "  x2      STK push         400  " in watching.until("STK push")

    mock.pushed()
    mock.advance(60)
    lines = [watching.line() for _ in range(4)]
    watching.process.send_signal(signal.SIGINT)

    assert names("\n".join(lines)) == ["t1"] * 4
    assert watching.wait() == 0


@signals
def test_followed_as_json_it_is_an_object_a_line(start: Callable[..., Any], mock: Mock, live: str) -> None:
    watching = start("journal", "--follow", "--only", "failed", "--json", "--url", live)
    mock.push(Amount="ten")
    mock.pushed(AccountReference="mock:1032")
    mock.advance(60)

    told = [json.loads(watching.line()) for _ in range(3)]
    watching.process.send_signal(signal.SIGINT)

    assert [each["event"] for each in told] == ["request", "final", "callback"]
    assert watching.wait() == 0


@signals
def test_it_goes_on_in_a_sandbox_that_was_reset(start: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.push(Amount="ten")
    watching = start("journal", "-f", "--url", live)
    watching.until("x2 ")

    mock.request("POST", "/_mock/sandboxes/default/reset")
    mock.request("GET", "/nowhere")

    assert "  x1      GET " in watching.until("/nowhere")


def test_what_is_stuck_is_told_at_its_time(run: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.pushed()
    mock.advance(2)
    number = put_stuck(mock.sandbox, "settle", 1)
    mock.advance(2)
    mock.push()

    lines = run("journal", "--limit", "2", "--url", live).stdout.splitlines()

    assert lines[0] == f"10:00:02.000  {number:<6}  stuck            settle of transaction 1: OSError: no file left"
    assert [each.strip() for each in lines[1:4]] == [
        "Traceback (most recent call last):",
        "in fail",
        "OSError: no file left",
    ]
    assert lines[4].startswith("10:00:04.000  x3 ")


def test_what_was_stuck_stays_when_it_was_resumed(run: Callable[..., Any], mock: Mock, live: str) -> None:
    mock.pushed()
    put_stuck(mock.sandbox, "settle", 1)
    mock.advance(2)
    run("stuck", "--resume", "all", "--url", live)

    shown = run("journal", "--url", live).stdout

    assert "settle of transaction 1: OSError: no file left; resumed 10:00:02.000: done" in shown


def test_har_is_written_to_a_file(run: Callable[..., Any], mock: Any, live: str, tmp_path: Path) -> None:
    mock.pushed()
    mock.advance(60)

    result = run("journal", "--har", "run.har", "--url", live)

    entries = json.loads((tmp_path / "run.har").read_text(encoding="utf-8"))["log"]["entries"]
    assert result.stdout == "3 entries in run.har\n"
    assert entries[1]["request"]["url"] == f"{live}/mpesa/stkpush/v1/processrequest"


def test_har_is_printed(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push()

    assert json.loads(run("journal", "--har", "-", "--url", live).stdout)["log"]["version"] == "1.2"


def test_before_any_request_it_says_so(run: Callable[..., Any], live: str) -> None:
    assert run("journal", "--url", live).stdout == "nothing has happened in this sandbox yet\n"


def test_what_a_client_sent_never_reaches_a_terminal_raw(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.request("GET", "/%1b[2J")

    assert "\x1b" not in run("journal", "--url", live).stdout


def test_a_failed_transaction_is_explained_alike_in_journal_why_and_report(
    run: Callable[..., Any], mock: Any, live: str
) -> None:
    mock.pushed(AccountReference="mock:1032")
    mock.advance(60)
    shape = transaction_shape(mock.sandbox.transaction(1))
    facts = fact_lines(shape)

    lines = run("journal", "--url", live).stdout.splitlines()
    why = [" ".join(line.split()) for line in run("why", "x2", "--url", live).stdout.splitlines()]
    report = run("report", "--url", live).stdout

    said = "1032 Request cancelled by user  (mock: code: a reference says mock:1032)"
    at = lines.index(f"10:00:05.000  t1        failed         {said}")
    assert [line.strip() for line in lines[at + 1 : at + 5]] == facts
    assert [line for line in why if line in facts] == facts
    assert f"1032 Request cancelled by user (mock: code: a reference says mock:1032); {'; '.join(facts)}" in report
    (told,) = json.loads(run("journal", "--json", "--only", "failed", "--limit", "2", "--url", live).stdout)[:1]
    assert told["transaction"] == shape | {"payer": "254708374149", "payee": "174379"}


def test_a_secret_in_a_callback_url_is_cut_as_in_the_log(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.pushed(CallBackURL="https://shop.example.com/cb?password=hunter2")
    mock.advance(60)

    lines = run("journal", "--url", live).stdout.splitlines()

    (line,) = [each for each in lines if "  callback " in each]
    assert "https://shop.example.com/cb?password=***  not sent: shop.example.com is a public name" in line
