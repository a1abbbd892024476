"""Identifiers in the formats of requests.md §1.4 and callbacks.md §7."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.clock import parse_instant
from mock_daraja.ids import Ids, Reserved, fresh_seed
from tests.conftest import ids_of

NOW = parse_instant("2026-08-17T14:04:03.270+03:00")
REQUEST_ID = re.compile(r"[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}[0-9]{3,8}")

seeds = st.integers(0, 2**64)


@given(seeds)
def test_a_request_id_is_a_uuid_tail_and_a_counter(seed: int) -> None:
    assert REQUEST_ID.fullmatch(ids_of(seed).request_id())


@given(seeds)
def test_the_prefix_stays_and_the_counter_rises(seed: int) -> None:
    ids = ids_of(seed)

    made = [ids.request_id() for _ in range(20)]

    assert {each[: len(ids.prefix)] for each in made} == {ids.prefix}
    counters = [int(each[len(ids.prefix) :]) for each in made]
    assert counters == sorted(set(counters))


@given(seeds)
def test_a_conversation_id_holds_the_date_in_nairobi(seed: int) -> None:
    late = parse_instant("2024-07-05T22:30:00+00:00")  # already the 6th in Nairobi

    assert re.fullmatch(r"AG_20240706_2010[0-9a-f]{16}", ids_of(seed).conversation_id(late))


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        (1, "ws_CO_170820261404032708374149"),  # UMOJA, 2026-08-17
        (3, "ws_CO_17082026140403270708374149"),
    ],
)
def test_a_checkout_request_id_holds_time_and_msisdn(digits: int, expected: str) -> None:
    assert ids_of(1).checkout_request_id(NOW, "254708374149", digits) == expected


@given(seeds)
def test_a_token_has_28_letters_and_digits(seed: int) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{28}", ids_of(seed).token())


@pytest.mark.parametrize(
    ("day", "start"),
    [
        ("2026-10-06", "UJ6"),  # UJ62T8IYOU
        ("2026-01-10", "UAA"),
        ("2026-01-11", "UAB"),  # UABBX3K0J5
        ("2024-02-26", "SBQ"),  # SBQ72IFPXT
        ("2017-07-27", "LGR"),
        ("2021-11-30", "PKU"),
        ("2026-12-31", "ULV"),
    ],
)
def test_a_receipt_begins_with_year_month_and_day(day: str, start: str) -> None:
    receipt = ids_of(7).receipt(parse_instant(f"{day}T12:00"))

    assert receipt.startswith(start)
    assert re.fullmatch(r"[A-Z0-9]{10}", receipt)


@given(seeds)
def test_the_fourth_character_is_a_letter_from_2026_on_and_a_digit_before(seed: int) -> None:
    assert ids_of(seed).receipt(parse_instant("2026-01-11T12:00"))[3].isalpha()
    assert ids_of(seed).receipt(parse_instant("2025-12-31T12:00"))[3].isdigit()


@given(seeds, st.integers(2, 50))
def test_receipts_rise_within_a_day_and_never_repeat(seed: int, count: int) -> None:
    ids = ids_of(seed)

    receipts = [ids.receipt(NOW + number) for number in range(count)]

    assert receipts == sorted(set(receipts))


@given(seeds, st.integers(0, 400))
def test_receipts_of_different_days_differ(seed: int, days: int) -> None:
    ids = ids_of(seed)
    first = datetime(2026, 1, 1, tzinfo=UTC)

    receipts = {ids.receipt(int((first + timedelta(days=day)).timestamp() * 1000)) for day in range(days)}

    assert len(receipts) == days


def test_the_same_seed_gives_the_same_ids_and_another_seed_others() -> None:
    def some(seed: int) -> list[str]:
        ids = ids_of(seed)
        return [ids.request_id(), ids.token(), ids.receipt(NOW), ids.conversation_id(NOW), ids.request_id()]

    assert some(1) == some(1)
    assert not set(some(1)) & set(some(2))


def test_a_fresh_seed_is_chosen_by_nobody() -> None:
    assert len({fresh_seed() for _ in range(10)}) > 1


@given(seeds, st.integers(0, 1000), st.integers(0, 1000))
def test_a_uniform_draw_lies_between_its_ends(seed: int, least: int, more: int) -> None:
    assert least <= ids_of(seed).uniform(least, least + more) <= least + more


@given(seeds, st.integers(1, 10**6))
def test_a_lognormal_draw_without_spread_is_the_median(seed: int, median: int) -> None:
    assert ids_of(seed).lognormal(median, 0) == pytest.approx(median)


def test_where_the_counts_are_put_back_the_same_ids_come_again() -> None:
    counts: Counter[str] = Counter()

    def count(stream: str) -> int:
        counts[stream] += 1
        return counts[stream] - 1

    ids = Ids(1, "default", count)
    ids.receipt(0)
    saved = dict(counts)

    def some() -> list[str]:
        return [ids.request_id(), ids.receipt(1), ids.receipt(86_400_000), ids.token(), ids.conversation_id(0)]

    first = some()
    counts.clear()
    counts.update(saved)

    assert some() == first


@given(seeds)
def test_two_sandboxes_with_one_seed_share_no_id(seed: int) -> None:
    def some(sandbox: str) -> set[str]:
        ids = ids_of(seed, sandbox)
        makers = (ids.request_id, ids.token, partial(ids.receipt, NOW), partial(ids.conversation_id, NOW))
        return {make() for make in makers for _ in range(20)}

    assert not some("default") & some("shop")


def test_only_so_many_ids_are_reserved() -> None:
    reserved = Reserved(lambda sandbox: True, most=2)

    taken = [reserved.take(reference, "ours") for reference in ("a", "b", "c")]

    assert taken == [True] * 3
    assert [reserved.take(reference, "theirs") for reference in ("c", "b", "a")] == [False, False, True]


def test_what_is_reserved_is_free_for_its_own_sandbox_and_where_that_is_gone() -> None:
    standing = {"ours", "theirs"}
    reserved = Reserved(standing.__contains__)
    reserved.take("a", "ours")

    assert (reserved.is_free("a", "ours"), reserved.is_free("a", "theirs")) == (True, False)
    standing.remove("ours")
    assert reserved.take("a", "theirs")
