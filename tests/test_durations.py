from __future__ import annotations

import re

import pytest

from mock_daraja.durations import WANTED, seconds, span


@pytest.mark.parametrize(
    ("written", "is_"),
    [
        (90, 90), (1.5, 1.5), ("90", 90), ("0", 0), (" 1.5 ", 1.5), ("90s", 90), ("90 sec", 90), ("250ms", 0.25),
        ("2 min", 120), ("1 minute", 60), ("36h", 129_600), ("1.5 hours", 5400), ("90 days", 7_776_000), ("1D", 86_400),
        ("2 weeks", 1_209_600), ("1d 12h", 129_600), ("1h30m", 5400), ("1 day, 2 hours", 93_600),
    ],
)  # fmt: skip
def test_a_span_in_seconds_or_in_words(written: object, is_: float) -> None:
    assert seconds(written) == is_


@pytest.mark.parametrize(
    "written",
    ["", "soon", "-1", "-1s", "1 fortnight", "h", "1h 2", "1,5h", "1e3", "1s" * 60, True, None, [], "９０s", "9" * 20],
)
def test_what_is_none_says_what_is_wanted(written: object) -> None:
    with pytest.raises(ValueError, match=re.escape(WANTED)):
        seconds(written)


@pytest.mark.parametrize("written", [float("nan"), float("inf"), -1, "2h"])
def test_one_out_of_range_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="from 0 to 3600 seconds"):
        span(0, 3600)(written)
