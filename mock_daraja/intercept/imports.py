"""Imports yet to come: a spec whose module is handed over as soon as it has run. Which modules, the caller knows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Then = Callable[[ModuleType], None]


def find_spec(asking: Any, name: str, path: Sequence[str] | None, target: ModuleType | None, then: Then) -> Any:
    """What the finders other than `asking` find, and `then` is called with the module once it has run."""
    for finder in list(sys.meta_path):
        if finder is not asking and hasattr(finder, "find_spec"):
            spec: ModuleSpec | None = finder.find_spec(name, path, target)
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _Loader(spec.loader, then)  # type: ignore[assignment]  # by __getattr__
                return spec
    return None


class _Loader:
    """Takes the place of the module's loader for no longer than it takes to load it."""

    def __init__(self, real: Any, then: Then) -> None:
        self._real = real
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        made: ModuleType | None = self._real.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._real
        if module.__spec__ is not None:
            module.__spec__.loader = self._real
        self._real.exec_module(module)
        self._then(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
