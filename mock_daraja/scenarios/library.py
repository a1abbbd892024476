"""The scenarios of some folders, found by name. A file is read again only when it, or one that it uses, has changed.

A watching library also keeps the last good version of a file that is wrong now, and gives it out until it is right.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Final

from msgspec import Struct

from mock_daraja import files
from mock_daraja.clock import monotonic
from mock_daraja.errors import Problem
from mock_daraja.fields import nearest
from mock_daraja.scenarios.loader import load_file
from mock_daraja.scenarios.model import Known, Scenario

SUFFIXES: Final = (".yaml", ".yml", ".json")
SCHEMA_SUFFIX: Final = ".schema.json"
MOST_ENTRIES: Final = 20_000  # in a folder of scenarios and below: more take seconds at each start
_LOG: Final = logging.getLogger("mock_daraja")
_LOOK_EVERY: Final = 1.0  # seconds of the computer's time between two looks at the files of an active scenario
_TYPO: Final = 3  # letters by which a misspelling is longer or shorter, at most
_ANY: Final = Known()

Stamp = tuple[tuple[int, int] | None, ...]


class Loaded(Struct):
    """The last good version of a file, and what is wrong with the file since."""

    scenario: Scenario
    stamp: Stamp
    problem: Problem | None = None


@dataclass(eq=False)
class Library:
    """`now` counts seconds, for how often the files of a watching library are looked at."""

    folders: Sequence[Path]
    known: Known = _ANY
    watch: bool = False
    now: Callable[[], float] = monotonic
    _lock: RLock = field(default_factory=RLock, init=False)
    _paths: dict[str, Path] = field(default_factory=dict, init=False)
    _loaded: dict[Path, Loaded] = field(default_factory=dict, init=False)
    _looked: dict[Path, float] = field(default_factory=dict, init=False)

    def names(self) -> list[str]:
        with self._lock:
            self._list()
            return sorted(self._paths)

    def survey(self) -> list[tuple[str, Scenario | Problem]]:
        """In order of names, with what is wrong in place of a scenario that cannot be had."""
        with self._lock:
            return [(name, self._try(name)) for name in self.names()]

    def read_all(self, folders: Iterable[Path]) -> None:
        """Every file of these folders, so that none is found to be wrong when it is first played. Raises Problem."""
        with self._lock:
            self._list()
            for folder in folders:
                for name, path in _files(folder).items():
                    self._load(name, path)

    def _try(self, name: str) -> Scenario | Problem:
        try:
            return self._load(name, self._paths[name])
        except Problem as problem:
            return problem

    def find(self, name: str) -> Scenario:
        """By full name, or by its last part where that is unique. Raises Problem that says which names there are."""
        with self._lock:
            return self._load(*self._located(name))

    def open(self, name: str) -> Scenario:
        """By name, or the file of that path. For who may read files here: never with a name out of a request."""
        with self._lock:
            return self._load(Path(name).stem, Path(name)) if is_file_name(name) else self.find(name)

    def read(self, name: str, path: str) -> Scenario:
        """What was once found, or opened, as this file. Raises Problem where it can't be read any more."""
        with self._lock:
            return self._load(name, Path(path))

    def latest(self, scenario: Scenario) -> Scenario:
        """The scenario as its files now have it; the same one while they have not changed, or are wrong.

        Only a watching library looks, and that at most once a second: this is asked at every request.
        """
        if not self.watch:
            return scenario
        with self._lock:
            now = self.now()
            if now >= self._looked.get(scenario.path, now - _LOOK_EVERY) + _LOOK_EVERY:
                self._looked[scenario.path] = now
                with suppress(Problem):  # a file that was never in this library, or never right
                    return self._load(scenario.name, scenario.path)
            loaded = self._loaded.get(scenario.path)
            return scenario if loaded is None else loaded.scenario

    def problem(self, scenario: Scenario) -> Problem | None:
        """What is wrong with the scenario's files since they were read, if anything is."""
        with self._lock:
            rows = (self._loaded.get(path) for path in (scenario.path, *scenario.used))
            return next((row.problem for row in rows if row is not None and row.problem is not None), None)

    def _located(self, name: str) -> tuple[str, Path]:
        """Its full name and its file. Raises Problem."""
        full = self._full_name(name)
        if full is None or not self._paths[full].exists():
            self._list()  # what is not there may be new, and what was may be gone
            full = self._full_name(name)
        if full is None:
            raise Problem(f"there is no scenario `{name}`", remedy=self._instead(name), status=404)
        return full, self._paths[full]

    def _instead(self, name: str) -> str:
        """What to do about a name that no scenario has. A word that is only a part of a name is none misspelt."""
        if not self._paths:
            return "there are none"
        folder = name.replace("-", "_")
        if folder in {each.rpartition("/")[0] for each in self._paths}:
            return f"that is a folder: `mock-daraja scenario list {folder}/` has what is in it"
        names = (*self._paths, *map(_last, self._paths))
        near = nearest(name, [each for each in names if abs(len(each) - len(name)) <= _TYPO])
        return (f"did you mean `{near}`? " if near else "") + "`mock-daraja scenario list` has their names"

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
        for folder in reversed(self.folders):
            self._paths |= _files(folder)

    def _load(self, name: str, path: Path, users: tuple[Path, ...] = ()) -> Scenario:
        """`users` are the files that led here by `use`, the first first."""
        loaded = self._loaded.get(path)
        stamp = None if loaded is None else _stamp(loaded.scenario)
        if loaded is not None and loaded.stamp == stamp:
            return loaded.scenario
        try:
            fresh = load_file(path, name, self.known, lambda other: self._used(other, path, users))
        except Problem as problem:
            if loaded is None or stamp is None or not self.watch:
                raise
            loaded.problem, loaded.stamp = problem, stamp
            _LOG.warning("%s\n  meanwhile the last good version of %s goes on", problem, name)
            return loaded.scenario
        self._loaded[path] = Loaded(fresh, _stamp(fresh))
        return fresh

    def _used(self, name: str, user: Path, users: tuple[Path, ...]) -> Scenario:
        """What a file uses: one beside it, else by name. Raises Problem, also where it would use itself."""
        full, path = self._beside(name, user) or self._located(name)
        chain = (*users, user)
        if path in chain:
            ring = " uses ".join(f"`{each.stem}`" for each in (*chain[chain.index(path) :], path))
            raise Problem(f"a scenario cannot use itself: {ring}", remedy="take one of these `use` out")
        return self._load(full, path, chain)

    def _beside(self, name: str, user: Path) -> tuple[str, Path] | None:
        """Only in its folder and below: a name never leads out of there."""
        if not all(part not in ("", ".", "..") for part in name.split("/")) or "\\" in name or ":" in name:
            remedy = "name one beside this file, in a folder below it, or by its full name in the library"
            raise Problem(f"`{name}` is no name of a scenario", remedy=remedy)
        for suffix in SUFFIXES:
            path = user.parent / f"{name}{suffix}"
            if files.is_file(path):
                return next((full for full, each in self._paths.items() if each == path), name), path
        return None


def is_file_name(name: str) -> bool:
    """Whether it ends as those of scenario files do, in any case of letters, and not as their schema does."""
    return name.lower().endswith(SUFFIXES) and not name.lower().endswith(SCHEMA_SUFFIX)


def _stamp(scenario: Scenario) -> Stamp:
    return tuple(_stamp_of(path) for path in (scenario.path, *scenario.used))


def _stamp_of(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _files(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in _everything(folder):
        if not is_file_name(path.name):
            continue
        if not files.is_file(path):
            if path.is_symlink():
                remedy = "link it to a scenario file that is there, or take the link out"
                raise Problem("the link to a scenario file leads nowhere", where=str(path), remedy=remedy)
            continue
        name = path.relative_to(folder).with_suffix("").as_posix()
        if name in found:
            what = f"`{name}` is here twice: {found[name].name} and {path.name}"
            raise Problem(what, where=str(path.parent), remedy="rename one of them")
        found[name] = path
    return found


def _everything(folder: Path) -> list[Path]:
    """What is in a folder and in those below it; links to folders are not followed."""
    try:
        next(folder.iterdir(), None)
        found = [*islice(folder.rglob("*"), MOST_ENTRIES + 1)]
    except (OSError, ValueError) as error:
        what = "there is no such folder of scenarios"
        if isinstance(error, PermissionError):
            what = "the folder of scenarios cannot be read"
        remedy = "name a folder that holds scenario files"
        raise Problem(what, where=str(folder), remedy=remedy, status=404) from None
    if len(found) > MOST_ENTRIES:
        what = f"the folder of scenarios holds more than {MOST_ENTRIES} files and folders"
        raise Problem(what, where=str(folder), remedy="name one that holds scenario files alone")
    return sorted(found)


def _last(name: str) -> str:
    return name.rpartition("/")[2]
