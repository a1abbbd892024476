"""All commands, by name."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import click

from mock_daraja import __version__
from mock_daraja.cli.usage import Group, examples
from mock_daraja.errors import Problem
from mock_daraja.quoting import printable

_COMMANDS: Final = {
    "Serve": ("serve", "demo", "lesson", "env", "app", "credential"),
    "Act": ("push", "answer", "pay", "next", "resend", "forge", "clock", "customer"),
    "Look": ("why", "journal", "stuck", "report", "codes", "docs"),
    "Scenarios": ("scenario",),
}


class Commands(Group):
    """Commands in files of their own names."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return [name for names in _COMMANDS.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        there = vars(import_module(f"mock_daraja.cli.{cmd_name}"))
        command: click.Command = there.get(cmd_name) or there[f"{cmd_name}_"]  # next_: Python has one of its own
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.list_commands(ctx)))
        for title, names in _COMMANDS.items():
            found = [(f"{name:{width}}", self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, each.get_short_help_str(100)) for name, each in found if each is not None])

    def meant(self, name: str) -> str | None:
        from mock_daraja.cli.caller import usual
        from mock_daraja.naming import named

        try:
            product = named(name).product
        except Problem:
            return None
        return "push" if product == usual().product else f"next {product}"

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
    epilog=examples(
        "mock-daraja demo   # shows a whole payment",
        after="Exit codes: 0 well, 1 a problem, 2 wrong usage or a wrong setting.",
    ),
)
@click.version_option(__version__, prog_name="mock-daraja", message="%(prog)s %(version)s")
def commands() -> None:
    """A local Daraja (M-Pesa) server: the real API's answers, errors and callbacks, on your own machine."""
