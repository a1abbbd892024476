"""One scenario file, or one rule, read and checked against schemas/scenario.json, and what is wrong with it in words.

What reads them is imported with the first file: most servers never play a scenario.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import files, resources, wire
from mock_daraja.errors import Problem
from mock_daraja.model import changed
from mock_daraja.scenarios.document import Document, JsonPath, Node, Place, did_you_mean, in_words, unknown
from mock_daraja.scenarios.model import Known, OneShot, Scenario

if TYPE_CHECKING:
    from jsonschema import Draft7Validator

Error = Any
"""jsonschema's ValidationError, whose types allow for errors that no validation made."""

_ANY: Final = Known()
_KINDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "object": "a mapping",
    "array": "a list",
}


def load_file(path: Path, name: str, known: Known, used: Callable[[str], Scenario]) -> Scenario:
    """`used` finds what its `use` names. Raises Problem with file, line and column."""
    from mock_daraja.scenarios import reading, yaml

    raw = files.read(path, "the scenario file", "check the path", status=404)
    document = yaml.read(raw, str(path))
    document = changed(document, value=wire.fit(document.value))
    if document.value is None:
        remedy = "begin with `title:` and `rules:`, as the shipped scenarios do"
        raise Problem("the scenario file is empty", where=f"{path}:1:1", remedy=remedy)
    _check(document)
    return reading.scenario(Node(document, known, document.value), name, path, used)


def one_shot(value: Mapping[str, Any], known: Known = _ANY) -> OneShot:
    """From `{"when": …, "then": …}`, the shape of a rule in a file. Raises Problem."""
    from mock_daraja.scenarios import reading

    document = Document(value, "one-shot")
    _check(document, "rule")
    rule = reading.rule(Node(document, known, value))
    if len(rule.outcomes) > 1:
        remedy = "arm one for each outcome: they are used up in their order"
        raise Problem("a one-shot happens once, so it has no sequence", where="one-shot", remedy=remedy)
    if rule.probability < 1:
        raise Problem("a one-shot is not left to chance", where="one-shot", remedy="leave out `probability`")
    return OneShot(rule.when, rule.outcomes[0])


def _check(document: Document, definition: str | None = None) -> None:
    """Raises the Problem of the error that stands first in the file. A missing field comes last: it may just be
    misspelt."""

    def order(error: Error) -> tuple[bool, Place]:
        return error.validator in ("required", "anyOf"), document.place(*_place(error))

    found = min(_validator(definition).iter_errors(document.value), key=order, default=None)
    if found is not None:
        raise _problem(found, document)


@cache
def _validator(definition: str | None) -> Draft7Validator:
    """Of scenario.json, or of one of its definitions."""
    from jsonschema import Draft7Validator

    schema = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))
    if definition is None:
        return Draft7Validator(schema)
    return Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": schema["definitions"]})


def _place(error: Error) -> tuple[JsonPath, bool]:
    """The path to the value, and whether its key is the culprit."""
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and error.validator_value is False:
        return (*path, next(name for name in error.instance if name not in error.schema["properties"])), True
    return path, False


def _problem(error: Error, document: Document) -> Problem:
    path, is_key = _place(error)
    where = document.where(path, is_key)
    if is_key:
        what, remedy = unknown(str(path[-1]), error.schema["properties"], "field")
        return Problem(f"{what} in {in_words(path[:-1])}", where=where, remedy=remedy)
    if error.validator == "anyOf":  # of fields, one of which has to be there
        names = [name for option in error.validator_value for name in option["required"]]
        remedy = " or ".join(f"`{name}:`" for name in names)
        return Problem(f"{in_words(path)} has no `{names[0]}`", where=where, remedy=f"add {remedy}")
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return Problem(f"{in_words(path)} has no `{missing}`", where=where, remedy=f"add `{missing}:`")
    return Problem(f"{in_words(path)} is {_value(error.instance)}, {_fault(error)}", where=where, remedy=_remedy(error))


def _fault(error: Error) -> str:
    limit = error.validator_value
    if error.validator == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        return f"which is not {' or '.join(_KINDS[kind] for kind in kinds)}"
    if error.validator == "enum":
        return f"which is none of {', '.join(limit)}"
    if error.validator in ("minimum", "maximum"):
        return f"and the {'least' if error.validator == 'minimum' else 'most'} allowed is {limit}"
    if error.validator == "exclusiveMinimum":
        return f"and has to be more than {limit}"
    if error.validator in ("minItems", "minProperties", "minLength"):
        return "and may not be empty"
    return "which it cannot be"


def _remedy(error: Error) -> str:
    limit, instance = error.validator_value, error.instance
    if error.validator == "enum":
        return did_you_mean(str(instance), limit) or "write one of these"
    if error.validator == "type" and "enum" in error.schema:
        return f"use {' or '.join(error.schema['enum'])}"
    if error.validator == "type" and limit == "string" and isinstance(instance, (int, float)):
        return f'put it in quotes: "{_value(instance)}"'
    description = str(error.schema.get("description", "")).rstrip(".")
    examples = " or ".join(map(_value, error.schema.get("examples", ())))
    at_least = "Write at least one" if error.validator in ("minItems", "minProperties") else ""
    return ". ".join(filter(None, (at_least, description, f"Write it like {examples}" if examples else "")))


def _value(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:60] + "…"
