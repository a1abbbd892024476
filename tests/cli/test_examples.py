"""The examples below every `--help`, each typed into a shell as a user would."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import click
import pytest

from mock_daraja.cli.group import commands
from mock_daraja.client import Client
from tests.cli.conftest import ROOT, SECONDS

needs_a_shell = pytest.mark.skipif(shutil.which("sh") is None or os.name == "nt", reason="needs a POSIX shell")
STAYS = ("mock-daraja serve", "mock-daraja demo --serve")
FOLLOWS = "--follow"
ENDS_WITH_ONE = {"mock-daraja report": ["--strict"], "mock-daraja forge": ["127.0.0.1:8000"]}
"""Where there are warnings, and where the webhook of whoever reads the example isn't there."""


def every(command: click.Command, name: str = "mock-daraja") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for each in command.list_commands(context):
            below = command.get_command(context, each)
            assert below is not None
            yield from every(below, f"{name} {each}")


def examples(command: click.Command) -> list[str]:
    lines = (command.epilog or "").splitlines()
    return [line.strip() for line in lines if line.startswith("  ")]


COMMANDS = dict(every(commands))
EXAMPLES = [(name, each) for name, command in COMMANDS.items() for each in examples(command)]
PLAIN = [(name, each) for name, each in EXAMPLES if not each.startswith(STAYS) and FOLLOWS not in each]
FOLLOWING = [each for _, each in EXAMPLES if FOLLOWS in each]
STAYING = [each for _, each in EXAMPLES if each.startswith(STAYS)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_an_example_of_its_own(name: str) -> None:
    told = examples(COMMANDS[name])

    assert told
    assert all(name in each for each in told)


@pytest.fixture
def typed(tmp_path: Path, mock: Any) -> Any:
    """Type a line into a shell that has the command, beside the files that examples name."""
    there = tmp_path / "bin" / "mock-daraja"
    there.parent.mkdir()
    there.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mock_daraja "$@"\n')
    there.chmod(0o755)
    (tmp_path / "password.txt").write_text("Safaricom999!*!\n")
    story = (ROOT / "scenarios" / "stk_push" / "cancelled.yaml").read_text()
    (tmp_path / "my-scenarios").mkdir()
    for name in ("my-story.yaml", "other.yaml", "my-scenarios/mine.yaml"):
        (tmp_path / name).write_text(story)

    def shell(line: str, url: str | None = None) -> subprocess.Popen[str]:
        environment = os.environ | {"PATH": f"{there.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            ["sh", "-c", line],
            cwd=tmp_path,
            env=environment | ({} if url is None else {"MOCK_DARAJA_URL": url}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    return shell


@needs_a_shell
@pytest.mark.parametrize(("name", "line"), PLAIN, ids=[line for _, line in PLAIN])
def test_it_does_what_it_says(name: str, line: str, typed: Any, mock: Any, live: str) -> None:
    client = Client(live)
    mock.pushed(CallBackURL=client.sink_url("shop"))
    client.advance(60)
    if name == "mock-daraja answer":
        given = line.partition("--msisdn ")[2]
        client.put_customer(given or "254708374149", prompt="ask")
        mock.pushed(PhoneNumber=int(f"254{given[1:]}") if given else 254708374149)

    process = typed(line, live)
    out, err = process.communicate(timeout=3 * SECONDS)

    allowed = ENDS_WITH_ONE.get(name, ())
    assert process.returncode in ((0, 1) if any(each in line for each in allowed) else (0,)), out + err
    assert err == ""
    assert out or ">" in line or "eval" in line


@needs_a_shell
@pytest.mark.parametrize("line", STAYING)
def test_it_stays_until_it_is_stopped(line: str, typed: Any) -> None:
    free = " --port 0" if line.startswith("mock-daraja serve") else " --url http://127.0.0.1:0"
    process = typed(f"exec {line}{free}")  # of two the last counts
    assert process.stdout is not None

    said = [*takewhile(lambda each: "Ctrl-C" not in each, process.stdout)]
    os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=SECONDS)

    assert "is listening on http://127.0.0.1:" in said[0]
    assert process.returncode == 0


@needs_a_shell
@pytest.mark.parametrize("line", FOLLOWING)
def test_it_follows_until_ctrl_c(line: str, typed: Any, mock: Any, live: str) -> None:
    mock.push(Amount="ten")
    process = typed(f"exec {line}", live)

    first = process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)

    assert "  400  " in first
    assert (process.returncode, err) == (0, "")
