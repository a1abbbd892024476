"""What is wrong with a scenario, for the person who wrote it: place, value, what is allowed, the nearest name."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any, Final

from mock_daraja.errors import Problem
from mock_daraja.fields import nearest
from mock_daraja.scenarios.yaml import Document, Path, Place

Error = Any
"""jsonschema's ValidationError, whose types allow for errors that no validation made."""

_KINDS: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "object": "a mapping",
    "array": "a list",
}


def did_you_mean(word: str, names: Collection[str]) -> str:
    """The question "did you mean `x`?", or nothing where no name is near."""
    near = nearest(word, names)
    return f"did you mean `{near}`?" if near else ""


def unknown(word: str, names: Collection[str], what: str) -> tuple[str, str]:
    """What to say, and the remedy, for a name that is none of `names`."""
    allowed = f"allowed: {', '.join(sorted(names))}"
    return f"there is no {what} `{word}`", " ".join(filter(None, (did_you_mean(word, names), allowed)))


def first(errors: Iterable[Error], document: Document) -> Problem | None:
    """The error that stands first in the file, as a Problem. A missing field comes last: it may just be misspelt."""

    def order(error: Error) -> tuple[bool, Place]:
        return error.validator in ("required", "anyOf"), document.place(*_place(error))

    found = min(errors, key=order, default=None)
    return None if found is None else _problem(found, document)


def shown(path: Path) -> str:
    """`rules[0].then` for people, counting rules from 1 as the trace does."""
    if not path:
        return "the file"
    words = [
        f"`{part}`" if isinstance(part, str) else f"{'rule' if before == 'rules' else 'number'} {part + 1}"
        for before, part in zip(("", *path), path, strict=False)
        if part != "rules"
    ]
    return " of ".join(reversed(words)) or "`rules`"


def _place(error: Error) -> tuple[Path, bool]:
    """The path to the value, and whether its key is the culprit."""
    path = tuple(error.absolute_path)
    field = _unknown_field(error)
    return (path, False) if field is None else ((*path, field), True)


def _unknown_field(error: Error) -> str | None:
    if error.validator != "additionalProperties" or error.validator_value is not False:
        return None
    return next(str(name) for name in error.instance if name not in error.schema["properties"])


def _problem(error: Error, document: Document) -> Problem:
    path = tuple(error.absolute_path)
    where = document.where(*_place(error))
    field = _unknown_field(error)
    if field is not None:
        what, remedy = unknown(field, error.schema["properties"], "field")
        return Problem(f"{what} in {shown(path)}", where=where, remedy=remedy)
    if error.validator == "anyOf":  # of fields, one of which has to be there
        names = [name for option in error.validator_value for name in option["required"]]
        remedy = " or ".join(f"`{name}:`" for name in names)
        return Problem(f"{shown(path)} has no `{names[0]}`", where=where, remedy=f"add {remedy}")
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return Problem(f"{shown(path)} has no `{missing}`", where=where, remedy=f"add `{missing}:`")
    return Problem(f"{shown(path)} is {_value(error.instance)}, {_fault(error)}", where=where, remedy=_remedy(error))


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
        return did_you_mean(str(instance), limit)
    if error.validator == "type" and limit == "string" and isinstance(instance, (int, float)):
        return f'put it in quotes: "{_value(instance)}"'
    description = str(error.schema.get("description", "")).rstrip(".")
    examples = " or ".join(map(_value, error.schema.get("examples", ())))
    return ". ".join(filter(None, (description, f"Write it like {examples}" if examples else "")))


def _value(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:60] + "…"
