"""How commands are asked for: examples below their help, groups that say what was meant, what a shell completes."""

from __future__ import annotations

from collections.abc import Iterator

import click

from mock_daraja.fields import nearest


def examples(*lines: str, after: str = "") -> str:
    """The end of a help text: commands to copy, a line each. tests/cli/test_examples.py runs them."""
    told = "\n".join(["\b", "Example:" if len(lines) == 1 else "Examples:", *(f"  {line}" for line in lines)])
    return f"{told}\n\n{after}" if after else told


class Group(click.Group):
    """A command of commands, which says the nearest where it has none of a name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = args[0], self.list_commands(ctx)
        if name.startswith("-") or self.get_command(ctx, name) is not None:
            return super().resolve_command(ctx, args)
        meant = self.meant(name) or nearest(name, known, 0.6)
        remedy = f"did you mean '{meant}'?" if meant else f"the commands are {', '.join(known)}"
        raise click.UsageError(f"there is no command '{name}': {remedy}", ctx)

    def meant(self, name: str) -> str | None:  # noqa: ARG002 - for a group that knows more
        """The command that a name of something else stands for."""
        return None


class ByMsisdn(click.Command):
    """One that takes --msisdn, and says so to whoever gives --phone."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:  # click compares letters alone, and finds --help for --phone
            near = nearest(error.option_name.lstrip("-"), ["msisdn"])
            if near is None:
                raise
            raise click.UsageError(f"{error.message} Did you mean '--{near}'?", ctx) from None


def a_product(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - click's
    """Completes products and operations."""
    from mock_daraja.products import CATALOGUE

    return [each for each in (*CATALOGUE.slugs, *CATALOGUE.operations) if each.startswith(incomplete)]


def an_outcome(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:  # noqa: ARG001 - click's
    """Completes the words and codes of the product that the command line has before."""
    return [each for each in _outcomes(ctx.params.get("product") or "") if each.startswith(incomplete)]


def _outcomes(product: str) -> Iterator[str]:
    from mock_daraja import resources
    from mock_daraja.errors import Problem
    from mock_daraja.naming import named
    from mock_daraja.products import CATALOGUE
    from mock_daraja.scenarios import Library, by_name, codes

    try:
        slug = named(product).product
    except Problem:
        return
    yield from by_name.words(slug, Library([resources.scenarios()], CATALOGUE.known))
    yield from (each.code for each in codes.all_codes() if slug in each.products)
