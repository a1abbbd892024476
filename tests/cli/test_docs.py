"""`docs`: pages and sections as they ship."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from mock_daraja.cli.docs import section
from tests.cli.conftest import ROOT

PAGE = """# Title

first

## One

1

```sh
# no heading
```

### Deep

2

## One

3
"""


def test_the_index_is_what_comes_without_a_page(run: Callable[..., Result]) -> None:
    printed = run("docs").output

    assert printed.startswith((ROOT / "docs" / "index.md").read_text(encoding="utf-8")[:100])
    assert printed.endswith(f"\n{ROOT / 'docs' / 'index.md'}\n")


@pytest.mark.parametrize("written", ["stk-push#the-query", "docs/stk-push.md#the-query"])
def test_a_section_is_printed_by_itself(run: Callable[..., Result], written: str) -> None:
    printed = run("docs", written).output

    assert printed.startswith("## The query\n")
    assert "## The push" not in printed


def test_a_section_ends_where_the_next_of_its_level_begins() -> None:
    assert section(PAGE, "title") == PAGE.rstrip()
    assert section(PAGE, "one") == "## One\n\n1\n\n```sh\n# no heading\n```\n\n### Deep\n\n2"
    assert section(PAGE, "deep") == "### Deep\n\n2"
    assert section(PAGE, "one-1") == "## One\n\n3"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("stk-puhs", "there is no page 'stk-puhs'\n  remedy: did you mean 'stk-push'?"),
        ("stk-push#the-qeury", "the page has no section 'the-qeury'\n  remedy: did you mean 'the-query'?"),
        ("../README", "there is no page '../README'\n  remedy: the pages are b2b, b2c, "),
    ],
)
def test_what_is_not_there_is_said_with_the_nearest(run: Callable[..., Result], written: str, said: str) -> None:
    result = run("docs", written)

    assert result.exit_code == 1
    assert f"error: docs: {said}" in result.output
