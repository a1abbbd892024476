"""The last run in docs/performance.md, between its two markers."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from bench.figures import HEADS, Figure, cells
from bench.processes import ROOT

PAGE = ROOT / "docs" / "performance.md"
_BLOCK = re.compile(r"(?<=<!-- last run -->\n).*?(?=<!-- end -->)", re.DOTALL)


def with_run(page: str, figures: Sequence[Figure], conditions: Sequence[str]) -> str:
    """Raises ValueError where a page has no place for it."""
    block = "\n".join(_lines(figures, conditions)) + "\n"
    rewritten, places = _BLOCK.subn(lambda _: block, page)
    if places != 1:
        raise ValueError(f"a page has one block from <!-- last run --> to <!-- end -->, this one {places}")
    return rewritten


def write(figures: Sequence[Figure], conditions: Sequence[str]) -> None:
    page = with_run(PAGE.read_text(encoding="utf-8"), figures, conditions)
    PAGE.write_text(page, encoding="utf-8", newline="\n")


def _lines(figures: Sequence[Figure], conditions: Sequence[str]) -> Iterator[str]:
    yield f"{time.strftime('%Y-%m-%d')}:"
    yield ""
    yield from (f"- {line}" for line in conditions)
    yield ""
    yield _row(HEADS)
    yield "|---" * len(HEADS) + "|"
    yield from (_row(cells(figure)) for figure in figures)


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', chr(92) + '|') for text in texts)} |"
