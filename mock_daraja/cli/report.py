"""`mock-daraja report`: the report card of a running server's sandbox, as text, JSON or JUnit XML."""

from __future__ import annotations

import click

from mock_daraja.cli.output import Printer, client_at, json_option, sandbox_option, save, url_option
from mock_daraja.cli.usage import examples


@click.command(
    epilog=examples(
        "mock-daraja report",
        "mock-daraja report --junit report.xml --strict   # in CI",
        after="Exit codes: 0 no check failed, 1 one did (--strict: or warned), 2 wrong usage.",
    ),
    short_help="Say how the integration behaved: a report card.",
)
@sandbox_option
@click.option("--junit", metavar="FILE", help="Write JUnit XML, too: a test case for each check. - is standard output.")
@click.option("--strict", is_flag=True, help="Fail on warnings as well.")
@json_option
@url_option
def report(sandbox: str, junit: str | None, strict: bool, as_json: bool, url: str | None) -> bool:
    """Say how the integration behaved, as far as the journal of a running server shows it.

    Does it answer callbacks, in time, and the second time too? Does it query when none comes, rather than push again?
    Does it reuse tokens and send Timestamps in East Africa Time? Which outcomes of the catalogue did it meet?
    """
    from mock_daraja.journal.report.text import report_junit, report_text

    printer = Printer()
    card = client_at(url, sandbox).report()
    if junit is not None:
        save(junit, report_junit(card, strict=strict), printer)
    if as_json:
        printer.json(card)
    elif junit != "-":
        printer.say(report_text(card, printer.paint), end="")
    return not (card["verdicts"]["fail"] or (strict and card["verdicts"]["warn"]))
