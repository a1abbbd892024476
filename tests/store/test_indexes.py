"""The keys of one group of an index, in order."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.store.indexes import Groups, Ranks


def ranks_of(*pairs: tuple[int, Any]) -> Ranks:
    ranks = Ranks(pairs[0][1])
    for rank, key in pairs:
        ranks.add(rank, key)
    return ranks


@pytest.mark.parametrize("keys", [(1, 2, 3), ("a", "b", "c")], ids=["numbers", "texts"])
def test_keys_are_in_order_of_rank_then_of_key(keys: tuple[Any, Any, Any]) -> None:
    low, middle, high = keys

    ranks = ranks_of((5, high), (5, low), (1, middle))

    assert [*ranks.keys()] == [middle, low, high]
    assert [*ranks.keys(reverse=True)] == [high, low, middle]


@pytest.mark.parametrize(
    ("least", "before", "keys"), [(None, 4, [1, 2, 3, 4]), (0, 0, [1, 2, 3, 4]), (5, 1, [2, 3, 4]), (9, 4, [])]
)
def test_a_lowest_rank_cuts_off_what_is_below(least: int | None, before: int, keys: list[int]) -> None:
    ranks = ranks_of((4, 1), (5, 2), (5, 3), (8, 4))

    assert ranks.before(least) == before
    assert [*ranks.keys(least)] == keys


def test_a_copy_stands_apart() -> None:
    ranks = ranks_of((1, 1), (2, 2), (3, 3))
    ranks.remove(1, 1)

    copy = ranks.copy()
    ranks.remove(2, 2)
    copy.add(2, 4)

    assert [*ranks.keys()] == [3]
    assert [*copy.keys()] == [2, 4, 3]


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 20)), max_size=40))
def test_it_is_a_sorted_list_whatever_comes_and_goes(steps: list[tuple[int, int | None]]) -> None:
    ranks = Ranks(0)
    expected: list[tuple[int, int]] = []

    for number, (rank, removed) in enumerate(steps):
        key = number * 7 % 41  # not in order
        ranks.add(rank, key)
        expected = sorted([*expected, (rank, key)])
        if removed is not None:
            ranks.remove(*expected.pop(removed % len(expected)))

        assert [*ranks.keys()] == [key for _, key in expected]
        assert len(ranks) == len(expected)
        for least in range(7):
            assert ranks.before(least) == sum(each < least for each, _ in expected)


def test_what_goes_from_the_front_takes_no_room_for_long() -> None:
    ranks = Ranks(0)

    for number in range(1000):
        ranks.add(number, number)
        if number >= 10:
            ranks.remove(number - 10, number - 10)

    assert len(ranks) == 10
    assert len(ranks._ranks) == len(ranks._keys) < 20


@pytest.mark.parametrize("key", [1, "a"])
def test_groups_of_one_are_nothing_that_the_garbage_collector_looks_at(key: int | str) -> None:
    groups = Groups()
    for number in range(100):
        groups.add((number, 5), key, [])

    gc.collect()

    assert not any(map(gc.is_tracked, groups.values()))


def test_a_group_is_in_order_however_few_or_many_it_has() -> None:
    groups = Groups()

    def keys() -> list[Any]:
        ranks = groups.ranks("a")
        return [] if ranks is None else [*ranks.keys()]

    seen = [keys()]
    for rank, key in ((5, 1), (4, 2), (5, 3)):
        groups.add(("a", rank), key, [])
        seen.append(keys())
    copy = groups.copy()
    for rank, key in ((5, 1), (5, 3), (4, 2)):
        groups.remove(("a", rank), key, [])
        seen.append(keys())

    assert seen == [[], [1], [2, 1], [2, 1, 3], [2, 3], [2], []]
    assert groups == {}
    assert (copy.find(("a", 4)), copy.find(("a", 5)), copy.find(("a", 6))) == (2, 3, None)


def test_the_only_key_of_a_group_is_found_by_its_rank_alone() -> None:
    groups = Groups()

    groups.add(("a", 5), 1, [])

    assert (groups.find(("a", 5)), groups.find(("a", 4)), groups.find(("b", 5))) == (1, None, None)
