"""The lesson: what it shows, on whose server, and how it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click
import pytest

from mock_daraja.cli.lesson import lesson
from mock_daraja.client import Client
from tests.conftest import MakeMock

Run = Callable[..., Any]
OWN = ("--url", "http://127.0.0.1:0")  # a server of the lesson's own, at a free port
STEPS = [
    "Your app gets a token",
    "Your app sends the course's call: STK push",
    "M-Pesa calls your app back (here: a built-in sink)",
    "Your app asks how the payment stands",
    "Your app sends the course's call: C2B simulate",
    "M-Pesa calls your app back: validation (here: a built-in sink)",
    "M-Pesa calls your app back: confirmation (here: a built-in sink)",
    "Your app sends the course's call: B2C payment",
    "M-Pesa calls your app back (here: a built-in sink)",
    "Your app sends the course's call: Balance",
    "M-Pesa calls your app back (here: a built-in sink)",
    "Your app asks a customer without money",
    "M-Pesa calls your app back (here: a built-in sink)",
    "Your app asks for the 6th time within a minute",
    "Your app sends an amount in words",
    "Good practice",
    "Where to get help",
]


def steps(text: str) -> list[str]:
    return re.findall(r"^[0-9]+\. (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("line", re.findall(r"^ *mock-daraja lesson(.*)$", lesson.epilog or "", re.MULTILINE))
def test_an_example_of_its_help_walks_through_all_of_it(line: str, run: Run) -> None:
    result = run("lesson", *line.split(), *OWN)

    assert result.exit_code == 0, result.stdout
    assert steps(result.stdout) == STEPS
    assert "HTTP/1.1 429 Too Many Requests" in result.stdout
    assert '"ResultDesc": "The balance is insufficient for the transaction."' in result.stdout
    assert '"errorMessage": "Bad Request - Invalid Amount"' in result.stdout


def test_it_leaves_the_sandboxes_of_a_server_as_they_were(run: Run, mock_with: MakeMock, serving: Any) -> None:
    url = serving(mock_with(environment="production").app)
    before = Client(url).sandboxes()

    result = run("lesson", "--url", url)

    assert result.exit_code == 0, result.stdout
    assert Client(url).sandboxes() == before


@pytest.mark.parametrize("key", ["q", "\x04"])
def test_whoever_has_seen_enough_ends_it(key: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = iter(["\r", key])
    monkeypatch.setattr("mock_daraja.cli.lesson.is_watched", lambda: True)
    monkeypatch.setattr(click, "getchar", lambda: next(keys))

    result = run("lesson", *OWN)

    assert result.exit_code == 0
    assert steps(result.stdout) == STEPS[:3]
    assert result.stdout.endswith("The lesson ends here.\n")


def test_what_happens_otherwise_than_it_says_is_a_failure(run: Run, live: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "put_customer", lambda self, msisdn, **table: None)  # so the customer keeps the money

    result = run("lesson", "--url", live)

    assert result.exit_code == 1
    assert result.stdout.endswith("it ended with 0 The service request is processed successfully., not with 1\n")
