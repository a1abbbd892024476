"""The command itself: its help, its version, and how little it imports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click import Context

from mock_daraja import __version__
from mock_daraja.cli.group import commands
from tests.cli.conftest import ROOT

COMMANDS = commands.list_commands(Context(commands))
HEAVY = ("flask", "werkzeug", "faker", "jsonschema", "yaml", "http.client", "cryptography")


def test_help_lists_every_command_under_what_it_is_for(run: Callable[..., Any]) -> None:
    shown = run("--help").stdout.partition("Options:")[2].splitlines()

    titles = [line.strip(" :") for line in shown if line.endswith(":")]
    named = [line.split()[0] for line in shown if line.startswith("  ") and line[2].islower()]
    assert titles == ["Serve", "Act", "Look", "Scenarios", "Example"]
    assert named == COMMANDS


def test_version(run: Callable[..., Any]) -> None:
    assert run("--version").stdout == f"mock-daraja {__version__}\n"


def test_an_unknown_command_is_wrong_usage(run: Callable[..., Any]) -> None:
    result = run("server")

    assert result.exit_code == 2
    assert "there is no command 'server': did you mean 'serve'?" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX closes it")
def test_a_command_whose_standard_output_is_closed_works_and_says_nothing() -> None:
    command = f'exec "{sys.executable}" -m mock_daraja codes 2001 >&-'

    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a file that is full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["codes", "env", "--help", "serve --help", "--version"])
def test_a_command_whose_standard_output_is_full_says_so(arguments: str, unbuffered: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mock_daraja", *arguments.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | {"PYTHONUNBUFFERED": unbuffered, "PYTHONPATH": str(ROOT)},
        )

    assert done.stderr == "error: the output can't be written: No space left on device\n"
    assert done.returncode == 1


def test_python_m_is_the_same_command(start: Callable[..., Any]) -> None:
    process = start("--version")

    assert process.wait() == 0
    assert process.line() == f"mock-daraja {__version__}"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_imports_nothing_heavy_before_it_runs(command: str) -> None:
    script = f"import sys, mock_daraja.cli.{command}; print([name for name in {HEAVY!r} if name in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=Path(__file__).parents[2],
    )

    assert done.stdout == "[]\n"
