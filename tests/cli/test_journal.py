"""`journal` against a running server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mock_daraja.ends import transaction_shape
from mock_daraja.journal.failed import fact_lines
from tests.conftest import put_stuck


def test_each_request_is_a_line(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.pushed()
    mock.push(Amount="ten")
    mock.push(PhoneNumber="254711222333", headers={"X-Mock-Scenario": "faults/reset"})

    lines = run("journal", "--url", live).stdout.splitlines()

    assert lines[0] == "10:00:00.000  x1  GET /oauth/v1/generate  200"
    assert lines[1] == "10:00:00.000  x2  POST /mpesa/stkpush/v1/processrequest  200  opens t1"
    assert lines[2].startswith(
        "10:00:00.000  x3  POST /mpesa/stkpush/v1/processrequest  400  Amount is not whole shillings"
    )
    assert lines[3].startswith("10:00:00.000  x4  POST /mpesa/stkpush/v1/processrequest  reset")


def test_the_latest_are_shown(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push(Amount="ten")
    mock.push(Amount="ten")

    lines = run("journal", "--limit", "1", "--url", live).stdout.splitlines()

    assert [line.split()[1] for line in lines] == ["x3"]


def test_json_is_the_rows(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.push(Amount="ten")

    assert [each["id"] for each in json.loads(run("journal", "--json", "--url", live).stdout)] == ["x1", "x2"]


def test_what_is_stuck_is_told_at_its_time(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.pushed()
    mock.advance(2)
    number = put_stuck(mock.sandbox, "settle", 1)
    mock.advance(2)
    mock.push()

    lines = run("journal", "--limit", "2", "--url", live).stdout.splitlines()

    assert lines[0] == f"10:00:02.000  stuck {number}  settle of transaction 1: OSError: no file left"
    assert lines[1:4] == ["  Traceback (most recent call last):", "    in fail", "  OSError: no file left"]
    assert lines[4].startswith("10:00:04.000  x3  POST ")
    rows = json.loads(run("journal", "--json", "--url", live).stdout)
    assert [each["id"] for each in rows] == ["x1", "x2", number, "x3"]
    assert rows[2]["traceback"].startswith("Traceback")


def test_what_was_stuck_stays_when_it_was_resumed(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.pushed()
    number = put_stuck(mock.sandbox, "settle", 1)
    mock.advance(2)
    run("stuck", "--resume", "all", "--url", live)

    line, *_ = run("journal", "--limit", "1", "--url", live).stdout.splitlines()

    about = f"stuck {number}  settle of transaction 1: OSError: no file left"
    assert line == f"10:00:00.000  {about}; resumed 2026-11-24T10:00:02.000: done"


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
    assert run("journal", "--url", live).stdout == "nothing was asked of this sandbox yet\n"


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

    at = lines.index("10:00:05.000  t1 failed: 1032 Request cancelled by user (mock: code: a reference says mock:1032)")
    assert [line.strip() for line in lines[at + 1 : at + 5]] == facts
    assert [line for line in why if line in facts] == facts
    assert f"1032 Request cancelled by user (mock: code: a reference says mock:1032); {'; '.join(facts)}" in report
    assert shape in json.loads(run("journal", "--json", "--url", live).stdout)


def test_a_secret_in_a_callback_url_is_cut_as_in_the_log(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.pushed(CallBackURL="https://shop.example.com/cb?password=hunter2")
    mock.advance(60)

    lines = run("journal", "--url", live).stdout.splitlines()

    (line,) = [each for each in lines if "callback to" in each]
    assert "https://shop.example.com/cb?password=***  refused  shop.example.com is a public name" in line
