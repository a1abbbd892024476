"""One scenario file, or one rule, read and checked against schemas/scenario.json, and what is wrong with it in words.

What reads them is imported with the first file: most servers never play a scenario.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import files, resources, wire
from mock_daraja.errors import Findings, Problem
from mock_daraja.fields import nearest
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
    node = Node(document, known, document.value)
    _check(document, node)
    return reading.scenario(node, name, path, used)


def one_shot(value: Mapping[str, Any], known: Known = _ANY) -> OneShot:
    """From `{"when": …, "then": …}`, the shape of a rule in a file. Raises Problem."""
    from mock_daraja.scenarios import reading

    document = Document(value, "one-shot")
    _check(document, definition="rule")
    rule = reading.rule(Node(document, known, value))
    if len(rule.outcomes) > 1:
        remedy = "arm one for each outcome: they are used up in their order"
        raise Problem("a one-shot happens once, so it has no sequence", where="one-shot", remedy=remedy)
    if rule.probability < 1:
        raise Problem("a one-shot is not left to chance", where="one-shot", remedy="leave out `probability`")
    return OneShot(rule.when, rule.outcomes[0])


def _check(document: Document, node: Node | None = None, definition: str | None = None) -> None:
    """Raises the first Problem of all that its schema finds; of a whole file also what is wrong with the rules that the
    schema allows."""
    from mock_daraja.scenarios import reading

    wrong = [*_wrong(document, definition)]
    if not wrong:
        return
    found = Findings(problem for problem, _ in wrong)
    if node is not None:
        reading.look_at_rules(node, found, {path[1] for _, path in wrong if path[:1] == ("rules",) and len(path) > 1})
    found.must_be_none()


def _wrong(document: Document, definition: str | None) -> Iterator[tuple[Problem, JsonPath]]:
    """In the order of the file. A field that is missing comes last, and not at all where one beside it may be just that
    one, misspelt."""
    found: list[tuple[Place, Problem, JsonPath]] = []
    missing: list[tuple[JsonPath, list[str]]] = []
    strange: dict[JsonPath, list[str]] = {}
    for error in _validator(definition).iter_errors(document.value):
        path = tuple(error.absolute_path)
        if error.validator in ("required", "anyOf"):
            missing += [(path, names) for names in _missing(error)]
        elif names := _strange(error):
            strange[path] = names
            places = ((*path, name) for name in names)
            found += [(document.place(each, True), _unknown(error, each, document), each) for each in places]
        else:
            found.append((document.place(path), _problem(error, document), path))
    yield from ((problem, path) for _, problem, path in sorted(found, key=lambda each: each[0]))
    told: set[tuple[JsonPath, str]] = set()
    for path, names in missing:
        if (path, names[0]) not in told and not any(nearest(name, names) for name in strange.get(path, ())):
            told.add((path, names[0]))
            yield _lacks(path, names, document), path


@cache
def _validator(definition: str | None) -> Draft7Validator:
    """Of scenario.json, or of one of its definitions."""
    from jsonschema import Draft7Validator

    schema = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))
    if definition is None:
        return Draft7Validator(schema)
    return Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": schema["definitions"]})


def _strange(error: Error) -> list[str]:
    """The keys that the schema doesn't have."""
    if error.validator != "additionalProperties" or error.validator_value is not False:
        return []
    return [name for name in error.instance if name not in error.schema["properties"]]


def _missing(error: Error) -> list[list[str]]:
    """Fields that aren't there: of each list one has to be."""
    if error.validator == "anyOf":
        return [[name for option in error.validator_value for name in option["required"]]]
    return [[name] for name in error.validator_value if name not in error.instance]


def _unknown(error: Error, path: JsonPath, document: Document) -> Problem:
    what, remedy = unknown(str(path[-1]), error.schema["properties"], "field")
    return Problem(f"{what} in {in_words(path[:-1])}", where=document.where(path, True), remedy=remedy)


def _lacks(path: JsonPath, names: list[str], document: Document) -> Problem:
    remedy = "add " + " or ".join(f"`{name}:`" for name in names)
    return Problem(f"{in_words(path)} has no `{names[0]}`", where=document.where(path), remedy=remedy)


def _problem(error: Error, document: Document) -> Problem:
    path = tuple(error.absolute_path)
    what = f"{in_words(path)} is {_value(error.instance)}, {_fault(error)}"
    return Problem(what, where=document.where(path), remedy=_remedy(error))


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
