"""One scenario file, or one rule, read and checked against schemas/scenario.json.

What reads them is imported with the first file: most servers never play a scenario.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import resources, wire
from mock_daraja.errors import Problem
from mock_daraja.scenarios.model import Known, OneShot, Scenario

if TYPE_CHECKING:
    from jsonschema import Draft7Validator

    from mock_daraja.scenarios import yaml

_ANY: Final = Known()


def load_file(path: Path, name: str, known: Known, used: Callable[[str], Scenario]) -> Scenario:
    """`used` finds what its `use` names. Raises Problem with file, line and column."""
    from mock_daraja.scenarios import reading, yaml
    from mock_daraja.scenarios.node import Node

    try:
        with path.open("rb") as file:
            text = file.read(yaml.MOST_BYTES + 1)
    except OSError as error:
        what = f"the scenario file cannot be read: {error.strerror or error}"
        raise Problem(what, where=str(path), remedy="check the path", status=404) from None
    document = yaml.read(text, str(path))
    document = replace(document, value=wire.fit(document.value))
    if document.value is None:
        remedy = "begin with `title:` and `rules:`, as the shipped scenarios do"
        raise Problem("the scenario file is empty", where=str(path), remedy=remedy)
    _check(document)
    return reading.scenario(Node(document, known, document.value), name, path, used)


def one_shot(value: Mapping[str, Any], known: Known = _ANY) -> OneShot:
    """From `{"when": …, "then": …}`, the shape of a rule in a file. Raises Problem."""
    from mock_daraja.scenarios import reading, yaml
    from mock_daraja.scenarios.node import Node

    document = yaml.Document(value, "one-shot")
    _check(document, "rule")
    rule = reading.rule(Node(document, known, value))
    if len(rule.outcomes) > 1:
        remedy = "arm one for each outcome: they are used up in their order"
        raise Problem("a one-shot happens once, so it has no sequence", where="one-shot", remedy=remedy)
    if rule.probability < 1:
        raise Problem("a one-shot is not left to chance", where="one-shot", remedy="leave out `probability`")
    return OneShot(rule.when, rule.outcomes[0])


def _check(document: yaml.Document, definition: str | None = None) -> None:
    from mock_daraja.scenarios import complaints

    problem = complaints.first(_validator(definition).iter_errors(document.value), document)
    if problem is not None:
        raise problem


@cache
def _validator(definition: str | None) -> Draft7Validator:
    """Of scenario.json, or of one of its definitions."""
    from jsonschema import Draft7Validator

    schema = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))
    if definition is None:
        return Draft7Validator(schema)
    return Draft7Validator({"$ref": f"#/definitions/{definition}", "definitions": schema["definitions"]})
