"""`mock-daraja codes`: the catalogue of result and error codes, as a table or one by one."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import click
import msgspec

from mock_daraja.cli.output import Printer, hanging, json_option, text_width
from mock_daraja.cli.usage import a_product, examples
from mock_daraja.errors import Problem
from mock_daraja.fields import did_you_mean
from mock_daraja.journal.failed import RETRYABLE, known_from
from mock_daraja.journal.paint import Paint
from mock_daraja.quoting import shown

if TYPE_CHECKING:
    from mock_daraja.scenarios.codes import Code

_LABEL: Final = 12  # columns of the labels in an entry
_LONGEST_CODE: Final = 15  # columns; the few longer ones (Apigee's own) push their line to the right
_WIDEST: Final = 110


def table(entries: Sequence[Code], width: int | None, paint: Paint) -> Iterator[str]:
    """Code, kind, products and default text, a line each, cut to `width` columns where there is one."""
    code_width = min(_LONGEST_CODE, max(len(each.code) for each in entries))
    for each in entries:
        kind = f"HTTP {each.status}" if each.status is not None else each.kind.partition("-")[2] or each.kind
        more = len(each.products) - 1
        products = (each.products[0] if each.products else "none") + (f" +{more}" if more > 0 else "")
        text = each.texts[0].text or f"({each.name})"
        text += "  (borrowed: asked for with `unattested: true` alone)" if each.borrowed else ""
        rest = f"  {kind:8}  {products:16}  {text}"
        if width is not None and len(rest) > (room := width - max(code_width, len(each.code))):
            rest = rest[: max(room - 3, 0)] + "..."
        yield f"{paint(f'{each.code:{code_width}}', 'start')}{rest}"


def entry(code: Code, width: int, paint: Paint) -> Iterator[str]:
    """All that is known of one meaning of a code."""
    status = f", HTTP {code.status}" if code.status is not None else ""
    yield f"{paint(code.code, 'start')}  {paint(code.name, 'heading')}  ({code.kind}{status})"
    rows = [("products", ", ".join(code.products) or "none: nobody has seen it")]
    for at, text in enumerate(code.texts):
        whose = f"{', '.join(text.products)}; " if text.products else ""
        known = f"[{whose}{text.era}; {text.provenance}]"
        rows.append(("or" if at else "text", f"{text.text or '(empty)'}  {known}"))
    rows += [
        ("cause", code.cause),
        ("remedy", code.remedy),
        ("retryable", RETRYABLE[code.retryable]),
        ("provoke", code.provoke),
        ("known from", known_from(msgspec.to_builtins(code.provenance))),
    ]
    if code.borrowed:
        rows.append(("borrowed", "this product has no code for it: `unattested: true` alone asks for this one"))
    for label, value in rows:
        yield from hanging(f"  {paint(f'{label:{_LABEL}}', 'name')}", value, _LABEL + 2, width)


def select(code: str | None, product: str | None, search: str | None) -> list[Code]:
    """The entries asked for. Raises Problem, naming what is near, when there is none."""
    from mock_daraja.scenarios import codes

    found = list(codes.all_codes() if code is None else codes.find(code))
    if code is not None and not found:
        near = codes.nearest(code)
        remedy = f"did you mean {' or '.join(near)}?" if near else "`mock-daraja codes` lists all of them"
        raise Problem(f"{shown(code)} is not in the catalogue", remedy=remedy, status=404)
    if product is not None:
        slug = _slug(product, sorted({slug for each in codes.all_codes() for slug in each.products}))
        found = [each for each in found if slug in each.products]
    if search is not None:
        wanted = codes.search(search)
        found = [each for each in found if each in wanted]
    if not found:
        raise Problem("no code is all of that", remedy="ask for less: a CODE or one --search word", status=404)
    return found


def _slug(product: str, slugs: list[str]) -> str:
    """Of those that have codes, also products that aren't served."""
    from mock_daraja.naming import folded, named

    for each in slugs:
        if folded(each) == folded(product):
            return each
    with suppress(Problem):
        return named(product).product
    raise Problem(f"there is no product {shown(product)}", remedy=did_you_mean(product, slugs, "products"), status=404)


@click.command(
    epilog=examples("mock-daraja codes 1032", "mock-daraja codes --product stk-push --search 'wrong pin'"),
    short_help="Look up result and error codes.",
)
@click.argument("code", required=False)
@click.option(
    "--product", metavar="NAME", shell_complete=a_product, help="Only what this product answers, e.g. stk-push."
)
@click.option("--search", metavar="WORDS", help="Only what holds every word: in code, name, texts, cause or remedy.")
@json_option
def codes(code: str | None, product: str | None, search: str | None, as_json: bool) -> None:
    """Look up Daraja's result codes, synchronous error codes and C2B validation replies.

    A CODE gives every text it has had, its cause and remedy, whether a retry helps, how to provoke it here, and how
    we know. Without one: a table.
    """
    printer = Printer()
    found = select(code, product, search)
    if as_json:
        printer.json(msgspec.to_builtins(found))
    elif code is None:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None  # a pipe gets whole lines
        printer.say("\n".join(table(found, width, printer.paint)))
    else:
        width = text_width(_WIDEST)
        printer.say("\n\n".join("\n".join(entry(each, width, printer.paint)) for each in found))
