"""`mock-daraja env`: the variables a client needs, for a shell, a .env file or a program."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import click

from mock_daraja import defaults
from mock_daraja.cli.output import Printer, given_settings, server_url, url_option
from mock_daraja.cli.usage import examples
from mock_daraja.client import Client
from mock_daraja.errors import Problem

_PATIENCE_S: Final = 1.0  # with a server that is perhaps there
_SIMPLE: Final = re.compile(r"[A-Za-z0-9_@%+=:,./-]+\Z")


def _shell(values: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


def _dotenv(values: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={value if _SIMPLE.match(value) else _quoted(value)}" for name, value in values.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _powershell(values: Mapping[str, str]) -> str:
    return "\n".join("$env:{} = '{}'".format(name, value.replace("'", "''")) for name, value in values.items())


_FORMATS: Final[Mapping[str, Callable[[Mapping[str, str]], str]]] = {
    "shell": _shell,
    "dotenv": _dotenv,
    "json": partial(json.dumps, indent=2),
    "powershell": _powershell,
}


@click.command(
    epilog=examples('eval "$(mock-daraja env)"', "mock-daraja env --format dotenv > .env"),
    short_help="Print the variables a client needs.",
)
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="shell", help="[default: shell]")
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@url_option
def env(form: str, url: str | None) -> None:
    """Print the variables that a client of the default sandbox needs: address, key, secret, shortcode, passkey.

    It needs no running server: these never change, but for the environment, which is that of the settings at hand
    where no server says which of Safaricom's hosts it mimics.
    """
    at = server_url(url)
    Printer().say(_FORMATS[form](defaults.variables(at, environment=_environment(at))))


def _environment(url: str) -> str:
    """Which of Safaricom's hosts the server there mimics, or one would with the settings at hand."""
    try:
        return str(Client(url, timeout=_PATIENCE_S).health()["environment"])
    except (Problem, KeyError):  # nobody answers, or an older version
        return given_settings().environment
