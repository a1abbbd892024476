"""JSON as it goes over the wire."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_daraja import wire


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the encoder is called with for pieces."""
    called: list[Any] = []
    plain = wire._plain
    monkeypatch.setattr(wire, "_plain", lambda value: (called.append(value), plain(value))[1])
    return called


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
        st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.just("\0001.5"),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_has_no_decimal_is_as_json_has_it(value: object) -> None:
    assert wire.dumps(value) == json.dumps(value, separators=(",", ":")).encode()


def wide(depth: int) -> Any:
    """Some thousands of values, in lists and objects in turn."""
    return [{str(each): wide(depth - 1) for each in range(17)}, None, "ü\ud800"] * 3 if depth else [1.5, True, {}, []]


@pytest.mark.parametrize(
    "value", [wide(2), {"a": wide(2)}, [], {}, "a", None, [[]] * 1000, dict.fromkeys("abc", [0] * 999)]
)
def test_pieces_are_together_what_one_call_would_make(value: Any) -> None:
    assert b"".join(wire.pieces(value)).decode() == json.dumps(value, separators=(",", ":"))


def test_no_call_of_the_encoder_covers_many_values(encoded: list[Any]) -> None:
    def values(value: Any) -> int:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return len(inner) + sum(map(values, inner))

    _ = [*wire.pieces({"a": wide(2), "b": iter(wide(2)), "c": [0] * 10_000})]

    assert max(map(values, encoded)) <= wire.MANY
    assert len(encoded) < sum(map(values, encoded)) / 20  # nor does each cover one


def test_what_is_nested_deeply_has_pieces_too() -> None:
    value: Any = [0] * 300
    for _ in range(300):
        value = [value, *[0] * 300]

    assert b"".join(wire.pieces(value)).decode() == json.dumps(value, separators=(",", ":"))


def test_an_iterator_is_a_list_and_is_asked_as_the_pieces_are_taken() -> None:
    given = iter(["x" * 1000] * 1000)

    pieces = wire.pieces({"given": given, "empty": iter(())})
    first = next(pieces)
    left = len([*given])

    assert left > 500
    assert json.loads(first + b"".join(pieces)) == {"given": ["x" * 1000] * (1000 - left), "empty": []}


def test_pieces_are_of_some_size() -> None:
    sizes = [len(piece) for piece in wire.pieces([["x" * 1000] * 100] * 100)]

    assert all(1 << 16 <= size < 1 << 18 for size in sizes[:-1])
    assert len(sizes) > 10


def test_other_things_have_no_json_form() -> None:
    with pytest.raises(TypeError, match="type object"):
        wire.dumps({"a": object()})
