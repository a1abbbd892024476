"""Every key that a scenario file may have, as docs/scenarios.md names it: `then.callback.delay`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mock_daraja import resources

Part = Mapping[str, Any]
SCHEMA: Part = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))


def every_key() -> Iterator[tuple[str, Part]]:
    """Each with its part of the schema. The keys of a rule stand without `rules.` before them."""
    return _keys(SCHEMA, "", ())


def _keys(part: Part, prefix: str, inside: tuple[str, ...]) -> Iterator[tuple[str, Part]]:
    """`inside` are the definitions that led here: a `sequence` holds outcomes, whose keys are known by then."""
    for name, said in part.get("properties", {}).items():
        yield prefix + name, said
        yield from _keys(said, "" if prefix + name == "rules" else f"{prefix}{name}.", inside)
    for other in (part.get(keyword) for keyword in ("items", "then", "else")):
        if other is not None:
            yield from _keys(other, prefix, inside)
    any_name = part.get("additionalProperties")
    if isinstance(any_name, dict) and "properties" not in part:
        yield f"{prefix}FIELD", any_name
        yield from _keys(any_name, f"{prefix}FIELD.", inside)
    if (name := part.get("$ref", "").rpartition("/")[2]) and name not in inside:
        yield from _keys(SCHEMA["definitions"][name], prefix, (*inside, name))
