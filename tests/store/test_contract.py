"""The contract of a store, one suite for every store there is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from mock_daraja.model import Event, changed
from mock_daraja.model.noun import ALL, Noun, Unique
from mock_daraja.store.base import Store
from mock_daraja.store.memory import MemoryStore
from tests.store.nouns import ENTRIES, LIMITS, LINES, ORDERS, REMARKS, Entry, Line, Order, Price, Remark

MakeStore = Callable[..., Store]
SHARED = Noun("shared", Entry, lambda row: row.id, unique=(Unique("topic", lambda row: ((row.topic or "", 0),)),))


def memory(**limits: int) -> Store:
    return MemoryStore(LIMITS | limits)


STORES: dict[str, MakeStore] = {"memory": memory}


@pytest.fixture(params=list(STORES))
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    return STORES[request.param]


@pytest.fixture
def store(make_store: MakeStore) -> Store:
    return make_store()


def put(store: Store, noun: Any, *rows: Any) -> None:
    with store.unit():
        for row in rows:
            store.put(noun, row)


def ids(store: Store, noun: Any = ORDERS, *where: Any, **how: Any) -> list[Any]:
    return [noun.key(row) for row in store.scan(noun, *where, **how)]


class BrokenError(Exception):
    """What a unit of these tests raises."""


def in_unit(store: Store, *changes: Callable[[], object]) -> None:
    with store.unit():
        for change in changes:
            change()


def break_off() -> None:
    raise BrokenError


def undone(store: Store, change: Callable[[], object]) -> None:
    """Make the change in a unit that raises."""
    with pytest.raises(BrokenError):
        in_unit(store, change, break_off)


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    return thread, results


# rows


def test_a_row_is_got_by_its_key(store: Store) -> None:
    put(store, ORDERS, Order(1), Order(2, customer="Wanjiku"))

    assert store.get(ORDERS, 2) == Order(2, customer="Wanjiku")
    assert store.get(ORDERS, 3) is None
    assert store.count(ORDERS) == 2


def test_a_row_put_again_takes_the_place_of_the_one_before(store: Store) -> None:
    put(store, LINES, Line(1, 1), Line(1, 2))

    put(store, LINES, Line(1, 1, "sugar"))

    assert [*store.scan(LINES)] == [Line(1, 1, "sugar"), Line(1, 2)]
    assert store.count(LINES) == 2


def test_nouns_do_not_share_keys(store: Store) -> None:
    put(store, ORDERS, Order(1))
    put(store, ENTRIES, Entry(1, "a"))

    with store.unit():
        store.remove(ENTRIES, 1)

    assert store.get(ORDERS, 1) == Order(1)


def test_a_row_that_is_removed_is_gone_from_everywhere(store: Store) -> None:
    put(store, ORDERS, Order(1, ("a",), tags=("new",)), Order(2))

    with store.unit():
        first, second = store.remove(ORDERS, 1), store.remove(ORDERS, 1)
        inside = (store.get(ORDERS, 1), store.count(ORDERS), ids(store), ids(store, limit=1))

    assert (first, second) == (True, False)
    assert inside == (None, 1, [2], [2])
    assert store.get(ORDERS, 1) is None
    assert store.find(ORDERS, "reference", "a") is None
    assert ids(store) == [2]
    assert ids(store, ORDERS, "tag", "new") == []
    assert (store.count(ORDERS), store.count(ORDERS, "tag", "new")) == (1, 0)


def test_child_rows_go_with_their_row_and_theirs_with_them(store: Store) -> None:
    put(store, ORDERS, Order(1), Order(2))
    put(store, LINES, Line(1, 1), Line(1, 2), Line(2, 1))
    put(store, REMARKS, Remark(1, "1/2"), Remark(2, "2/1"))

    with store.unit():
        store.remove(ORDERS, 1)

    assert ids(store, LINES) == ["2/1"]
    assert ids(store, REMARKS) == [2]


# unique indexes


def test_a_row_is_found_by_each_of_its_values(store: Store) -> None:
    put(store, ORDERS, Order(1, ("a", "b")), Order(2))

    assert store.find(ORDERS, "reference", "a") == store.find(ORDERS, "reference", "b") == Order(1, ("a", "b"))
    assert store.find(ORDERS, "reference", "c") is None
    assert store.find(ORDERS, "open", "a") is None


def test_the_last_row_that_came_to_have_a_value_is_found_by_it(store: Store) -> None:
    put(store, ORDERS, Order(1, ("a",)), Order(2, ("a",)), Order(1, ("a", "b")))

    assert store.find(ORDERS, "reference", "a") == Order(2, ("a",))


def test_a_changed_row_is_found_by_its_new_values_only(store: Store) -> None:
    put(store, ORDERS, Order(1, ("a", "b"), "Wanjiku", state="open"))

    put(store, ORDERS, Order(1, ("b", "c"), "Wanjiku"))

    assert [store.find(ORDERS, "reference", value) is not None for value in "abc"] == [False, True, True]
    assert store.find(ORDERS, "open", "Wanjiku") is None


@pytest.mark.parametrize("then", [Order(1), None], ids=["changes", "goes"])
def test_a_value_that_was_taken_over_stays_with_its_new_row(store: Store, then: Order | None) -> None:
    put(store, ORDERS, Order(1, ("a",)), Order(2, ("a",)))

    with store.unit():
        if then is None:
            store.remove(ORDERS, 1)
        else:
            store.put(ORDERS, then)

    assert store.find(ORDERS, "reference", "a") == Order(2, ("a",))


def test_a_value_leads_nowhere_when_the_row_that_took_it_over_goes(store: Store) -> None:
    put(store, ORDERS, Order(1, ("a",)), Order(2, ("a",)))

    with store.unit():
        store.remove(ORDERS, 2)

    assert store.find(ORDERS, "reference", "a") is None


def test_undone_a_value_is_again_with_the_row_that_had_it(store: Store) -> None:
    put(store, ORDERS, Order(1, ("a", "b")))

    undone(store, lambda: put(store, ORDERS, Order(2, ("a", "c")), Order(1, ("d",))))

    assert store.find(ORDERS, "reference", "a") == store.find(ORDERS, "reference", "b") == Order(1, ("a", "b"))
    assert store.find(ORDERS, "reference", "c") is store.find(ORDERS, "reference", "d") is None


def test_a_value_may_be_a_place_in_a_group(store: Store) -> None:
    put(store, ORDERS, Order(3, customer="Wanjiku"), Order(2), Order(1, customer="Wanjiku"))

    put(store, ORDERS, Order(3))

    assert store.find(ORDERS, "place", ("Wanjiku", 1)) == Order(1, customer="Wanjiku")
    assert store.find(ORDERS, "place", ("", 2)) == Order(2)
    assert store.find(ORDERS, "place", ("", 3)) == Order(3)
    assert store.find(ORDERS, "place", ("Wanjiku", 3)) is None
    assert store.find(ORDERS, "place", ("Otieno", 1)) is None


def test_of_two_rows_with_one_place_the_one_with_the_greatest_key_is_found(store: Store) -> None:
    put(store, SHARED, Entry(2, "a"), Entry(1, "a"))
    assert store.find(SHARED, "topic", ("a", 0)) == Entry(2, "a")

    put(store, SHARED, Entry(2, "b"))

    assert store.find(SHARED, "topic", ("a", 0)) == Entry(1, "a")


def test_undone_a_place_leads_where_it_led(store: Store) -> None:
    put(store, ORDERS, Order(1, customer="Wanjiku"), Order(2))

    undone(store, lambda: put(store, ORDERS, Order(1), Order(2, customer="Wanjiku"), Order(3)))

    assert store.find(ORDERS, "place", ("Wanjiku", 1)) == Order(1, customer="Wanjiku")
    assert store.find(ORDERS, "place", ("", 2)) == Order(2)
    assert store.find(ORDERS, "place", ("", 1)) is store.find(ORDERS, "place", ("", 3)) is None


# ranked indexes


def test_a_group_is_in_order_of_rank_then_of_key(store: Store) -> None:
    put(store, ORDERS, Order(3, at_ms=5), Order(1, at_ms=9), Order(2, at_ms=5))

    assert ids(store, ORDERS, "time") == [2, 3, 1]
    assert ids(store, ORDERS, "time", reverse=True) == [1, 3, 2]


def test_keys_that_are_text_are_in_order_too(store: Store) -> None:
    put(store, REMARKS, Remark(1, "1/1"), Remark(2, "1/2"), Remark(3, "1/1"))
    put(store, LINES, Line(7, 1), Line(8, 1), Line(7, 3), Line(7, 2))

    assert ids(store, REMARKS, "line", "1/1") == [1, 3]
    assert ids(store, LINES, "order", 7) == ["7/1", "7/2", "7/3"]


def test_a_row_is_in_as_many_groups_as_it_says(store: Store) -> None:
    put(store, ORDERS, Order(1, tags=("a", "b")), Order(2, tags=("b",)), Order(3))

    assert [ids(store, ORDERS, "tag", tag) for tag in ("a", "b", "c")] == [[1], [1, 2], []]
    assert [store.count(ORDERS, "tag", tag) for tag in ("a", "b", "c")] == [1, 2, 0]


def test_a_changed_row_is_in_its_new_groups_at_its_new_rank_only(store: Store) -> None:
    put(store, ORDERS, *(Order(number, tags=("a", "b"), at_ms=number) for number in (1, 2, 3)))

    put(store, ORDERS, Order(1, tags=("b", "c"), at_ms=9))

    assert [ids(store, ORDERS, "tag", tag) for tag in ("a", "b", "c")] == [[2, 3], [2, 3, 1], [1]]


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({"least": 20}, [2, 4, 3]),
        ({"least": 21}, [3]),
        ({"least": 99}, []),
        ({"limit": 2}, [1, 2]),
        ({"limit": 0}, []),
        ({"after": 2}, [4, 3]),
        ({"after": 2, "limit": 1}, [4]),
        ({"least": 20, "reverse": True}, [3, 4, 2]),
        ({"reverse": True, "limit": 1}, [3]),
        ({"after": 3, "reverse": True}, [2, 1]),
    ],
)
def test_a_part_of_a_group_is_read(store: Store, how: dict[str, Any], found: list[int]) -> None:
    put(store, ORDERS, *(Order(number, at_ms=at_ms) for number, at_ms in ((1, 10), (2, 20), (3, 30), (4, 20))))

    assert ids(store, ORDERS, "time", ALL, **how) == found


def test_a_group_is_counted_from_a_rank_on(store: Store) -> None:
    put(store, ORDERS, *(Order(number, at_ms=10 * number) for number in (1, 2, 3)))

    assert store.count(ORDERS, "time") == 3
    assert [store.count(ORDERS, "time", least=least) for least in (0, 20, 21, 99)] == [3, 2, 1, 0]


def test_ranks_are_removed_with_their_children(store: Store) -> None:
    put(store, ORDERS, *(Order(number, tags=("a",), at_ms=10 * number) for number in (1, 2, 3)), Order(4))
    put(store, LINES, Line(1, 1), Line(3, 1))

    with store.unit():
        below = store.remove_ranks(ORDERS, "tag", "a", below=30)
    left = ids(store), ids(store, LINES)
    with store.unit():
        rest, again = store.remove_ranks(ORDERS, "tag", "a"), store.remove_ranks(ORDERS, "tag", "a")

    assert (below, rest, again) == (2, 1, 0)
    assert left == ([3, 4], ["3/1"])
    assert (ids(store), ids(store, LINES)) == ([4], [])


# counted indexes


def test_rows_are_counted_by_what_they_have(store: Store) -> None:
    put(store, ORDERS, Order(1, tags=("a", "b")), Order(2, tags=("b",)), Order(3, tags=("b",), state="open"), Order(4))
    before = store.counts(ORDERS, "tag-state")

    put(store, ORDERS, Order(2, tags=("b",), state="open"))
    in_unit(store, lambda: store.remove(ORDERS, 1))

    assert before == {("a", "closed"): 1, ("b", "closed"): 2, ("b", "open"): 1}
    assert store.counts(ORDERS, "tag-state") == {("b", "open"): 2}


def test_what_was_undone_and_what_has_left_is_not_counted(make_store: MakeStore) -> None:
    store = make_store(orders=2)
    put(store, ORDERS, Order(1, tags=("a",)))

    undone(store, lambda: put(store, ORDERS, Order(1, tags=("b",)), Order(2, tags=("b",))))
    after = store.counts(ORDERS, "tag-state")
    put(store, ORDERS, *(Order(number, tags=("c",)) for number in (2, 3)))

    assert after == {("a", "closed"): 1}
    assert store.counts(ORDERS, "tag-state") == {("c", "closed"): 2}


# in the order in which they came


@pytest.mark.parametrize(
    ("how", "found"),
    [
        ({}, [5, 1, 3]),
        ({"reverse": True}, [3, 1, 5]),
        ({"limit": 2}, [5, 1]),
        ({"after": 2}, [5, 3]),
        ({"after": 4, "reverse": True}, [3, 1]),
    ],
)
def test_rows_are_read_in_the_order_in_which_they_were_first_put(
    store: Store, how: dict[str, Any], found: list[int]
) -> None:
    put(store, ORDERS, Order(5), Order(1), Order(3), Order(5, weight=1.5))

    assert ids(store, ORDERS, **how) == found


def test_a_row_that_is_put_after_it_was_removed_is_the_last(store: Store) -> None:
    put(store, ORDERS, Order(1), Order(2), Order(3))

    with store.unit():
        store.remove(ORDERS, 1)
        store.put(ORDERS, Order(1))
    with store.unit():
        store.remove(ORDERS, 2)
    put(store, ORDERS, Order(2))

    assert ids(store) == [3, 1, 2]
    assert store.count(ORDERS) == 3


def test_an_undone_removal_leaves_the_order_as_it_was(store: Store) -> None:
    put(store, ORDERS, Order(1), Order(2), Order(3))

    def change() -> None:
        store.put(ORDERS, Order(4))
        store.remove(ORDERS, 1)
        store.put(ORDERS, Order(5))
        store.remove(ORDERS, 2)
        store.put(ORDERS, Order(1, weight=1.5))
        store.remove(ORDERS, 1)
        store.remove(ORDERS, 4)
        assert ids(store) == [3, 5]

    undone(store, change)

    assert [*store.scan(ORDERS)] == [Order(1), Order(2), Order(3)]
    assert store.count(ORDERS) == 3


def test_rows_that_change_go_or_come_while_others_are_read_are_given_as_they_were(make_store: MakeStore) -> None:
    store = make_store(unpacked=1)
    put(store, ORDERS, Order(1), Order(2), Order(3))

    rows = store.scan(ORDERS)
    read = [next(rows)]
    put(store, ORDERS, Order(3, weight=1.5), Order(4))
    with store.unit():
        store.remove(ORDERS, 2)
    read += rows

    assert read == [Order(1), Order(2), Order(3)]


def test_rows_are_read_on_while_somebody_else_has_the_store(store: Store) -> None:
    put(store, ORDERS, Order(1), Order(2))
    inside, read = threading.Event(), threading.Event()

    def change() -> bool:
        with store.unit():
            inside.set()
            return read.wait(10)

    rows = store.scan(ORDERS)
    thread, was_read = in_thread(change)
    inside.wait(10)
    found = [*rows]
    read.set()
    thread.join(10)

    assert (found, was_read) == ([Order(1), Order(2)], [True])


def test_what_is_read_is_never_of_a_unit_that_has_not_ended(store: Store) -> None:
    put(store, ORDERS, Order(1), Order(2))
    inside = threading.Event()

    def change() -> None:
        put(store, ORDERS, Order(1, weight=1.5), Order(2, weight=1.5))
        inside.set()
        threading.Event().wait(0.05)  # long enough for whoever doesn't wait for the end

    thread, _ = in_thread(lambda: undone(store, change))
    inside.wait(10)
    read = [*store.scan(ORDERS)]
    thread.join(10)

    assert read == [Order(1), Order(2)]


# retention


def test_no_more_rows_stay_than_the_limit_says_and_the_first_go_with_all_they_had(make_store: MakeStore) -> None:
    store = make_store(orders=2)
    for number in (1, 2, 3, 4):
        put(store, ORDERS, Order(number, (f"r{number}",), tags=("a",)))
        put(store, LINES, Line(number, 1))
        put(store, REMARKS, Remark(number, f"{number}/1"))

    assert ids(store) == ids(store, ORDERS, "time") == ids(store, ORDERS, "tag", "a") == [3, 4]
    assert store.get(ORDERS, 1) is store.find(ORDERS, "reference", "r1") is None
    assert (ids(store, LINES), ids(store, REMARKS)) == (["3/1", "4/1"], [3, 4])
    assert store.count(ORDERS) == 2


def test_all_rows_stay_until_the_unit_is_at_its_end(make_store: MakeStore) -> None:
    store = make_store(orders=2)

    with store.unit():
        put(store, ORDERS, *map(Order, range(5)))
        inside = ids(store)

    assert inside == [0, 1, 2, 3, 4]
    assert ids(store) == [3, 4]


def test_a_row_that_is_not_done_never_goes_and_takes_nobodys_place(make_store: MakeStore) -> None:
    store = make_store(orders=2)
    put(store, ORDERS, *(Order(number, state="open") for number in (1, 2, 3)))

    put(store, ORDERS, *map(Order, range(4, 9)))

    assert ids(store) == [1, 2, 3, 7, 8]


def test_a_crowd_goes_as_it_becomes_done_in_that_order(make_store: MakeStore) -> None:
    store = make_store(orders=2)
    put(store, ORDERS, *(Order(number, state="open") for number in range(6)))

    for number in (3, 0, 5, 1):
        put(store, ORDERS, Order(number))

    assert ids(store) == [1, 2, 4, 5]


def test_a_row_that_is_no_longer_done_stays(make_store: MakeStore) -> None:
    store = make_store(orders=2, unpacked=1)
    put(store, ORDERS, Order(1), Order(2))
    put(store, ORDERS, Order(1, state="open"))

    put(store, ORDERS, Order(3), Order(4))
    still = ids(store)
    put(store, ORDERS, Order(1))

    assert still == [1, 3, 4]
    assert ids(store) == [1, 4]


def test_a_row_that_was_removed_makes_room(make_store: MakeStore) -> None:
    store = make_store(orders=3, unpacked=1)
    put(store, ORDERS, *map(Order, (1, 2, 3)))
    with store.unit():
        store.remove(ORDERS, 1)
        store.remove(ORDERS, 3)

    put(store, ORDERS, Order(4))
    put(store, ORDERS, Order(1))

    assert ids(store) == [2, 4, 1]
    put(store, ORDERS, Order(5))
    assert ids(store) == [4, 1, 5]


def test_a_unit_that_is_undone_lets_nothing_go_and_changes_no_turn(make_store: MakeStore) -> None:
    store = make_store(orders=3, unpacked=1)
    put(store, ORDERS, *map(Order, (1, 2, 3)))

    def change() -> None:
        put(store, ORDERS, Order(4), Order(5))
        store.remove(ORDERS, 1)
        store.put(ORDERS, Order(2, state="open"))
        store.put(ORDERS, Order(1))

    undone(store, change)
    before = ids(store)
    put(store, ORDERS, Order(6))

    assert before == [1, 2, 3]
    assert ids(store) == [2, 3, 6]


def test_no_more_bytes_stay_than_the_limit_says_but_the_last_row_does(make_store: MakeStore) -> None:
    store = make_store(order_bytes=10)

    put(store, ORDERS, *(Order(number, body=b"1234") for number in (1, 2, 3)))
    by_number = ids(store)
    put(store, ORDERS, Order(3, body=b"1234567"))
    by_growth = ids(store)
    put(store, ORDERS, Order(4, body=bytes(99)))

    assert (by_number, by_growth, ids(store)) == ([2, 3], [3], [4])
    put(store, ORDERS, Order(4), Order(5, body=b"1234567890"))
    assert ids(store) == [4, 5]


def test_each_group_has_its_own_numbers(make_store: MakeStore) -> None:
    store = make_store(entries=2, entry_bytes=10)

    put(store, ENTRIES, Entry(1, "a"), Entry(2, "b"), Entry(3, None), Entry(4, "a", pending=True), Entry(5, "a"))
    put(store, ENTRIES, Entry(6, "a"), Entry(7, None), Entry(8, None), Entry(9, "b", "1234567890"))
    by_number = ids(store, ENTRIES)
    put(store, ENTRIES, Entry(10, "b", "1"))

    assert by_number == [2, 3, 4, 5, 6, 7, 8, 9]
    assert ids(store, ENTRIES, "topic", "b") == [10]
    assert ids(store, ENTRIES, "topic", "a") == [4, 5, 6]


def test_a_row_that_changes_its_group_is_counted_where_it_is(make_store: MakeStore) -> None:
    store = make_store(entries=2)
    put(store, ENTRIES, Entry(1, "a"), Entry(2, "a"), Entry(3, "b"), Entry(4, "b"))

    put(store, ENTRIES, Entry(1, "b"))
    put(store, ENTRIES, Entry(5, "a"))

    assert ids(store, ENTRIES) == [1, 2, 4, 5]


WHOLE = Order(
    1, ("a", "ü"), "Wanjiku", ("new",), 5, "closed", b'{"\xff": 1}', Price(100, "TZS"), 2.0
)  # one of each kind of value


def test_rows_done_long_ago_are_read_as_they_were(make_store: MakeStore) -> None:
    store = make_store(unpacked=2)  # a store may pack what is no longer among the newest
    rows = [changed(WHOLE, id=number, references=(f"r{number}",)) for number in range(10)]
    put(store, ORDERS, *rows, Order(10, price=None))

    assert [*store.scan(ORDERS)] == [*store.scan(ORDERS, "tag", "new"), Order(10)] == [*rows, Order(10)]
    assert [store.get(ORDERS, row.id) for row in rows] == rows
    assert store.find(ORDERS, "reference", "r3") == rows[3]
    assert store.find(ORDERS, "reference", "a") is None


def test_rows_done_long_ago_can_be_changed_and_removed(make_store: MakeStore) -> None:
    store = make_store(unpacked=2, orders=8)
    put(store, ORDERS, *(Order(number, (f"r{number}",), body=b"12") for number in range(8)))

    undone(store, lambda: put(store, ORDERS, Order(1, ("undone",))))
    put(store, ORDERS, Order(1, ("changed",)))
    put(store, ORDERS, Order(2, ("r2",), state="open"))
    with store.unit():
        store.remove(ORDERS, 3)
        store.remove(ORDERS, 0)
    put(store, ORDERS, *map(Order, range(8, 13)))

    assert store.find(ORDERS, "reference", "r1") is store.find(ORDERS, "reference", "undone") is None
    assert store.find(ORDERS, "reference", "r2") == Order(2, ("r2",), state="open")
    assert store.get(ORDERS, 3) is None
    assert ids(store) == [2, *range(5, 13)]


# numbers


def test_numbers_are_added_to_without_being_read(store: Store) -> None:
    with store.unit():
        for key, by in (("b", 5), ("a", 0), ("b", -7)):
            store.add("balance", key, by)
        store.add("other", "a", 1)

    assert (store.number("balance", "b"), store.number("balance", "a")) == (-2, 0)
    assert store.number("balance", "c") is store.number("never", "b") is None
    assert [*store.numbers("balance").items()] == [("b", -2), ("a", 0)]
    assert store.numbers("never") == {}


def test_undone_numbers_are_what_they_were_and_new_ones_are_not_there(store: Store) -> None:
    with store.unit():
        store.add("balance", "a", 5)

    def change() -> None:
        for key in ("a", "b", "a"):
            store.add("balance", key, 1)

    undone(store, change)

    assert store.numbers("balance") == {"a": 5}
    assert store.number("balance", "b") is None


def test_the_numbers_that_are_read_are_the_readers_own(store: Store) -> None:
    with store.unit():
        store.add("balance", "a", 5)

    store.numbers("balance").clear()

    assert store.numbers("balance") == {"a": 5}


def test_numbers_that_are_removed_start_anew(store: Store) -> None:
    with store.unit():
        store.add("today", "a", 5)
        store.add("balance", "a", 7)

    with store.unit():
        store.remove_numbers("today")
        store.remove_numbers("never")
        store.add("today", "b", 1)

    assert (store.numbers("today"), store.numbers("balance")) == ({"b": 1}, {"a": 7})


def test_undone_numbers_that_were_removed_are_there_again(store: Store) -> None:
    with store.unit():
        for key in ("b", "a"):
            store.add("today", key, 5)

    def change() -> None:
        store.add("today", "a", 1)
        store.remove_numbers("today")
        store.add("today", "c", 1)

    undone(store, change)

    assert [*store.numbers("today").items()] == [("b", 5), ("a", 5)]


def test_counters_count_from_one_each_by_itself(store: Store) -> None:
    with store.unit():
        inside = [store.next("x") for _ in range(2)]

    assert [*inside, store.next("x"), store.next("y")] == [1, 2, 3, 1]


def test_a_unit_that_raises_gives_its_numbers_back(store: Store) -> None:
    store.next("x")

    undone(store, lambda: (store.next("x"), store.next("x"), store.next("y"), store.add_event(1, "settle", 1)))

    with store.unit():
        event = store.add_event(1, "settle", 1)
    assert (store.next("x"), store.next("y"), event.sequence) == (2, 1, 1)


# events


def add_events(store: Store, *dues: int, **how: Any) -> list[Event]:
    """Settle 0, 1, and so on."""
    with store.unit():
        return [store.add_event(due, "settle", subject, **how) for subject, due in enumerate(dues)]


def subjects(events: list[Event]) -> list[int]:
    return [event.subject for event in events]


def ended(store: Store, event: Event) -> bool:
    with store.unit():
        return store.end(event)


def leased(store: Store, event: Event) -> bool:
    with store.unit():
        return store.lease(event)


def end_all(store: Store) -> list[int]:
    """What is due, in its order, until nothing is."""
    gone = []
    while (event := store.peek()) is not None:
        if ended(store, event):
            gone.append(event.subject)
    return gone


def test_events_are_due_in_order_of_time_then_of_arrival(store: Store) -> None:
    events = add_events(store, 30, 10, 20, 10)

    assert [(event.due_ms, event.sequence, event.kind) for event in events][:2] == [
        (30, 1, "settle"),
        (10, 2, "settle"),
    ]
    assert subjects(store.events()) == [1, 3, 2, 0]
    assert store.peek() == events[1]
    assert end_all(store) == [1, 3, 2, 0]
    assert store.peek() is None
    assert store.events() == []


def test_looking_at_what_is_due_takes_nothing_away(store: Store) -> None:
    (event,) = add_events(store, 10)

    assert (store.peek(), store.peek()) == (event, event)
    assert store.events() == [event]


def test_an_event_ends_once_whether_or_not_it_is_the_next(store: Store) -> None:
    first, second, third = add_events(store, 10, 20, 30)

    assert [ended(store, event) for event in (second, second)] == [True, False]
    assert store.events() == [first, third]
    assert store.peek() == first
    assert end_all(store) == [0, 2]


def test_another_event_that_has_its_number_is_not_the_event(store: Store) -> None:
    (event,) = add_events(store, 10)
    other = changed(event, due_ms=20)

    assert not leased(store, other)
    assert not ended(store, other)
    assert leased(store, event)
    with store.unit():
        assert not store.end(other)
    assert not store.give_back(other)
    assert store.leased() == [event]


def test_what_is_leased_is_due_for_nobody_else_and_is_there_until_it_ends(store: Store) -> None:
    first, second = add_events(store, 10, 20)

    assert [leased(store, first) for _ in range(2)] == [True, False]
    assert (store.peek(), store.events(), store.leased()) == (second, [second], [first])
    assert [store.has_event(each.sequence) for each in (first, second)] == [True, True]
    assert store.remove_events("settle", 0) == 0

    assert [ended(store, first) for _ in range(2)] == [True, False]
    assert (store.events(), store.leased()) == ([second], [])
    assert [store.has_event(each.sequence) for each in (first, second)] == [False, True]


def test_a_lease_that_is_given_back_has_the_event_due_in_its_turn(store: Store) -> None:
    first, second = add_events(store, 10, 20)
    leased(store, first)

    assert [store.give_back(first) for _ in range(2)] == [True, False]

    assert (store.peek(), store.events(), store.leased()) == (first, [first, second], [])
    assert leased(store, first)
    assert ended(store, first)
    assert not store.give_back(first)
    assert end_all(store) == [1]


def test_what_has_ended_or_is_held_cannot_be_leased(store: Store) -> None:
    gone, _ = add_events(store, 10, 20)
    (held,) = add_events(store, 5, held=7)
    ended(store, gone)

    assert [leased(store, event) for event in (gone, held)] == [False, False]
    assert not ended(store, held)
    store.release(7)
    assert leased(store, held)


def test_what_an_exchange_holds_is_there_for_nobody_until_it_is_released(store: Store) -> None:
    with store.unit():
        store.add_event(20, "settle", 1)
        for due, subject in ((10, 2), (30, 3)):
            store.add_event(due, "settle", subject, held=7)
        store.add_event(5, "settle", 4, held=8)

    before = store.peek(), subjects(store.events()), end_all(store)
    released = tuple(len(store.release(exchange)) for exchange in (7, 7, 9))

    assert before == (Event(20, 1, "settle", 1), [1], [1])
    assert released == (2, 0, 0)
    assert end_all(store) == [2, 3]


def test_events_are_removed_by_kind_and_subject(store: Store) -> None:
    with store.unit():
        for kind, subject, held in (("settle", 1, None), ("deliver", 1, None), ("settle", 2, None), ("settle", 1, 7)):
            store.add_event(10, kind, subject, held=held)
        store.add_event(10, "settle", 3, held=7)
        store.add_event(10, "settle", 1, held=8)

    counts = store.remove_events("settle", 1), store.remove_events("settle", 1)
    released = len(store.release(7)), len(store.release(8))

    assert (counts, released) == ((3, 0), (1, 0))
    assert [(event.kind, event.subject) for event in store.events()] == [("deliver", 1), ("settle", 2), ("settle", 3)]


@pytest.mark.parametrize(
    "change",
    [
        lambda store, event: store.add_event(1, "settle", 9),
        lambda store, event: store.add_event(1, "settle", 9, held=7),
        lambda store, event: (store.add_event(1, "settle", 9, held=8), store.release(8)),
        lambda store, event: store.release(7),
        lambda store, event: store.end(event),
        lambda store, event: [store.end(each) for each in store.events()],
        lambda store, event: (store.end(event), store.peek()),
        lambda store, event: store.lease(event),
        lambda store, event: (store.lease(event), store.peek()),
        lambda store, event: (store.lease(event), store.end(event)),
        lambda store, event: (store.lease(event), store.give_back(event)),
        lambda store, event: (store.lease(event), store.give_back(event), store.lease(event), store.end(event)),
        lambda store, event: [store.end(each) for each in store.leased()],
        lambda store, event: [store.give_back(each) for each in store.leased()],
        lambda store, event: store.remove_events("settle", 0),
        lambda store, event: (store.release(7), store.remove_events("settle", 0), store.peek()),
        lambda store, event: (store.release(7), [store.end(each) for each in store.events()]),
    ],
)
def test_a_unit_that_raises_leaves_events_as_they_were(store: Store, change: Callable[..., object]) -> None:
    event, _, third = add_events(store, 10, 20, 5)
    add_events(store, 15, held=7)
    leased(store, third)
    before = store.events(), store.leased(), store.peek()

    undone(store, lambda: change(store, event))

    assert (store.events(), store.leased(), store.peek()) == before
    assert store.release(7)
    assert end_all(store) == [0, 0, 1]
    assert store.give_back(third)
    assert end_all(store) == [2]


@pytest.mark.parametrize("take", [ended, leased])
def test_of_threads_that_take_the_same_event_one_does(store: Store, take: Callable[[Store, Event], bool]) -> None:
    events = add_events(store, *[0] * 300)

    def take_all() -> list[int]:
        return [event.subject for event in events if take(store, event)]

    threads, taken = zip(*(in_thread(take_all) for _ in range(4)), strict=True)
    for thread in threads:
        thread.join(10)

    assert sorted(subject for each in taken for subject in each[0]) == list(range(300))


# units


@pytest.mark.parametrize(
    "change",
    [
        lambda store: store.put(ORDERS, Order(1)),
        lambda store: store.remove(ORDERS, 1),
        lambda store: store.remove_ranks(ORDERS, "time"),
        lambda store: store.add("balance", "a", 1),
        lambda store: store.remove_numbers("balance"),
        lambda store: store.add_event(1, "settle", 1),
        lambda store: store.end(Event(1, 1, "settle", 1)),
        lambda store: store.lease(Event(1, 1, "settle", 1)),
    ],
)
def test_nothing_changes_outside_a_unit(store: Store, change: Callable[[Store], object]) -> None:
    with pytest.raises(RuntimeError, match="unit"), store.view():
        change(store)

    assert store.change == 0
    assert (ids(store), store.numbers("balance"), store.events()) == ([], {}, [])


def test_a_thread_is_outside_the_unit_of_another(store: Store) -> None:
    put(store, ORDERS, Order(2))
    inside, refused = threading.Event(), threading.Event()

    def unit() -> None:
        with store.unit():
            inside.set()
            refused.wait(10)

    other = threading.Thread(target=unit)
    other.start()
    inside.wait(10)
    try:
        with pytest.raises(RuntimeError, match="unit"):
            store.put(ORDERS, Order(1))
    finally:
        refused.set()
        other.join(10)
    assert ids(store) == [2]


def test_a_unit_sees_its_own_changes(store: Store) -> None:
    with store.unit():
        store.put(ORDERS, Order(1, ("a",), tags=("new",)))
        store.add("balance", "a", 5)

        assert store.get(ORDERS, 1) == store.find(ORDERS, "reference", "a") == Order(1, ("a",), tags=("new",))
        assert ids(store) == ids(store, ORDERS, "tag", "new") == [1]
        assert store.number("balance", "a") == 5


def test_a_unit_that_raises_leaves_nothing_behind(store: Store) -> None:
    put(store, ORDERS, Order(1, ("a",), tags=("new",), at_ms=5))
    put(store, LINES, Line(1, 1, "sugar"))
    put(store, REMARKS, Remark(1, "1/1"))
    change = store.change

    def everything() -> None:
        put(store, ORDERS, Order(2, ("a",), tags=("new",)), Order(1, ("b",), at_ms=9))
        put(store, LINES, Line(1, 2, "sugar"))
        store.remove(ORDERS, 1)
        store.remove_ranks(ORDERS, "time")

    undone(store, everything)

    assert [*store.scan(ORDERS)] == [Order(1, ("a",), tags=("new",), at_ms=5)]
    assert ids(store, ORDERS, "time") == ids(store, ORDERS, "tag", "new", least=5) == [1]
    assert store.find(ORDERS, "reference", "a") is not None
    assert store.find(ORDERS, "reference", "b") is None
    assert store.find(LINES, "goods", "sugar") == Line(1, 1, "sugar")
    assert ids(store, LINES, "order", 1) == ["1/1"]
    assert ids(store, REMARKS, "line", "1/1") == [1]
    assert store.change == change


def test_a_unit_in_a_unit_ends_with_the_outer_one(store: Store) -> None:
    def change() -> None:
        with store.unit():
            store.put(ORDERS, Order(1))
        assert store.get(ORDERS, 1) is not None

    undone(store, change)

    assert store.get(ORDERS, 1) is None


def test_an_exception_that_leaves_an_inner_unit_fails_the_whole_though_it_is_caught(store: Store) -> None:
    with pytest.raises(RuntimeError, match="failed"):
        in_unit(
            store,
            lambda: store.put(ORDERS, Order(1)),
            lambda: undone(store, lambda: store.put(ORDERS, Order(2))),
            lambda: store.put(ORDERS, Order(3)),
        )

    assert ids(store) == []
    put(store, ORDERS, Order(4))
    assert ids(store) == [4]


def test_an_inner_unit_fails_the_whole_though_nothing_was_changed_in_it(store: Store) -> None:
    with pytest.raises(RuntimeError, match="failed"):
        in_unit(store, lambda: undone(store, lambda: None))

    put(store, ORDERS, Order(1))
    assert ids(store) == [1]


def test_the_exception_of_an_outer_unit_is_the_one_that_is_raised(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        in_unit(store, lambda: undone(store, lambda: store.put(ORDERS, Order(2))), lambda: 1 // 0)

    assert ids(store) == []


def test_an_exception_that_is_caught_inside_a_unit_fails_nothing(store: Store) -> None:
    with store.unit():
        store.put(ORDERS, Order(1))
        with pytest.raises(BrokenError):
            break_off()

    assert ids(store) == [1]


def test_a_row_that_an_index_cannot_read_leaves_nothing_behind(make_store: MakeStore) -> None:
    store = make_store(orders=2)
    put(store, ORDERS, *(Order(number, body=b"12") for number in (1, 2)))
    change = store.change

    no_tags = Order(3, tags=None)  # type: ignore[arg-type]  # an index can't read it
    with pytest.raises(TypeError):
        in_unit(store, lambda: store.add("balance", "a", 1), lambda: store.put(ORDERS, no_tags))

    assert (ids(store), store.numbers("balance"), store.change) == ([1, 2], {}, change)
    put(store, ORDERS, Order(4))
    assert ids(store) == [2, 4]


# threads


def test_units_are_serial(store: Store) -> None:
    def count() -> None:
        for _ in range(200):
            with store.unit():
                row = store.get(ORDERS, 1) or Order(1)
                store.put(ORDERS, changed(row, at_ms=row.at_ms + 1))

    threads = [in_thread(count)[0] for _ in range(4)]
    for thread in threads:
        thread.join(20)

    assert store.get(ORDERS, 1) == Order(1, at_ms=800)
    assert store.change == 800


def test_whoever_views_sees_one_state(store: Store) -> None:
    stop = threading.Event()

    def change() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with store.unit():
                store.add("balance", "a", 1)
                store.put(ORDERS, Order(1, at_ms=number))
                store.add("balance", "b", -1)

    thread, _ = in_thread(change)
    try:
        for _ in range(200):
            with store.view():
                a, row, b = store.number("balance", "a"), store.get(ORDERS, 1), store.number("balance", "b")
            assert (a or 0) == (0 if row is None else row.at_ms) == -(b or 0)
    finally:
        stop.set()
        thread.join(10)


# changes


def test_the_change_rises_with_each_unit_that_changed_something(store: Store) -> None:
    numbers = [store.change]
    for work in (
        lambda: put(store, ORDERS, Order(1), Order(2)),
        lambda: store.next("x"),
        lambda: add_events(store, 10, 20),
        lambda: leased(store, store.events()[0]),
        lambda: store.give_back(store.leased()[0]),
        lambda: ended(store, store.events()[0]),
    ):
        work()
        numbers.append(store.change)

    assert numbers == sorted(set(numbers))


def test_the_change_stays_where_nothing_changed(store: Store) -> None:
    (event,) = add_events(store, 10)
    gone = changed(event, sequence=99)
    before = store.change

    with store.unit():
        store.get(ORDERS, 1)
        store.remove(ORDERS, 1)
    undone(store, lambda: put(store, ORDERS, Order(1)))
    taken = ended(store, gone), leased(store, gone), store.give_back(event)
    released, removed = len(store.release(1)), store.remove_events("settle", 5)

    assert (taken, released, removed) == ((False, False, False), 0, 0)
    assert store.change == before


def test_whoever_waits_is_told_of_a_change(store: Store) -> None:
    before = store.change
    thread, results = in_thread(lambda: store.wait(before, 10))

    put(store, ORDERS, Order(1))
    thread.join(10)

    assert results == [True]
    assert store.wait(before, 0)
    assert not store.wait(store.change, 0.01)


def test_whoever_notes_changes_is_told_of_each_when_it_is_there_for_all(store: Store) -> None:
    seen: list[tuple[int, int]] = []
    store.listen(lambda: seen.append((store.change, store.count(ORDERS))), lambda: None)
    before = store.change

    put(store, ORDERS, Order(1), Order(2))
    undone(store, lambda: put(store, ORDERS, Order(3)))
    with store.unit():
        store.get(ORDERS, 1)
    store.next("x")

    assert seen == [(before + 1, 2), (before + 2, 2)]


def test_several_note_changes_each_until_it_wants_no_more(store: Store) -> None:
    told: list[str] = []
    first, second = (lambda name=name: told.append(name) for name in ("first", "second"))
    for each in (first, second):
        store.listen(each, lambda: None)
    put(store, ORDERS, Order(1))

    store.unlisten(first)
    put(store, ORDERS, Order(2))
    store.unlisten(second)
    store.unlisten(second)
    put(store, ORDERS, Order(3))

    assert told == ["first", "second", "second"]


def test_a_thread_that_has_locked_the_store_has_it_for_itself(store: Store) -> None:
    assert store.lock_now()
    try:
        thread, could = in_thread(store.lock_now)
        thread.join(10)
        put(store, ORDERS, Order(1))
        assert store.lock_now()  # it may again
        store.unlock()
        waiter, done = in_thread(lambda: put(store, ORDERS, Order(2)))
        before = ids(store)
    finally:
        store.unlock()
    waiter.join(10)

    assert (could, before, ids(store)) == ([False], [1], [1, 2])
    assert done == [None]


def test_a_store_in_which_somebody_has_a_unit_open_cannot_be_locked_at_once(store: Store) -> None:
    def try_it() -> bool:
        could = store.lock_now()
        if could:
            store.unlock()
        return could

    with store.unit():
        thread, inside = in_thread(try_it)
        thread.join(10)
    thread, outside = in_thread(try_it)
    thread.join(10)

    assert (inside, outside) == ([False], [True])


def test_nobody_waits_in_a_unit(store: Store) -> None:
    with store.unit(), pytest.raises(RuntimeError, match="unit"):
        store.wait(store.change, 10)


# the whole


def fill(store: Store) -> None:
    put(store, ORDERS, *(changed(WHOLE, id=number, references=(f"r{number}",)) for number in (3, 1, 2)))
    put(store, LINES, Line(3, 1, "sugar"))
    with store.unit():
        store.add("balance", "b", 5)
        store.add("balance", "a", 6)
    add_events(store, 20, 10)
    add_events(store, 15, held=7)
    store.next("x")


def spoil(store: Store) -> None:
    put(store, ORDERS, Order(1, ("r2",)), Order(9), Order(4, state="open"))
    with store.unit():
        store.remove(ORDERS, 3)
        store.add("balance", "b", 1)
        store.add("new", "b", 1)
    store.release(7)
    leased(store, store.events()[0])
    ended(store, store.events()[0])
    add_events(store, 1)
    store.next("x")


def state(store: Store) -> tuple[object, ...]:
    return (
        [*store.scan(ORDERS)],
        [*store.scan(ORDERS, "time")],
        [*store.scan(ORDERS, "tag", "new")],
        [store.find(ORDERS, "reference", f"r{number}") for number in (1, 2, 3)],
        [*store.scan(LINES, "order", 3)],
        store.find(LINES, "goods", "sugar"),
        [*store.numbers("balance").items()],
        store.numbers("new"),
        store.events(),
        store.leased(),
    )


@pytest.mark.parametrize("unpacked", [1000, 1], ids=["unpacked", "packed"])
def test_all_is_put_back_as_it_was_however_often(make_store: MakeStore, unpacked: int) -> None:
    store = make_store(unpacked=unpacked, orders=3)
    fill(store)
    before, saved = state(store), store.snapshot()

    for _ in range(3):
        spoil(store)
        assert state(store) != before
        store.restore(saved)
        assert state(store) == before

    assert (store.next("x"), len(store.release(7)), end_all(store)) == (2, 1, [1, 0, 0])
    put(store, ORDERS, Order(4))
    assert ids(store) == [1, 2, 4]


def test_a_snapshot_can_be_restored_in_another_store(make_store: MakeStore) -> None:
    one, other = make_store(), make_store()
    fill(one)
    before = state(one)

    other.restore(one.snapshot())
    spoil(one)

    assert state(other) == before


def test_what_was_leased_when_a_snapshot_was_taken_is_due_when_it_is_restored(store: Store) -> None:
    first, second = add_events(store, 10, 20)
    leased(store, first)
    saved = store.snapshot()
    ended(store, first)

    store.restore(saved)

    assert (store.events(), store.leased()) == ([first, second], [])
    assert store.peek() == first


def test_no_more_is_restored_than_may_stay(make_store: MakeStore) -> None:
    one, other = make_store(), make_store(orders=2, unpacked=1)
    put(one, ORDERS, *map(Order, (1, 2, 3)))
    with one.unit():
        put(one, ORDERS, *map(Order, (4, 5)))
        saved = one.snapshot()

    other.restore(saved)

    assert ids(other) == [4, 5]


def test_clear_leaves_nothing(store: Store) -> None:
    empty = state(store)
    fill(store)
    before = store.change

    store.clear()

    assert state(store) == empty
    assert (len(store.release(7)), store.next("x"), store.peek()) == (0, 1, None)
    assert store.change > before
    put(store, ORDERS, Order(1))
    assert ids(store) == [1]


@pytest.mark.parametrize("whole", ["restore", "clear"])
def test_the_whole_is_replaced_in_a_unit_or_not_at_all(make_store: MakeStore, whole: str) -> None:
    store = make_store(orders=3)
    saved = store.snapshot()
    fill(store)
    before = state(store)

    def change() -> None:
        put(store, ORDERS, Order(3), Order(8))
        store.remove(ORDERS, 2)
        store.clear() if whole == "clear" else store.restore(saved)
        assert ids(store) == []
        put(store, ORDERS, Order(5))

    undone(store, change)
    unchanged = state(store)
    with store.unit():
        change()

    assert unchanged == before
    assert ids(store) == [5]
