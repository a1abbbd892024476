"""`mock-daraja scenario`: list, show, lint, run, and from-journal. Files are read here; only run and the journal need a
server."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from mock_daraja import files
from mock_daraja.cli.output import (
    Printer,
    client_at,
    given_settings,
    hanging,
    json_option,
    sandbox_option,
    save,
    text_width,
    url_option,
)
from mock_daraja.cli.usage import Group, examples
from mock_daraja.client import Client
from mock_daraja.errors import Problem
from mock_daraja.journal.paint import Paint
from mock_daraja.quoting import printable, shown, visible

if TYPE_CHECKING:
    from mock_daraja.scenarios import Library, Scenario

_WIDEST: Final = 100
_LABEL: Final = 8  # columns of the labels before a rule's texts
_FILES: Final = (".yaml", ".yml", ".json")


@click.group(
    cls=Group,
    epilog=examples("mock-daraja scenario show stk_push/cancelled", "mock-daraja scenario lint my-scenarios/"),
    short_help="List, show, check, play and record scenarios.",
)
def scenario() -> None:
    """Scenarios: files of rules that say what happens to a request. docs/scenarios.md has their language."""


def _library(*folders: Path) -> Library:
    """These folders, those of the settings, and what ships."""
    from mock_daraja import resources
    from mock_daraja.products import CATALOGUE
    from mock_daraja.scenarios import Library

    return Library([*folders, *map(Path, given_settings().scenarios), resources.scenarios()], CATALOGUE.known)


@scenario.command(
    name="list",
    epilog=examples("mock-daraja scenario list callback", "mock-daraja scenario list --json"),
    short_help="Every scenario with its title.",
)
@click.argument("words", nargs=-1)
@json_option
def listed(words: tuple[str, ...], as_json: bool) -> None:
    """Every scenario with its title, or those that hold all WORDS in name, title or story."""
    printer = Printer()
    rows = [each for each in _library().survey() if _holds(each, words)]
    if as_json:
        from mock_daraja.scenarios import writing

        printer.json(
            [
                {"name": name, "problem": each.as_json()} if isinstance(each, Problem) else writing.line(each)
                for name, each in rows
            ]
        )
        return
    if not rows:
        raise Problem(f"no scenario holds {' and '.join(words)}", remedy="`mock-daraja scenario list` has all of them")
    width = max(len(name) for name, _ in rows)
    for name, each in rows:
        title = (
            printer.paint(visible(f"wrong: {each.what}"), "bad") if isinstance(each, Problem) else visible(each.title)
        )
        printer.say(f"{printer.paint(f'{name:{width}}', 'start')}  {title}")


def _holds(row: tuple[str, Scenario | Problem], words: Sequence[str]) -> bool:
    name, each = row
    text = f"{name} {each.what}" if isinstance(each, Problem) else f"{name} {each.title} {each.story}"
    return all(word.casefold() in text.casefold() for word in words)


@scenario.command(
    epilog=examples("mock-daraja scenario show stk_push/cancelled", "mock-daraja scenario show my-story.yaml --json"),
    short_help="One scenario: its story and its rules in words.",
)
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """One scenario: title, story, where it is known from, and its rules in words. NAME may be a file."""
    printer = Printer()
    found = _opened(name)
    if as_json:
        from mock_daraja.scenarios import writing

        printer.json(writing.whole(found))
        return
    printer.say("\n".join(_description(found, text_width(_WIDEST), printer.paint)))


def _description(found: Scenario, width: int, paint: Paint) -> Iterator[str]:
    from mock_daraja.scenarios import writing

    yield f"{paint(found.name, 'start')}  {paint(visible(found.title), 'heading')}"
    if found.story:
        yield from textwrap.wrap(printable(found.story), width, initial_indent="  ", subsequent_indent="  ")
    if found.provenance is not None:
        known = found.provenance
        dated = f", {known.date}" if known.date else ""
        yield f"  {paint('known from', 'name')}  {known.level}: {visible(known.source + dated)}"
    yield f"  {paint('file', 'name')}        {found.path}"
    for index, rule in enumerate(found.rules):
        yield ""
        yield f"  {paint(found.label(index), 'dim')}"
        said = (writing.condition_said(rule), *writing.outcomes_said(rule))
        for label, text in zip_longest(("when", "then"), said, fillvalue=""):
            yield from hanging(f"  {paint(f'{label:4}', 'name')}  ", visible(text), _LABEL, width)


def _opened(name: str) -> Scenario:
    beside = (Path(name).parent,) if name.lower().endswith(_FILES) else ()
    return _library(*beside).open(name)


@scenario.command(
    epilog=examples("mock-daraja scenario lint", "mock-daraja scenario lint my-scenarios/ other.yaml"),
    short_help="Check scenario files.",
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATHS]...")
@json_option
def lint(paths: tuple[Path, ...], as_json: bool) -> bool:
    """Check scenario files, or all in a folder: everything that is wrong, with its line, and what to do.

    Without PATHS it checks the folders of the settings and the library that ships. The exit code is 1 if anything is
    wrong. What is most likely not meant is warned of.
    """
    from mock_daraja.cli import linting
    from mock_daraja.journal.report.evidence import counted
    from mock_daraja.scenarios.doubts import doubts

    printer = Printer()
    found = list(_checked(paths))
    first = [each for each in found if isinstance(each, Problem)]
    every = (each for problem in first for each in (problem, *problem.others))
    problems = [*{str(each): each for each in every}.values()]  # what many use is wrong once
    warnings = [doubt for each in found if not isinstance(each, Problem) for doubt in doubts(each)]
    all_found = [*((each, True) for each in problems), *((each, False) for each in warnings)]
    if as_json:
        printer.json([linting.as_json(each, is_wrong=is_wrong) for each, is_wrong in all_found])
        return not problems
    for each, is_wrong in all_found:
        for line in linting.told(each, printer.paint, is_wrong=is_wrong):
            printer.say(line)
    count = counted(len(problems), "problem") if problems else "no problem"
    warned = f", {counted(len(warnings), 'warning')}" if warnings else ""
    checked = counted(len(found), "scenario")
    printer.say(f"{checked}, {printer.paint(count, 'bad' if problems else 'good')}{warned}")
    return not problems


def _checked(paths: Sequence[Path]) -> Iterator[Scenario | Problem]:
    from mock_daraja.scenarios.library import SCHEMA_SUFFIX

    if not paths:
        yield from (each for _, each in _library().survey())
    for path in paths:
        if files.is_folder(path):
            yield from _checked_folder(path)
        elif path.name.lower().endswith(SCHEMA_SUFFIX):
            continue  # a shell's * names it, too
        elif path.suffix.lower() not in _FILES:
            remedy = f"name a folder, or a file that ends in {', '.join(_FILES)}"
            yield Problem("this is no scenario file", where=str(path), remedy=remedy)
        else:
            yield _checked_file(path)


def _checked_folder(folder: Path) -> Iterator[Scenario | Problem]:
    from mock_daraja.scenarios.library import is_file_name

    own = sorted(each for each in folder.rglob("*") if is_file_name(each.name))
    try:
        rows = _library(folder).survey()
    except Problem as problem:  # with the folder: its files are looked at all the same
        yield problem
        yield from (_checked_file(each) for each in own if files.is_file(each))
        return
    names = {each.relative_to(folder).with_suffix("").as_posix() for each in own}
    yield from (each for name, each in rows if name in names)


def _checked_file(path: Path) -> Scenario | Problem:
    try:
        return _opened(str(path))
    except Problem as problem:
        return problem


@scenario.command(
    epilog=examples("mock-daraja scenario run stk_push/callback-twice", "mock-daraja scenario run my-story.yaml"),
    short_help="Play a scenario, as the HTTP that goes over the wire.",
)
@click.argument("name")
@url_option
def run(name: str, url: str | None) -> bool:
    """Play a scenario against the request it is about, as the HTTP that goes over the wire.

    The request is that of the first rule, else of the scenario's folder, else an STK push, and is made as often as the
    rules need. It is played at the server of --url, in a sandbox of its own; when none is there, or NAME is a file, on
    a server of its own. The exit code is 0 if what the scenario says is what happened.
    """
    from mock_daraja.cli.rehearsal import rehearse

    with _server(name, url) as (client, full_name):
        return rehearse(client, full_name, Printer())


@contextmanager
def _server(name: str, url: str | None) -> Iterator[tuple[Client, str]]:
    """A client, and the name that the scenario has on its server."""
    from mock_daraja.cli.running import is_there, running

    client = client_at(url)
    if not name.lower().endswith(_FILES) and is_there(client):
        yield client, name
        return
    beside: list[Path] = []
    if name.lower().endswith(_FILES):
        _opened(name)  # what is wrong with it is said before anything starts
        beside, name = [Path(name).parent], Path(name).stem
    with running(given_settings({"host": "127.0.0.1", "port": 0}), more_scenarios=beside) as (server, _):
        yield client_at(server.url), name


@scenario.command(
    name="schema",
    epilog=examples("mock-daraja scenario schema > scenario.schema.json"),
    short_help="The JSON schema of scenario files, for editors.",
)
def schema() -> None:
    """Print the JSON schema of scenario files.

    Editors complete and check a file that names it: `# yaml-language-server: $schema=scenario.schema.json` in its first
    line, as every shipped story has it, or a setting of the editor. A folder of scenarios may hold the schema.
    """
    Printer().say(_schema(), end="")


def _schema() -> str:
    from mock_daraja import resources

    return (resources.schemas() / "scenario.json").read_text(encoding="utf-8")


@scenario.command(
    name="new",
    epilog=examples("mock-daraja scenario new bad-day --from cancelled"),
    short_help="Begin a scenario from another one.",
)
@click.argument("name")
@click.option("--from", "source", metavar="SCENARIO", default="stk_push/cancelled", show_default=True)
def new(name: str, source: str) -> None:
    """Write NAME.yaml, with comments, to go on from: the title, story and rules of another scenario.

    Beside it goes the schema, so that editors complete and check the file. NAME may have a folder before it.
    """
    from mock_daraja.scenarios.beginning import SCHEMA_FILE, beginning

    printer = Printer()
    path = _new_path(name)
    text = beginning(_opened(source), path.stem)
    with suppress(OSError, ValueError):  # then what is written first says so
        path.parent.mkdir(parents=True, exist_ok=True)
    save(str(path), text, printer)
    beside = path.parent / SCHEMA_FILE
    if not files.is_file(beside):
        save(str(beside), _schema(), printer)
    _opened(str(path))
    printer.say(f"{path}: mock-daraja scenario run {shlex.quote(str(path))}")


def _new_path(name: str) -> Path:
    """Raises Problem on what can't be a scenario's, and where one of that name is there."""
    path = Path(name)
    if path.name in ("", "..") or not path.name.isprintable() or path.suffix.lower() == ".json":
        remedy = "give a word such as my-story, or the path of a .yaml file"
        raise Problem(f"{shown(name)} is no name for a new scenario", remedy=remedy)
    if path.suffix.lower() not in (".yaml", ".yml"):
        path = path.with_name(f"{path.name}.yaml")
    for each in (path, *(path.with_suffix(suffix) for suffix in _FILES)):
        if files.is_file(each):
            raise Problem(f"{each} is there already", remedy="give another name, or take it away first")
    return path


@scenario.command(
    name="from-journal",
    epilog=examples("mock-daraja scenario from-journal x2 -o cancelled-again.yaml"),
    short_help="Make a scenario of a recorded exchange.",
)
@click.argument("exchange", required=False, metavar="[last|ID]")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
@sandbox_option
@url_option
def from_journal(exchange: str | None, output: Path | None, sandbox: str, url: str | None) -> None:
    """Make a scenario of an exchange of a running server: its operation and amount, what it was answered, and how its
    transaction ended. Secrets, telephone numbers and references stay out.

    ID is what `mock-daraja why` takes, such as x12, or t4 for the exchange that opened a transaction. Without one it is
    the last exchange that failed, at once or later, else the last.
    """
    from mock_daraja.cli.why import asked
    from mock_daraja.faults import pages
    from mock_daraja.scenarios import recorded

    printer = Printer()
    client, row = asked(exchange, sandbox, url)
    known = {name: pages.page(name, row["path"]) for name in pages.NAMES}
    text = recorded.as_scenario(row, client.clock(), known)
    if output is None:
        printer.say(text, end="")
        return
    if output.exists():
        raise Problem(f"{output} is there already", remedy="give another name, or take it away first")
    save(str(output), text, printer)
    _opened(str(output))
    printer.say(f"{output}: mock-daraja scenario show {output}")
