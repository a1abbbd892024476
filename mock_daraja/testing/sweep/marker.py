"""The marker `daraja_outcomes`, read."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from mock_daraja.errors import Problem
from mock_daraja.testing.sweep.outcomes import MARKER, Planned, planned

if TYPE_CHECKING:
    import pytest


def outcomes_of(marker: pytest.Mark) -> list[Planned]:
    """Those that the marker asks for. Raises Problem on a marker that makes no sense."""
    given: dict[str, Any] = dict(zip(("product",), marker.args, strict=False)) | dict(marker.kwargs)
    strange = given.keys() - {"product", "only", "without"}
    names = {name: _names(value) for name, value in given.items() if name in ("only", "without")}
    if len(marker.args) > 1 or strange or not isinstance(given.get("product"), str) or None in names.values():
        remedy = 'write @pytest.mark.daraja_outcomes("stk-push", only=[...]), or without=[...]'
        raise Problem("it takes a product, only and without", where=MARKER, remedy=remedy)
    return planned(given["product"], names.get("only"), names.get("without") or ())


def _names(given: Any) -> tuple[str, ...] | None:
    """One, or several; None where it is neither."""
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, Collection) or not all(isinstance(each, str) for each in given):
        return None
    return tuple(given)
