"""The schemas/ directory, read as it is asked for: one self-contained schema and one compiled checker per name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from mock_daraja import resources
from mock_daraja.errors import Problem, SlowError
from mock_daraja.quoting import shown
from mock_daraja.validation import checker
from mock_daraja.validation.checker import Checker, Engine

_COMMON: Final = "common.json"


class Schemas:
    """Names are paths without ".json": "stk_push/processrequest.request". Safe to share between threads."""

    def __init__(self, root: Path | None = None, engine: Engine | None = None) -> None:
        self._root = resources.schemas() if root is None else root
        self._engine = engine
        self._schemas: dict[str, Mapping[str, Any]] = {}
        self._checkers: dict[str, Checker] = {}

    def names(self) -> tuple[str, ...]:
        files = (path.relative_to(self._root) for path in self._root.glob("*/*.json"))
        return tuple(sorted(file.with_suffix("").as_posix() for file in files))

    def schema(self, name: str) -> Mapping[str, Any]:
        """The schema with every $ref replaced by its definition. Shared: read it, don't change it."""
        found = self._schemas.get(name)
        if found is None:
            found = self._schemas.setdefault(name, _inlined(self._read(name), self._read("common")["definitions"]))
        return found

    def checker(self, name: str) -> Checker:
        """Raises Problem on an unknown schema."""
        found = self._checkers.get(name)
        if found is None:
            # Two threads may both compile the first time; one result stays.
            self._engine = self._engine or checker.fastest_engine()
            found = self._checkers.setdefault(name, Checker(self.schema(name), self._engine))
        return found

    def compiled(self, name: str) -> Checker:
        """The same. Raises SlowError where it is still to be read and compiled."""
        found = self._checkers.get(name)
        if found is None:
            raise SlowError(partial(self.checker, name))
        return found

    def _read(self, name: str) -> dict[str, Any]:
        try:
            text = (self._root / f"{name}.json").read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            known = ", ".join(self.names())
            raise Problem(f"no schema {shown(name)}", where=str(self._root), remedy=f"use one of: {known}") from None
        try:
            schema: dict[str, Any] = json.loads(text)
        except json.JSONDecodeError as error:
            raise Problem(f"malformed JSON: {error}", where=f"{name}.json", remedy="correct the file") from None
        return schema


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:
    """`{"$ref": "../common.json#/definitions/amount", "title": ...}` becomes the definition with those words on top."""
    if isinstance(node, list):
        return [_inlined(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    own = {key: value if key == "examples" else _inlined(value, definitions) for key, value in node.items()}
    reference = own.pop("$ref", None)
    if reference is None:
        return own
    file, _, definition = reference.partition("#/definitions/")
    if file != f"../{_COMMON}" or definition not in definitions:
        raise Problem(f"$ref {shown(reference)} leads nowhere", remedy=f"refer to ../{_COMMON}#/definitions/<name>")
    return {**definitions[definition], **own}
