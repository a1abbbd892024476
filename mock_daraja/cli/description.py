"""A scenario for a person: title, story, where it is known from, and its rules in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from mock_daraja.journal.paint import Paint
from mock_daraja.scenarios import Scenario, prose


def description(found: Scenario, width: int, paint: Paint) -> Iterator[str]:
    yield f"{paint(found.name, 'start')}  {paint(found.title, 'heading')}"
    if found.story:
        yield from textwrap.wrap(found.story, width, initial_indent="  ", subsequent_indent="  ")
    if found.provenance is not None:
        known = found.provenance
        dated = f", {known.date}" if known.date else ""
        yield f"  {paint('known from', 'name')}  {known.level}: {known.source}{dated}"
    yield f"  {paint('file', 'name')}        {found.path}"
    for index, (condition, outcomes) in enumerate(prose.rules(found)):
        yield ""
        yield f"  {paint(found.label(index), 'dim')}"
        yield from _wrapped("when", condition, width, paint)
        for at, outcome in enumerate(outcomes):
            yield from _wrapped("" if at else "then", outcome, width, paint)


def _wrapped(label: str, text: str, width: int, paint: Paint) -> Iterator[str]:
    first, *rest = textwrap.wrap(text, width - 8, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"  {paint(f'{label:4}', 'name')}  {first}"
    yield from (f"        {line}" for line in rest)
