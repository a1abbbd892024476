"""Keys in the order in which they came, whatever is taken out and put back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.store.queue import Queue


def queue_of(*keys: str) -> Queue[str]:
    queue: Queue[str] = Queue()
    for key in keys:
        queue.add(key)
    return queue


def test_keys_may_be_taken_out_while_the_rest_are_read() -> None:
    queue, read = queue_of("a", "b", "c"), []

    for key in queue:
        read.append(key)
        queue.take_out(key)
        if key == "a":
            queue.take_out("b")

    assert read == ["a", "c"]
    assert len(queue) == 0


def test_what_is_taken_out_of_the_middle_takes_no_room_for_long() -> None:
    queue = queue_of("first")

    for _ in range(100):
        queue.add("second")
        queue.take_out("second")
        queue.tidy()

    assert len(queue._places) < 5


def test_what_is_taken_out_at_the_front_is_not_passed_again() -> None:
    queue = queue_of(*map(str, range(100)))

    for number in range(40):
        queue.take_out(str(number))
        queue.tidy()

    assert queue._places[0] == "40"


units = st.lists(st.tuples(st.lists(st.integers(0, 4), max_size=6), st.booleans()), max_size=12)


@given(units)
def test_it_is_a_list_whatever_is_undone(units: list[tuple[list[int], bool]]) -> None:
    queue: Queue[int] = Queue()
    expected: list[int] = []

    for keys, raises in units:
        before = [*expected]
        undo: list[Callable[[], None]] = []
        for key in keys:
            if key in expected:
                queue.take_out(key)
                expected.remove(key)
                undo.append(partial(queue.undo_take_out, key))
            else:
                queue.add(key)
                expected.append(key)
                undo.append(queue.undo_add)
        copy = queue.copy()
        assert [*copy] == [*queue] == expected
        assert len(copy) == len(queue) == len(expected)
        if raises:
            expected = before
            for back in reversed(undo):
                back()
        queue.tidy()

        assert [*queue] == expected
        assert len(queue) == len(expected)
