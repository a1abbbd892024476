from __future__ import annotations

from bench.figures import Figure, table


def test_a_figure_is_judged_by_its_aim() -> None:
    assert Figure("b", "f", 2.0, "×", 1.5, "more").reached is True
    assert Figure("b", "f", 2.0, "×", 1.5, "less").reached is False
    assert Figure("b", "f", 2.0, "×", None, "less").reached is None


def test_the_table_shows_each_figure_beside_its_aim() -> None:
    figures = [
        Figure("stk_push", "against one", 1234.5, "a second", 1000, "more", "twice"),
        Figure("stk_push", "p99", 0.75, "×", 0.6, "less"),
        Figure("stk_push", "beside another", 0.5, "×", None, "more"),
    ]

    assert table(figures).split("\n") == [
        "benchmark  figure          value              aim                detail",
        "stk_push   against one     1,234.50 a second  ≥ 1,000.00  ok     twice",
        "stk_push   p99             0.75 ×             ≤ 0.60      short",
        "stk_push   beside another  0.50 ×",
    ]
