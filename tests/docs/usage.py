"""Generated blocks about how the mock is used: settings, commands, control API, fixtures, the handle."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

import click
from click.testing import CliRunner

from mock_daraja.cli.group import commands
from mock_daraja.settings import Quirks, Settings, option_fields
from mock_daraja.sources import ENVIRONMENT_PREFIX
from tests.docs import examples
from tests.docs.api import control_nouns, fixtures, handle_members
from tests.docs.markdown import code, table

_WIDTH = 100  # columns of --help


def _default(each: Any) -> str:
    if each.default is None or each.default == ():
        return "none"
    return code(str(each.default).lower() if isinstance(each.default, bool) else each.default)


def _variable(name: str) -> str:
    return code(ENVIRONMENT_PREFIX + name.upper())


def settings() -> Iterator[str]:
    kinds = get_type_hints(Settings)
    rows = []
    for each in option_fields():
        flag = "--" + each.name.replace("_", "-")
        flag = (
            f"{flag} {each.metadata['metavar']}".strip() if kinds[each.name] is not bool else f"{flag}, --no-{flag[2:]}"
        )
        default = _default(each)
        rows.append((code(each.name), code(flag), _variable(each.name), default, each.metadata["help"]))
    return table(("Key in the file", "Flag", "Variable", "Default", "What it does"), rows)


def quirks() -> Iterator[str]:
    kinds = get_type_hints(Quirks)
    rows = []
    for each in fields(Quirks):
        kind = kinds[each.name]
        options = (
            get_args(kind) if get_origin(kind) is Literal else ("true", "false") if kind is bool else ("a number",)
        )
        values = ", ".join(code(option) if kind is not int else str(option) for option in options)
        said = each.metadata
        default = _default(each)
        rows.append((code(each.name), _variable(each.name), values, default, said["help"], said["source"]))
    return table(("Key under `[quirks]`", "Variable", "Values", "Default", "What it does", "Evidence"), rows)


def command_help() -> Iterator[str]:
    for name in ("", *commands.list_commands(click.Context(commands, **commands.context_settings))):
        yield f"## mock-daraja {name}".rstrip()
        yield ""
        yield "```text"
        arguments = [name, "--help"] if name else ["--help"]
        result = CliRunner().invoke(commands, arguments, prog_name="mock-daraja", terminal_width=_WIDTH)
        assert result.exit_code == 0, result.output
        yield result.output.rstrip()
        yield "```"
        yield ""


def control(noun: str) -> Iterator[str]:
    for route in control_nouns()[noun]:
        yield f"### {route.heading}"
        yield ""
        if route.query:
            yield f"Query: {', '.join(map(code, route.query))}."
            yield ""
        yield "```text"
        yield examples.shown(route.key)
        yield "```"
        yield ""


# testing


def fixture_docs() -> Iterator[str]:
    for fixture in fixtures():
        yield f"### {fixture.name}"
        yield ""
        yield f"Scope: {fixture.scope}."
        yield ""
        yield from _docstring(fixture.doc)
        yield ""


def _docstring(text: str) -> Iterator[str]:
    """Its indented examples as Python."""
    inside = False
    lines = inspect.cleandoc(text).splitlines()
    for at, line in enumerate(lines):
        is_code = line.startswith("    ") or (inside and not line and _goes_on(lines[at:]))
        if is_code != inside:
            if not is_code:
                yield "```"
                if line:
                    yield ""
            else:
                yield "```python"
            inside = is_code
        yield line[4:] if inside else line
    if inside:
        yield "```"


def _goes_on(lines: list[str]) -> bool:
    """Whether the next line that says something is still indented."""
    return next((line for line in lines if line), "").startswith("    ")


def handle() -> Iterator[str]:
    rows = [(code(each.name), each.doc) for each in handle_members()]
    return table(("On the handle", "What it is"), rows)
