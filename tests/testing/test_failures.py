"""What a failing test shows. Rendered text is an interface, so whole reports stand in failures.txt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.testing.conftest import RunSession

pytest_plugins = ["pytester"]

GOLDEN: Final = Path(__file__).with_name("failures.txt")
SOURCE: Final = """
pytestmark = pytest.mark.daraja(start="2026-11-24T10:00")


def test_cancelled(daraja):
    daraja.next("stk-push", "cancelled")
    push(daraja, daraja.sink().url)
    daraja.settle()
    daraja.assert_paid(amount=10)


def test_refused(daraja):
    push(daraja, daraja.sink().url, Amount="ten")
    daraja.assert_callback("stk")


def test_for_a_reason_of_its_own(daraja):
    push(daraja, "https://shop.example.com/cb")
    daraja.settle()
    assert daraja.callbacks[0].state == "delivered", "it is not"


def test_not_expected(daraja):
    push(daraja, "http://127.0.0.1:9/cb")
    daraja.settle()


def test_used_wrongly(daraja):
    daraja.next("stk-push", "canceled")


def test_by_nobody(daraja):
    daraja.assert_requested("stk-push")
"""


def lines(result: pytest.RunResult) -> list[str]:
    """Of the reports and the summary, without what differs from run to run."""
    shown = result.stdout.str()
    shown = shown[min(shown.index("= ERRORS ="), shown.index("= FAILURES =")) :]
    for pattern, instead in (
        (r"[=_-]{3,}", "---"),
        (r"http://127\.0\.0\.1:\d{4,5}\S*", "http://..."),
        (r"test-[0-9a-f]{8}", "test-..."),
        (r"\w+\.py:(\d+:)?", "shop.py:"),
        (r" in \d+\.\d+s", ""),
        (r"\b[A-Z]{2,3}[A-Z0-9]{7,8}\b", "RECEIPT"),
    ):
        shown = re.sub(pattern, instead, shown)
    return [line.rstrip() for line in shown.splitlines()]


def test_each_failure_reads_at_a_glance(run_session: RunSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.delenv("CI", raising=False)

    shown = lines(run_session(SOURCE))

    assert "\n".join(shown) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_none_is_longer_than_ten_lines_or_shows_our_frames(run_session: RunSession) -> None:
    shown = run_session(SOURCE).stdout.str()

    said = [0]
    for line in shown.splitlines():
        if line.startswith("E  "):
            said[-1] += 1
        elif said[-1]:
            said.append(0)
    assert max(said) <= 10
    assert re.findall(r"mock_daraja/\w+/\w+\.py|__tracebackhide__", shown) == []


def test_all_frames_are_there_for_who_asks(run_session: RunSession) -> None:
    shown = run_session(SOURCE, "--full-trace", "-k", "cancelled").stdout.str()

    assert "asserting.py" in shown
