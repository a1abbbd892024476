from __future__ import annotations

from functools import partial

from bench.rounds import in_turn, median_ratio, percentile, ratios


def test_sides_are_measured_in_turn_and_every_other_round_backwards() -> None:
    order: list[str] = []

    samples = in_turn(3, {name: partial(lambda name: order.append(name) or len(order), name) for name in "abc"})

    assert "".join(order) == "abccbaabc"
    assert samples == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}


def test_the_ratio_is_that_of_neighbours_in_time() -> None:
    slower_and_slower = [100.0, 50.0, 10.0]

    assert median_ratio([200.0, 100.0, 30.0], slower_and_slower) == 2
    assert ratios([200.0, 100.0, 30.0], slower_and_slower) == "2.00 2.00 3.00"


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile(range(1000), 0.99) == 990
    assert percentile([5.0], 0.99) == 5
