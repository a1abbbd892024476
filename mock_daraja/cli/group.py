"""All commands, by name."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from mock_daraja import __version__
from mock_daraja.errors import Problem
from mock_daraja.quoting import printable

_COMMANDS: Final = (
    "serve", "demo", "why", "journal", "stuck", "report", "pay", "codes", "docs", "scenario", "env", "app", "credential"
)  # fmt: skip


class Commands(click.Group):
    """Commands in files of their own names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"mock_daraja.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> None:
        try:
            if super().invoke(ctx) is False:  # a command's own way to say that something is not well
                ctx.exit(1)
        except Problem as problem:
            from mock_daraja.journal.redact import redact_problem  # whoever sees none waits for nothing

            click.echo(f"error: {printable(redact_problem(problem))}", err=True)
            ctx.exit(1)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=(
        "Example: mock-daraja demo shows a whole payment. "
        "Exit codes: 0 well, 1 a problem, 2 wrong usage or a wrong setting."
    ),
)
@click.version_option(__version__, prog_name="mock-daraja", message="%(prog)s %(version)s")
def commands() -> None:
    """A local Daraja (M-Pesa) server: the real API's answers, errors and callbacks, on your own machine."""
