"""What `daraja_settings` and `MockDaraja(...)` are given, to Settings. No file and no environment is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from os import PathLike
from typing import Any, Final

from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.settings import Settings, quirks_from

_FOR_TESTS: Final = {"port": 0, "clock": "manual"}


def settings_from(changes: Mapping[str, Any]) -> Settings:
    """Settings for tests, changed. Raises Problem that names the setting."""
    defaults = {each.name: each.default for each in fields(Settings)}
    for name in changes:
        if name not in defaults:
            near = get_close_matches(str(name), defaults, 1)
            remedy = f"did you mean {near[0]!r}?" if near else f"the settings are {', '.join(sorted(defaults))}"
            raise Problem(f"there is no setting {name!r}", where="daraja_settings", remedy=remedy)
    return Settings(**{name: _read(name, value, defaults[name]) for name, value in {**_FOR_TESTS, **changes}.items()})


def _read(name: str, value: Any, default: Any) -> Any:
    if name == "clock" and isinstance(value, str):
        return ClockSetting.parse(value)
    if name == "quirks" and isinstance(value, Mapping):
        return quirks_from(value)
    if isinstance(default, tuple):
        return (_text(value),) if isinstance(value, (str, PathLike, Mapping)) else tuple(map(_text, value))
    value = _text(value)
    if isinstance(default, (int, float)) and not isinstance(value, type(default)) and not isinstance(value, int):
        kind = "True or False" if isinstance(default, bool) else "a number"
        raise Problem(f"{name} is {value!r}", where="daraja_settings", remedy=f"give {kind}, such as {default}")
    return value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, PathLike) else value
