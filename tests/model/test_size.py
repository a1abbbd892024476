"""How many bytes a value takes, about: no less than a client could make it take."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest

from mock_daraja.model.sink import Arrival
from mock_daraja.model.size import bytes_in, size_of


@pytest.mark.parametrize(
    "make",
    [
        lambda: tuple((f"a{number}", "") for number in range(8000)),
        lambda: "x" * 100_000 + "\N{SLIGHTLY SMILING FACE}",
        lambda: b"x" * 100_000,
        lambda: ("x" * 50_000, "y" * 50_000),
    ],
)
def test_it_is_no_less_than_what_is_taken(make: Callable[[], object]) -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        made = make()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert taken * 0.75 < bytes_in(made) < taken * 2


@pytest.mark.parametrize("text", ["", "short", "x" * 10_000, "\ud800", "\N{SLIGHTLY SMILING FACE}" * 3000])
def test_the_same_row_always_takes_the_same(text: str) -> None:
    size = size_of("query", "headers")
    row = Arrival(1, "POST", "/", text, (("A", text),), b"", 0)

    assert size(row) == size(row) >= 2 * len(text)


def test_thousands_of_headers_take_more_than_they_say() -> None:
    headers = tuple(("a", "b") for _ in range(5000))

    assert size_of("headers")(Arrival(1, "POST", "/", "", headers, b"", 0)) > 64 * len(headers)
