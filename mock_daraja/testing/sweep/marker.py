"""The marker `daraja_outcomes`, read."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from mock_daraja.errors import Problem
from mock_daraja.testing.sweep.outcomes import Planned, planned

if TYPE_CHECKING:
    import pytest

_WHERE = "pytest.mark.daraja_outcomes"


def outcomes_of(marker: pytest.Mark, fixtures: Collection[str]) -> list[Planned]:
    """Those that the marker asks for. Raises Problem on a marker that makes no sense."""
    if "daraja" not in fixtures:
        raise Problem("the test doesn't use the fixture daraja", where=_WHERE, remedy="take daraja, or leave it out")
    given: dict[str, Any] = dict(zip(("product",), marker.args, strict=False)) | dict(marker.kwargs)
    strange = given.keys() - {"product", "only", "without"}
    if len(marker.args) > 1 or strange or "product" not in given:
        remedy = 'write @pytest.mark.daraja_outcomes("stk-push", only=[...]), or without=[...]'
        raise Problem("it takes a product, only and without", where=_WHERE, remedy=remedy)
    return planned(given["product"], _names(given.get("only", ())), _names(given.get("without", ())))


def _names(given: Any) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(map(str, given))
