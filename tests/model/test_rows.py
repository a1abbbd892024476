"""What all rows have in common, and what every noun of the package can do with its own, whoever declares them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields as dataclass_fields
from dataclasses import is_dataclass, replace
from functools import cache
from importlib import import_module
from inspect import isclass
from operator import attrgetter
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mock_daraja
from mock_daraja.model import Customer, Details, Row, Transaction, changed
from mock_daraja.model.noun import Noun
from mock_daraja.products import CATALOGUE
from mock_daraja.settings import Settings
from mock_daraja.store import MemoryStore

SCALARS = (str, int, float, bool, bytes, NoneType)
LARGEST = (1 << 63) - 1  # what JSON and MessagePack, as msgspec writes them, have room for


def modules() -> Iterator[ModuleType]:
    for found in walk_packages(mock_daraja.__path__, "mock_daraja."):
        if not found.name.endswith("__main__"):
            yield import_module(found.name)


MODULES = [*modules()]


def below(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from below(each)


def things(kind: type) -> Iterator[Any]:
    """Everything of this kind that a module holds by name."""
    yield from (value for module in MODULES for value in vars(module).values() if isinstance(value, kind))


ROWS = sorted({each for each in below(Row) if each.__module__.startswith("mock_daraja.")}, key=lambda row: row.__name__)
NOUNS: list[Noun[Any, Any]] = sorted({*things(Noun)}, key=lambda noun: noun.name)

NAME = attrgetter("name")

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.__name__)
every_noun = pytest.mark.parametrize("noun", NOUNS, ids=NAME)


def decoded_as(noun: Noun[Any, Any]) -> Any:
    """What a store reads its rows as."""
    return CATALOGUE.row_types().get(noun.name, noun.row)


def test_all_are_found() -> None:
    assert {Customer, Transaction, Details} < {*ROWS}
    assert {"transaction", "callback", "exchange", "app", "sink", "play"} < {noun.name for noun in NOUNS}
    assert len({row.__name__ for row in ROWS}) == len(ROWS)
    assert len({noun.name for noun in NOUNS}) == len(NOUNS)
    assert {*NOUNS} >= {noun for product in CATALOGUE.products for noun in product.nouns}


# what a row is made of


@every_row
def test_a_row_is_frozen_untracked_small_and_brief(row: Any) -> None:
    config = row.__struct_config__

    assert (config.frozen, config.gc, config.omit_defaults, config.eq) == (True, False, True, True)
    assert row.__dictoffset__ == 0


def containers(hint: Any) -> Iterator[Any]:
    """What stands in a hint besides scalars, literals, rows, and tuples of those."""
    origin = get_origin(hint)
    if origin is Literal or hint in SCALARS:
        return
    if origin in (tuple, Union, UnionType):
        for each in get_args(hint):
            if each is not Ellipsis:
                yield from containers(each)
    elif isinstance(hint, TypeVar):
        yield from containers(hint.__bound__)
    elif not (isclass(origin or hint) and issubclass(origin or hint, Row)):
        yield hint


@every_row
def test_a_row_holds_scalars_rows_and_tuples_and_nothing_else(row: Any) -> None:
    hints = get_type_hints(row)

    assert {name: [*containers(hints[name])] for name in row.__struct_fields__ if [*containers(hints[name])]} == {}


@pytest.mark.parametrize("hint", [dict[str, int], list[str], set[int], tuple[list[int], ...], Any, object, None | dict])
def test_anything_else_would_be_found(hint: Any) -> None:
    assert [*containers(hint)] != []


# rows as JSON


@cache
def values(hint: Any) -> st.SearchStrategy[Any]:
    """Anything of a type that a row may hold."""
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: st.integers(-LARGEST, LARGEST),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        bytes: st.binary(max_size=8),
        NoneType: st.none(),
    }
    if hint in simple:
        return simple[hint]
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple and inner[-1] is Ellipsis:
        return st.lists(values(inner[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values, inner))
    if origin in (Union, UnionType):
        return st.one_of(*map(values, inner))
    if isinstance(hint, TypeVar):
        return values(Union[tuple(each.details for each in CATALOGUE.opens())])  # noqa: UP007 - made at runtime
    return st.deferred(lambda: rows(origin or hint))


@cache
def rows(row: Any) -> st.SearchStrategy[Any]:
    hints = get_type_hints(row)
    needed = {field.name for field in msgspec.structs.fields(row) if field.required}
    given_too = {name: values(hints[name]) for name in row.__struct_fields__ if name not in needed}
    return st.fixed_dictionaries({name: values(hints[name]) for name in needed}, optional=given_too).map(
        lambda given: row(**given)
    )


@every_noun
@given(data=st.data())
def test_a_row_survives_json(noun: Noun[Any, Any], data: st.DataObject) -> None:
    row = data.draw(rows(noun.row))

    written = msgspec.json.encode(row)
    read = msgspec.json.decode(written, type=decoded_as(noun))

    assert read == row
    assert noun.key(read) == noun.key(row)
    assert msgspec.json.encode(read) == written
    assert msgspec.json.encode(row) == written


@every_noun
@given(data=st.data())
def test_what_is_not_written_is_at_its_default(noun: Noun[Any, Any], data: st.DataObject) -> None:
    row = data.draw(rows(noun.row))

    written = json_of(row)

    for field in msgspec.structs.fields(noun.row):
        value = getattr(row, field.name)
        if field.name not in written:
            assert (field.required, value) == (False, field.default)
        elif not field.required and type(value) in SCALARS:
            assert value != field.default


@every_row
@given(data=st.data())
def test_what_nobody_gave_is_not_written(row: Any, data: st.DataObject) -> None:
    hints = get_type_hints(row)
    needed = {field.name: values(hints[field.name]) for field in msgspec.structs.fields(row) if field.required}

    written = json_of(row(**data.draw(st.fixed_dictionaries(needed))))

    assert written.keys() - {"type"} == needed.keys()


def json_of(row: Row) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(row))
    return document


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun.retention and noun.retention.unpacked], ids=NAME)
@given(data=st.data())
def test_a_row_survives_being_packed(noun: Noun[Any, Any], data: st.DataObject) -> None:
    kept = data.draw(st.lists(rows(noun.row), min_size=4, max_size=4, unique_by=noun.key))
    store = MemoryStore({noun.retention.most: 10, noun.retention.unpacked: 1}, CATALOGUE.row_types())

    for row in kept:
        with store.unit():
            store.put(noun, row)

    assert [store.get(noun, noun.key(row)) for row in kept] == kept
    assert [*store.scan(noun)] == kept


@every_noun
def test_a_noun_refers_to_indexes_that_are_there(noun: Noun[Any, Any]) -> None:
    names = [each.name for each in (*noun.unique, *noun.ranked)]

    assert len({*names}) == len(names)
    assert noun.retention is None or noun.retention.by in (None, *(each.name for each in noun.ranked))
    for child, index in noun.children:
        assert child in NOUNS
        assert index in [each.name for each in child.ranked]


# one made from another


def test_a_row_is_changed_by_making_another() -> None:
    row = Customer("254712345678", pin="4321")

    other = changed(row, name="AMINA")

    assert (row.name, other) == (None, Customer("254712345678", pin="4321", name="AMINA"))
    with pytest.raises(AttributeError, match="immutable"):
        row.name = "AMINA"  # type: ignore[misc]  # that it raises is the point


def test_replace_is_not_for_rows_nor_changed_for_dataclasses() -> None:
    with pytest.raises(TypeError):
        replace(Customer("254712345678"), name="AMINA")
    with pytest.raises(TypeError):
        changed(Settings(), seed=1)


ROW_FIELDS = [{*each.__struct_fields__} for each in things(type) if issubclass(each, msgspec.Struct)]
DATACLASS_FIELDS = [{field.name for field in dataclass_fields(each)} for each in things(type) if is_dataclass(each)]


@pytest.mark.parametrize(
    ("source", "function", "made_of"),
    [("dataclasses", "replace", DATACLASS_FIELDS), ("mock_daraja.model", "changed", ROW_FIELDS)],
)
def test_each_is_called_with_the_fields_of_its_own(source: str, function: str, made_of: list[set[str]]) -> None:
    calls = [call for module in MODULES for call in calls_of(module, source, function)]

    assert len(calls) >= 3
    assert [where for where, given in calls if not any(given <= fields for fields in made_of)] == []


def test_nobody_changes_a_row_in_any_other_way() -> None:
    ways = ["structs.replace", "force_setattr", "copy.replace", "import copy", "object.__setattr__(row"]

    sources = {str(module.__file__): Path(str(module.__file__)).read_text(encoding="utf-8") for module in MODULES}
    found = [(Path(file).name, way) for file, source in sources.items() for way in ways if way in source]

    assert found == []
    assert [Path(file).name for file, source in sources.items() if "structs import replace" in source] == ["noun.py"]


def calls_of(module: ModuleType, source: str, function: str) -> Iterator[tuple[str, set[str]]]:
    """Where a module calls this function of another's, and with which keywords."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    imported = {
        (each.module, name.name) for each in ast.walk(tree) if isinstance(each, ast.ImportFrom) for name in each.names
    }
    if not any(name == function and (where or "").startswith(source) for where, name in imported):
        return
    for each in ast.walk(tree):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == function:
            yield f"{module.__name__}:{each.lineno}", {word.arg for word in each.keywords if word.arg is not None}
