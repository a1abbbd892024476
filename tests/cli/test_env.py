"""The variables a client needs, each format read back by what reads it."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.defaults import variables
from tests.conftest import MakeMock

EXPECTED = variables("http://127.0.0.1:6737")


def test_they_hold_what_a_client_needs() -> None:
    assert EXPECTED["MPESA_BASE_URL"] == "http://127.0.0.1:6737"
    assert set(EXPECTED) == {
        "MPESA_ENVIRONMENT", "MPESA_BASE_URL", "MPESA_CONSUMER_KEY", "MPESA_CONSUMER_SECRET", "MPESA_SHORTCODE",
        "MPESA_PASSKEY", "MPESA_INITIATOR_NAME", "MPESA_INITIATOR_PASSWORD", "MPESA_TEST_MSISDN",
    }  # fmt: skip


def test_a_shell_reads_them(run: Callable[..., Any]) -> None:
    lines = run("env").stdout.splitlines()

    assert dict(shlex.split(line)[1].split("=", 1) for line in lines) == EXPECTED
    assert all(line.startswith("export ") for line in lines)


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a POSIX shell")
def test_eval_in_a_shell_sets_them(run: Callable[..., Any]) -> None:
    script = run("env").stdout + 'printf %s "$MPESA_INITIATOR_PASSWORD"'

    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=10, check=True)

    assert done.stdout == EXPECTED["MPESA_INITIATOR_PASSWORD"]


@pytest.mark.parametrize("arguments", [("--format", "json"), ("--json",)])
def test_json_is_an_object(run: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    assert json.loads(run("env", *arguments).stdout) == EXPECTED


def test_dotenv_quotes_what_is_not_plain(run: Callable[..., Any]) -> None:
    lines = run("env", "--format", "dotenv").stdout.splitlines()

    assert "MPESA_CONSUMER_KEY=test-key" in lines
    assert "MPESA_INITIATOR_PASSWORD='Safaricom999!*!'" in lines


def test_powershell_takes_its_own_form(run: Callable[..., Any]) -> None:
    lines = run("env", "--format", "powershell").stdout.splitlines()

    assert "$env:MPESA_CONSUMER_KEY = 'test-key'" in lines


@pytest.mark.parametrize(
    ("arguments", "environment", "url"),
    [
        (("--url", "http://localhost:8080/"), {}, "http://localhost:8080"),
        ((), {"MOCK_DARAJA_URL": "http://mock:1"}, "http://mock:1"),
        ((), {"MOCK_DARAJA_PORT": "7000"}, "http://127.0.0.1:7000"),
        ((), {"MOCK_DARAJA_HOST": "0.0.0.0"}, "http://127.0.0.1:6737"),
        ((), {"MOCK_DARAJA_HOST": "::1"}, "http://[::1]:6737"),
    ],
)
def test_the_address_is_the_one_given_or_where_serve_would_listen(
    run: Callable[..., Any], arguments: tuple[str, ...], environment: dict[str, str], url: str
) -> None:
    result = run("env", "--json", *arguments, **environment)

    assert json.loads(result.stdout)["MPESA_BASE_URL"] == url


def test_the_environment_is_that_of_the_server_which_is_there(
    run: Callable[..., Any], mock_with: MakeMock, serving: Callable[[Any], str]
) -> None:
    url = serving(mock_with(environment="production").app)

    result = run("env", "--json", MOCK_DARAJA_URL=url)

    assert json.loads(result.stdout)["MPESA_ENVIRONMENT"] == "production"


def test_without_a_server_the_environment_is_that_of_the_settings(run: Callable[..., Any]) -> None:
    result = run("env", "--json", "--url", "http://127.0.0.1:1", MOCK_DARAJA_ENVIRONMENT="production")

    assert json.loads(result.stdout)["MPESA_ENVIRONMENT"] == "production"
