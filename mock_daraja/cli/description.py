"""A scenario for a person: title, story, where it is known from, and its rules in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from mock_daraja.cli.output import hanging
from mock_daraja.journal.paint import Paint
from mock_daraja.scenarios import Scenario, prose

_LABEL: Final = 8  # columns of the labels


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
        for label, text in zip_longest(("when", "then"), (condition, *outcomes), fillvalue=""):
            yield from hanging(f"  {paint(f'{label:4}', 'name')}  ", text, _LABEL, width)
