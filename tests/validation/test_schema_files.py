"""What every file under schemas/ promises to those who read it: validation, docs, console, generated examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mock_daraja import resources
from mock_daraja.validation import Schemas
from mock_daraja.validation.checker import oracle

SCHEMAS = Schemas()
NAMES = SCHEMAS.names()
REQUESTS = tuple(name for name in NAMES if name.endswith(".request"))
LEVELS = {"captured", "documented", "community", "inferred"}
WORDS = {"title", "description", "examples"}


def fields(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every named field, also those inside objects and arrays."""
    for name, field in schema.get("properties", {}).items():
        yield path + name, field
        yield from fields(field, f"{path}{name}.")
    if isinstance(schema.get("items"), dict):
        yield from fields(schema["items"], f"{path}[].")


ALL = [(f"{name}:{path}", field) for name in NAMES for path, field in fields(SCHEMAS.schema(name))]
FIELDS = [pytest.param(field, id=where) for where, field in ALL]
PLAIN = [pytest.param(field, id=where) for where, field in ALL if field["type"] not in ("object", "array")]


def test_the_stk_and_oauth_schemas_are_found() -> None:
    assert {
        "oauth/generate.response",
        "stk_push/processrequest.request",
        "stk_push/processrequest.response",
        "stk_push/query.request",
        "stk_push/query.response",
        "stk_push/stk.callback",
    } <= set(NAMES)


@pytest.mark.parametrize("path", sorted(resources.schemas().glob("**/*.json")), ids=lambda path: path.name)
def test_a_file_is_valid_draft_07(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))

    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_words_and_extensions_alone_stand_beside_a_reference(name: str) -> None:
    raw = json.loads((resources.schemas() / f"{name}.json").read_text(encoding="utf-8"))

    for path, field in fields(raw):
        if "$ref" in field:
            beside = {key for key in field if key != "$ref" and not key.startswith("x-")}
            assert beside <= WORDS, f"{path}: draft-07 ignores what stands beside $ref"


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_has_title_description_provenance_and_examples_that_validate(name: str) -> None:
    schema = SCHEMAS.schema(name)

    assert schema["title"]
    assert schema["description"]
    assert set(schema["x-provenance"]) == {"level", "source", "date"}
    assert schema["x-provenance"]["level"] in LEVELS
    assert schema["examples"]
    for example in schema["examples"]:
        oracle(schema).validate(example)
        assert SCHEMAS.checker(name).check(example) is None


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_has_title_description_and_provenance(field: Mapping[str, Any]) -> None:
    assert field["title"]
    assert field["description"].endswith(".")
    assert set(field["x-provenance"]) == {"level", "source", "date"}
    assert field["x-provenance"]["level"] in LEVELS
    assert field["x-provenance"]["source"]


@pytest.mark.parametrize("field", PLAIN)
def test_a_plain_field_has_examples_that_validate(field: Mapping[str, Any]) -> None:
    assert field["examples"]
    for example in field["examples"]:
        oracle(field).validate(example)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_names_its_fields_in_one_order(name: str) -> None:
    schema = SCHEMAS.schema(name)
    order = list(schema["properties"])

    assert [field for field in order if field in schema["required"]] == schema["required"]
    for example in schema["examples"]:
        assert list(example) == [field for field in order if field in example]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_constrains_through_its_fields_alone_so_that_a_refusal_names_one(name: str) -> None:
    def constraints(schema: Mapping[str, Any]) -> set[str]:
        return {key for key in schema if not key.startswith(("x-", "$"))} - WORDS

    schema = SCHEMAS.schema(name)

    assert constraints(schema) <= {"type", "properties", "required"}
    for _, field in fields(schema):
        assert field["x-expected"].isascii()
        if "properties" in field:
            assert constraints(field) <= {"type", "properties", "required"}


@pytest.mark.parametrize("field", FIELDS)
def test_a_pattern_means_the_same_in_every_engine(field: Mapping[str, Any]) -> None:
    pattern = field.get("pattern", "^$")

    assert pattern.startswith("^")
    assert pattern.endswith("$")
    assert pattern.count("$") == 1
    assert not any(word in pattern for word in (r"\d", r"\w", r"\s", r"\b", r"\Z", r"\z", "(?i)"))


@pytest.mark.parametrize("name", REQUESTS)
def test_a_field_is_mistaken_for_none_that_the_body_has(name: str) -> None:
    own = SCHEMAS.schema(name)["properties"]

    assert not {each for field in own.values() for each in field.get("x-mistaken-for", ())} & set(own)
