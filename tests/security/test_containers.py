"""The container examples at the top level: who can use what they start, and whom it reaches."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from mock_daraja.cli.group import commands
from mock_daraja.control.guard import check_exposure
from mock_daraja.settings import Settings, option_fields
from mock_daraja.sources import load

TOP = Path(__file__).parents[2]
DOCKERFILE = (TOP / "Dockerfile").read_text("utf-8")
SERVICE = yaml.safe_load((TOP / "compose.yaml").read_text("utf-8"))["services"]["daraja"]


def instruction(name: str) -> str:
    """What follows it in the Dockerfile."""
    return next(line.removeprefix(f"{name} ") for line in DOCKERFILE.splitlines() if line.startswith(f"{name} "))


def settings_of(arguments: list[str]) -> Settings:
    """As `mock-daraja` itself reads them."""
    whole = commands.make_context("mock-daraja", ["serve"])
    name, command, rest = commands.resolve_command(whole, arguments)
    assert name == "serve" and command is not None
    flags: dict[str, Any] = command.make_context(name, rest, parent=whole).params
    own = {name: value for name, value in flags.items() if name in {each.name for each in option_fields()}}
    return load(own, environment={}, folder=TOP)


@pytest.mark.parametrize("arguments", [json.loads(instruction("CMD")), shlex.split(SERVICE["command"])])
def test_a_container_serves_its_network_and_calls_back_into_it(arguments: list[str]) -> None:
    settings = settings_of(arguments)

    check_exposure(settings)
    assert settings.host == "0.0.0.0"
    assert settings.allow_callbacks_to == ("private",)
    assert settings.port == int(instruction("EXPOSE"))


def test_it_is_published_on_this_machine_alone_and_known_by_its_name() -> None:
    assert SERVICE["ports"] == ["127.0.0.1:6737:6737"]
    assert settings_of(shlex.split(SERVICE["command"])).allow_host == ("daraja",)


def test_the_image_has_what_the_wheel_is_built_of_and_no_more_rights_than_it_needs() -> None:
    ignored = (TOP / ".dockerignore").read_text("utf-8").split()
    build = (TOP / "pyproject.toml").read_text("utf-8")
    included = re.findall(r'^(\w+) = "mock_daraja/_data/', build, re.MULTILINE)

    assert ignored[0] == "*"
    assert {f"!{each}" for each in (*included, "mock_daraja", "pyproject.toml", "README.md", "LICENSE")} == {
        *ignored[1:]
    }
    assert json.loads(instruction("ENTRYPOINT")) == ["mock-daraja"]
    assert instruction("USER") == "daraja"
