"""What the commands share: how things are printed, and which server they talk to."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, Final

import click

from mock_daraja.cli.colour import Colour, for_terminal, painter, wants_colour
from mock_daraja.cli.writer import Writer
from mock_daraja.errors import Problem
from mock_daraja.journal.paint import Paint
from mock_daraja.quoting import json_text, printable
from mock_daraja.settings import DEFAULT_PORT, Settings
from mock_daraja.sources import URL_VARIABLE, load

if TYPE_CHECKING:
    from mock_daraja.client import Client

url_option = click.option(
    "--url",
    metavar="URL",
    envvar=URL_VARIABLE,
    help=f"The running server.  [env: {URL_VARIABLE}; default: where `serve` listens, http://127.0.0.1:6737]",
)
"""For `client_at` or `server_url`."""
sandbox_option = click.option(
    "--sandbox", default="default", metavar="NAME", help="The sandbox to ask.  [default: default]"
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")

_NARROWEST: Final = 50


class Printer:
    """Standard output, in colour where that is wanted."""

    def __init__(self, colour: Colour = "auto") -> None:
        self._coloured = wants_colour(sys.stdout, os.environ, colour)
        self.paint: Paint = painter(coloured=self._coloured)

    def say(self, text: str = "", *, end: str = "\n") -> None:
        """Print at once, whatever reads it: a pipe must not keep the listening line back."""
        click.echo(for_terminal(text, coloured=self._coloured) + end, nl=False, color=self._coloured)
        sys.stdout.flush()

    def verdict(self, play: str, wrong: Collection[object], ending: str = "") -> bool:
        """What went wrong in a play, or else how it ended. Gives whether all is well."""
        for each in wrong:
            self.say(f"\n{self.paint(f'{play}: failed', 'bad')}: {each}")
        if not wrong:
            self.say(f"\n{self.paint(f'{play}: done', 'good')}: {ending}")
        return not wrong

    def json(self, value: Any) -> None:
        self.say(json_text(value))


class ServerPrinter(Printer):
    """The same of a server, which nothing that becomes of its output may hold up or end: nobody may read it, or it may
    be closed or full."""

    def __init__(self, colour: Colour = "auto") -> None:
        super().__init__(colour)
        self._writer = None if sys.stdout.isatty() else Writer(sys.stdout, coloured=self._coloured)

    def say(self, text: str = "", *, end: str = "\n") -> None:
        if self._writer is not None:
            self._writer.write((text + end).removesuffix("\n"))
        else:
            with suppress(OSError):
                super().say(text, end=end)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def save(path: str, text: str, printer: Printer) -> None:
    """Write a file, or print where the path is `-`. Raises Problem where it can't be written."""
    if path == "-":
        printer.say(text, end="")
        return
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        what = f"{path} can't be written: {getattr(error, 'strerror', None) or error}"
        raise Problem(what, remedy="give the path of a file in a folder that is there") from None


def text_width(most: int) -> int:
    """Columns of the terminal that a text may take."""
    return min(max(shutil.get_terminal_size((100, 24)).columns, _NARROWEST), most)


def hanging(start: str, text: str, indent: int, width: int) -> Iterator[str]:
    """A text behind `start`, which fills the `indent`, in lines that stand below each other."""
    first, *rest = textwrap.wrap(text, width - indent, break_long_words=False, break_on_hyphens=False) or [""]
    yield start + first
    yield from (" " * indent + line for line in rest)


class WrongSetting(click.ClickException):
    """A setting that is wrong, wherever it was given: exits as wrong usage does."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002 - click's signature
        click.echo(f"error: {printable(self.message)}", err=True)


@contextmanager
def settings_applied() -> Iterator[None]:
    """Raises WrongSetting for a Problem inside, where that is one of settings."""
    try:
        yield
    except Problem as problem:
        from mock_daraja.journal.redact import redact_problem

        raise WrongSetting(redact_problem(problem)) from None


def given_settings(flags: Mapping[str, Any] | None = None) -> Settings:
    """Those at hand, with these flags."""
    with settings_applied():
        return load(flags, products=_products)


def _products() -> tuple[str, ...]:
    from mock_daraja.products import CATALOGUE  # for few commands, and late: it takes its time

    return CATALOGUE.slugs


def server_url(url: str | None) -> str:
    """The address given, or where `serve` would listen with the settings at hand."""
    if url:
        return url.rstrip("/")
    settings = given_settings()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared with
    port = settings.port or DEFAULT_PORT
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def client_at(url: str | None, sandbox: str = "default") -> Client:
    from mock_daraja.client import Client

    return Client(server_url(url), sandbox, admin_token=given_settings().admin_token)
