"""What `daraja_settings`, the marker and `MockDaraja(...)` are given, to Settings. No file, no environment is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import count
from os import PathLike
from typing import Any, Final

from mock_daraja.clock import ClockSetting
from mock_daraja.errors import Problem
from mock_daraja.quoting import shown
from mock_daraja.settings import Quirks, Settings
from mock_daraja.sources import quirks_from, unknown

_DEFAULTS: Final[Mapping[str, Any]] = {each.name: each.default for each in fields(Settings)}
_FOR_TESTS: Final = {"port": 0, "clock": "manual", "hang_limit": 30.0}
_OF_THE_SERVER: Final = frozenset((
    "host", "port", "scenarios", "watch", "accept_any_app", "admin_token", "insecure", "allow_host", "max_connections",
    "max_body", "max_memory", "callback_connections", "receiver_connections",
))  # fmt: skip
"""The rest are a sandbox's own."""


def settings_from(changes: Mapping[str, Any]) -> Settings:
    """Settings for tests, changed. Raises Problem that names the setting."""
    base = Settings()
    return replace(base, **_values(base, {**_FOR_TESTS, **changes}, "daraja_settings"))


def sandbox_values(base: Settings, changes: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What one sandbox has otherwise than `base`. Raises Problem on a setting that is the whole server's."""
    check_sandbox(changes, where)
    return _values(base, changes, where)


def check_sandbox(names: Iterable[str], where: str) -> None:
    for name in names:
        if name in _OF_THE_SERVER:
            remedy = "set it in the fixture daraja_settings, for all tests"
            raise Problem(f"{name} is a setting of the server, not of one sandbox", where=where, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Manner:
    """What of the settings is no sandbox's, but the test's."""

    strict: bool = True  # whether it fails for what went wrong without its saying so
    real_hosts: bool = False  # whether it may reach Safaricom


AS_USUAL: Final = Manner()
_MANNER: Final = tuple(each.name for each in fields(Manner))


def split(changes: Mapping[str, Any] | None, usual: Manner = AS_USUAL) -> tuple[dict[str, Any], Manner]:
    """The settings, and the manner of the test. Raises Problem."""
    rest = dict(changes or {})
    given = {name: rest.pop(name) for name in _MANNER if name in rest}
    for name, value in given.items():
        if not isinstance(value, bool):
            raise Problem(f"{name} is {shown(value)}", where="daraja", remedy="give True or False")
    return rest, replace(usual, **given)


def names(seed: int) -> Iterator[str]:
    """What the sandbox of a test may be called, best first: the same in every run, so that its ids are too. A further
    one is for a test whose sandbox is kept, or that somebody else runs on the same server."""
    name = f"test-{seed:08x}"
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def listed(value: Any) -> Sequence[Any]:
    """What may be given as a list: one thing stands for a list of it."""
    return (value,) if isinstance(value, (str, PathLike, Mapping)) else tuple(value)


def _values(base: Settings, changes: Mapping[str, Any], where: str) -> dict[str, Any]:
    for name in changes:
        if name not in _DEFAULTS:
            raise unknown(str(name), [*_DEFAULTS, *_MANNER]).at(where)
    return {name: _read(name, value, base, where) for name, value in changes.items()}


def _read(name: str, value: Any, base: Settings, where: str) -> Any:
    default = _DEFAULTS[name]
    if name == "clock" and isinstance(value, str):
        return ClockSetting.parse(value)
    if name == "quirks" and isinstance(value, Mapping):
        return quirks_from(value, base=base.quirks)
    if name == "quirks" and not isinstance(value, Quirks):
        raise Problem(f"quirks is {shown(value)}", where=where, remedy='give a dict such as {"in_flight": "4999"}')
    if isinstance(default, tuple):
        return tuple(map(_text, listed(value)))
    value = _text(value)
    if isinstance(default, (int, float)) and not isinstance(value, type(default)) and not isinstance(value, int):
        kind = "True or False" if isinstance(default, bool) else "a number"
        raise Problem(f"{name} is {shown(value)}", where=where, remedy=f"give {kind}, such as {default}")
    return value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, PathLike) else value
