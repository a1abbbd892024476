"""The generated blocks of docs/ say what the code says."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest

from tests.docs import literals
from tests.docs.generate import COMMAND, block_names, pages, rewritten

GENERATED = [page for page in pages() if block_names(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", GENERATED, ids=lambda page: page.name)
def test_a_page_is_fresh(page: Path) -> None:
    there = page.read_text(encoding="utf-8")

    wanted = rewritten(there)

    if wanted != there:
        lines = difflib.unified_diff(there.splitlines(), wanted.splitlines(), page.name, "generated anew", lineterm="")
        pytest.fail(f"docs/{page.name} is stale; run `{COMMAND}`\n" + "\n".join(lines), pytrace=False)


def test_type_checkers_know_the_names_there_are() -> None:
    assert literals.FILE.read_text(encoding="utf-8") == literals.text(), f"it is stale; run `{COMMAND}`"
