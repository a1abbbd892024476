from __future__ import annotations

from base64 import b64encode

import pytest

from mock_daraja.access.given import bare, decoded, surroundings
from mock_daraja.fields import is_unset


@pytest.mark.parametrize(
    ("value", "around"),
    [
        ("key", ""),
        ("key\n", "has a line break behind it"),
        ("\r\nkey", "has a line break in front of it"),
        ("key ", "has a blank behind it"),
        ("\tkey", "has a blank in front of it"),
        ('"key"', "stands in quotes"),
        ("'key'", "stands in quotes"),
        ("\ufeffkey", "has a byte order mark (BOM) in front of it"),
    ],
)
def test_what_surrounds_a_value_is_named_and_left_out(value: str, around: str) -> None:
    assert surroundings(value) == around
    assert bare(value) == "key"


@pytest.mark.parametrize(("word", "unset"), [("undefined", True), ("None", True), ("NULL", True), ("", False)])
def test_the_word_for_no_value_is_known(word: str, *, unset: bool) -> None:
    assert is_unset(word) is unset


@pytest.mark.parametrize(
    ("encoded", "text"), [(b64encode(b"a:b").decode(), "a:b"), ("a:b", None), (b64encode(b"\xff").decode(), None)]
)
def test_base64_without_text_in_it_is_nothing(encoded: str, text: str | None) -> None:
    assert decoded(encoded) == text
