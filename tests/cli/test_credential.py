"""The SecurityCredential from the command line: made with the certificate of a running server, and good there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import CliRunner

from mock_daraja.cli import credential
from mock_daraja.cli.group import commands
from mock_daraja.model import Credential

PASSWORD = "Safaricom999!*!"


def test_it_prints_the_credential_and_nothing_else(run: Callable[..., Any], live: str, mock: Any) -> None:
    result = run("credential", PASSWORD, "--url", live)

    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert len(line) == 344
    assert mock.sandbox.certificate.open(line) == Credential("password", PASSWORD)


def test_json_is_an_object(run: Callable[..., Any], live: str, mock: Any) -> None:
    made = json.loads(run("credential", PASSWORD, "--json", "--url", live).stdout)

    assert list(made) == ["credential"]
    assert mock.sandbox.certificate.open(made["credential"]) == Credential("password", PASSWORD)


def test_a_credential_is_of_the_sandbox_that_is_named(run: Callable[..., Any], live: str, mock: Any) -> None:
    mine = mock.gateway.shared.sandboxes.create("mine")
    mock.sandbox.certificate.pem()

    line = run("credential", PASSWORD, "--sandbox", "mine", "--url", live).stdout.strip()

    assert mine.certificate.open(line) == Credential("password", PASSWORD)
    assert mock.sandbox.certificate.open(line) == Credential("opaque")


@pytest.mark.parametrize("piped", [f"{PASSWORD}\n", PASSWORD, f"{PASSWORD}\r\n", f"{PASSWORD}\nand more\n"])
def test_the_password_may_come_from_standard_input(live: str, mock: Any, piped: str) -> None:
    result = CliRunner().invoke(commands, ["credential", "--url", live], input=piped)

    assert mock.sandbox.certificate.open(result.stdout.strip()) == Credential("password", PASSWORD)
    assert PASSWORD not in result.output


def test_at_a_terminal_the_password_is_asked_for_without_an_echo(
    run: Callable[..., Any], live: str, mock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    class Terminal:
        def isatty(self) -> bool:
            return True

    def prompt(text: str, **options: Any) -> str:
        asked.append((text, options))
        return PASSWORD

    monkeypatch.setattr(credential, "sys", type("sys", (), {"stdin": Terminal()}))
    monkeypatch.setattr(click, "prompt", prompt)

    result = run("credential", "--url", live)

    assert mock.sandbox.certificate.open(result.stdout.strip()) == Credential("password", PASSWORD)
    assert asked == [("Initiator password", {"hide_input": True, "err": True})]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no password was given"),
        (("",), "password is ''"),
        (("x" * 246,), "give text of at most 245 bytes"),
        ((PASSWORD, "--sandbox", "nowhere"), "there is no sandbox 'nowhere'"),
    ],
    ids=["none", "empty", "too long", "unknown sandbox"],
)
def test_what_cannot_be_done_is_said(run: Callable[..., Any], live: str, arguments: tuple[str, ...], said: str) -> None:
    result = run("credential", *arguments, "--url", live)

    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_without_a_server_it_says_how_to_start_one(run: Callable[..., Any]) -> None:
    result = run("credential", PASSWORD, "--url", "http://127.0.0.1:9")

    assert result.exit_code == 1
    assert "mock-daraja serve" in result.stderr
