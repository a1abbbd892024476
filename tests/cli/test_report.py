"""`report` against a running server. What it says stands in tests/journal/golden."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from mock_daraja.products import CATALOGUE
from mock_daraja.steps.reporting import card_of


def warned(mock: Any) -> None:
    mock.push(Amount="ten")


def failed(mock: Any) -> None:
    mock.push(Timestamp="20261124070000")


def idle(mock: Any) -> None:
    """Nothing was asked."""


def test_it_prints_the_card(run: Callable[..., Any], mock: Any, live: str) -> None:
    warned(mock)

    result = run("report", "--url", live)

    assert (result.exit_code, result.stdout) == (0, card_of(mock.sandbox, CATALOGUE).text)


@pytest.mark.parametrize(
    ("story", "options", "code"),
    [(warned, (), 0), (warned, ("--strict",), 1), (failed, (), 1), (failed, ("--json",), 1), (idle, ("--strict",), 0)],
)
def test_the_exit_code_is_the_verdict(run: Any, mock: Any, live: str, *, story: Any, options: Any, code: int) -> None:
    story(mock)

    assert run("report", *options, "--url", live).exit_code == code


def test_json_is_the_whole_card(run: Callable[..., Any], mock: Any, live: str) -> None:
    warned(mock)

    assert json.loads(run("report", "--json", "--url", live).stdout) == card_of(mock.sandbox, CATALOGUE).json()


def test_junit_is_written_beside_the_text(run: Callable[..., Any], mock: Any, live: str, tmp_path: Path) -> None:
    warned(mock)

    result = run("report", "--junit", "card.xml", "--url", live)

    root = ElementTree.fromstring((tmp_path / "card.xml").read_text(encoding="utf-8"))
    assert root.attrib["failures"] == "0"
    assert result.stdout == card_of(mock.sandbox, CATALOGUE).text


def test_strict_makes_failures_of_warnings_in_junit_too(run: Callable[..., Any], mock: Any, live: str) -> None:
    warned(mock)

    root = ElementTree.fromstring(run("report", "--junit", "-", "--strict", "--url", live).stdout)

    assert root.attrib["failures"] == "1"


def test_a_file_that_cannot_be_written_is_named(run: Callable[..., Any], live: str) -> None:
    result = run("report", "--junit", "nowhere/card.xml", "--url", live)

    assert result.exit_code == 1
    assert result.stderr.startswith("error: nowhere/card.xml can't be written: No such file or directory\n  remedy: ")


def test_colour_is_there_when_forced(run: Callable[..., Any], live: str) -> None:
    assert "\x1b[" in run("report", "--url", live, FORCE_COLOR="1").stdout


def test_another_sandbox_is_asked_for_by_name(run: Callable[..., Any], mock: Any, live: str) -> None:
    mock.gateway.shared.sandboxes.create("mine")

    assert run("report", "--sandbox", "mine", "--url", live).stdout.startswith("Report card of sandbox mine: 0")
