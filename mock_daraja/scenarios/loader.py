"""Scenario files: read, checked against schemas/scenario.json, found by name.

What reads them is imported with the first file: most servers never play a scenario.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mock_daraja import resources
from mock_daraja.errors import Problem
from mock_daraja.scenarios.model import Known, OneShot, Scenario

if TYPE_CHECKING:
    from jsonschema import Draft7Validator

    from mock_daraja.scenarios import yaml

SUFFIXES: Final = (".yaml", ".yml", ".json")
_ANY: Final = Known()


def load_file(path: Path, name: str | None = None, known: Known = _ANY) -> Scenario:
    """`name` is the file's own without suffix where none is given. Raises Problem with file, line and column."""
    from mock_daraja.scenarios import reading, yaml

    try:
        with path.open("rb") as file:
            text = file.read(yaml.MOST_BYTES + 1)
    except OSError as error:
        what = f"the scenario file cannot be read: {error.strerror or error}"
        raise Problem(what, where=str(path), remedy="check the path", status=404) from None
    document = yaml.read(text, str(path))
    if document.value is None:
        remedy = "begin with `title:` and `rules:`, as the shipped scenarios do"
        raise Problem("the scenario file is empty", where=str(path), remedy=remedy)
    _check(document, {})
    return reading.scenario(document, name or path.stem, path, known)


def one_shot(value: Mapping[str, Any], known: Known = _ANY) -> OneShot:
    """From `{"when": …, "then": …}`, the shape of a rule in a file. Raises Problem."""
    from mock_daraja.scenarios import reading, yaml

    document = yaml.Document(value, "one-shot")
    _check(document, {"$ref": "#/definitions/rule"})
    rule = reading.rule(document, (), known)
    return OneShot(rule.when, rule.then)


def load_library(folder: Path, known: Known = _ANY) -> dict[str, Scenario]:
    """Every scenario under `folder`, by name: its path there without suffix, `stk_push/success`."""
    return {name: load_file(path, name, known) for name, path in _files(folder).items()}


def find(name: str, folders: Sequence[Path], known: Known = _ANY) -> Scenario:
    """By full name, or by its last part where that is unique; an earlier folder's goes first. Raises Problem."""
    return Library(folders, known).find(name)


class Library:
    """The scenarios of some folders. A file is read again only when it has changed."""

    def __init__(self, folders: Sequence[Path], known: Known = _ANY) -> None:
        self._folders = tuple(folders)
        self._known = known
        self._paths: dict[str, Path] = {}
        self._loaded: dict[Path, tuple[tuple[int, int], Scenario]] = {}

    def names(self) -> list[str]:
        self._list()
        return sorted(self._paths)

    def all(self) -> list[Scenario]:
        """In order of names. Raises Problem on the first file that is wrong."""
        return [self._load(name) for name in self.names()]

    def find(self, name: str) -> Scenario:
        """By full name, or by its last part where that is unique. Raises Problem that says which names there are."""
        full = self._full_name(name)
        if full is None or not self._paths[full].exists():
            self._list()  # what is not there may be new, and what was may be gone
            full = self._full_name(name)
        if full is None:
            raise self._unknown(name)
        return self._load(full)

    def open(self, name: str) -> Scenario:
        """By name, or the file of that path. For who may read files here: never with a name out of a request."""
        return load_file(Path(name), known=self._known) if name.endswith(SUFFIXES) else self.find(name)

    def _full_name(self, name: str) -> str | None:
        if name in self._paths:
            return name
        ending = [full for full in self._paths if _last(full) == name]
        if len(ending) > 1:
            remedy = f"give the full name: {' or '.join(sorted(ending))}"
            raise Problem(f"`{name}` is the name of {len(ending)} scenarios", remedy=remedy)
        return ending[0] if ending else None

    def _list(self) -> None:
        self._paths = {}
        for folder in reversed(self._folders):
            self._paths |= _files(folder)

    def _load(self, name: str) -> Scenario:
        path = self._paths[name]
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        loaded = self._loaded.get(path)
        if loaded is None or loaded[0] != stamp:
            loaded = self._loaded[path] = (stamp, load_file(path, name, self._known))
        return loaded[1]

    def _unknown(self, name: str) -> Problem:
        from mock_daraja.scenarios import complaints

        near = complaints.did_you_mean(name, [*self._paths, *map(_last, self._paths)])
        names = f"there are: {', '.join(sorted(self._paths)) or 'none'}"
        return Problem(f"there is no scenario `{name}`", remedy=f"{near} {names}".strip(), status=404)


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        remedy = "name a folder that holds scenario files"
        raise Problem("there is no such folder of scenarios", where=str(folder), remedy=remedy, status=404)
    files: dict[str, Path] = {}
    for path in sorted(_scenario_files(folder)):
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name in files:
            what = f"`{name}` is here twice: {files[name].name} and {path.name}"
            raise Problem(what, where=str(path.parent), remedy="rename one of them")
        files[name] = path
    return files


def _scenario_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _check(document: yaml.Document, part: Mapping[str, Any]) -> None:
    from mock_daraja.scenarios import complaints

    problem = complaints.first(_validator(part).iter_errors(document.value), document)
    if problem is not None:
        raise problem


def _validator(part: Mapping[str, Any]) -> Draft7Validator:
    """Of scenario.json, or of the `part` of it that a reference names."""
    from jsonschema import Draft7Validator

    schema = json.loads((resources.schemas() / "scenario.json").read_text(encoding="utf-8"))
    return Draft7Validator({**part, "definitions": schema["definitions"]} if part else schema)
