"""What was worked out lately, and no more of it than the bound."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from mock_daraja.access.recent import Recent


def test_a_value_is_there_until_others_were_used_since() -> None:
    recent: Recent[str, int] = Recent(2)
    for number, name in enumerate("abc"):
        recent.put(name, number)

    assert [recent.get(name) for name in "abc"] == [None, 1, 2]


def test_getting_and_putting_anew_are_uses() -> None:
    recent: Recent[str, int] = Recent(3)
    for number, name in enumerate("abc"):
        recent.put(name, number)

    recent.get("a")
    recent.put("b", 10)
    recent.put("d", 3)

    assert [recent.get(name) for name in "abcd"] == [0, 10, None, 3]


def test_threads_neither_break_it_nor_its_bound() -> None:
    recent: Recent[int, int] = Recent(50)

    def use(first: int) -> None:
        for step in range(2_000):
            key = (first * step) % 97
            assert recent.get(key) in (None, key * key)
            recent.put(key, key * key)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(use, first) for first in range(1, 9)]:
            done.result()

    kept = [recent.get(key) for key in range(97)]
    assert len(kept) - kept.count(None) == 50
