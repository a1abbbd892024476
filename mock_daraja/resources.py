"""Where schemas/, scenarios/ and docs/ are: package data in a wheel, the top of the repository in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mock_daraja.errors import Problem

_PACKAGE: Final = Path(__file__).resolve().parent


def schemas() -> Path:
    return _folder("schemas")


def scenarios() -> Path:
    """The library of stories that ships."""
    return _folder("scenarios")


def docs() -> Path:
    return _folder("docs")


def _folder(name: str) -> Path:
    # In a checkout mock_daraja/scenarios is a package of code: _data keeps the two apart.
    packaged, checkout = _PACKAGE / "_data" / name, _PACKAGE.parent / name
    for folder in (packaged, checkout):
        if folder.is_dir():
            return folder
    raise Problem(
        f"the folder {name}/ that ships with mock-daraja is missing",
        where=f"{packaged} and {checkout}",
        remedy="install mock-daraja again: pip install --force-reinstall mock-daraja",
        status=500,
    )
