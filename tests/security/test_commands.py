"""What stands on the command line and can't be used: an error in words, and no traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

ARGUMENTS = [
    "",
    " ",
    "\udcff",  # a byte that is no UTF-8, as Python has it
    "\x1b[2J",
    "-",
    "--",
    "a" * 5000,
    "a" * 5000 + ".yaml",
    "nowhere/" * 500 + "x.yaml",
    "../../x.yaml",
    "/dev/zero",
    "9" * 5000,
    "http://[",
    "http://\udcff",
    "http://127.0.0.1:9\r\nX: y",
    "http://a:b@c:99999999",
]
COMMANDS = [
    "scenario show X",
    "scenario lint X",
    "scenario list X",
    "scenario run X",
    "scenario from-journal X",
    "docs X",
    "codes X",
    "why X",
    "why --url X",
    "journal --url X",
    "journal --sandbox X",
    "journal --har X",
    "report --url X",
    "credential X",
    "env --format X",
    "env --url X",
    "app X",
    "pay --msisdn X --amount X --paybill X",
    "stuck X",
    "serve --host X --port 0 --scenario X",
    "serve --port X",
    "serve --scenarios X --host 999.1.1.1",
    "serve --clock X --host 999.1.1.1",
    "serve --start X --host 999.1.1.1",
    "serve --app X --allow-callbacks-to X --rewrite-callbacks X --clock nothing",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_an_argument_that_is_none(run: Run, live: str, command: str) -> None:
    for argument in ARGUMENTS:
        words = [argument if word == "X" else word for word in command.split()]
        result = run(*words, MOCK_DARAJA_URL=live)

        assert result.exception is None or isinstance(result.exception, SystemExit), (argument, result.exception)
        assert result.exit_code in (0, 1, 2)


def test_a_variable_that_is_no_address(run: Run) -> None:
    for argument in ARGUMENTS[2:]:
        result = run("journal", MOCK_DARAJA_URL=argument)

        assert isinstance(result.exception, SystemExit), (argument, result.exception)
