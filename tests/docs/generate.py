"""Rewrites the generated blocks of docs/, and the names that type checkers know: `python -m tests.docs.generate`.
test_generated.py holds them fresh.

A block stands between `<!-- generated: NAME -->` and `<!-- end -->`; blocks.py says what is in it.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs import blocks, literals

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
COMMAND = "python -m tests.docs.generate"
_BLOCK = re.compile(r"<!-- generated: ([^>]+?) -->\n(.*?)<!-- end -->", re.DOTALL)


def pages() -> list[Path]:
    return sorted(DOCS.glob("*.md"))


def block_names(text: str) -> list[str]:
    return [found[1] for found in _BLOCK.finditer(text)]


def rewritten(text: str) -> str:
    """The page with every generated block made anew."""
    return _BLOCK.sub(lambda found: f"<!-- generated: {found[1]} -->\n{blocks.block(found[1])}\n<!-- end -->", text)


def main() -> None:
    for page in pages():
        old = page.read_text(encoding="utf-8")
        new = rewritten(old)
        if new != old:
            page.write_text(new, encoding="utf-8", newline="\n")
            print(f"rewrote {page.relative_to(ROOT)}")
    literals.FILE.write_text(literals.text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
