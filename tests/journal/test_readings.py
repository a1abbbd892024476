"""Other readings of a text, and the way back."""

from __future__ import annotations

from base64 import b64encode

from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.journal.readings import decoded, in_base64, span_in_base64


@given(st.text(alphabet='ab %25\\u0061n\n"é', max_size=40))
def test_each_letter_of_a_reading_is_somewhere_in_the_text(text: str) -> None:
    for reading in decoded(text):
        for at in range(len(reading.text)):
            start, end = reading.original(at, at + 1)

            assert 0 <= start < end <= len(text)


def test_what_was_decoded_is_where_it_was_encoded() -> None:
    text = "a=%70%61ss&b=\\u0070ass"

    found = {text[slice(*each.original(at, at + 4))] for each in decoded(text) if (at := each.text.find("pass")) >= 0}

    assert "%70%61ss" in found
    assert any(each.text.count("pass") == 2 for each in decoded(text))


@given(st.binary(max_size=12), st.binary(min_size=8, max_size=20), st.binary(max_size=12))
def test_base64_is_read_whatever_stands_before_it(before: bytes, inside: bytes, after: bytes) -> None:
    run = b64encode(before + inside + after).decode().rstrip("=")
    wanted = inside.decode("latin-1")

    found = [(start, text.find(wanted)) for start, text in in_base64(run) if wanted in text]

    assert any(start == 0 for start, _ in found)
    for start, at in found:
        first, last = span_in_base64(at, at + len(inside))
        piece = run[start + first : start + last]
        assert len(piece) * 6 >= len(inside) * 8
