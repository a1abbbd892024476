"""Settings: files, variables and flags, of names that there are and values that there aren't."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from mock_daraja.app import daraja_paths
from mock_daraja.products import CATALOGUE
from mock_daraja.settings import Quirks, Settings, option_fields
from mock_daraja.sources import SETTINGS_FILE, load
from tests.fuzz import odd
from tests.fuzz.finding import Finding, attempted

_NAMES: Final = tuple(each.name for each in option_fields())
_QUIRKS: Final = tuple(Quirks.__dataclass_fields__)
_TABLES: Final = {
    "apps": ("products", "shortcodes", "secret"),
    "organisations": (
        "name",
        "kinds",
        "passkey",
        "head_office",
        "initiators",
        "maximum_balance",
        "nominated",
        "active",
    ),
    "customers": ("pin", "name", "handset", "prompt", "balance", "registered", "id_types", "id_number"),
}
_PARTIES: Final = {
    "apps": 'key = "k"\nsecret = "s"',
    "organisations": 'shortcode = "600001"',
    "customers": "msisdn = 254712345678",
}
_DEFAULTS: Final = {name: value for name in _NAMES if (value := getattr(Settings(), name))}
_GOOD: Final = (
    "true", "1", "0.5", '"auto"', '"254708374149"', '"174379"', '"k"', '["a:b"]', '["paybill"]', '"scaled:60"',
)  # fmt: skip


class SettingsFiles:
    name = "settings"

    def __init__(self) -> None:
        self._folder = Path()

    def begin(self) -> None:
        self._folder = Path(tempfile.mkdtemp())

    def case(self, chance: Random) -> str | Finding:
        raw, environment, flags = self._raw(chance), self._environment(chance), self._flags(chance)
        (self._folder / SETTINGS_FILE).write_bytes(raw)
        starts = chance.random() < 0.2
        return attempted(lambda: self._used(environment, flags, starts), f"{raw!r}, {environment!a}, {flags!a}")

    def end(self) -> Finding | None:
        shutil.rmtree(self._folder)
        return None

    def _used(self, environment: dict[str, str], flags: dict[str, Any], starts: bool) -> None:
        settings = load(flags, environment, self._folder, lambda: CATALOGUE.slugs)
        if starts:
            daraja_paths(settings).gateway.close()

    def _raw(self, chance: Random) -> bytes:
        lines = [*map(_default, chance.sample([*_DEFAULTS], 3)), *self._lines(_NAMES, chance)]
        if chance.random() < 0.2:
            lines += ["[quirks]", *self._lines(_QUIRKS, chance)]
        for table, keys in _TABLES.items():
            for _ in range(chance.choice((0, 0, 0, 0, 1))):
                lines += [f"[[{table}]]", _PARTIES[table], *self._lines(keys, chance)]
        raw = "\n".join(lines).encode("utf-8", "replace")
        return odd.changed(raw, chance) if chance.random() < 0.2 else raw

    def _lines(self, names: tuple[str, ...], chance: Random) -> list[str]:
        return [f"{self._key(names, chance)} = {self._value(chance)}" for _ in range(chance.choice((0, 0, 1, 1, 2)))]

    def _key(self, names: tuple[str, ...], chance: Random) -> str:
        other = chance.choice((".".join(["a"] * 60), _quoted(odd.text(chance))))
        return chance.choice(names) if chance.random() < 0.95 else other

    def _value(self, chance: Random) -> str:
        if chance.random() < 0.5:
            return chance.choice(_GOOD)
        return _toml(odd.value(chance))

    def _environment(self, chance: Random) -> dict[str, str]:
        names = chance.sample((*_NAMES, *_QUIRKS, "x"), chance.choice((0, 0, 1, 2)))
        return {f"MOCK_DARAJA_{name.upper()}": _of_the_system(chance) for name in names}

    def _flags(self, chance: Random) -> dict[str, Any]:
        """As click gives them: those of other types it refuses itself."""
        kinds = _flag_kinds()
        names = chance.sample([*kinds], chance.choice((0, 0, 1, 2)))
        return {name: (_of_the_system(chance),) if kinds[name] else _of_the_system(chance) for name in names}


@cache
def _flag_kinds() -> dict[str, bool]:
    """Of those that are text, whether they are repeated."""
    return {each.name: "tuple" in str(each.type) for each in option_fields() if "str" in str(each.type)}


def _default(name: str) -> str:
    value = _DEFAULTS[name]
    return f"{name} = {value if isinstance(value, (int, float)) else _quoted(str(value))}"


def _of_the_system(chance: Random) -> str:
    """A text as variables and arguments have it: bytes but NUL, which Python may have had to escape."""
    given = odd.text(chance) if chance.random() < 0.7 else chance.choice(_GOOD).strip('"')
    return given.replace("\0", "").replace("\ud800", "\udcff")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(name)} = {_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and value > 2**64:
        return hex(value)
    return _quoted(value) if isinstance(value, str) else str(value).lower().replace("none", '""')


def _quoted(text: str) -> str:
    return json.dumps(text).replace("\\ud800", "\\uFFFD")
