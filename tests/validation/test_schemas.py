from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mock_daraja.errors import Problem
from mock_daraja.validation import Schemas
from mock_daraja.validation.checker import fastjsonschema_engine

PUSH = "stk_push/processrequest.request"


def test_a_reference_becomes_the_definition_under_the_fields_own_words() -> None:
    field = Schemas().schema(PUSH)["properties"]["PhoneNumber"]

    assert "$ref" not in field
    assert field["title"] == "Phone to prompt"
    assert field["minimum"] == 254100000000


def test_a_schema_is_compiled_when_first_needed_and_once() -> None:
    compiled: list[str] = []

    def engine(schema: Mapping[str, Any]) -> Callable[[Any], bool]:
        compiled.append(schema["title"])
        return fastjsonschema_engine(schema)

    schemas = Schemas(engine=engine)
    before = list(compiled)
    for _ in range(3):
        schemas.checker(PUSH).check({})

    assert before == []
    assert compiled == [schemas.schema(PUSH)["title"]]


def test_two_owners_share_nothing() -> None:
    one, other = Schemas(), Schemas()

    assert one.checker(PUSH) is not other.checker(PUSH)
    assert one.checker(PUSH) is one.checker(PUSH)


def test_an_unknown_schema_is_a_problem_that_lists_the_known_ones() -> None:
    with pytest.raises(Problem) as caught:
        Schemas().checker("stk_push/processreqest.request").check({})

    assert "stk_push/processreqest.request" in caught.value.what
    assert PUSH in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"properties": {', "malformed JSON"),
        ('{"properties": {"A": {"$ref": "../common.json#/definitions/nothing"}}}', "leads nowhere"),
        ('{"properties": {"A": {"$ref": "http://example.com/x.json"}}}', "leads nowhere"),
    ],
)
def test_a_broken_schema_file_is_a_clear_problem(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "common.json").write_text('{"definitions": {}}')
    (tmp_path / "p" / "op.request.json").write_text(text)

    with pytest.raises(Problem, match=told):
        Schemas(tmp_path).schema("p/op.request")
