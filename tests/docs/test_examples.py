"""What docs/ and README.md show to paste works."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from mock_daraja.app import create_app
from mock_daraja.cli.group import commands
from mock_daraja.clock import ClockSetting
from mock_daraja.faults import from_spec
from mock_daraja.faults import pages as gateway_pages
from mock_daraja.products import CATALOGUE
from mock_daraja.scenarios import Known, Library
from mock_daraja.server import Server
from mock_daraja.settings import Settings
from mock_daraja.sinks import parse_program
from mock_daraja.sources import load
from tests.conftest import served
from tests.docs.generate import ROOT, pages

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PATIENCE = '{"timeout": 600}'  # seconds of a clock that runs sixty times faster
FENCES = [
    (page.name, match[1], match[2])
    for page in [ROOT / "README.md", *pages()]
    for match in _FENCE.finditer(page.read_text(encoding="utf-8"))
]


def fences(language: str) -> list[object]:
    found = [(page, body) for page, kind, body in FENCES if kind == language]
    return [pytest.param(body, id=f"{page}-{number}") for number, (page, body) in enumerate(found)]


@pytest.mark.parametrize("body", fences("yaml"))
def test_a_scenario_file_is_one(body: str, tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    file.write_text(body, encoding="utf-8")
    known = Known(set(CATALOGUE.operations), gateway_pages.NAMES, from_spec)

    scenario = Library([], known).open(str(file))

    assert scenario.rules


@pytest.mark.parametrize("body", fences("toml"))
def test_a_settings_file_makes_a_server(body: str, tmp_path: Path) -> None:
    (tmp_path / "mock-daraja.toml").write_text(body, encoding="utf-8")

    settings = load(environment={}, folder=tmp_path)

    served(create_app(settings)).close()


@pytest.mark.parametrize("body", fences("json"))
def test_json_is_json(body: str) -> None:
    document = json.loads(body)

    if isinstance(document, list):  # the one program of a sink
        assert parse_program(document)


@pytest.mark.parametrize("body", fences("python"))
def test_python_is_python(body: str) -> None:
    compile(body, "example", "exec")


_COMMAND = re.compile(r"(?:^|[/(])mock-daraja (.+?)(?:\)\"|  #| [|<>;&] ?|$)", re.MULTILINE)


def command_lines() -> Iterator[object]:
    """What stands behind `mock-daraja` in a shell example, up to where the shell takes over again."""
    for page, kind, body in FENCES:
        for found in _COMMAND.finditer(body) if kind == "sh" else ():
            yield pytest.param(found[1], id=f"{page}: {found[1]}")


@pytest.mark.parametrize("line", list(command_lines()))
def test_a_command_takes_what_the_example_gives_it(line: str) -> None:
    name, *arguments = shlex.split(line)
    context = click.Context(commands, **commands.context_settings)

    command = commands.get_command(context, name)

    assert command is not None, f"there is no command {name}"
    command.make_context(name, arguments, parent=context)


def sixty_seconds() -> str:
    found = re.search(
        r"^## A first payment.*?^```sh\n(.*?)^```$",
        (ROOT / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found is not None
    return found[1]


def test_the_first_payment_of_the_readme_is_paid() -> None:
    needed = [tool for tool in ("bash", "curl", "base64") if shutil.which(tool) is None]
    if needed:
        pytest.skip(f"{' and '.join(needed)} missing on this machine: the README's shell example needs them")
    app = create_app(Settings(clock=ClockSetting.parse("scaled:60"), seed=1))
    script = sixty_seconds()
    assert ".venv/bin/mock-daraja" in script
    assert "\nsleep 7 " in script

    try:
        with Server(app) as server:
            wait = f"curl -s {server.url}/_mock/callbacks/wait -H 'Content-Type: application/json' -d '{_PATIENCE}' >&2"
            script = script.replace(".venv/bin/mock-daraja", f'"{Path(sys.executable).as_posix()}" -m mock_daraja')
            script = script.replace("\nsleep 7 ", f"\n{wait} ")
            ran = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                check=False,
                capture_output=True,
                text=True,
                timeout=50,
                env=os.environ | {"MOCK_DARAJA_URL": server.url, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT)},
            )
    finally:
        served(app).close()

    accepted, _, arrived = ran.stdout.partition("}")
    assert ran.returncode == 0, ran.stderr
    assert '"ResponseCode":"0"' in accepted
    assert '"ResultCode":0' in json.loads(arrived)["arrivals"][0]["body"]
