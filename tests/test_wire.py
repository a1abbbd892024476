"""JSON as it goes over the wire."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja import wire


def test_is_compact_and_keeps_the_order_of_keys() -> None:
    assert wire.dumps({"b": 1, "a": [True, None, "x"]}) == b'{"b":1,"a":[true,null,"x"]}'


def test_a_decimal_keeps_its_digits() -> None:
    assert wire.dumps({"Amount": Decimal("1.00"), "Less": [Decimal("-0.50")]}) == b'{"Amount":1.00,"Less":[-0.50]}'


@pytest.mark.parametrize(
    ("body", "read"),
    [(b'{"a": 1}', {"a": 1}), ('{"a": 1}', {"a": 1}), (b"[1]", {}), (b"", {}), (b"\xff", {}), ("[" * 100_000, {})],
    ids=["bytes", "text", "a list", "nothing", "no UTF-8", "too deep"],
)
def test_a_body_that_is_no_object_reads_as_an_empty_one(body: str | bytes, read: object) -> None:
    assert wire.json_object(body) == read


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.just("\0001.5"),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_has_no_decimal_reads_back_as_it_was(value: object) -> None:
    assert json.loads(wire.dumps(value)) == value


def test_other_things_have_no_json_form() -> None:
    with pytest.raises(TypeError, match="set has no JSON form"):
        wire.dumps({"a": {1}})
