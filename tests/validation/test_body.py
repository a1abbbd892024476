from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja.validation import body as reading
from mock_daraja.validation import read_body
from mock_daraja.validation.body import ReadBody

JSON = "application/json"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "  application/json ",
        "application/vnd.api+json",
    ],
)
def test_a_json_object_with_a_json_content_type_is_read(content_type: str) -> None:
    body = read_body(content_type, b'{"Amount": 1, "PartyA": "254708374149"}')

    assert body.value == {"Amount": 1, "PartyA": "254708374149"}
    assert body.note == ""


@pytest.mark.parametrize(
    ("content_type", "told"),
    [
        (None, "no Content-Type header"),
        ("", "no Content-Type header"),
        ("text/plain", "'text/plain'"),
        ("text/json", "'text/json'"),
        ("application/jsonp", "'application/jsonp'"),
        ("application/x-www-form-urlencoded", "a form"),
        ("multipart/form-data; boundary=x", "a form"),
    ],
)
def test_good_json_under_another_content_type_reads_as_empty(content_type: str | None, told: str) -> None:
    body = read_body(content_type, b'{"Amount": 1}')

    assert body.value == {}
    assert told in body.note
    assert "send Content-Type: application/json" in body.note


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "the body is empty"),
        (b"  \r\n ", "the body is empty"),
        (b"Amount=1&PartyA=254708374149", "looks like a form"),
        (b'{"Amount": 1, "Part', "ends too early"),
        (b'{"Amount": 1', "ends too early"),
        (b'{"Amount":', "ends too early"),
        (b"{", "ends too early"),
        (b"{'Amount': 1}", "double quotes"),
        (b'{"Amount": 1,}', "a comma stands before a closing brace"),
        (b'{"Amount": 1} extra', "more stands behind the JSON"),
        (b'{"Amount":\n x}', "line 2, column 2"),
        (b'[{"Amount": 1}]', "an array with the object in it"),
        (b'"Amount"', "a string, not an object"),
        (b"12", "a number, not an object"),
        (b"1.5", "a number, not an object"),
        (b"true", "a boolean, not an object"),
        (b"null", "null, not an object"),
        (b'{"Amount": "\xff"}', "not UTF-8 (byte 0xff)"),
        (b'\xef\xbb\xbf{"Amount": "\xff"}', "not UTF-8 (byte 0xff)"),
        (b'{"Amount": NaN}', "NaN is not JSON"),
        (b'{"Amount": -Infinity}', "-Infinity is not JSON"),
        (b'{"A": 1, "A": NaN}', "NaN is not JSON"),
        (b'{"Amount": ' + b"9" * 5000 + b"}", "thousands of digits"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":' + b"[" * 900 + b'"\\u0041"' + b"]" * 900 + b"}", "nested too deeply"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_what_is_no_json_object_reads_as_empty_and_says_why(raw: bytes, told: str) -> None:
    body = read_body(JSON, raw)

    assert body.value == {}
    assert body.note.startswith("read as an empty object: ")
    assert told in body.note


def test_a_byte_order_mark_is_tolerated() -> None:
    assert read_body(JSON, b'\xef\xbb\xbf{"Amount": 1}').value == {"Amount": 1}


def test_the_last_of_repeated_keys_counts_and_the_note_names_them() -> None:
    body = read_body(JSON, b'{"Amount": 1, "x": {"y": 1, "y": 2}, "Amount": 5}')

    assert body.value == {"Amount": 5, "x": {"y": 2}}
    assert "Amount" in body.note
    assert "y" in body.note
    assert "the last one counts" in body.note


def test_a_number_beyond_floats_keeps_its_text() -> None:
    body = read_body(JSON, b'{"Amount": 1e999, "ok": 1e99}')

    assert body.value == {"Amount": "1e999", "ok": 1e99}


def test_half_of_a_surrogate_pair_is_read_as_its_escape() -> None:
    """No row can keep the half itself."""
    read = read_body(JSON, rb'{"TransactionDesc": "a\ud800b", "\udfff": ["\uD83D\uDE00"]}').value

    assert read == {"TransactionDesc": r"a\ud800b", r"\udfff": ["\N{GRINNING FACE}"]}


def test_a_number_beyond_64_bits_keeps_its_text() -> None:
    raw = b'{"Amount": 9223372036854775808, "ok": [-9223372036854775808, 9223372036854775807]}'
    read = read_body(JSON, raw).value

    assert read == {"Amount": "9223372036854775808", "ok": [-(2**63), 2**63 - 1]}


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values, max_size=6), st.booleans())
def test_every_json_object_survives_the_reading(value: dict[str, Any], ascii_only: bool) -> None:
    raw = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8")

    body = read_body(JSON, raw)

    assert body.value == value
    assert body.note == ""


@given(st.none() | st.text() | st.just(JSON), st.binary() | st.text().map(str.encode))
def test_no_bytes_make_the_reading_raise(content_type: str | None, raw: bytes) -> None:
    body = read_body(content_type, raw)

    assert isinstance(body.value, dict)
    assert body.note.isprintable()


TEXTS = st.text(max_size=6) | st.sampled_from(['"', "\\", '":', " :", "\ud800", "é", ""])
SCALARS = st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.floats() | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3))


@given(
    pairs=st.lists(st.tuples(TEXTS, VALUES), max_size=5),
    colon=st.sampled_from([":", " :", ": ", "\t:\n", "\r:"]),
    ascii_only=st.booleans(),
    around=st.sampled_from([("", ""), (" ", "\n"), ("\ufeff", ""), ("", "x"), ("[", "]")]),
    cut=st.integers(0, 3),
)
def test_the_quick_way_reads_what_the_other_one_reads(
    pairs: list[tuple[str, Any]], colon: str, ascii_only: bool, around: tuple[str, str], cut: int
) -> None:
    members = (f"{json.dumps(key)}{colon}{json.dumps(value, ensure_ascii=ascii_only)}" for key, value in pairs)
    text = around[0] + "{" + ", ".join(members) + "}" + around[1]
    raw = text.encode("utf-8", "surrogatepass")[: -cut or None]

    quick = reading._plain(raw)

    assert quick is None or ReadBody(quick) == reading._parse(raw.decode("utf-8-sig"))


def test_a_plain_body_is_read_the_quick_way() -> None:
    assert reading._plain(b'{"Amount": 1, "PhoneNumber": 254708374149, "CallBackURL": "http://a:80/"}') is not None
