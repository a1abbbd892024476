from __future__ import annotations

import re

import pytest

from bench.figures import Figure
from bench.measures import MEASURES
from bench.page import PAGE, with_run

_PAGE = "# Performance\n\n<!-- last run -->\nold\n<!-- end -->\n\nmore\n"


def test_a_run_takes_the_place_of_the_last_one() -> None:
    figures = [Figure("stk_push", "against one", 1.75, "×", 1.5, "more", "7 of 4")]

    page = with_run(_PAGE, figures, ["two cores", "ours: abc"])

    before, date, rest = re.split(r"(\d{4}-\d\d-\d\d)", page)
    assert before == "# Performance\n\n<!-- last run -->\n"
    assert date
    assert rest == (
        ":\n\n- two cores\n- ours: abc\n\n"
        "| benchmark | figure | value | aim |  | detail |\n"
        "|---|---|---|---|---|---|\n"
        "| stk_push | against one | 1.75 × | ≥ 1.50 | ok | 7 of 4 |\n"
        "<!-- end -->\n\nmore\n"
    )


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="this one 0"):
        with_run("# Performance\n", [], [])


def test_every_benchmark_is_explained() -> None:
    said = PAGE.read_text(encoding="utf-8")

    assert [name for name in MEASURES if f"| `{name}` | " not in said] == []
