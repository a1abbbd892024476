"""Regular expressions that are compiled when they are first needed: at the start of a server that takes as long as some
imports."""

from __future__ import annotations

import re
from typing import Any, AnyStr, Final, cast

_USED: Final = (
    "findall",
    "finditer",
    "flags",
    "fullmatch",
    "groups",
    "match",
    "pattern",
    "search",
    "split",
    "sub",
    "subn",
)


def later(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As re.compile; a mistake in it is raised when it is used. Of Python's pattern it has what `_USED` names."""
    return cast(re.Pattern[AnyStr], _Later(pattern, flags))


class _Later:
    """Has itself what its pattern has, once it is compiled, so that nothing stands in between."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._given: Any = pattern, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _USED:
            raise AttributeError(name)
        compiled = re.compile(*self._given)
        for each in _USED:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)
