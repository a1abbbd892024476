"""We frame requests as h11 and httptools do. `python -m tests.property.framing 1000000` compares a million of them."""

from __future__ import annotations

import pytest

from tests.property.framing.agreement import REFUSED, TAKEN, Refused, Taken, Tally, compare, compare_many
from tests.property.framing.messages import Message
from tests.property.framing.readers import by_h11, by_httptools, ours

PARTS = 5
MESSAGES = 10_000  # in each


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_what_we_take_is_read_alike_and_nothing_that_both_refuse_is_taken(part):
    tally = compare_many(MESSAGES, f"part {part}")

    assert tally.differences == []
    assert tally.seen["taken"] > MESSAGES // 5
    assert tally.seen["refused by us and 2 of 2"] > MESSAGES // 2


@pytest.mark.parametrize("each", TAKEN, ids=[f"{each.by}: {each.words}" for each in TAKEN])
def test_each_exception_for_what_we_take_is_one(each: Taken):
    tally = Tally()
    theirs = by_h11(each.example, 9) if each.by == "h11" else by_httptools(each.example)

    compare(Message(each.example, (each.example,), is_good=True), tally)

    assert theirs.refused
    assert tally.differences == []
    assert [what for what in tally.seen if what.startswith("taken, though")] == [
        f"taken, though {each.by} says: {theirs.refused}"
    ]


@pytest.mark.parametrize("each", REFUSED, ids=[each.words for each in REFUSED])
def test_each_exception_for_what_we_refuse_is_one(each: Refused):
    tally = Tally()

    compare(Message(each.example, (each.example,), is_good=False), tally)

    assert ours([each.example]).refused == each.words
    assert by_h11(each.example, 9).refused == by_httptools(each.example).refused == ""
    assert tally.differences == []


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx",
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ],
)
def test_all_three_read_a_plain_request_alike(data):
    assert ours([data]).requests == by_h11(data, 9).requests == by_httptools(data).requests
