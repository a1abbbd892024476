"""The packages that a benchmark needs besides mock-daraja's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import Final

INSTALL: Final = "pip install -e '.[test]'"
NEEDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fixture": {"pytest-xdist": "xdist"},
    "intercept": {"aiohttp": "aiohttp", "httpx": "httpx", "requests": "requests"},
}
"""By benchmark: each package with the module that it installs."""


def lacking(benchmarks: Iterable[str]) -> Iterator[str]:
    """A line for each benchmark that lacks some."""
    for name in benchmarks:
        missing = [package for package, module in NEEDS.get(name, {}).items() if find_spec(module) is None]
        if missing:
            yield f"{name} needs {' and '.join(missing)}, not installed here"
