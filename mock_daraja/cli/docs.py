"""`mock-daraja docs`: the pages of docs/, which ship with the package, whole or a section of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from mock_daraja import resources
from mock_daraja.cli.output import Printer
from mock_daraja.cli.usage import examples
from mock_daraja.errors import Problem
from mock_daraja.fields import did_you_mean
from mock_daraja.quoting import shown


def section(text: str, anchor: str) -> str:
    """From the heading that has the anchor to the next of its level. Raises Problem that names the nearest."""
    lines, found = text.splitlines(), list(_headings(text))
    for at, (start, level, name) in enumerate(found):
        if name == anchor:
            ends = (line for line, other, _ in found[at + 1 :] if other <= level)
            return "\n".join(lines[start : next(ends, len(lines))]).rstrip()
    known = [name for *_, name in found]
    remedy = did_you_mean(anchor, known, "sections")
    raise Problem(f"the page has no section {shown(anchor)}", where="docs", remedy=remedy)


def _headings(text: str) -> Iterator[tuple[int, int, str]]:
    """The line, level and anchor of each, as GitHub makes anchors."""
    is_code, seen = False, dict[str, int]()
    for number, line in enumerate(text.splitlines()):
        is_code ^= line.startswith("```")
        match = None if is_code else re.match(r"(#+) (.+)", line)
        if match is not None:
            plain = re.sub(r"[^\w\- ]", "", match[2].lower()).replace(" ", "-")
            seen[plain] = seen.get(plain, -1) + 1
            yield number, len(match[1]), f"{plain}-{seen[plain]}" if seen[plain] else plain


def page(name: str) -> Path:
    """Raises Problem that names the nearest where there is none."""
    pages = {each.stem: each for each in resources.docs().glob("*.md")}
    if name in pages:
        return pages[name]
    remedy = did_you_mean(name, sorted(pages), "pages")
    raise Problem(f"there is no page {shown(name)}", where="docs", remedy=remedy)


@click.command(
    epilog=examples("mock-daraja docs", "mock-daraja docs stk-push", "mock-daraja docs scenarios#precedence"),
    short_help="Print a page of the documentation, or a section of one.",
)
@click.argument("what", required=False, default="index", metavar="[PAGE[#SECTION]]")
def docs(what: str) -> None:
    """Print a page of the documentation that came with this version, or a section of one: what traces and reports refer
    to. Without one: the index of all pages.

    The last line says where the page is.
    """
    name, _, anchor = what.removeprefix("docs/").partition("#")
    file = page(name.removesuffix(".md"))
    text = file.read_text(encoding="utf-8").rstrip()
    printer = Printer()
    printer.say(section(text, anchor) if anchor else text)
    printer.say(f"\n{file}")
