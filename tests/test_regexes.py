from __future__ import annotations

import re

import pytest

from mock_daraja.regexes import later


def test_a_pattern_is_as_python_compiles_it_at_once() -> None:
    pattern = later("(a+)b", re.IGNORECASE)

    assert pattern.fullmatch("aAB")[1] == "aA"
    assert pattern.sub("-", "xaby") == "x-y"
    assert (pattern.pattern, pattern.flags & re.IGNORECASE) == ("(a+)b", re.IGNORECASE)
    assert [found[0] for found in later(rb"[0-9]").finditer(b"1a2")] == [b"1", b"2"]


def test_a_mistake_in_it_comes_out_when_it_is_used() -> None:
    pattern = later("(")

    with pytest.raises(re.error):
        pattern.search("")
    with pytest.raises(AttributeError):
        _ = pattern.nothing
